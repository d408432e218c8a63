"""Where bytes are, in words."""

import pytest

from catalog.query.labels import where


@pytest.mark.parametrize(
    ("status", "path", "words"),
    [
        pytest.param("in-git", "m.pkl", "in Git", id="what was found needs no path"),
        pytest.param(
            "not-tracked", "a/m.pkl", "not found: neither Git nor DVC has a/m.pkl", id="what was looked for in vain"
        ),
        pytest.param(
            "not-tracked", None, "at a path that leads out of the repository", id="a path where nothing is looked for"
        ),
        pytest.param(
            "not-annotated",
            "m.pkl",
            "not found: DVC has nothing at m.pkl, the path that the tip of the default branch states",
            id="what only the tip tells of",
        ),
        pytest.param("not-annotated", None, "not stated", id="no path at all"),
        pytest.param("later", "m.pkl", "later", id="a status that has no words yet"),
    ],
)
def test_where_bytes_are(status, path, words):
    assert where(status, path) == words
