"""The plugins of detect-secrets that look for secrets: its own, and ours for what it lacks.

detect-secrets imports `requests`, so that this module is imported only where a text may hold a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

from detect_secrets.plugins.base import BasePlugin, RegexBasedDetector
from detect_secrets.plugins.high_entropy_strings import Base64HighEntropyString, HexHighEntropyString

from catalog.privacy.formats import FORMATS
from catalog.privacy.telling_keys import Strength, strength

MIN_RANDOM = 16  # characters of a value that may be random
KEYWORD = "Secret Keyword"  # as detect-secrets calls it
_PACKAGE = "detect_secrets.plugins"

_ASSIGNMENT = re.compile(
    r"(?<![\w.-])(?P<flag>--?)?(?P<name>[A-Za-z_][\w.-]{0,127})(?:\\{0,3}[\"'])?\]?(?:\s{0,3}(?P<sign>=>|:=|={1,2}|:(?!//))\s{0,3}|(?P<space>\s{1,3}))"
    r"(?:\\{0,3}\"(?P<double>[^\"\n]{1,1024}?)\\{0,3}\"|'(?P<single>[^'\n]{1,1024})'|(?P<bare>[^\s\"'`,;&|<>(){}\[\]][^\s\"'`,;&|<>()\[\]]{0,1023})(?P<call>[(\[])?)"
)
_PLACEHOLDER = re.compile(
    r"\s*|\$.*|%\w+%?|\{.*|<.*>?|\[withheld.*|(.)\1*|(?i:true|false|yes|no|none|null|nil|str|string|bytes|int|bool|optional|any|required|changeme|todo|tbd|redacted|hidden|masked|x{3,}.*|\*{3}.*|\.{3}.*|your[-_ ].*|my[-_ ]?(?:password|secret|token)|enter[-_ ].*|example|placeholder|(?:os\.)?(?:environ|getenv)\b.*|env[:.].*|vault:.*|secrets?[./].*|process\.env.*)",
    re.DOTALL,
)
_TAIL = re.compile(
    r"(?![,)\]}]+(?:\s|$|[\w.-]+\s{0,3}[=:]))[,()\[\]{}][^\s\"'`&;|<>]{0,1024}"
)  # of a value with such a character inside
_ATTRIBUTE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_WORD = re.compile(r"[A-Za-z]+(?:[-'][A-Za-z]+)*[.!?]?")  # of prose


@cache
def stock(module: str, name: str) -> BasePlugin:
    """A plugin of detect-secrets."""
    plugin: BasePlugin = getattr(import_module(f"{_PACKAGE}.{module}"), name)()
    return plugin


@cache
def own() -> tuple[FormatDetector, ...]:
    """Our plugins, one for each format."""
    return tuple(_plugin(each.name, each.pattern) for each in FORMATS)


class FormatDetector(RegexBasedDetector):
    """Finds a format: yields what is to be withheld."""

    secret_type = ""
    denylist: Any = ()

    def analyze_string(self, string: str) -> Iterator[str]:  # type: ignore[override]  # a generator there
        for start, end in self.spans(string):
            yield string[start:end]

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the secrets of a text begin and end."""
        for pattern in self.denylist:
            for match in pattern.finditer(text):
                start, end = match.span(match.lastgroup or 0)
                if not is_placeholder(text[start:end]):
                    yield start, end


def _plugin(name: str, pattern: re.Pattern[str]) -> FormatDetector:
    plugin: type[FormatDetector] = type(
        f"{name.title().replace(' ', '')}Detector", (FormatDetector,), {"secret_type": name, "denylist": (pattern,)}
    )
    return plugin()


class AssignmentDetector(BasePlugin):
    """Finds a value beside a telling name: `--password x`, `API_KEY=x`, `secret: "x"`."""

    secret_type = KEYWORD

    def analyze_string(self, string: str) -> Iterator[str]:  # type: ignore[override]  # a generator there
        for start, end in self.spans(string):
            yield string[start:end]

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the secrets of a text begin and end."""
        place = 0
        while match := _ASSIGNMENT.search(text, place):
            group = match.lastgroup if match.lastgroup != "call" else "bare"
            assert group
            place = match.start(group)  # a value may be a name itself: `export PASSWORD=x`
            is_flag = bool(match["flag"])
            if match["space"] and not (is_flag and match["flag"] == "--"):
                continue
            if _is_assigned(match, group, is_flag=is_flag):
                tail = _TAIL.match(text, match.end(group)) if group == "bare" else None
                place = (tail or match).end(0 if tail else group)
                yield match.start(group), _without_brackets(text, match.end(group), place)


def _without_brackets(text: str, least: int, end: int) -> int:
    """The end of a value, without the brackets and commas that follow it."""
    return least + len(text[least:end].rstrip(",;)]}"))


def _is_assigned(match: re.Match[str], group: str, *, is_flag: bool) -> bool:
    name, value = match["name"], match[group]
    name_strength = strength(name)
    if name_strength is Strength.NONE or not is_secret_value(value, name_strength):
        return False
    if group != "bare":
        return True
    if match["call"] or (strength(value) and _is_name(value)) or _ATTRIBUTE.fullmatch(value):
        return is_random(value)  # code, which names where the secret is
    is_prose = not is_flag and (match["sign"] == ":" or " " in match[0])
    return not (is_prose and _WORD.fullmatch(value))


def is_secret_value(value: str, name_strength: Strength) -> bool:
    """Whether the value of a name that says so much is likely a secret."""
    if is_placeholder(value):
        return False
    return name_strength is Strength.STRONG or (name_strength is Strength.WEAK and is_random(value))


def is_placeholder(value: str) -> bool:
    """Whether a value stands for a secret that is elsewhere: `${TOKEN}`, `<password>`, `***`."""
    return bool(_PLACEHOLDER.fullmatch(value)) or (strength(value) is Strength.STRONG and _is_name(value))


def _is_name(value: str) -> bool:
    return value.isidentifier() and not any(map(str.isdigit, value))


def is_random(value: str) -> bool:
    """Whether a value looks as if it was drawn at random, by the entropy of detect-secrets."""
    if len(value) < MIN_RANDOM or not any(map(str.isdigit, value)):
        return False
    hexadecimal, other = _entropies()
    if len(value) >= 2 * MIN_RANDOM and not set(value.lower()) - set("0123456789abcdef"):
        return bool(hexadecimal.calculate_shannon_entropy(value) > hexadecimal.entropy_limit)
    letters = any(map(str.islower, value)) + any(map(str.isupper, value))
    return letters > 0 and bool(other.calculate_shannon_entropy(value) > other.entropy_limit)


@cache
def _entropies() -> tuple[HexHighEntropyString, Base64HighEntropyString]:
    return HexHighEntropyString(limit=2.5), Base64HighEntropyString(limit=3.4)
