"""Other forms of an answer: some of its columns, its rows in another order, the first of them. What Arrow gets is the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from catalog.errors import InvalidArgument
from catalog.query.answer import Answer
from catalog.query.meant import one_of

if TYPE_CHECKING:
    import pyarrow as pa

A = TypeVar("A", bound=Answer)


def with_columns(answer: A, names: Sequence[str]) -> A:
    """Only these columns, in this order. InvalidArgument for one that is not there."""
    places = [_place(answer, name, "columns") for name in names]
    values = tuple(tuple(row[place] for place in places) for row in answer.values)
    return replace(answer, columns=tuple(names), values=values, _arrow=lambda: answer.arrow().select(places))


def in_order(answer: A, column: str, *, descending: bool = False) -> A:
    """The rows in the order of a column, those without a value last; equal ones as they were. InvalidArgument for a column that is not there."""
    place = _place(answer, column, "sort")
    stated = [number for number, row in enumerate(answer.values) if row[place] is not None]
    # Of reversed rows, so that equal ones stay as they were.
    ordered = sorted(stated[::-1] if descending else stated, key=lambda number: _key(answer.values[number][place]))
    order = (ordered[::-1] if descending else ordered) + [
        number for number, row in enumerate(answer.values) if row[place] is None
    ]
    return replace(
        answer, values=tuple(answer.values[number] for number in order), _arrow=lambda: answer.arrow().take(order)
    )


def with_value(answer: A, name: str, value: str | None) -> A:
    """The rows with one column more, which has the same text in each."""

    def arrow() -> pa.Table:
        import pyarrow as pa  # only where Arrow is requested

        table = answer.arrow()
        return table.append_column(name, pa.array([value] * len(table), pa.string()))

    values = tuple((*row, value) for row in answer.values)
    return replace(answer, columns=(*answer.columns, name), values=values, _arrow=arrow)


def first(answer: A, number: int) -> A:
    """At most the first `number` rows."""
    return replace(answer, values=answer.values[:number], _arrow=lambda: answer.arrow().slice(0, number))


def _place(answer: Answer, name: str, argument: str) -> int:
    if name not in answer.columns:
        raise InvalidArgument(argument, repr(name), one_of(name, answer.columns))
    return answer.columns.index(name)


def _key(value: Any) -> Any:  # noqa: ANN401 - a cell
    return str(value) if isinstance(value, list | dict) else value
