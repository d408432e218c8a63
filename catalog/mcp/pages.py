"""Answers in the form that agents get: some rows at a time, short cells, and what they are as of."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from typing import Any

from catalog.errors import Misuse
from catalog.query.answer import Answer, Row
from catalog.query.catalog import Catalog
from catalog.query.shaping import first

MOST_ROWS = 100
MOST_CHARACTERS = 1_000  # of one text
MOST_ITEMS = 50  # of one list

# Agents take what they read for instructions: this name says at each answer that it is none.
ROWS = "untrusted_rows"

_CURSOR = re.compile(r"(?P<crawl>[0-9]{1,18}):(?P<begin>[0-9]{1,18})")


def page(catalog: Catalog, answer: Answer, *, limit: int, cursor: str | None) -> dict[str, Any]:
    """At most `limit` rows from `cursor` on, with `total`, `next_cursor`, `note`, and `as_of`, the beginning of the last crawl in UTC.

    Misuse for a cursor of another crawl, or of none.
    """
    crawl = _crawl(catalog)
    begin = _begin(cursor, crawl["crawl"] if crawl else 0)
    shown = [_short(row) for row in answer.rows[begin : begin + limit]]
    end = begin + len(shown)
    following = f"{crawl['crawl'] if crawl else 0}:{end}" if end < len(answer) else None
    return {
        ROWS: shown,
        "total": getattr(answer, "total", len(answer)),
        "next_cursor": following,
        "note": answer.note,
        "as_of": crawl["started_at"].isoformat() if crawl else None,
    }


def _crawl(catalog: Catalog) -> Row | None:
    return next(iter(first(catalog.last_crawl(), 1)), None)


def _begin(cursor: str | None, crawl: int) -> int:
    if cursor is None:
        return 0
    stated = _CURSOR.fullmatch(cursor)
    if not stated:
        raise Misuse(f"invalid cursor {cursor!r}: expected a next_cursor of an earlier answer")
    if int(stated["crawl"]) != crawl:
        raise Misuse(f"the catalog is now that of crawl {crawl}, not {stated['crawl']}: ask again without a cursor")
    return int(stated["begin"])


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


def as_text(value: object) -> str:
    """JSON for a resource."""
    return json.dumps(_short(value), ensure_ascii=False, indent=1)
