"""Why something was found: a piece of the text that has one of the words of a query, and the word in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping

BEFORE, AFTER = 30, 50  # characters around what was found

Excerpt = Mapping[str, str]  # field, before, match, after


def excerpt(texts: Iterable[tuple[str, str]], terms: Collection[str]) -> Excerpt | None:
    """The first of some (field, text) with a word that begins with one of the terms, or else has it inside, or else with gaps.

    None where none has. A gap is what stands between words: `random-forest` has `randomforest` with one.
    """
    inside: Excerpt | None = None
    gapped: Excerpt | None = None
    for field, written in texts:
        text = unicodedata.normalize("NFC", written)  # so that an accent does not stand apart from its letter
        folded = fold(text)
        starts = [
            (found.start(1), term) for term in terms if (found := re.search(rf"(?:^|[\W_])({re.escape(term)})", folded))
        ]
        if starts:
            return _cut(field, text, *min(starts, key=lambda start: (start[0], -len(start[1]))))
        places = [(folded.index(term), term) for term in terms if term in folded]
        if places and inside is None:
            inside = _cut(field, text, *min(places, key=lambda place: (place[0], -len(place[1]))))
        if inside is None and gapped is None:
            gaps = [re.search(r"[\W_]*".join(map(re.escape, term)), folded) for term in terms]
            spans = [found.span() for found in gaps if found]
            gapped = _cut(field, text, min(spans)[0], text[slice(*min(spans))]) if spans else None
    return inside or gapped


def fold(text: str) -> str:
    """The text in lower case and without accents, as long as it was: a character that would become several stays as it is."""
    if text.isascii():
        return text.lower()
    return "".join(map(_folded, text))


def _folded(character: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFD", character.lower()) if unicodedata.category(c)[0] != "M")
    return plain if len(plain) == 1 else character


def _cut(field: str, text: str, start: int, term: str) -> Excerpt:
    end = start + len(term)
    before, after = text[max(start - BEFORE, 0) : start], text[end : end + AFTER]
    return {
        "field": field,
        "before": ("…" if start > BEFORE else "") + re.sub(r"\s+", " ", before),
        "match": text[start:end],
        "after": re.sub(r"\s+", " ", after) + ("…" if len(text) > end + AFTER else ""),
    }
