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
    here = there = 0
    star, resume = -1, 0
    while there < len(names):
        if here < len(parts) and parts[here] == ANY:
            if here == len(parts) - 1:
                return True
            star, resume = here, there
            here += 1
        elif here < len(parts) and _is(parts[here], names[there]):
            here, there = here + 1, there + 1
        elif star >= 0:
            resume += 1
            here, there = star + 1, resume
        else:
            return False
    return here == len(parts)


def _part(name: str) -> Part:
    if name == ANY or not _MAGIC.search(name):
        return name
    return re.compile(translate(_glob(name)))


def _is(part: Part, name: str) -> bool:
    return part == name if isinstance(part, str) else part.match(name) is not None


def _glob(name: str) -> str:
    """The name as fnmatch wants it: `[!a]` for `[^a]`, and `[*]` for an escaped star."""
    found, escaped = "", False
    for character in name:
        if escaped:
            found, escaped = found + (f"[{character}]" if character in "*?[" else character), False
        elif character == "\\":
            escaped = True
        else:
            found += "!" if character == "^" and found.endswith("[") else character
    return found
