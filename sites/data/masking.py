"""A connection whose answers hold no e-mail address, as repos.toml says: everything that the site shows is read through it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from catalog.privacy.emails import UNMASKED, Mask, masked
from sites.data.facts import Connection


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
        self._is_same = [column[0] in UNMASKED for column in answer.description or ()]

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows."""
        return self._masked(self._answer.fetchall())

    def fetchmany(self, size: int) -> list[tuple[Any, ...]]:
        """The next rows."""
        return self._masked(self._answer.fetchmany(size))

    def _masked(self, rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        return [
            tuple(
                cell if is_same else masked(cell, self._mask) for is_same, cell in zip(self._is_same, row, strict=True)
            )
            for row in rows
        ]
