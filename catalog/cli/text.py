"""Terminal text: escapes untrusted text, then lays it out in columns that fit the width."""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from textwrap import wrap
from typing import Any, NamedTuple, TextIO

from catalog.text import visible

GAP = "  "
NOTHING = "-"
BOLD, DIM, GREEN, YELLOW = "1", "2", "32", "33"

_NARROWEST = 16  # a time
_COMMIT = 40  # digits: a version of that length is an unregistered commit


@dataclass(frozen=True, kw_only=True, slots=True)
class Screen:
    """Where a table goes. A pipe has no width: nothing is cut there."""

    width: int | None
    colour: bool

    def paint(self, text: str, *styles: str) -> str:
        return f"\x1b[{';'.join(styles)}m{text}\x1b[0m" if self.colour and styles and text else text


def screen(stream: TextIO | None = None) -> Screen:
    """What standard output is: a terminal of some width, or a pipe. See https://no-color.org for the variable."""
    stream = stream or sys.stdout
    if not stream.isatty():
        return Screen(width=None, colour=False)
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
    return Screen(width=shutil.get_terminal_size().columns, colour=not plain)


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
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.category(c) in ("Mn", "Me") else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def cut(text: str, limit: int) -> str:
    """The text in at most `limit` columns, with an ellipsis for what is left out."""
    if width(text) <= limit:
        return text
    while text and width(text) > limit - 1:
        text = text[:-1]
    return text + "…"


@dataclass(frozen=True, kw_only=True, slots=True)
class TableColumn:
    """A column of a printed table. Those on the right are left out first where there is no room."""

    title: str
    key: str
    styles: tuple[str, ...] = ()


class FittedTable(NamedTuple):
    """A table as text, the titles of the columns for which the screen has no room, and of those that have cells cut off."""

    text: str
    hidden: tuple[str, ...]
    narrowed: tuple[str, ...]

    def note(self) -> str:
        """What is not shown, in words; empty where all is."""
        return unshown(self.hidden, self.narrowed)


def unshown(hidden: Sequence[str], narrowed: Sequence[str]) -> str:
    """Words for what has no room, and for what is cut off; empty for nothing."""
    parts = [f"no room for {', '.join(hidden)}"] if hidden else []
    parts += [f"{', '.join(narrowed)} cut off"] if narrowed else []
    return "; ".join(parts)


def table(columns: Sequence[TableColumn], rows: Sequence[Mapping[str, Any]], screen: Screen) -> FittedTable:
    """The table, cut to the width of the screen."""
    cells = [[cell(row.get(column.key)) for column in columns] for row in rows]
    titles = [visible(column.title) for column in columns]
    widths = [max([width(title), *(width(row[i]) for row in cells)]) for i, title in enumerate(titles)]
    whole = widths
    if screen.width is not None:
        widths = fit(widths, screen.width)
    narrowed = tuple(title for title, wanted, most in zip(titles, whole, widths, strict=False) if most < wanted)
    shown = columns[: len(widths)]
    lines = [_line(titles, widths, [(BOLD,)] * len(shown), screen)]
    lines += [_line(row, widths, [column.styles for column in shown], screen) for row in cells]
    return FittedTable("\n".join(lines) + "\n", tuple(titles[len(widths) :]), narrowed)


def table_section(columns: Sequence[TableColumn], rows: Sequence[Mapping[str, Any]], screen: Screen) -> str:
    """The table as a part of a longer text, with a line for what has no room; nothing where there are no rows."""
    if not rows:
        return ""
    fitted = table(columns, rows, screen)
    return fitted.text + bracketed(fitted.note(), screen)


def bracketed(note: str, screen: Screen) -> str:
    """Lines of their own for a note on what is above; nothing for none."""
    lines = wrap(f"({note})", max(screen.width, 1)) if screen.width else [f"({note})"]
    return "".join(screen.paint(line, DIM) + "\n" for line in lines) if note else ""


def _line(texts: Sequence[str], widths: Sequence[int], styles: Sequence[tuple[str, ...]], screen: Screen) -> str:
    shown = [cut(text, most) for text, most in zip(texts, widths, strict=False)]
    parts = [
        (text if text == NOTHING else screen.paint(text, *style)) + " " * (most - width(text))
        for text, most, style in zip(shown, widths, styles, strict=True)
    ]
    return GAP.join(parts).rstrip()


def fit(widths: Sequence[int], limit: int) -> list[int]:
    """Widths for a line of `limit`: columns go from the right until the rest can be narrow enough, then the widest give."""
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
