"""Query results in Python: columns, rows and aware times, with a time limit."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from catalog.errors import Ambiguous, Misuse, NotFound, StoreError
from catalog.query import cells
from catalog.text import cleaned, plural

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import polars as pl
    import pyarrow as pa

Row = dict[str, Any]

_NAMES = 80  # characters of column names in a `repr`
_READING = ("SELECT", "FROM", "WITH", "PIVOT", "UNPIVOT", "EXPLAIN", "DESCRIBE", "SUMMARIZE", "VALUES", "TABLE", "(")


class SqlError(Misuse):
    """The author of a statement must mend it."""


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Answer:
    """Columns and rows. Times are aware and UTC, lists are lists, maps and structs are dicts; an interval with months is an `Interval`.

    `note` says what the rows cannot.
    """

    columns: tuple[str, ...]
    values: tuple[tuple[Any, ...], ...]
    note: str | None = None
    _arrow: Callable[[], pa.Table] = field(repr=False, compare=False)

    @property
    def rows(self) -> list[Row]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.values]

    def one(self) -> Row:
        """The only row. NotFound where there is none, Ambiguous where there are several."""
        if not self.values:
            raise NotFound("the answer has no rows, expected one")
        if len(self.values) > 1:
            raise Ambiguous(f"the answer has {len(self.values)} rows, expected one", ())
        return self.rows[0]

    def __len__(self) -> int:
        return len(self.values)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __repr__(self) -> str:
        """One line, whatever is in the rows."""
        rows = plural(len(self.values), "row")
        columns = ", ".join(self.columns)
        names = columns if len(columns) <= _NAMES else f"{columns[: _NAMES - 1]}…"
        return f"<{type(self).__name__}: {rows} of {cleaned(names)}>"

    def _repr_html_(self) -> str:
        """A table for notebooks, of the first rows; nothing in a cell is markup."""
        from catalog.query.html_table import html_table  # only where a notebook asks

        return html_table(self.columns, self.values, self.note)

    def df(self) -> pd.DataFrame:
        """The same rows as a DataFrame of pandas, which must be installed; lists and structs stay Python's. Otherwise as `arrow`."""
        return self.arrow().to_pandas()

    def pl(self) -> pl.DataFrame:
        """The same rows as a DataFrame of Polars, which must be installed. Otherwise as `arrow`."""
        import polars as pl  # the user's

        return pl.DataFrame(self.arrow())

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The rows for any library that reads Arrow's stream protocol (Polars, pandas, DuckDB, ...)."""
        return self.arrow().__arrow_c_stream__(requested_schema)

    def arrow(self) -> pa.Table:
        """The same rows with DuckDB's types; times lie in UTC without a zone. Asks again: the catalog must still be open.

        SqlError for a number that Arrow cannot hold, StoreError where the catalog is closed.
        """
        import duckdb

        try:
            return self._arrow()
        except duckdb.Error as error:
            raise SqlError(sentence(error)) from error


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """The most that one question may take. None: as much as it needs."""

    timeout: float | None = None  # seconds
    max_rows: int | None = None


def answer(
    connection: duckdb.DuckDBPyConnection, text: str, parameters: Mapping[str, object], bounds: Bounds
) -> Answer:
    """Asks one question, on a cursor of its own: several threads may ask at once.

    SqlError for what is beyond the bounds; whatever DuckDB complains of is raised as it is.
    """
    timeout = bounds.timeout

    def arrow() -> pa.Table:
        with _cursor(connection, timeout) as own:
            relation = _beginning(own.sql(text, params=dict(parameters)), bounds.max_rows)
            return _without_unsigned(relation).to_arrow_table().rename_columns(columns)

    with _cursor(connection, timeout) as cursor:
        # Not a relation, as for Arrow: it would be planned twice, and planning is most of the work.
        result = cursor.execute(text, dict(parameters))
        kinds = [str(column[1]) for column in result.description or ()]
        columns = _unique(column[0] for column in result.description or ())
        timed = [place for place, kind in enumerate(kinds) if cells.has_times(kind)]
        fetched = None if any(map(cells.inexact, kinds)) else _fetched(result, bounds.max_rows)
    if fetched is None or any(cells.is_odd(row[place]) for row in fetched for place in timed):
        with _cursor(connection, timeout) as own:
            rows = _exact_rows(_beginning(own.sql(text, params=dict(parameters)), bounds.max_rows))
        _check_number(len(rows), bounds.max_rows)
    elif any("TIMESTAMP" in kind for kind in kinds):
        rows = [tuple(_converted(value) for value in row) for row in fetched]
    else:
        rows = fetched
    return Answer(columns=columns, values=tuple(rows), _arrow=arrow)


def _fetched(result: duckdb.DuckDBPyConnection, most: int | None) -> list[tuple[Any, ...]]:
    """All rows. DuckDB makes them as they are fetched, so that a query of too many ends early."""
    if most is None:
        return result.fetchall()
    rows = result.fetchmany(most + 1)
    _check_number(len(rows), most)
    return rows


def _beginning(relation: duckdb.DuckDBPyRelation, most: int | None) -> duckdb.DuckDBPyRelation:
    """The rows that are allowed, and the next one, which tells that there are more."""
    return relation if most is None else relation.limit(most + 1)


def _check_number(rows: int, most: int | None) -> None:
    if most is not None and rows > most:
        raise SqlError(f"the answer has more than {most:,} rows, the limit max_rows")


def _exact_rows(relation: duckdb.DuckDBPyRelation) -> list[tuple[Any, ...]]:
    """All rows, with every time as it is. The statement runs once more than for other answers."""
    kinds = relation.types
    # By their numbers: several columns may have one name.
    as_text = ", ".join(f"#{number}::{cells.text_type(kind)}" for number, kind in enumerate(kinds, 1))
    return [
        tuple(cells.read(value, kind) for value, kind in zip(row, kinds, strict=True))
        for row in relation.project(as_text).fetchall()
    ]


def _without_unsigned(relation: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """The relation with columns of UHUGEINT as decimals: Arrow has no type for it, and would get other numbers for the largest."""
    kinds = list(map(str, relation.types))
    if "UHUGEINT" not in kinds:
        return relation
    columns = (f"#{number}{'::decimal(38, 0)' if kind == 'UHUGEINT' else ''}" for number, kind in enumerate(kinds, 1))
    return relation.project(", ".join(columns))


def select(
    connection: duckdb.DuckDBPyConnection, text: str, parameters: Mapping[str, object], bounds: Bounds
) -> Answer:
    """Runs the SELECT that a user wrote. SqlError where DuckDB, or this catalog, refuses it."""
    import duckdb

    try:
        with _cursor(connection, None) as cursor:
            statements = cursor.extract_statements(text)
        if len(statements) != 1:
            raise SqlError(f"expected one SELECT, found {len(statements) or 'no'} statements")
        kind = statements[0].type
        if kind not in (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN) and not (
            kind == duckdb.StatementType.MULTI and _reads(text)
        ):
            raise SqlError(f"only a SELECT is allowed, and this is {_kind(text)}: the catalog is read-only")
        return answer(connection, text, parameters, bounds)
    except duckdb.OutOfMemoryException as error:
        raise SqlError("the answer needs more memory than it may have, the limit max_memory") from error
    except duckdb.Error as error:
        raise SqlError(sentence(error)) from error


def _reads(text: str) -> bool:
    """Whether what DuckDB makes several statements of, as of a PIVOT that looks up its columns, only reads."""
    return _kind(text) in _READING


def _kind(text: str) -> str:
    """The first word of a statement, after its comments."""
    import duckdb

    starts = [start for start, kind in duckdb.tokenize(text) if kind != duckdb.token_type.comment]
    word = re.match(r"\w+|\(", text.encode()[starts[0] :].decode(errors="replace")) if starts else None
    return word[0].upper() if word else "nothing"


def sentence(error: Exception) -> str:
    """DuckDB's message without its drawing of where the fault lies."""
    return " ".join(str(error).partition("\n\n")[0].split())


@contextmanager
def _cursor(connection: duckdb.DuckDBPyConnection, timeout: float | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor for one question; what is asked takes at most `timeout` seconds. StoreError where the catalog is closed."""
    import duckdb

    try:
        with closing(connection.cursor()) as cursor, _in_time(cursor, timeout):
            yield cursor
    except duckdb.ConnectionException as error:
        raise StoreError("this Catalog is closed; Catalog.open opens it again") from error


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


def _converted(value: Any) -> Any:  # noqa: ANN401 - a cell
    match value:
        case datetime():
            return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        case list():
            return [_converted(item) for item in value]
        case dict():
            return {key: _converted(item) for key, item in value.items()}
        case _:
            return value
