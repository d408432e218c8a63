"""CODEOWNERS: which rule decides for which paths. After "About code owners" of GitHub's and "Code Owners syntax" of GitLab's manual.

A file under `.gitlab/`, or with sections, is read as GitLab reads it: a pattern without a slash before it is meant at any depth, the
last rule of each section counts, and `!` takes paths out of a section.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from catalog.errors import MetafileError
from catalog.git.objects import decode
from catalog.git.snapshot import RevisionFiles
from catalog.schema.tables.cards import CodeOwner
from connectors.formats.faults import Fault
from connectors.formats.gitignore import ANY, MAX_PATTERN, Parts, matches, parts_of

# GitHub takes the first of `.github`, the root and `docs`; GitLab of the root, `docs` and `.gitlab`: one order serves both.
PLACES = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
MAX_RULES = 5_000
MAX_OWNERS = 100  # of one rule
MAX_WORK = 1_000_000_000  # about four seconds at the worst; 2,000 rules for 100 artifacts take 0.25

_SECTION = re.compile(r"\^?\[([^\]]+)\](?:\[[0-9]+\])?(?:\s+(.*))?")
_WORD = re.compile(r"(?:\\.|[^\s\\])+")


class OwnerRules(NamedTuple):
    """The rules for any commit, and what goes over a bound."""

    rows: tuple[CodeOwner, ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnerRule:
    """One line. `ways` are the patterns of which one must match; without any, the line matches nothing."""

    line: int
    section: str | None
    pattern: str
    owners: tuple[str, ...]
    ways: tuple[Parts, ...]

    @property
    def excludes(self) -> bool:
        return self.section is not None and self.pattern.startswith("!")


def file_at(revision: RevisionFiles) -> str | None:
    """The file that counts."""
    return next((place for place in PLACES if place in revision.files), None)


def owners_of(data: bytes, file: str, paths: Mapping[str, str]) -> OwnerRules:
    """The rules of a file, and which of these artifacts each decides for. MetafileError where there are too many rules."""
    rules = parse(data, file)
    decided: dict[int, list[str]] = {}
    characters = sum(len(rule.pattern) for rule in rules)
    names = sum(len(way) for rule in rules for way in rule.ways)
    left, checked = MAX_WORK, 0
    for artifact, path in paths.items():
        left -= characters * (1 + len(path)) + 100 * names * (1 + path.count("/"))
        if left < 0:
            break
        checked += 1
        for rule in deciding_rules(rules, path):
            decided.setdefault(rule.line, []).append(artifact)
    rows = tuple(
        CodeOwner(
            commit="",
            file=file,
            line=rule.line,
            section=rule.section,
            pattern=rule.pattern,
            owners=rule.owners[:MAX_OWNERS],
            artifacts=tuple(sorted(decided.get(rule.line, ()))),
        )
        for rule in rules
    )
    return OwnerRules(rows, tuple(_faults(rules, len(paths), len(paths) - checked)))


def parse(data: bytes, file: str) -> tuple[OwnerRule, ...]:
    """The rules in order. MetafileError where there are too many."""
    lines = [(number, line.strip()) for number, line in enumerate(decode(data).splitlines(), 1)]
    lines = [(number, line) for number, line in lines if line and not line.startswith("#")]
    if len(lines) > MAX_RULES:
        raise MetafileError(f"found {len(lines):,} rules, expected at most {MAX_RULES:,}", rule="too-big")
    gitlab = file.startswith(".gitlab/") or any(_SECTION.fullmatch(line) for _, line in lines)
    section: str | None = None
    names: dict[str, str] = {}  # GitLab takes sections for one whose names differ in case
    default: tuple[str, ...] = ()
    rules = []
    for number, line in lines:
        if gitlab and (header := _SECTION.fullmatch(line)):
            section = names.setdefault(header[1].lower(), header[1])
            default = tuple(_words(header[2] or ""))
        elif words := _words(line):
            rules.append(
                OwnerRule(
                    line=number,
                    section=section,
                    pattern=words[0],
                    owners=tuple(words[1:]) or default,
                    ways=_ways(words[0], gitlab=gitlab),
                )
            )
    return tuple(rules)


def deciding_rules(rules: Sequence[OwnerRule], path: str) -> Iterator[OwnerRule]:
    """The rule that decides for a path in each section; the path of a folder ends in a slash."""
    names = path.split("/")
    decided: dict[str | None, OwnerRule] = {}
    for rule in rules:
        before = decided.get(rule.section)
        if before is not None and before.excludes and not rule.excludes:  # nothing brings back what was taken out
            continue
        if any(matches(way, names) for way in rule.ways):
            decided[rule.section] = rule
    yield from decided.values()


def _faults(rules: Sequence[OwnerRule], artifacts: int, untried: int) -> Iterator[Fault]:
    crowded = [rule.line for rule in rules if len(rule.owners) > MAX_OWNERS]
    if crowded:
        message = (
            f"found {len(crowded):,} rules with more than {MAX_OWNERS} owners; the rest of their owners is left out"
        )
        yield Fault(f"line {crowded[0]}", "too-many", message)
    long = [rule.line for rule in rules if len(rule.pattern) > MAX_PATTERN and not rule.ways]
    if long:
        message = f"found {len(long):,} patterns of more than {MAX_PATTERN:,} characters, which match nothing"
        yield Fault(f"line {long[0]}", "too-big", message)
    if untried:
        message = f"found {len(rules):,} rules for {artifacts:,} artifacts; the last {untried:,} are left out"
        yield Fault("", "too-many", message)


def _words(line: str) -> list[str]:
    """Separated by space, which a backslash makes a part of a word; a comment ends them."""
    words: list[str] = []
    for word in _WORD.findall(line):
        if word.startswith("#"):
            break
        words.append(word)
    return words


def _ways(pattern: str, *, gitlab: bool) -> tuple[Parts, ...]:
    path = pattern.removeprefix("!") if gitlab else pattern
    parts = parts_of(path) if len(path) <= MAX_PATTERN else ()
    if not parts:
        return ((ANY,),) if path == "/" else ()
    anchored = path.startswith("/") or (not gitlab and "/" in path.rstrip("/"))
    if not anchored and parts[0] != ANY:
        parts = (ANY, *parts)
    if path.endswith("/"):
        return ((*parts, ANY),)
    if gitlab or path.endswith("/*") or parts[-1] == ANY:  # `docs/*` is what lies in `docs`, not what lies deeper
        return (parts,)
    return (parts, (*parts, ANY))
