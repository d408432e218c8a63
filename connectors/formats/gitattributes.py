"""`.gitattributes`: how Git treats which files, for example which it gives to a filter. After gitattributes(5).

The nearest file takes precedence, and in it the last line that matches; `!filter` unsets what other lines set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from catalog.errors import MetafileError
from catalog.git.objects import decode
from connectors.formats.gitignore import ANY, MAX_PATTERN, Parts, matches, parts_of

NAME = ".gitattributes"
MAX_RULES = 2_000  # of one file; `git lfs track` writes one for each file, if it is called so
MAX_MACROS = 50
MAX_STATES = 50  # attributes of a line

_MACRO = "[attr]"

Value = str | bool | None  # `filter=lfs`, set, unset (`-`), unspecified (`!`)
State = tuple[str, Value]
_BUILT_IN: Mapping[str, tuple[State, ...]] = {"binary": (("diff", False), ("merge", False), ("text", False))}


@dataclass(frozen=True, kw_only=True, slots=True)
class AttributeRule:
    """One line."""

    parts: Parts
    states: tuple[State, ...]


class Attributes(NamedTuple):
    """What a file says: its rules in order, and the macros, which count at the Git root alone."""

    rules: tuple[AttributeRule, ...]
    macros: Mapping[str, tuple[State, ...]]


@lru_cache(maxsize=32)
def parse(data: bytes) -> Attributes:
    """The rules of a file. MetafileError where there are too many, or one is too long."""
    rules: list[AttributeRule] = []
    macros: dict[str, tuple[State, ...]] = {}
    for number, line in enumerate(decode(data).splitlines(), 1):
        pattern, states = _split(line.strip(), number)
        if pattern.startswith(_MACRO):
            macros[pattern.removeprefix(_MACRO)] = states
        elif rule := _rule(pattern, states):
            rules.append(rule)
    if len(rules) > MAX_RULES or len(macros) > MAX_MACROS:
        message = (
            f"found {len(rules):,} rules and {len(macros):,} macros, expected at most {MAX_RULES:,} and {MAX_MACROS}"
        )
        raise MetafileError(message, rule="too-big")
    return Attributes(tuple(rules), macros)


def values_of(path: str, files: Sequence[tuple[str, Attributes]]) -> dict[str, Value]:
    """The attributes of a file. `files` are those in the folders above with their folders, the nearest first."""
    decided: dict[str, Value] = {}
    macros = {**_BUILT_IN, **next((attributes.macros for folder, attributes in files if not folder), {})}
    for folder, attributes in files:
        names = path[len(folder) :].lstrip("/").split("/")
        for rule in reversed(attributes.rules):
            if matches(rule.parts, names):
                _fill(decided, rule.states, macros)
    return decided


def _fill(decided: dict[str, Value], states: Sequence[State], macros: Mapping[str, tuple[State, ...]]) -> None:
    """Adds the states of attributes that are not decided yet. A macro that is set stands for its attributes."""
    for name, value in reversed(states):
        if name not in decided:
            decided[name] = value
            if value is True and name in macros:
                _fill(decided, macros[name], macros)


def _split(line: str, number: int) -> tuple[str, tuple[State, ...]]:
    """The pattern, which may be in quotes, and the attributes; nothing for a comment."""
    if line.startswith("#"):
        return "", ()
    if line.startswith('"'):
        pattern, _, attributes = line[1:].partition('"')
    else:
        pattern, _, attributes = line.replace("\t", " ").partition(" ")
    words = attributes.split()
    if len(pattern) > MAX_PATTERN or len(words) > MAX_STATES:
        message = f"found {len(pattern):,} characters and {len(words):,} attributes in line {number}, expected at most {MAX_PATTERN:,} and {MAX_STATES}"
        raise MetafileError(message, rule="too-big")
    return pattern, tuple(map(_state, words))


def _state(word: str) -> State:
    if word[0] in "-!":
        return word[1:], False if word[0] == "-" else None
    name, equals, value = word.partition("=")
    return name, value if equals else True


def _rule(pattern: str, states: tuple[State, ...]) -> AttributeRule | None:
    """None for no pattern, for what Git forbids here, and for folders: attributes are of files."""
    if not pattern or pattern[0] == "!" or pattern.endswith("/"):
        return None
    parts = parts_of(pattern)
    return AttributeRule(parts=parts if "/" in pattern else (ANY, *parts), states=states)
