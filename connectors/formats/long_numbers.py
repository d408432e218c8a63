"""Whole numbers that are longer than Python reads or prints: each becomes text, and costs nothing else of its file."""

from __future__ import annotations

import re

MAX_BITS = (
    3_300  # of a whole number: about 1,000 digits; Python neither reads nor prints 4,300 (`sys.set_int_max_str_digits`)
)
MAX_DIGITS = 1_000  # of one that is put in quotes

_LONG = re.compile(rf"(?<![\w.'\"+-])[+-]?[0-9][0-9_]{{{MAX_DIGITS},}}+(?![\w.'\"])")


def whole_number(digits: str) -> int | str:
    """The number, or its text where it is too long."""
    return int(digits) if len(digits) <= MAX_DIGITS else digits


def number_as_text(number: int) -> str:
    """Its digits: the decimal ones, as far as Python prints them."""
    try:
        return str(number)
    except ValueError:
        return hex(number)


def quote_long_numbers(source: str) -> str:
    """TOML or Python, with quotes around each long number, as its reader would refuse the whole file for one.

    Digits within a text of double quotes get single ones, which are text there, too; within single quotes they end the text, and the file
    is refused, as it was before.
    """
    return _LONG.sub(r"'\g<0>'", source)
