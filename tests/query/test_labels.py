"""Status codes in words."""

import pytest

from catalog.query.labels import mixed_runs, not_compared, where


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


@pytest.mark.parametrize(
    ("what", "other_inputs", "words"),
    [
        pytest.param([], False, "", id="of one run"),
        pytest.param(
            ["m.json", "p:lr"],
            False,
            "model, parameters and metrics are of different runs: m.json, p:lr",
            id="of several",
        ),
        pytest.param(
            ["train.py"], True, "inputs at this commit are not those of the run: train.py", id="with other code"
        ),
    ],
)
def test_what_is_of_another_run(what, other_inputs, words):
    assert mixed_runs(what, other_inputs=other_inputs) == words


def test_what_is_not_compared():
    paths, reasons = ["a.csv", "lib", "params.yaml:t.*", "src"], ["content", "folder", "unclear", "folder"]
    assert (not_compared([], []), not_compared(paths, reasons)) == (
        "",
        (
            "not compared with the lock: large or in Git LFS (a.csv); a folder in Git (lib, src); "
            "a pattern of several values, a folder, a link or no map (params.yaml:t.*)"
        ),
    )
