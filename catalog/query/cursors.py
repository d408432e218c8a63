"""Cursors: where the next page of an answer begins. One is good for the same question of the same catalog: see docs/decisions/11-cursors.md."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import blake2b

from catalog.errors import InvalidArgument
from catalog.query.answer import Answer

_CURSOR = re.compile(r"(?P<begin>[0-9]{1,15})-(?P<question>[0-9a-f]{12})-(?P<state>[0-9a-f]{12})", re.ASCII)

Ask = Callable[..., Answer]


def cursor_at(ask: Ask, question: str, begin: int) -> str:
    """The cursor of the rows of a question's answer from row `begin` on, counted from 0."""
    return f"{begin}-{_digest(f'{begin} {question}')}-{_state(ask)}"


def begin_of(ask: Ask, question: str, cursor: str | None) -> int:
    """The row at which a page begins; 0 without a cursor. InvalidArgument for one of another question or of another catalog."""
    if cursor is None:
        return 0
    stated = _CURSOR.fullmatch(cursor)
    if not stated:
        raise InvalidArgument("cursor", repr(cursor), "the next_cursor of an earlier answer")
    if stated["question"] != _digest(f"{stated['begin']} {question}"):
        raise InvalidArgument("cursor", repr(cursor), "the next_cursor of the same question, and it is of another one")
    if stated["state"] != _state(ask):
        raise InvalidArgument(
            "cursor", repr(cursor), "one of this catalog, which has changed since: ask again without a cursor"
        )
    return int(stated["begin"])


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=6).hexdigest()


def _state(ask: Ask) -> str:
    return _digest(str(ask("from internal.catalog_state()").one()["state"]))
