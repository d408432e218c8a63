"""How many values the templates of one file may stand for."""

import pytest

from catalog.errors import MetafileError
from connectors.dvc.templates.resolver import MAX_EXPANSION, Resolver


def test_as_many_values_as_may_be_are_drawn():
    text = "x" * 64 * (MAX_EXPANSION // 100 - 1)  # a hundred of it are all that may be drawn
    assert Resolver({"a": text}).resolve(["${a}"] * 100) == [text] * 100


@pytest.mark.parametrize(
    "values",
    [
        pytest.param({"a": "x" * 64 * MAX_EXPANSION}, id="in one text"),
        pytest.param({"a": [0] * MAX_EXPANSION}, id="in a list and its items"),
        pytest.param({"a": {"k": "x" * 64 * (MAX_EXPANSION - 2)}}, id="in a map, its key and its value"),
    ],
)
def test_one_value_more_is_refused(values):
    with pytest.raises(MetafileError) as caught:
        Resolver(values).resolve("${a}")
    message = "the templates stand for more than 100,000 values"
    assert (caught.value.rule, caught.value.message) == ("too-big", message)
