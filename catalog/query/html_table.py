"""An answer as a table of HTML, as notebooks show it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from itertools import islice
from typing import Any

from catalog.text import plural, visible_on_page

MOST_ROWS = 100
MOST_CHARACTERS = 200  # of a cell


def html_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], note: str | None) -> str:
    """An HTML table of the first MOST_ROWS rows, then how many more there are, and the note. Cells are cut at MOST_CHARACTERS."""
    head = "".join(f"<th>{_escaped(column)}</th>" for column in columns)
    body = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in islice(rows, MOST_ROWS))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{''.join(_footer(len(rows), note))}"


def _footer(rows: int, note: str | None) -> Iterable[str]:
    if rows > MOST_ROWS:
        yield f"<p>{plural(rows - MOST_ROWS, 'more row')}</p>"
    if note:
        yield f"<p>{_escaped(note)}</p>"


def _cell(value: Any) -> str:  # noqa: ANN401 - whatever an answer holds
    return f"<td>{'' if value is None else _escaped(str(value))}</td>"


def _escaped(text: str) -> str:
    shown = visible_on_page(text)
    return escape(shown if len(shown) <= MOST_CHARACTERS else f"{shown[: MOST_CHARACTERS - 1]}…")
