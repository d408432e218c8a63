"""Columns of numbers and of texts in the data of pages, each as one text: a browser reads that in a fraction of the time that an array takes, and it compresses better.

`static/columns.js` reads them.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Sequence
from itertools import pairwise, takewhile

_DIGITS = f"{string.digits}{string.ascii_letters}-_"  # of base 64
_LAST = len(_DIGITS) - 1
_BITS = _LAST.bit_length()  # of a digit


def numbers(column: Sequence[int]) -> str:
    """A column of numbers; one that is the same in all rows is that number, `=3`.

    Where none is below 0, they are digits of base 64 behind `~`: the highest of every number, then the next. Compressed, that is a sixth less than `3,1,4`.
    """
    if column and column.count(column[0]) == len(column):
        return f"={column[0]}"
    if not column or min(column) < 0:
        return ",".join(map(str, column))
    shifts = reversed(range(0, max(column).bit_length(), _BITS))
    return f"~{''.join(_DIGITS[number >> shift & _LAST] for shift in shifts for number in column)}"


def steps(column: Sequence[int]) -> str:
    """Numbers that never fall, as differences."""
    return numbers([*column[:1], *(after - before for before, after in pairwise(column))])


def texts(column: Iterable[str]) -> str | list[str]:
    """Texts, a line each; where one has several lines, the list."""
    column = [*column]
    return column if any("\n" in text for text in column) else "\n".join(column)


def coded(column: Sequence[str]) -> tuple[list[str], str]:
    """The distinct texts of a column, and for each row the place of its text among them."""
    places = {text: place for place, text in enumerate(dict.fromkeys(column))}
    return [*places], numbers([places[text] for text in column])


def front_coded(column: Sequence[str]) -> tuple[str, str | list[str]]:
    """Texts in an order in which neighbours begin alike: with how much of the one before each begins, in the units of UTF-16 that scripts count, and how it goes on.

    Compressed, the sorted names of 10,000 repositories are half as long.
    """
    shared = [_common(*pair) for pair in zip(["", *column], column, strict=False)]
    rest = texts(text[len(prefix) :] for text, prefix in zip(column, shared, strict=True))
    return numbers([len(prefix.encode("utf-16-le", "surrogatepass")) // 2 for prefix in shared]), rest


def _common(one: str, other: str) -> str:
    """What both begin with."""
    return "".join(a for a, _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
