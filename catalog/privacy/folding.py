"""Texts as they are searched for secrets: full-width and other forms of ASCII characters as these, without characters that are not seen."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from threading import Lock

# Blocks with characters whose compatibility form (NFKC) is one of ASCII, or that are not seen.
_BLOCKS = (
    (0xA0, 0x3400),
    (0xA640, 0xAC00),
    (0xF900, 0x10000),
    (0x10780, 0x107C0),
    (0x1D173, 0x1D800),
    (0x1F100, 0x1F200),
    (0x1FBF0, 0x1FC00),
    (0xE0000, 0xE0200),
)
_PREPARING = Lock()
_SELECTORS = range(0xFE00, 0xFE10)  # of variants of the character before
_MORE_SELECTORS = range(0xE0100, 0xE01F0)
_ALSO_HIDDEN = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"  # letters and marks by their category
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Folded:
    """A text as it is searched. `places`: where each of its characters was, if some were left out."""

    text: str
    places: Sequence[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a part of it, which is not empty, begins and ends in the text as it was."""
        return (start, end) if self.places is None else (self.places[start], self.places[end - 1] + 1)


def fold(text: str) -> Folded:
    """The text as it is searched."""
    if text.isascii():
        return Folded(text=text)
    forms = prepare()
    folded = text.translate(forms)
    if len(folded) == len(text):
        return Folded(text=folded)
    return Folded(
        text=folded, places=[place for place, char in enumerate(text) if forms.get(ord(char), char) is not None]
    )


def prepare() -> Mapping[int, str | None]:
    """What stands for a character, for `fold`: worked out once, which takes 20 ms, whichever thread asks first."""
    with _PREPARING:
        return _forms()


@cache
def _forms() -> dict[int, str | None]:
    """What stands for a character: one of ASCII, or nothing."""
    forms: dict[int, str | None] = {ord(char): None for char in _ALSO_HIDDEN}
    for first, end in _BLOCKS:
        for code in range(first, end):
            form = unicodedata.normalize("NFKC", chr(code))
            if len(form) == 1 and form.isascii():
                forms[code] = form
            elif unicodedata.category(chr(code)) == "Cf" or code in _SELECTORS or code in _MORE_SELECTORS:
                forms[code] = None
    return forms
