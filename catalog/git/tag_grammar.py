"""The grammar of GTO's tags, as pure text: `churn@v1.0.0`, `churn#prod#3`, `cv=seg@v2.0.0!`, `churn@deprecated`.

After `gto/constants.py` (`tag_re`) and `gto/tag.py` (`parse_name`) of GTO 1.10, and SemVer 2.0 (semver.org). GTO's
expression lets the digits of all scripts through; SemVer knows only ours, and so do we: see `foreign_digits`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from catalog.errors import MetafileError
from catalog.schema.tables.registry import ASSIGNMENT, DEPRECATION, DEREGISTRATION, REGISTRATION, UNASSIGNMENT

CREATION = "creation"  # `churn@created` is in the grammar, but GTO gives it no meaning and stops at it

MAX_DIGITS = 99  # of one number in a version: the length has two digits in `precedence`
MAX_COUNTER = (1 << 63) - 1  # what a column of whole numbers holds

_FOLDER = r"[a-zA-Z0-9\-_./]+"
_NAME = r"[a-zA-Z0-9](?:[a-zA-Z0-9\-/_]*[a-zA-Z0-9])?"
_NUMBER = r"(?:0|[1-9]\d*)"
_WORD = rf"(?:{_NUMBER}|\d*[a-zA-Z-][0-9a-zA-Z-]*)"
_SEMVER = rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-{_WORD}(?:\.{_WORD})*)?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?"
_TAG = (
    rf"(?P<artifact>(?:{_FOLDER}=)?{_NAME})"
    rf"(?:(?:\#(?P<stage>{_NAME})|@(?P<version>v{_SEMVER}))(?P<cancel>!?)|@(?P<word>deprecated|created))"
    r"(?:\#(?P<counter>[0-9]+))?"
)
_OURS = re.compile(_TAG, re.ASCII)
_GTOS = re.compile(_TAG)
_PLAIN_NAME = re.compile(_NAME, re.ASCII)
_DIGITS = re.compile(r"[0-9]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedTagName:
    """What a tag's name says. `artifact` is `name` or `folder:name`; `event` a value of `events.event`, or `CREATION`.

    (De)registrations have a `version`, (un)assignments a `stage`; `counter` makes names unique and means nothing else.
    """

    artifact: str
    event: str
    version: str | None = None
    stage: str | None = None
    counter: int | None = None


def matches(tag: str) -> bool:
    """GTO acts on a tag of this name."""
    return _OURS.fullmatch(tag) is not None


def parse(tag: str) -> ParsedTagName | None:
    """The parts of the name, or None where GTO takes it for an ordinary tag; MetafileError where a number is absurd."""
    match = _OURS.fullmatch(tag)
    if match is None:
        return None
    artifact, stage, version, cancel, word, counter = match.groups()
    return ParsedTagName(
        artifact=artifact.replace("=", ":"),
        event=_event(stage, cancel, word),
        version=_bounded(version),
        stage=stage,
        counter=_number(counter),
    )


def format(parsed: ParsedTagName) -> str:  # noqa: A001 - the other half of `parse`; nobody imports it by its bare name
    """The tag's name: `parse` reads it back."""
    artifact = parsed.artifact.replace(":", "=")
    counter = "" if parsed.counter is None else f"#{parsed.counter}"
    return artifact + _event_mark(parsed) + counter


def foreign_digits(tag: str) -> bool:
    """GTO acts on the name, but only because it takes digits of other scripts for digits."""
    return not tag.isascii() and _GTOS.fullmatch(tag) is not None


def is_name(text: str) -> bool:
    """An artifact, a stage or a type may be called this."""
    return _PLAIN_NAME.fullmatch(text) is not None


def precedence(version: str) -> str:
    """Text whose byte order is the precedence of SemVer 2.0, build metadata ignored: `v1.10.0` → `011021001 0~`.

    A number has its length in front; no prerelease sorts last; numbers sort before words, fewer before more.
    """
    core, _, prerelease = version.removeprefix("v").partition("+")[0].partition("-")
    numbers = "".join(_sortable(number) for number in core.split("."))
    if not prerelease:
        return numbers + "~"
    words = (f"!{_sortable(word)}" if _DIGITS.fullmatch(word) else word for word in prerelease.split("."))
    return numbers + " " + " ".join(words)


def _event(stage: str | None, cancel: str | None, word: str | None) -> str:
    if word is not None:
        return DEPRECATION if word == "deprecated" else CREATION
    if stage is not None:
        return UNASSIGNMENT if cancel else ASSIGNMENT
    return DEREGISTRATION if cancel else REGISTRATION


def _event_mark(parsed: ParsedTagName) -> str:
    marks = {
        REGISTRATION: f"@{parsed.version}",
        DEREGISTRATION: f"@{parsed.version}!",
        ASSIGNMENT: f"#{parsed.stage}",
        UNASSIGNMENT: f"#{parsed.stage}!",
        DEPRECATION: "@deprecated",
        CREATION: "@created",
    }
    return marks[parsed.event]


def _bounded(version: str | None) -> str | None:
    if version is not None and len(version) > MAX_DIGITS:
        longest = max((len(digits) for digits in _DIGITS.findall(version)), default=0)
        if longest > MAX_DIGITS:
            message = f"a number of the version has {longest:,} digits, expected at most {MAX_DIGITS}"
            raise MetafileError(message, rule="huge-number")
    return version


def _number(counter: str | None) -> int | None:
    if counter is None:
        return None
    digits = counter.lstrip("0") or "0"
    # Python itself refuses to read a number of more than 4,300 digits.
    if len(digits) > len(str(MAX_COUNTER)) or int(digits) > MAX_COUNTER:
        raise MetafileError(
            f"the counter has {len(digits):,} digits, expected at most {MAX_COUNTER}", rule="huge-number"
        )
    return int(digits)


def _sortable(number: str) -> str:
    return f"{len(number):02}{number}"
