"""Writes YAML as DVC lays it out: block style, quotes only where a plain word would be read as something else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence

_PLAIN = re.compile(r"(?!.*(: | #|[: ]$))[A-Za-z0-9_./$][^\x00-\x1f\x7f-\x9f\"'\\]*")
_NUMBER = re.compile(r"[-+.\d][\d_.:TZ+ -]*([eE][-+]?\d+)?|0x[\da-fA-F]+|0o[0-7]+")  # dates too
_WORDS = frozenset(("true", "false", "yes", "no", "on", "off", "null", "none", ".inf", ".nan"))


def write_yaml(data: Mapping[str, object]) -> str:
    """A mapping of mappings, lists, text, numbers, truth values and None, as a document."""
    return "".join(f"{line}\n" for line in _mapping(data, ""))


def _mapping(data: Mapping[str, object], indent: str) -> Iterator[str]:
    for key, value in data.items():
        yield from _entry(f"{indent}{_scalar(key)}:", value, indent)


def _entry(head: str, value: object, indent: str) -> Iterator[str]:
    match value:
        case Mapping() if value:
            yield head
            yield from _mapping(value, indent + "  ")
        case list() | tuple() if value:
            yield head
            yield from _list(value, indent)
        case _:
            yield f"{head} {_scalar(value)}"


def _list(items: Sequence[object], indent: str) -> Iterator[str]:
    for item in items:
        if isinstance(item, Mapping) and item:
            first, *others = _mapping(item, indent + "  ")
            yield f"{indent}- {first.removeprefix(indent + '  ')}"
            yield from others
        else:
            yield f"{indent}- {_scalar(item)}"


def _scalar(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return value if _is_plain(value) else json.dumps(value, ensure_ascii=False)
        case Mapping():
            return "{}"
        case list() | tuple():
            return f"[{', '.join(map(_scalar, value))}]"
        case _:
            return str(value)


def _is_plain(text: str) -> bool:
    return bool(_PLAIN.fullmatch(text)) and text.lower() not in _WORDS and not _NUMBER.fullmatch(text)
