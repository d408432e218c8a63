"""Splits a query's texts into words as `search_parts` of `sql/search/text.sql` does.

Plain ASCII is split in Python: DuckDB takes 8 ms to compile the patterns of all letters of all languages, a third of a search.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping

from catalog.query.answer import Answer

_ENDS = (
    (re.compile("([a-z])([A-Z])"), r"\1 \2"),
    (re.compile("([A-Z])([A-Z][a-z])"), r"\1 \2"),
    (re.compile("([A-Za-z])([0-9])"), r"\1 \2"),
    (re.compile("([0-9])([A-Za-z])"), r"\1 \2"),
)
_WORDS = re.compile("[a-z0-9]+")


def words_of(ask: Callable[..., Answer], texts: Collection[str]) -> Mapping[str, list[str]]:
    """The words of each text, in order, in lower case and without accents: of `ResNet50` `res`, `net` and `50`."""
    words = {text: split_ascii(text) for text in texts if text.isascii()}
    others = [text for text in texts if not text.isascii()]
    if others:
        words |= {
            row["text"]: row["parts"] for row in ask("from internal.search_split_texts($texts)", texts=others).rows
        }
    return words


def split_ascii(text: str) -> list[str]:
    """The words of a text of ASCII."""
    for end, spaced in _ENDS:
        text = end.sub(spaced, text)
    return _WORDS.findall(text.lower())
