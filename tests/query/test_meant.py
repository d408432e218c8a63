"""What was probably meant by a name that the catalog does not have."""

from __future__ import annotations

import pytest

from catalog.errors import NotFound
from catalog.query import Catalog
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
