"""Query results in Python: columns, rows and aware times, with a time limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from catalog.errors import Misuse

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

Row = dict[str, Any]


class SqlError(Misuse):
    """The author of a statement must mend it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Columns and rows. Times are aware and UTC, lists are lists, maps and structs are dicts. `note` says what the rows cannot."""

    columns: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]
    note: str | None = None
    _arrow: Callable[[], pa.Table] = field(repr=False, compare=False)

    @property
    def rows(self) -> list[Row]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.values]

    def arrow(self) -> pa.Table:
        """The same rows with DuckDB's types; times lie in UTC without a zone. Asks again: the catalog must still be open."""
        return self._arrow()


def answer(
    connection: duckdb.DuckDBPyConnection, text: str, parameters: Mapping[str, object], timeout: float | None
) -> Answer:
    """Asks one question. SqlError after `timeout` seconds; whatever DuckDB complains of is raised as it is."""

    def arrow() -> pa.Table:
        with closing(connection.cursor()) as own, _in_time(own, timeout):
            return own.sql(text, params=dict(parameters)).to_arrow_table().rename_columns(columns)

    with _in_time(connection, timeout):
        # Not a relation, as for Arrow: it would be planned twice, and planning is most of the work.
        result = connection.execute(text, dict(parameters))
        kinds = [str(column[1]) for column in result.description or ()]
        columns = _unique(column[0] for column in result.description or ())
        # DuckDB needs pytz to convert times with a zone for Python; Arrow does not.
        zoned = any("WITH TIME ZONE" in kind for kind in kinds)
        rows = [] if zoned else result.fetchall()
    if zoned:
        rows = [tuple(row.values()) for row in arrow().to_pylist(maps_as_pydicts="lossy")]
    if any("TIMESTAMP" in kind for kind in kinds):
        rows = [tuple(_aware(value) for value in row) for row in rows]
    return Answer(columns=columns, values=tuple(rows), _arrow=arrow)


def select(
    connection: duckdb.DuckDBPyConnection, text: str, parameters: Mapping[str, object], timeout: float | None
) -> Answer:
    """Runs the SELECT that a user wrote. SqlError where DuckDB, or this catalog, refuses it."""
    import duckdb

    try:
        statements = connection.extract_statements(text)
        if len(statements) != 1 or statements[0].type not in (
            duckdb.StatementType.SELECT,
            duckdb.StatementType.EXPLAIN,
        ):
            kinds = ", ".join(statement.type.name for statement in statements) or "nothing"
            raise SqlError(f"found {kinds}, expected one SELECT: a catalog is only read")
        return answer(connection, text, parameters, timeout)
    except duckdb.Error as error:
        raise SqlError(sentence(error)) from error


def sentence(error: Exception) -> str:
    """DuckDB's message without its drawing of where the fault lies."""
    return " ".join(str(error).partition("\n\n")[0].split())


@contextmanager
def _in_time(connection: duckdb.DuckDBPyConnection, timeout: float | None) -> Iterator[None]:
    """Interrupts what is asked inside when its time is over."""
    if timeout is None:
        yield
        return
    from threading import Timer  # only where there is a limit

    import duckdb

    timer = Timer(timeout, connection.interrupt)
    timer.start()
    try:
        yield
    except duckdb.InterruptException as error:
        raise SqlError(f"no answer after {timeout:g} seconds") from error
    finally:
        timer.cancel()


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    """A column that has the name of another gets a number."""
    unique: dict[str, None] = {}
    for name in names:
        number, free = 1, name
        while free in unique:
            number += 1
            free = f"{name}_{number}"
        unique[free] = None
    return tuple(unique)


def _aware(value: Any) -> Any:  # noqa: ANN401 - a cell
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if isinstance(value, list):
        return [_aware(item) for item in value]
    if isinstance(value, dict):
        return {key: _aware(item) for key, item in value.items()}
    return value
