"""What was probably meant by a name that the catalog does not have."""

from __future__ import annotations

import pytest

from catalog.errors import NotFound
from catalog.query import Catalog
from catalog.query.meant import _MOST, meant, one_of
from support.small_catalog import small_catalog


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param({"repo": "chrun"}, "did you mean git.example/acme/churn?", id="a repository, by its last part"),
        pytest.param({"repo": "git.example/acme/vison"}, "did you mean git.example/acme/vision?", id="or in full"),
        pytest.param({"stage": "prdo"}, "did you mean prod?", id="a stage"),
        pytest.param({"type": "modle"}, "did you mean model?", id="a type"),
        pytest.param({"type": "zzz"}, "expected one of ", id="nothing alike"),
    ],
)
def test_a_name_with_a_typing_error(words, says):
    with Catalog.open(small_catalog()) as catalog, pytest.raises(NotFound) as refused:
        catalog.artifacts(**words)
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param("latst", "one of latest, latest_at, repo; did you mean latest?", id="a letter too few"),
        pytest.param("Repo", "one of latest, latest_at, repo; did you mean repo?", id="a capital letter"),
        pytest.param("zzz", "one of latest, latest_at, repo", id="nothing alike"),
    ],
)
def test_a_column_with_a_typing_error(words, says):
    assert one_of(words, ["latest", "latest_at", "repo"]) == says


def test_of_many_with_the_same_end_the_first_are_named():
    names = [f"host/{number}/churn" for number in range(_MOST + 1)]
    assert meant("chrun", names) == f"; did you mean {' or '.join(names[:_MOST])}?"
