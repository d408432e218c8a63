"""Which files each table and view is exported to, and what decides that a file is as it must be: read of all before any row is."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import duckdb

from catalog.database.export_csv import SUFFIX
from catalog.database.export_slots import SLOTS, Counts
from catalog.database.statements import named

ONE_FILE = 16_384  # rows: with more, a table or view is divided
PART_ROWS = 4_096  # of a part, as nearly as halving allows

_SQL = named("build")


@dataclass(frozen=True, kw_only=True, slots=True)
class Relation:
    """A table or view of the catalog, with its sentences."""

    name: str
    kind: str
    comment: str
    columns: tuple[tuple[str, str, str | None], ...]  # name, type and comment

    @property
    def is_divisible(self) -> bool:
        """Whether each of its rows belongs to a repository."""
        return any(name == "repo" for name, _, _ in self.columns)


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """The rows of some slots, or all of them. `files`: of Parquet, then of CSV where that is wanted. `digest` is that of the rows and of what their columns are."""

    files: tuple[str, ...]
    slots: range
    rows: int
    digest: str

    @property
    def is_whole(self) -> bool:
        """Whether it has all rows of the relation."""
        return len(self.slots) == SLOTS


def relations(connection: duckdb.DuckDBPyConnection) -> list[Relation]:
    """The tables and views of a catalog."""
    columns: dict[str, list[tuple[str, str, str | None]]] = {}
    for relation, *column in connection.execute(_SQL["comments"]).fetchall():
        columns.setdefault(relation, []).append(tuple(column))
    return [
        Relation(name=name, kind=kind, comment=comment, columns=tuple(columns[name]))
        for name, kind, comment in connection.execute("from relations()").fetchall()
    ]


def parts(relation: Relation, by_slot: Counts, *, csv: bool = False) -> list[Part]:
    """The parts of a table or view with these rows: one, or where it has many rows, a power of two, each with the repositories of some slots. `csv`: as CSV, too."""
    number = _number(sum(rows for rows, _ in by_slot.values())) if relation.is_divisible else 1
    width = SLOTS // number
    every = (_part(relation, range(first, first + width), by_slot, csv=csv) for first in range(0, SLOTS, width))
    return [part for part in every if part.rows or part.is_whole]


def _number(rows: int) -> int:
    """Into how many parts so many rows are divided."""
    number = 1
    while rows > ONE_FILE and number < SLOTS and rows > number * PART_ROWS:
        number *= 2
    return number


def _part(relation: Relation, slots: range, by_slot: Counts, *, csv: bool) -> Part:
    contents = [(slot, *by_slot[slot]) for slot in slots if slot in by_slot]
    stem = relation.name if len(slots) == SLOTS else f"{relation.name}/{slots.start:02x}-{slots[-1]:02x}"
    text = repr((relation, contents))
    return Part(
        files=(f"{stem}.parquet", f"{stem}{SUFFIX}") if csv else (f"{stem}.parquet",),
        slots=slots,
        rows=sum(rows for _, rows, _ in contents),
        digest=blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest(),
    )
