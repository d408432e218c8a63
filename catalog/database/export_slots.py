"""How many rows each table and view has of the repositories of each slot, and the digest of these: what files of exports follow from.

Where a relation follows from single repositories, and the partitions of a slot are those of the last export, its rows are those, too: they are not counted.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import duckdb

from catalog.database.statements import named

SLOTS = 256  # into which repositories fall by their hashes; a part of an export has one or more of them
SLOT = "(hash(repo) >> 56)::utinyint"

Counts = dict[int, tuple[int, int]]  # slot → how many rows, and the sum of their hashes

_SQL = named("build")


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """What an export counted: the digest of the partitions of each slot, and of each relation that follows from single repositories its rows."""

    partitions: dict[int, str] = field(default_factory=dict)
    rows: dict[str, Counts] = field(default_factory=dict)


class RowCounter:
    """Counts rows of relations; those of `single` follow from single repositories."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, single: Collection[str], last: Counted) -> None:
        slots = connection.execute(_SQL["slots"]).fetchall() if single else []
        self.partitions = {slot: digest for slot, digest, _ in slots}
        self._single = frozenset(single)
        self._same = {slot for slot, digest in self.partitions.items() if last.partitions.get(slot) == digest}
        self._changed = [repo for slot, _, repos in slots if slot not in self._same for repo in repos]
        self._last = last.rows if self._same else {}

    def count(self, connection: duckdb.DuckDBPyConnection, relation: str, *, divisible: bool) -> Counts:
        """The rows of a table or view by slot; all in slot 0 of one that is not divisible."""
        if not (divisible and relation in self._single and relation in self._last):
            return _counts(connection, relation, SLOT if divisible else "0")
        counts = {slot: rows for slot, rows in self._last[relation].items() if slot in self._same}
        return counts | (_counts(connection, relation, SLOT, self._changed) if self._changed else {})

    def counted(self, counts: dict[str, Counts]) -> Counted:
        """What the next export need not count again, of what this one counted."""
        return Counted(partitions=self.partitions, rows={name: counts[name] for name in counts if name in self._single})


def _counts(
    connection: duckdb.DuckDBPyConnection, relation: str, slot: str, repos: Sequence[str] | None = None
) -> Counts:
    # Constants, not a subquery: a view computes no more than these.
    where = "true" if repos is None else f"repo in ({', '.join('?' * len(repos))})"
    # The sum of hashes of rows does not depend on their order, and counts equal rows.
    query = (
        f'select {slot} as slot, count(*) as rows, sum(hash(r)) as digest from "{relation}" r where {where} group by 1'
    )
    return {slot: (rows, digest) for slot, rows, digest in connection.execute(query, repos or []).fetchall()}
