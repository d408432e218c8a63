"""The answers of a search, without what a search needs: a cold `show` imports these alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.query.answer import Answer


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class SearchAnswer(Answer):
    """The matches: of `total` those behind the first `begin`, up to the limit; `next_cursor` is for those that follow, if any do.

    `note` states what was searched instead, or what is near; `sql` is the statement.
    """

    total: int
    begin: int
    next_cursor: str | None
    note: str | None
    sql: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class FacetAnswer(Answer):
    """How much of what was found has which value of which field; `note` as in SearchAnswer."""

    note: str | None
