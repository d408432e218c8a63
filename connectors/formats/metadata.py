"""Free metadata of an artifact as text: top-level keys, with values that are not text as JSON, within bounds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, time
from math import isfinite

from catalog.errors import MetafileError
from connectors.formats.typed import quoted

MAX_VALUE = 64 << 10  # characters
MAX_ENTRY = 256 << 10

Complain = Callable[[str, str, str], None]  # message, rule, key


def metadata(value: object, name: str, complain: Complain) -> dict[str, str]:
    """The entries of `meta` or `custom`; its name is the key where it is not a map. What is too long is left out."""
    if value is None:
        return {}
    texts: dict[str, str] = {}
    left = MAX_ENTRY
    for key, item in (value if isinstance(value, dict) else {name: value}).items():
        try:
            label, text = written(key), written(item)
        except MetafileError as error:
            complain(error.message, error.rule, f"{name}[{quoted(key)}]")
            continue
        left -= len(label) + len(text)
        if left < 0:
            complain(f"found more than {MAX_ENTRY:,} characters; the rest is left out", "too-big", name)
            break
        texts[label] = text
    return texts


def written(value: object) -> str:
    """Text, dates and times as they are, everything else as compact JSON. MetafileError where it is too long."""
    if isinstance(value, date | time):
        return value.isoformat()
    pieces: list[str] = []
    left = MAX_VALUE
    for piece in (value,) if isinstance(value, str) else _json(value):
        pieces.append(piece)
        left -= len(piece)
        if left < 0:
            raise MetafileError(f"found more than {MAX_VALUE:,} characters, expected at most that", rule="too-big")
    return "".join(pieces)


def _json(value: object) -> Iterator[str]:
    """Piece by piece, so that what aliases repeat is never written out beyond the bound."""
    match value:
        case dict():
            comma = "{"
            for key, item in value.items():
                yield f"{comma}{json.dumps(written(key), ensure_ascii=False)}:"
                yield from _json(item)
                comma = ","
            yield "}" if value else "{}"
        case list() | tuple():
            comma = "["
            for item in value:
                yield comma
                yield from _json(item)
                comma = ","
            yield "]" if value else "[]"
        case date() | time():
            yield json.dumps(value.isoformat())
        case float() if not isfinite(value):  # JSON has no such numbers
            yield json.dumps(str(value))
        case _:
            yield json.dumps(value, ensure_ascii=False)
