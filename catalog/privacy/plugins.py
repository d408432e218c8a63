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
    r"(?<![\w.-])(?P<flag>--?)?(?P<name>[A-Za-z_][\w.-]{0,127})(?:\\{0,3}[\"'])?\]?(?:\s{0,3}(?P<sign>=>|:=|={1,2}|:(?!//))\s{0,3}|(?P<verb>(?:\s(?:for|of|to|on)(?:\s[\w.@-]{1,64}){1,2})?\s{1,3}(?:is|was|are|ist|lautet|es|est)(?:\s?[:=])?\s{1,3})|(?P<space>\s{1,3}))"
    r"(?:\\{0,3}\"(?P<double>[^\"\n]{1,1024}?)\\{0,3}\"|'(?P<single>[^'\n]{1,1024})'|(?P<bare>[^\s\"'`,;&|<>(){}\[\]][^\s\"'`,;&|<>()\[\]]{0,1023})(?P<call>[(\[])?)"
)
_PLACEHOLDER = re.compile(
    r"\s*|\$.*|%\w+%?|\{.*|<.*>?|\[withheld.*|(.)\1*|(?i:true|false|yes|no|none|null|nil|str|string|bytes|int|bool|optional|any|required|changeme|todo|tbd|redacted|hidden|masked|x{3,}.*|\*{3}.*|\.{3}.*|your[-_ ].*|my[-_ ]?(?:password|secret|token)|enter[-_ ].*|example|placeholder|(?:os\.)?(?:environ|getenv)\b.*|env[:.].*|vault:.*|secrets?[./].*|process\.env.*)",
    re.DOTALL,
)
_TAIL = re.compile(
    r"(?![,)\]}]+(?:\s|$|[\w.-]+\s{0,3}[=:]))[,()\[\]{}][^\s\"'`&;|<>]{0,1024}"
)  # of a value with such a character inside
# What a sentence says of a secret that it does not tell: `the password is 16-char, sha256-hashed`.
_DESCRIPTION = re.compile(
    r"[/~.].*|[a-z_][\w.-]*=|\d{1,5}[-+]?[a-z]*(?:-[a-z]+)*|\w+(?:-\w+)?-(?:hashed|encoded|encrypted|based|protected)|(?:sha|md|base|utf|aes|rsa|ecdsa|hs|rs|bcrypt|argon|scrypt|pbkdf|v|k|s|oauth|http)[-_]?\d[\w./-]*",
    re.IGNORECASE,
)
_CHOSEN = re.compile(r"(?=.*[^\W\d_])(?=.*[\d!@#$%^&*+=~?]).{4,}|\d{6,}", re.DOTALL)
_SETS = re.compile(r"(?:\b(?:ENV|ARG|setenv|setx)|\bset\s{1,3}-\w{1,4})\s{1,3}\Z")  # how a variable is set with a blank
_BEFORE = re.compile(r"(?<![\w.-])([A-Za-z]{2,16})[ -]\Z")  # the first word of `API key`
_LOOK_BACK = 20  # characters before a name, of which no pattern needs more
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
            if _is_assigned(match, group):
                tail = _TAIL.match(text, match.end(group)) if group == "bare" else None
                place = (tail or match).end(0 if tail else group)
                yield match.start(group), _without_brackets(text, match.end(group), place)


def _without_brackets(text: str, least: int, end: int) -> int:
    """The end of a value, without the brackets and commas that follow it."""
    return least + len(text[least:end].rstrip(",;)]}"))


def _is_assigned(match: re.Match[str], group: str) -> bool:
    name_strength, value = strength(match["name"]), match[group]
    if (
        name_strength is Strength.WEAK
        and _is_second_word(match)
        and not is_placeholder(value)
        and _is_stated(match, group)
    ):
        return True
    if name_strength is Strength.NONE or not is_secret_value(value, name_strength):
        return False
    if match["verb"] or (match["space"] and match["flag"] != "--"):
        return _is_stated(match, group)
    if group != "bare":
        return True
    if _is_code(match, value):
        return is_random(value)
    is_prose = not match["flag"] and (match["sign"] == ":" or " " in match[0])
    return not is_prose or not _WORD.fullmatch(value) or _is_setting(match)


def _is_second_word(match: re.Match[str]) -> bool:
    """Whether the word before makes the name a strong one, as in `API key`."""
    before = None if match["flag"] else _before(match, _BEFORE)
    return before is not None and strength(f"{before[1]}_{match['name']}") is Strength.STRONG


def _is_stated(match: re.Match[str], group: str) -> bool:
    """Whether a sentence contains a secret, or a line sets one: `the password is x1`, `ENV PASSWORD x`, `PASSWORD x` in a line of its own."""
    value = match[group]
    if "]" in match.string[match.end("name") : match.start(group)]:  # the end of a mark, which names its detector
        return False
    if group != "bare":
        return not match["space"]
    if match["space"] and (_before(match, _SETS) or _is_setting(match)):
        return True
    word = value.rstrip(".!?:")
    return bool(_CHOSEN.fullmatch(word)) and not _DESCRIPTION.fullmatch(word) and not _is_code(match, value)


def _is_setting(match: re.Match[str]) -> bool:
    """Whether a line has a name in capitals and its value, and nothing else."""
    start, end = match.span()
    before, after = match.string[max(start - 1, 0) : start], match.string[end : end + 1]
    return (
        match["name"].isupper() and not match["bare"].isupper() and before in ("", "\n") and after in ("", "\n", "\r")
    )


def _before(match: re.Match[str], pattern: re.Pattern[str]) -> re.Match[str] | None:
    return pattern.search(match.string, max(match.start() - _LOOK_BACK, 0), match.start())


def _is_code(match: re.Match[str], value: str) -> bool:
    """Whether a value is code, which names where the secret is."""
    return bool(match["call"] or (strength(value) and _is_name(value)) or _ATTRIBUTE.fullmatch(value))


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
