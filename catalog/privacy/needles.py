"""Searches texts for parts of secrets, in time that grows with the text alone."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from catalog.privacy.encodings import encoded, normalize

GRAM = 8  # characters that are looked up at a time


@dataclass(frozen=True, kw_only=True, slots=True)
class Needles:
    """What shows that a normalized text repeats a secret: the whole of a short form of it, or `run` characters in a row of a longer one."""

    run: int
    whole: tuple[str, ...]
    grams: frozenset[str]
    runs: frozenset[str]
    signs: tuple[str, ...]  # secrets that are mostly no letters and digits, in texts without spaces
    shortest: int  # characters of a text in which one can be; 0 where there is nothing to look for

    def within(self, normalized: str) -> bool:
        """Whether a text of letters and digits alone holds one."""
        if any(form in normalized for form in self.whole):
            return True
        # One look for each step finds every run: it holds GRAM characters from a multiple of the step on.
        places = range(0, len(normalized) - GRAM + 1, self.run - GRAM + 1)
        if self.grams.isdisjoint([normalized[at : at + GRAM] for at in places]):
            return False
        return any(self._runs_at(normalized, at) for at in places)

    def _runs_at(self, text: str, at: int) -> bool:
        starts = range(max(0, at - self.run + GRAM), at + 1)
        return any(text[start : start + self.run] in self.runs for start in starts)

    def within_signs(self, text: str) -> bool:
        """Whether a text holds one of the secrets of signs."""
        spaceless = _spaceless(text)
        return any(secret in spaceless for secret in self.signs)


@lru_cache(maxsize=256)  # repositories of one server share theirs
def needles(secrets: frozenset[str], *, run: int, shortest: int) -> Needles:
    """Those of secrets, and of their encoded forms, forwards and backwards. `shortest`: letters and digits of a secret that is looked for."""
    stated = {secret: normalize(secret) for secret in secrets}
    looked_for = {secret for secret, form in stated.items() if len(form) >= shortest}
    forms = {stated[secret] for secret in looked_for}.union(*map(encoded, looked_for))
    forms |= {form[::-1] for form in forms}
    short, long = ({form for form in forms if (len(form) < run) is is_short} for is_short in (True, False))
    signs = {_spaceless(secret) for secret in stated.keys() - looked_for}
    signs = {secret for secret in signs if len(secret) >= shortest}
    return Needles(
        run=run,
        whole=tuple(sorted(short)),
        grams=frozenset(_parts(long, GRAM)),
        runs=frozenset(_parts(long, run)),
        signs=tuple(sorted(signs)),
        shortest=min(run, *map(len, (*forms, *signs))) if forms or signs else 0,
    )


def _parts(forms: Iterable[str], size: int) -> set[str]:
    return {form[at : at + size] for form in forms for at in range(len(form) - size + 1)}


def _spaceless(text: str) -> str:
    shown = "".join(
        char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) not in {"Cf", "Cc"}
    )
    return "".join(shown.split()).casefold()
