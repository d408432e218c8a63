"""Some columns of an answer, its rows in another order, the first of them: in Python and in Arrow alike."""

from __future__ import annotations

import pytest

from catalog.errors import InvalidArgument
from catalog.query import Catalog
from catalog.query.shaping import first, in_order, with_columns
from support.small_catalog import small_catalog


@pytest.fixture(scope="module")
def answer():
    with Catalog.open(small_catalog()) as catalog:
        yield catalog.sql("from (values (1, 'b', [2]), (2, null, [1]), (3, 'a', null), (4, 'b', [10])) t(n, x, l)")


def numbers(answer):
    return [row["n"] for row in answer.rows]


@pytest.mark.parametrize(
    ("column", "descending", "expected"),
    [
        pytest.param(
            "x", False, [3, 1, 4, 2], id="the lowest first, those without a value last, equal ones as they were"
        ),
        pytest.param("x", True, [1, 4, 3, 2], id="the highest first"),
        pytest.param("n", True, [4, 3, 2, 1], id="numbers"),
        pytest.param("l", False, [4, 2, 1, 3], id="lists, by their text"),
    ],
)
def test_rows_in_another_order(answer, column, descending, expected):
    ordered = in_order(answer, column, descending=descending)
    assert (numbers(ordered), ordered.arrow()["n"].to_pylist()) == (expected, expected)


def test_some_columns(answer):
    some = with_columns(answer, ["x", "n"])
    assert (some.columns, some.values[0]) == (("x", "n"), ("b", 1))
    assert some.arrow().column_names == ["x", "n"]


@pytest.mark.parametrize(("number", "expected"), [(1, [1]), (4, [1, 2, 3, 4]), (5, [1, 2, 3, 4])])
def test_the_first_rows(answer, number, expected):
    assert (numbers(first(answer, number)), first(answer, number).arrow()["n"].to_pylist()) == (expected, expected)


@pytest.mark.parametrize(
    ("ask", "argument"), [(lambda a: in_order(a, "y"), "sort"), (lambda a: with_columns(a, ["n", "y"]), "columns")]
)
def test_a_column_that_is_not_there(answer, ask, argument):
    with pytest.raises(InvalidArgument) as raised:
        ask(answer)
    assert str(raised.value) == f"invalid {argument} 'y': expected one of n, x, l"
