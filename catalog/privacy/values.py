"""A value with its name: likely secrets in it are withheld, also inside the JSON of a list or map."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from catalog.privacy.detector import Span, cut, find, suspicious, withheld
from catalog.privacy.kinds import KEYWORD
from catalog.privacy.telling_keys import Strength, strength

MAX_REMEMBERED = 16 << 20  # characters of texts that are known to hold no secret, in all repositories
LONG = 4_096  # characters of a text that is not remembered
LEAST_NUMBER = 100_000  # a number beside a telling name may be a password from here on

_STRUCTURED = ("{", "[")  # how the JSON of a map or list begins
_NAMES, _VALUES = ("name", "key"), ("value",)  # of a setting that is a map of these two


@dataclass(kw_only=True, slots=True)
class CleanTexts:
    """The texts that were found to hold no secret. Most texts of a repository are those of another, or of an earlier commit."""

    texts: set[str] = field(default_factory=set)
    size: int = 0
    _lock: Lock = field(default_factory=Lock)

    def add(self, texts: Iterable[str]) -> None:
        short = [text for text in texts if len(text) <= LONG]
        with self._lock:
            if self.size > MAX_REMEMBERED:
                self.texts, self.size = set(), 0
            self.texts.update(short)
            self.size += sum(map(len, short))


_CLEAN = {False: CleanTexts(), True: CleanTexts()}


def find_all(texts: Iterable[str], *, identifiers: bool) -> dict[str, list[Span]]:
    """What detectors find in these texts, by text; those without a finding are left out, but for JSON that may hold one."""
    known = _CLEAN[identifiers]
    new = set(texts) - known.texts
    findings = {
        text: spans
        for text, kinds in suspicious(new, identifiers=identifiers)
        if (spans := find(text, kinds, identifiers=identifiers)) or text[:1] in _STRUCTURED
    }
    known.add(new.difference(findings))
    return findings


@dataclass(frozen=True, kw_only=True, slots=True)
class Cleaned:
    """A text without likely secrets, and what was taken out of it."""

    text: str
    secrets: tuple[str, ...] = ()


def clean_value(text: str, name: str, spans: list[Span]) -> Cleaned:
    """The value of this name. `spans`: what detectors found in the text alone."""
    name_strength = strength(name)
    if text[:1] in _STRUCTURED and (structured := _clean_json(text, name_strength)):
        return structured
    secrets = tuple(text[start:end] for start, end, _ in spans)
    rest = cut(text, spans) if spans else text
    return (
        Cleaned(text=withheld(KEYWORD), secrets=(text,))
        if name_strength and _is_secret(rest, name_strength)
        else Cleaned(text=rest, secrets=secrets)
    )


def is_secret_number(number: float, name: str) -> bool:
    """Whether a number is likely a password: a whole one of six digits or more beside a strong name."""
    return number >= LEAST_NUMBER and number.is_integer() and strength(name) is Strength.STRONG


def _is_secret(text: str, name_strength: Strength) -> bool:
    from catalog.privacy.plugins import is_secret_value  # late, as detect-secrets is

    return is_secret_value(text, name_strength)


def _clean_json(text: str, name_strength: Strength) -> Cleaned | None:
    """The JSON of a list or map without secrets; None where it is none, or holds none."""
    try:
        value = json.loads(text)
        secrets: list[str] = []
        rest = _without(value, name_strength, secrets)
        return Cleaned(text=_written(rest, text, value), secrets=tuple(secrets)) if secrets else None
    except (ValueError, RecursionError):
        return None


def _written(rest: object, text: str, value: object) -> str:
    """As connectors write it, so that nothing else of the text changes."""
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return json.dumps(rest, ensure_ascii=False, separators=(",", ":") if compact == text else None)


def _without(value: object, name_strength: Strength, secrets: list[str]) -> Any:  # noqa: ANN401 - JSON
    match value:
        case dict():
            return dict(_entries(value, name_strength, secrets))
        case list():
            return [_without(item, name_strength, secrets) for item in value]
        case str():
            return _without_text(value, name_strength, secrets)
        case int() if not isinstance(value, bool) and name_strength is Strength.STRONG and value >= LEAST_NUMBER:
            secrets.append(str(value))
            return withheld(KEYWORD)
        case _:
            return value


def _entries(
    entries: Mapping[str, object], name_strength: Strength, secrets: list[str]
) -> Iterator[tuple[str, object]]:
    stated = next((entries[key] for key in _NAMES if isinstance(entries.get(key), str)), "")
    for key, item in entries.items():
        named = strength(str(stated)) if key in _VALUES else Strength.NONE
        yield (
            _without_text(key, Strength.NONE, secrets),
            _without(item, max(name_strength, named, strength(key)), secrets),
        )


def _without_text(text: str, name_strength: Strength, secrets: list[str]) -> str:
    cleaned = clean_value(text, "", next(iter(find_all([text], identifiers=False).values()), []))
    secrets += cleaned.secrets
    if name_strength and _is_secret(cleaned.text, name_strength):
        secrets.append(text)
        return withheld(KEYWORD)
    return cleaned.text
