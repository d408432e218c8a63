"""Where each statement of a TOML file stands: what no parser of the standard library says, and a command that changes one of them needs."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

KeyPath = tuple[str | int, ...]

_STRING = r'"""(?:\\.|[^\\])*?"{3,5}|\'\'\'(?:.|\n)*?\'{3,5}|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\''
_PIECE = re.compile(rf"{_STRING}|#[^\n]*|[\[{{]|[\]}}]|\n|[^\"'#\[\]{{}}\n]+", re.DOTALL)


@dataclass(frozen=True, kw_only=True, slots=True)
class TomlStatement:
    """A header or a key with its value, in whole lines, counted from 1. The tables of an array are counted from 0: `("repo", 0, "url")`."""

    path: KeyPath
    line: int
    last_line: int
    is_header: bool


def statements(text: str) -> Iterator[TomlStatement]:
    """The statements of a text that is TOML, in its order."""
    table: KeyPath = ()
    counts: Counter[KeyPath] = Counter()
    for line, last_line, words in _logical_lines(text):
        if words.startswith("["):
            table = _header(words, counts)
            yield TomlStatement(path=table, line=line, last_line=last_line, is_header=True)
        else:
            yield TomlStatement(path=(*table, *_keys(words)), line=line, last_line=last_line, is_header=False)


def _header(words: str, counts: Counter[KeyPath]) -> KeyPath:
    is_array = words.startswith("[[")
    path = tuple(_keys(words.strip("[]") + "= 0"))
    if not is_array:
        return path
    counts[path] += 1
    return (*path, counts[path] - 1)


def _keys(words: str) -> Iterator[str]:
    """The parts of a key, whatever stands behind it."""
    value: Any = tomllib.loads(f"{_key(words)} = 0")
    while isinstance(value, dict):
        key, value = next(iter(value.items()))
        yield key


def _key(words: str) -> str:
    place = 0
    while words[place] != "=":
        match = _PIECE.match(words, place)
        assert match is not None
        piece = match[0]
        if "=" in piece and piece[0] not in "\"'":
            return words[: place + piece.index("=")]
        place = match.end()
    return words[:place]


def _logical_lines(text: str) -> Iterator[tuple[int, int, str]]:
    """Each statement without comments: its first and last line, and its text. Brackets and strings may go over several lines."""
    line, first, depth = 1, 1, 0
    words: list[str] = []
    for match in _PIECE.finditer(text):
        piece = match[0]
        if not words:
            first = line
        if piece == "\n" and depth == 0:
            if statement := "".join(words).strip():
                yield first, line, statement
            words = []
        elif not piece.startswith("#"):
            depth += piece in ("[", "{")
            depth -= piece in ("]", "}")
            words.append(piece)
        line += piece.count("\n")
    if statement := "".join(words).strip():
        yield first, line, statement
