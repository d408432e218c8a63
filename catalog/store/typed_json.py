"""Our own records as JSON, and back with their types checked: dataclasses, times, tuples, enums.

`json` writes the text, so that files stay as earlier versions wrote them; msgspec converts records to plain values and back.
"""

from __future__ import annotations

import json
from collections.abc import Hashable
from datetime import datetime
from functools import cache
from typing import Any, TypeVar, cast

import msgspec

T = TypeVar("T")


def dump(value: object, **style: Any) -> str:  # noqa: ANN401 - what `json.dumps` takes
    """The JSON of records, mappings and sequences; fields in their order, times as ISO 8601 writes them."""
    plain = msgspec.to_builtins(value, builtin_types=(datetime,))
    return json.dumps(plain, default=datetime.isoformat, **style)


def encoded(value: object) -> bytes:
    """As `dump`, for a digest: quicker by a factor of ten, and written otherwise."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:  # msgspec refuses half characters
        return dump(value).encode()


def load(kind: type[T], text: bytes | str) -> T:
    """Parses the record; ValueError where the JSON has another shape. Keys that the record lacks are ignored."""
    decoder = _decoder(cast("Hashable", kind))
    try:
        record: T = decoder.decode(text)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:  # msgspec refuses half characters, which `json` writes and reads
        record = msgspec.convert(json.loads(text), kind)
    return record


def load_readable(kind: type[T], text: bytes) -> T:
    """As `load`, with `?` for half characters: a table cannot hold them."""
    decoder = _decoder(cast("Hashable", kind))
    try:
        record: T = decoder.decode(text)
    except msgspec.ValidationError:
        raise
    except msgspec.DecodeError:
        record = decoder.decode(json.dumps(json.loads(text), ensure_ascii=False).encode("utf-8", "replace"))
    except RecursionError as error:
        raise ValueError("it has more levels than can be read") from error
    return record


@cache
def _decoder(kind: Hashable) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)
