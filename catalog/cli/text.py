"""Terminal text: escapes untrusted text, then lays it out in columns that fit the width."""

from __future__ import annotations

import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from itertools import zip_longest
from typing import Any, NamedTuple, TextIO

from catalog.text import units, visible

GAP = "  "
NOTHING = "-"
BOLD, DIM, GREEN, YELLOW = "1", "2", "32", "33"

_NARROWEST = 20  # columns of a cell that can be read in several lines; a time takes 16
_BELOW = "    "
_COMMIT = 40  # digits: a version of that length is an unregistered commit


@dataclass(frozen=True, kw_only=True, slots=True)
class Screen:
    """Where a table goes. A pipe has no width: nothing is cut there."""

    width: int | None
    colour: bool

    def paint(self, text: str, *styles: str) -> str:
        return f"\x1b[{';'.join(styles)}m{text}\x1b[0m" if self.colour and styles and text else text


def screen(stream: TextIO | None = None) -> Screen:
    """What a stream is, standard output if none is given: a terminal of some width, or a pipe. See https://no-color.org for the variable."""
    stream = stream or sys.stdout
    if not stream.isatty():
        return Screen(width=None, colour=False)
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    return Screen(width=_terminal_width(stream), colour=not plain)


def _terminal_width(stream: TextIO) -> int:
    """By $COLUMNS, else of this terminal: that of standard output, which `shutil` asks, may be a pipe while this one is none."""
    if not os.environ.get("COLUMNS"):
        with suppress(OSError, ValueError):
            return os.get_terminal_size(stream.fileno()).columns or 80
    return shutil.get_terminal_size().columns


def cell(value: Any) -> str:  # noqa: ANN401, PLR0911 - a cell of any kind, one line for each
    """A value as a person reads it: times in UTC to the minute, lists with commas."""
    match value:
        case None | "" | () | []:
            return NOTHING
        case bool():
            return "yes" if value else "no"
        case str():
            return visible(value)
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case float():
            return f"{value:g}"
        case Mapping():
            return ", ".join(f"{visible(str(key))}={cell(item)}" for key, item in value.items()) or NOTHING
        case list() | tuple():
            return ", ".join(cell(item) for item in value)
        case _:
            return visible(str(value))


def width(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return len(text) if text.isascii() else sum(map(_columns, units(text)))


def _columns(unit: str) -> int:
    if len(unit) > 1:  # an emoji, perhaps of several
        return 2
    return 0 if unicodedata.category(unit) in ("Mn", "Me") else 2 if unicodedata.east_asian_width(unit) in "WF" else 1


def folded(text: str, limit: int) -> list[str]:
    """The text in lines of at most `limit` columns: broken at spaces, in a longer word behind a sign such as `/`, else anywhere."""
    lines = [""]
    for piece in _pieces(text, limit):
        if width(lines[-1] + piece.rstrip(" ")) <= limit:
            lines[-1] += piece
        else:
            lines.append(piece)
    return [line.rstrip(" ") for line in lines if line.strip(" ")] or [""]


def _pieces(text: str, limit: int) -> Iterator[str]:
    """What stays on one line, each with the spaces behind it."""
    for word in re.findall(r" *[^ ]+ *", text.rstrip(" ")):
        if width(word.rstrip(" ")) <= limit:
            yield word
            continue
        for part in re.findall(r"[^/:@,;=._-]*(?:[/:@,;=._-]+|$) *", word):
            yield from _lines_of(part, limit)


def _lines_of(part: str, limit: int) -> Iterator[str]:
    """A part of a word in pieces of at most `limit` columns, not counting the spaces behind it."""
    letters = part.rstrip(" ")
    start = place = used = 0
    for unit in units(letters):
        columns = width(unit)
        if used + columns > limit and place > start:
            yield letters[start:place]
            start, used = place, 0
        used += columns
        place += len(unit)
    yield part[start:]


def note(sentence: str, screen: Screen) -> str:
    """A sentence below a table, in lines that fit the screen."""
    lines = [sentence] if screen.width is None else folded(sentence, screen.width)
    return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, kw_only=True, slots=True)
class TableColumn:
    """A column of a printed table. Where there is no room, those on the right stand below the row."""

    title: str
    key: str
    styles: tuple[str, ...] = ()


class FittedTable(NamedTuple):
    """A table as text, and the titles of the columns that stand below their rows, for which the screen has no room beside the others."""

    text: str
    below: tuple[str, ...]


def table(columns: Sequence[TableColumn], rows: Sequence[Mapping[str, Any]], screen: Screen) -> FittedTable:
    """The table in the width of the screen: cells of several lines, and below a row what has no room beside it. A pipe has a line a row."""
    cells = [[cell(row.get(column.key)) for column in columns] for row in rows]
    titles = [visible(column.title) for column in columns]
    widths = [max([width(title), *(width(row[i]) for row in cells)]) for i, title in enumerate(titles)]
    if screen.width is not None:
        widths = fit(widths, screen.width)
    beside = len(widths)
    styles = [column.styles for column in columns[:beside]]
    lines = _lines(titles, widths, [(BOLD,)] * beside, screen)
    for row in cells:
        lines += _lines(row, widths, styles, screen)
        stated = zip(titles[beside:], row[beside:], strict=True)
        lines += _facts_below([f"{title}: {text}" for title, text in stated if text != NOTHING], screen)
    return FittedTable("\n".join(lines) + "\n", tuple(titles[beside:]))


def table_section(columns: Sequence[TableColumn], rows: Sequence[Mapping[str, Any]], screen: Screen) -> str:
    """The table as a part of a longer text; nothing where there are no rows."""
    return table(columns, rows, screen).text if rows else ""


def _facts_below(facts: Sequence[str], screen: Screen) -> list[str]:
    """Lines below a row: one fact behind the other, each on one line where that has room."""
    room = max((screen.width or 0) - len(_BELOW), 1)
    lines: list[str] = []
    for fact in facts:
        if lines and width(lines[-1] + GAP + fact) <= room:
            lines[-1] += GAP + fact
        else:
            lines += folded(fact, room)
    return [_BELOW + line for line in lines]


def _lines(texts: Sequence[str], widths: Sequence[int], styles: Sequence[tuple[str, ...]], screen: Screen) -> list[str]:
    """The lines of a row: as many as its highest cell has."""
    blocks = [folded(text, most) for text, most in zip(texts, widths, strict=False)]
    return [_line([*parts], widths, styles, screen) for parts in zip_longest(*blocks, fillvalue="")]


def _line(texts: Sequence[str], widths: Sequence[int], styles: Sequence[tuple[str, ...]], screen: Screen) -> str:
    parts = [
        (text if text == NOTHING else screen.paint(text, *style)) + " " * (most - width(text))
        for text, most, style in zip(texts, widths, styles, strict=True)
    ]
    return GAP.join(parts).rstrip()


def fit(widths: Sequence[int], limit: int) -> list[int]:
    """Widths for a line of `limit`: columns go from the right until the others have what is readable, then the widest give."""
    narrowed = list(widths)

    def room() -> int:
        return limit - len(GAP) * (len(narrowed) - 1)

    while (
        len(narrowed) > 1
        and sum(min(most, _NARROWEST) for most in narrowed[1:]) + min(narrowed[0], 2 * _NARROWEST) > room()
    ):
        narrowed.pop()
    while sum(narrowed) > max(room(), len(narrowed)):
        widest = narrowed.index(max(narrowed))
        others = sum(narrowed) - narrowed[widest]
        second = max([1, *(most for i, most in enumerate(narrowed) if i != widest and most < narrowed[widest])])
        narrowed[widest] = max(second - 1, room() - others, 1)
    return narrowed


def short(version: str | None) -> str | None:
    """A version as a table has it: of one that is named after its commit, the beginning."""
    return version[:7] if version is not None and len(version) == _COMMIT and version.isalnum() else version
