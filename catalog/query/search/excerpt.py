"""Excerpts for search results: the part of the text that matches, with the matches marked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

BEFORE, AFTER = 30, 50  # characters around what was found

Excerpt = Mapping[str, str]  # field, before, match, after

_JOINED = ("name", "label")  # fields in which `credit-risk` is found by `creditrisk`
_GAP = r"[\W_]*"
_CHARACTER = re.compile(
    "[\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)  # one that is a word by itself


@dataclass(frozen=True, slots=True)
class Sought:
    """A word, prefix or phrase of a query: its parts, folded, of which `ResNet50` has three."""

    kind: str
    parts: Sequence[str]


def excerpt(texts: Sequence[tuple[str, str]], sought: Sequence[Sought]) -> Excerpt | None:
    """The first of some (field, text) that has what is sought: whole, or else joined, or else a part of it. None where none has."""
    read = [(field, unicodedata.normalize("NFC", text)) for field, text in texts]  # an accent shall not stand alone
    for way in (_whole, _letters, _parts):
        for field, text in read:
            if way is _letters and field not in _JOINED:
                continue
            spans = [span for each in sought for span in _spans(text, way(each), each.kind == "prefix")]
            if spans:
                return _cut(field, text, *min(spans, key=lambda span: (span[0], -span[1])))
    return None


def _whole(sought: Sought) -> Iterator[str]:
    if sought.parts:
        yield _GAP.join(map(re.escape, sought.parts))


def _letters(sought: Sought) -> Iterator[str]:
    if sought.kind != "phrase" and sought.parts:
        yield _GAP.join(map(re.escape, "".join(sought.parts)))


def _parts(sought: Sought) -> Iterator[str]:
    if sought.kind != "phrase":
        yield from map(re.escape, sought.parts)


def _spans(text: str, patterns: Iterable[str], begins: bool) -> Iterator[tuple[int, int]]:
    """Where in a text each pattern is first found as a word, or with `begins` as the beginning of one."""
    folded = fold(text)
    for pattern in patterns:
        for match in re.finditer(pattern, folded):
            if _is_border(text, match.start()) and (begins or _is_border(text, match.end())):
                yield match.span()
                break


def _is_border(text: str, at: int) -> bool:
    """Whether a word begins or ends at a place: between other characters, or inside `creditRisk`, `HTTPServer` and `ResNet50`."""
    before, after = text[at - 1 : at], text[at : at + 1]
    if not (before.isalnum() and after.isalnum()) or _CHARACTER.match(before) or _CHARACTER.match(after):
        return True
    if before.isalpha() is not after.isalpha():
        return True
    return after.isupper() and (before.islower() or (before.isupper() and text[at + 1 : at + 2].islower()))


def fold(text: str) -> str:
    """The text in lower case and without accents, as long as it was: a character that would become several stays as it is."""
    if text.isascii():
        return text.lower()
    return "".join(map(_folded, text))


def _folded(character: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFD", character.lower()) if unicodedata.category(c)[0] != "M")
    return plain if len(plain) == 1 else character


def _cut(field: str, text: str, start: int, end: int) -> Excerpt:
    before, match, after = (
        re.sub(r"\s+", " ", part)
        for part in (text[max(start - BEFORE, 0) : start], text[start:end], text[end : end + AFTER])
    )
    return {
        "field": field,
        "before": ("…" if start > BEFORE else "") + before,
        "match": match,
        "after": after + ("…" if len(text) > end + AFTER else ""),
    }
