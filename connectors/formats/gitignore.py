"""Patterns of paths as gitignore(5) has them, for `.dvcignore`, `.gitattributes` and CODEOWNERS: no stranger can make them slow.

Why not pathspec: docs/decisions/17-path-patterns.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import translate

ANY = "**"  # any number of names
MAX_PATTERN = 1_000  # characters

Part = str | re.Pattern[str]  # what one name of a path must be
Parts = tuple[Part, ...]

_MAGIC = re.compile(r"[*?\[\\]")


def parts_of(pattern: str) -> Parts:
    """A pattern name by name. Whether it is anchored, and what a slash at its end means, differs from file to file."""
    return tuple(_part(name) for name in pattern.split("/") if name)


def matches(parts: Sequence[Part], names: Sequence[str]) -> bool:
    """As shells match stars, with `**` for a star and names for characters: back to the last one only, so never slowly.

    `**` at the end is everything inside, and not the folder itself.
    """
    part_index = name_index = 0
    star, resume = -1, 0
    while name_index < len(names):
        if part_index < len(parts) and parts[part_index] == ANY:
            if part_index == len(parts) - 1:
                return True
            star, resume = part_index, name_index
            part_index += 1
        elif part_index < len(parts) and _is(parts[part_index], names[name_index]):
            part_index, name_index = part_index + 1, name_index + 1
        elif star >= 0:
            resume += 1
            part_index, name_index = star + 1, resume
        else:
            return False
    return part_index == len(parts)


def _part(name: str) -> Part:
    if name == ANY or not _MAGIC.search(name):
        return name
    return re.compile(translate(_glob(name)))


def _is(part: Part, name: str) -> bool:
    return part == name if isinstance(part, str) else part.match(name) is not None


def _glob(name: str) -> str:
    """The name as fnmatch wants it: `[!a]` for `[^a]`, and `[*]` for an escaped star."""
    translated, escaped = "", False
    last = name.rfind("]")  # fnmatch looks for the end of each bracket, in square time
    for place, character in enumerate(name):
        if escaped:
            translated, escaped = translated + (f"[{character}]" if character in "*?[" else character), False
        elif character == "\\":
            escaped = True
        elif character == "[" and place > last:
            translated += "[[]"
        else:
            translated += "!" if character == "^" and translated.endswith("[") else character
    return translated
