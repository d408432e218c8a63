"""What every reader of a stranger's file starts with: bounded YAML, and typed getters whose errors state the place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog.errors import MetafileError
from catalog.text import cleaned, quoted
from connectors.formats.memo import BoundedCache
from connectors.formats.yaml import load_yaml

__all__ = ["cleaned", "load_once", "load_yaml", "mapping", "quoted", "text", "texts"]

MAX_REMEMBERED = 16 << 20  # bytes of values
PER_BYTE = 20  # bytes of values that a byte of YAML may stand for, about

_VALUES: BoundedCache[bytes, Any] = BoundedCache(MAX_REMEMBERED, lambda data, _: PER_BYTE * len(data))


def load_once(data: bytes) -> Any:  # noqa: ANN401 - whatever YAML can say
    """What `load_yaml` returns, parsed once for all revisions and readers of a file. Callers must not change it."""
    return _VALUES.get(data, lambda: load_yaml(data))


def mapping(value: object, place: str) -> Mapping[Any, object]:
    """The value as a map. Its keys may be anything."""
    if isinstance(value, dict):
        return value
    raise _unexpected(value, "a map", place)


def text(value: object, place: str) -> str:
    """The value as text."""
    if isinstance(value, str):
        return value
    raise _unexpected(value, "text", place)


def texts(value: object, place: str) -> tuple[str, ...]:
    """The value as a list of texts."""
    if not isinstance(value, list):
        raise _unexpected(value, "a list of texts", place)
    return tuple(text(item, f"{place}[{index}]") for index, item in enumerate(value))


def _unexpected(value: object, wanted: str, place: str) -> MetafileError:
    return MetafileError(f"found {quoted(value)}, expected {wanted}", place=place, rule="wrong-type")
