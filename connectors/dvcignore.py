"""`.dvcignore`: the patterns of gitignore(5), matched without regular expressions that a stranger could make explode.

After `dvc/ignore.py` of DVC 3.67.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache

from catalog.errors import MetafileError

MAX_PATTERNS = 200  # of one file; each is tried on each metafile
MAX_PATTERN = 1_000  # characters


@dataclass(frozen=True, kw_only=True, slots=True)
class Pattern:
    """One line: the names of folders on the way, `**` for any number of them."""

    names: tuple[str, ...]
    negated: bool
    only_folders: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Ignore:
    """The patterns of one `.dvcignore`; they concern what lies below its folder."""

    folder: str
    patterns: tuple[Pattern, ...]


def is_ignored(path: str, sources: Sequence[Ignore], *, is_folder: bool) -> bool:
    """What the last pattern that matches says. `sources` come in order from the root downwards; folders above are not asked."""
    for source in reversed(sources):
        if source.folder and not path.startswith(source.folder + "/"):
            continue
        names = path[len(source.folder) :].lstrip("/").split("/")
        for pattern in reversed(source.patterns):
            if (is_folder or not pattern.only_folders) and _matches(pattern.names, names):
                return not pattern.negated
    return False


@lru_cache(maxsize=64)
def parse(data: bytes) -> tuple[Pattern, ...]:
    """The patterns of a file. MetafileError where it is no text, or goes over a bound."""
    try:
        lines = [line.strip() for line in data.decode("utf-8").splitlines()]
    except UnicodeDecodeError as error:
        raise MetafileError(f"byte {error.start + 1:,} is not UTF-8 text", rule="not-utf8") from error
    lines = [line for line in lines if line and not line.startswith("#")]
    if len(lines) > MAX_PATTERNS or any(len(line) > MAX_PATTERN for line in lines):
        message = f"found {len(lines):,} patterns, expected at most {MAX_PATTERNS}, of {MAX_PATTERN:,} characters each"
        raise MetafileError(message, rule="too-big")
    return tuple(pattern for line in lines if (pattern := _pattern(line)) is not None)


def _pattern(line: str) -> Pattern | None:
    negated = line.startswith("!")
    path = line.removeprefix("!")
    only_folders = path.endswith("/")
    names = [name for name in path.split("/") if name]
    if not names:
        return None
    if "/" not in path.rstrip("/"):  # a name alone is meant at any depth
        names.insert(0, "**")
    return Pattern(names=tuple(map(_glob, names)), negated=negated, only_folders=only_folders)


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


def _matches(wanted: Sequence[str], names: Sequence[str]) -> bool:
    """As shells match stars, with `**` for a star and names for characters: back to the last one only, so never slowly."""
    here = there = 0
    star, resume = -1, 0
    while there < len(names):
        if here < len(wanted) and wanted[here] == "**":
            if here == len(wanted) - 1:
                return True
            star, resume = here, there
            here += 1
        elif here < len(wanted) and fnmatchcase(names[there], wanted[here]):
            here, there = here + 1, there + 1
        elif star >= 0:
            resume += 1
            here, there = star + 1, resume
        else:
            return False
    return here == len(wanted)
