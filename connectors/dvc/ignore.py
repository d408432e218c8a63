"""`.dvcignore`: the patterns of gitignore(5), matched without backtracking regular expressions.

After `dvc/ignore.py` of DVC 3.67.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from catalog.errors import MetafileError
from connectors.formats.gitignore import ANY, MAX_PATTERN, Parts, matches, parts_of

MAX_PATTERNS = 200  # of one file; each is tried on each metafile


@dataclass(frozen=True, kw_only=True, slots=True)
class IgnorePattern:
    """One line: the names of folders on the way, `**` for any number of them."""

    parts: Parts
    negated: bool
    only_folders: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class IgnoreFile:
    """The patterns of one `.dvcignore`; they concern what lies below its folder."""

    folder: str
    patterns: tuple[IgnorePattern, ...]


def is_ignored(path: str, sources: Sequence[IgnoreFile], *, is_folder: bool) -> bool:
    """The decision of the last pattern that matches. `sources` come in order from the root downwards; the folders above are not checked."""
    for source in reversed(sources):
        if source.folder and not path.startswith(source.folder + "/"):
            continue
        names = path[len(source.folder) :].lstrip("/").split("/")
        for pattern in reversed(source.patterns):
            if _hits(pattern, names, is_folder=is_folder):
                return not pattern.negated
            # To DVC, a pattern matches also what is below: `!/a` brings back `a/a`, which `a` left out.
            below = pattern.negated and (is_folder or not pattern.only_folders)
            if below and any(_hits(pattern, names[:depth], is_folder=True) for depth in range(1, len(names))):
                return False
    return False


def _hits(pattern: IgnorePattern, names: Sequence[str], *, is_folder: bool) -> bool:
    if not is_folder:
        return not pattern.only_folders and matches(pattern.parts, names)
    parts = pattern.parts
    while len(parts) > 1 and parts[-1] == ANY:  # to DVC, `a/**` is also the folder `a`
        parts = parts[:-1]
    return matches(parts, names) or matches(pattern.parts, names)


@lru_cache(maxsize=64)
def parse(data: bytes) -> tuple[IgnorePattern, ...]:
    """The patterns of a file. MetafileError where it is not text, or goes over a bound."""
    try:
        lines = [line.strip() for line in data.decode("utf-8").splitlines()]
    except UnicodeDecodeError as error:
        raise MetafileError(f"byte {error.start + 1:,} is not UTF-8 text", rule="not-utf8") from error
    lines = [line for line in lines if line and not line.startswith("#")]
    if len(lines) > MAX_PATTERNS or any(len(line) > MAX_PATTERN for line in lines):
        message = f"found {len(lines):,} patterns, expected at most {MAX_PATTERNS}, of {MAX_PATTERN:,} characters each"
        raise MetafileError(message, rule="too-big")
    return tuple(pattern for line in lines if (pattern := _pattern(line)) is not None)


def _pattern(line: str) -> IgnorePattern | None:
    negated = line.startswith("!")
    path = line.removeprefix("!")
    if _means_every_folder(path):
        return None
    parts = parts_of(path)
    if not parts:
        return None
    if "/" not in path.rstrip("/"):  # a name alone is meant at any depth
        parts = (ANY, *parts)
    return IgnorePattern(parts=parts, negated=negated, only_folders=path.endswith("/"))


def _means_every_folder(path: str) -> bool:
    """Whether it is one of those patterns, such as `*/`, of which DVC makes an expression that matches no path."""
    parts = path.strip("/").split("/")
    names = [part for part in parts if part != "**"]
    return path.endswith("/") and (not names or (names == ["*"] and (parts[0] == "**" or path == "*/")))
