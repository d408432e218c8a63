"""The options `--columns`, `--sort`, `--limit` and `-q` of commands that list rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

import typer

from catalog.cli.formats import Format
from catalog.cli.output import put, put_note, say_note
from catalog.errors import InvalidArgument
from catalog.query.answer import Answer
from catalog.query.shaping import first, in_order, with_columns

A = TypeVar("A", bound=Answer)

Columns = Annotated[
    str | None,
    typer.Option("--columns", metavar="NAME,...", help="Only these columns, in this order; -o json has the names."),
]
Sort = Annotated[
    str | None,
    typer.Option("--sort", metavar="[-]COLUMN", help="Order rows by this column; with - before it, the highest first."),
]
Limit = Annotated[int | None, typer.Option("-n", "--limit", metavar="NUMBER", min=1, help="At most this many rows.")]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Only references, one a line, and no notes: as -o ids.")]


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """Which of the rows and columns of an answer are written."""

    columns: str | None = None
    sort: str | None = None
    limit: int | None = None
    quiet: bool = False
    note_first: bool = False  # the note sums up what follows

    def put(self, answer: A, output: Format, write: Callable[[A, Format], None]) -> None:
        """Writes an answer; by `write` where no columns were chosen."""
        shown = self._rows(answer)
        if self.note_first and not self.quiet:
            put_note(answer)
        if self.columns is not None and not self.quiet and output is not Format.IDS:
            put(with_columns(shown, _names(self.columns)), output)
        else:
            write(shown, Format.IDS if self.quiet else output)
        if self.quiet:
            return
        if not self.note_first:
            put_note(answer)
        if len(shown) < len(answer):
            say_note(f"the first {len(shown):,} of {len(answer):,} rows: --limit")

    def _rows(self, answer: A) -> A:
        if self.sort is not None:
            column = self.sort.removeprefix("-")
            answer = in_order(answer, column, descending=column != self.sort)
        return answer if self.limit is None else first(answer, self.limit)


def _names(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    if "" in names or len(set(names)) < len(names):
        raise InvalidArgument("columns", repr(text), "names with commas between them, each once")
    return names
