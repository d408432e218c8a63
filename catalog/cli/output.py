"""Output: data to standard output, messages to standard error."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from catalog.cli import formats
from catalog.cli.formats import Format
from catalog.cli.text import TableColumn, note, screen, table
from catalog.errors import Misuse, StoreError
from catalog.query.answer import Answer, Row
from catalog.text import visible

if TYPE_CHECKING:
    import pyarrow as pa


def put(
    answer: Answer,
    output: Format,
    columns: Sequence[TableColumn] | None = None,
    ids: formats.Ids | None = None,
) -> None:
    """Writes an answer; `columns` are those that a table shows, from the most telling to the least (all, where not given).

    `ids` gives what the format of that name has of a row, where no column is a reference.
    """
    match output:
        case Format.TABLE:
            put_table(columns or [TableColumn(title=name, key=name) for name in answer.columns], answer.rows)
        case Format.JSON:
            put_text(formats.to_json(answer.rows))
        case Format.PARQUET:
            put_parquet(answer.arrow())
        case Format.IDS:
            put_text(formats.ids(answer.columns, answer.rows, ids))
        case _:
            put_rows(answer.columns, answer.rows, output)


def put_listing(
    rows: Sequence[Row],
    columns: Sequence[str],
    shown: Sequence[TableColumn],
    output: Format,
    ids: formats.Ids | None = None,
) -> None:
    """Writes rows that are no answer of a catalog. `columns`: those of formats with columns; `shown`: those of a table."""
    match output:
        case Format.TABLE:
            put_table(shown, rows)
        case Format.JSON:
            put_text(formats.to_json([{name: row[name] for name in columns} for row in rows]))
        case Format.PARQUET:
            import pyarrow as pa  # no other format needs it

            plain = [{name: row[name] for name in columns} for row in rows]
            put_parquet(pa.Table.from_pylist(plain) if rows else pa.table({name: [] for name in columns}))
        case Format.IDS:
            put_text(formats.ids(columns, rows, ids))
        case _:
            put_rows(columns, rows, output)


def put_note(answer: Answer) -> None:
    """Says what the rows of an answer cannot."""
    if answer.note:
        say_note(answer.note)


def say_note(sentence: str) -> None:
    """Writes a sentence below a table to standard error, in lines that fit the terminal."""
    _tell(note(visible(sentence), screen(sys.stderr)))


def put_rows(columns: Sequence[str], rows: Sequence[Row], output: Format) -> None:
    """Writes rows in one of the formats that are text, line by line."""
    text = formats.WRITERS[output](columns, rows)
    put_text(re.sub(r"[^\t\r\n]+", lambda match: visible(match[0]), text) if sys.stdout.isatty() else text)


def put_table(columns: Sequence[TableColumn], rows: Sequence[Row]) -> None:
    """Writes a table that fits the terminal."""
    if not rows:
        say("nothing found")
        return
    put_text(table(columns, rows, screen()).text)


def put_parquet(rows: pa.Table) -> None:
    """Writes a Parquet file, but not to a terminal."""
    if sys.stdout.isatty():
        raise Misuse("parquet is binary: send it to a file, as in `-o parquet > rows.parquet`")
    import pyarrow as pa  # no other format needs it
    import pyarrow.parquet as pq

    with _written():
        try:
            pq.write_table(rows, sys.stdout.buffer, compression="zstd")
        except pa.ArrowNotImplementedError as error:
            raise Misuse(
                f"Parquet has no type for a column of this answer: cast it, or use -o json ({error})"
            ) from error


def put_text(text: str) -> None:
    with _written():
        sys.stdout.write(text)


@contextmanager
def _written() -> Iterator[None]:
    """Flushes standard output at its end, so that a closed pipe is detected where it can still be handled without a message."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StoreError(f"cannot write to standard output: {error.strerror}") from error


def say(text: str) -> None:
    """Writes a message to standard error, without control characters; nothing where standard error is closed.

    In one write, which no message of another thread comes into.
    """
    _tell(f"{visible(text)}\n")


def _tell(text: str) -> None:
    with suppress(BrokenPipeError):
        print(text, end="", file=sys.stderr)  # noqa: T201 - messages go to standard error, here alone
