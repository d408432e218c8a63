"""A connection whose answers hold no e-mail address, as repos.toml says: everything that the site shows is read through it."""

from __future__ import annotations

from typing import Any

from catalog.privacy.emails import UNMASKED, Mask, masked
from sites.data.facts import Connection

# Types of columns without texts.
_NO_TEXT = frozenset({"BIGINT", "BOOLEAN", "DOUBLE", "DOUBLE[]", "HUGEINT", "INTEGER", "TIMESTAMP", "UBIGINT"})


class MaskedConnection:
    """The part of a connection that pages need, with the texts of its answers masked."""

    def __init__(self, connection: Connection, mask: Mask) -> None:
        self._connection, self._mask = connection, mask

    def execute(self, query: str, parameters: object = (), /) -> MaskedAnswer:
        """Runs a query."""
        return MaskedAnswer(self._connection.execute(query, parameters), self._mask)


class MaskedAnswer:
    """The answer to a query."""

    def __init__(self, answer: Any, mask: Mask) -> None:  # noqa: ANN401 - DuckDB's own type
        self._answer, self._mask = answer, mask
        self.description = answer.description
        self._places = [
            place
            for place, (name, kind, *_) in enumerate(answer.description or ())
            if name not in UNMASKED and str(kind) not in _NO_TEXT
        ]

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows."""
        return [self._masked(row) for row in self._answer.fetchall()]

    def fetchmany(self, size: int) -> list[tuple[Any, ...]]:
        """The next rows."""
        return [self._masked(row) for row in self._answer.fetchmany(size)]

    def _masked(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        """The row; most have nothing to mask, and stay as they are: a third of the time of looking at each cell, and in each."""
        cells = None
        for place in self._places:
            cell = row[place]
            if cell is None or "@" not in (cell if type(cell) is str else repr(cell)):
                continue
            cells = cells or [*row]
            cells[place] = masked(cell, self._mask)
        return tuple(cells) if cells else row
