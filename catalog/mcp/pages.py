"""Answers in the form that agents get: some rows at a time, short cells, and what they are as of."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from catalog.query.answer import Answer, Row
from catalog.query.catalog import Catalog
from catalog.query.cursors import begin_of, cursor_at
from catalog.query.shaping import first

MOST_ROWS = 100
MOST_CHARACTERS = 1_000  # of one text
MOST_ITEMS = 50  # of one list

# Agents take what they read for instructions: this name says at each answer that it is none.
ROWS = "untrusted_rows"


def page(catalog: Catalog, answer: Answer, question: str, *, limit: int, cursor: str | None) -> dict[str, Any]:
    """At most `limit` rows of the answer to a question from `cursor` on, in the form of `part`. Misuse for a cursor of something else."""
    begin = begin_of(catalog.sql, question, cursor)
    shown = first(answer, begin + limit).rows[begin:]
    end = begin + len(shown)
    following = cursor_at(catalog.sql, question, end) if end < len(answer) else None
    return part(catalog, shown, total=len(answer), next_cursor=following, note=answer.note)


def part(
    catalog: Catalog, rows: Sequence[Row], *, total: int, next_cursor: str | None, note: str | None
) -> dict[str, Any]:
    """Rows in short, with `as_of`, the beginning of the last crawl in UTC."""
    crawl = _crawl(catalog)
    return {
        ROWS: [_short(row) for row in rows],
        "total": total,
        "next_cursor": next_cursor,
        "note": note,
        "as_of": crawl["started_at"].isoformat() if crawl else None,
    }


def _crawl(catalog: Catalog) -> Row | None:
    return next(iter(first(catalog.last_crawl(), 1)), None)


def _short(value: Any) -> Any:  # noqa: ANN401 - whatever an answer holds
    """The value as JSON has it, with the beginnings of long texts and lists."""
    match value:
        case str():
            return value if len(value) <= MOST_CHARACTERS else f"{value[:MOST_CHARACTERS]}… ({len(value):,} characters)"
        case float():
            return value if math.isfinite(value) else str(value)  # JSON has no nan
        case None | bool() | int():
            return value
        case dict():
            return {str(key): _short(item) for key, item in value.items() if item not in (None, [], {})}
        case list() | tuple():
            return _items(value)
        case _:
            return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _items(values: Sequence[Any]) -> list[Any]:
    shown = [_short(item) for item in values[:MOST_ITEMS]]
    more = len(values) - len(shown)
    return [*shown, f"… {more:,} more"] if more > 0 else shown


def as_text(page: dict[str, Any]) -> str:
    """A page, or a part of one, as the JSON of a resource."""
    return json.dumps(page, ensure_ascii=False, indent=1)
