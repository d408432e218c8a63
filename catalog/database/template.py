"""An empty catalog with its tables, views, macros and comments, as a file that builds copy."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import duckdb

from catalog.database import search_index
from catalog.database.statements import ALL, Statement, macro, named, statements

if TYPE_CHECKING:
    import pyarrow as pa

# DuckDB 1.4 and later read this, and so does its browser build; small blocks suit range requests.
# A change rewrites the row groups that it touches, so these are small too.
STORAGE = "storage_version 'v1.4.0', block_size 16384, row_group_size 16384"

OF_A_VERSION = {"repo", "artifact", "version"}  # the columns of a view that speaks of versions
REF = "repo || ':' || artifact || '@' || version"
_REF_SENTENCE = "The version's name, as every command takes it; null where the row names no version."

_SQL = named("build")
_lock = Lock()
_templates: dict[str, bytes] = {}  # by recipe: a thousand statements take longer than the rows of a small fleet


def recipe(shapes: Mapping[str, pa.Schema]) -> str:
    """The digest of what a catalog without rows depends on: where it differs, nothing of another one is reused."""
    tables = [f"{name} {schema.to_string()}" for name, schema in shapes.items()]
    relations = [str(statement) for statement in statements()]
    parts = [STORAGE, duckdb.__version__, *tables, *relations, search_index.recipe()]
    return blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


def write_template(path: Path, shapes: Mapping[str, pa.Schema]) -> None:
    """Writes a catalog that has these tables, and all views and macros, to a new file."""
    key = recipe(shapes)
    with _lock:
        if key in _templates:
            path.write_bytes(_templates[key])
        else:
            _write(path, shapes)
            _templates.clear()
            _templates[key] = path.read_bytes()


def attach(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Attaches a private temporary file as `staging` for writing; a crash may leave it in any state."""
    # Without the type, a file of another program makes DuckDB look for an extension.
    connection.execute(f"attach '{quoted(path)}' as staging (type duckdb, {STORAGE}, recovery_mode no_wal_writes)")
    connection.execute("use staging")


def quoted(text: object) -> str:
    """The inside of a literal, where SQL takes no parameter."""
    return str(text).replace("'", "''")


def stored_columns(shape: pa.Schema) -> str:
    """The columns of a table without those that the database derives, such as `ref` of events: nothing can be inserted there."""
    return ", ".join(f'"{name}"' for name in shape.names)


def _write(path: Path, shapes: Mapping[str, pa.Schema]) -> None:
    with closing(duckdb.connect()) as connection:
        attach(connection, path)
        connection.execute("begin")
        for name, schema in shapes.items():
            _create_table(connection, name, schema)
        connection.execute("create schema internal")
        for name in ("make_making", "make_partitions", "make_journals"):
            connection.execute(_SQL[name])
        search_index.make(connection)
        for statement in statements():
            _create(connection, statement)
        for target, text in _comments(connection, shapes):
            connection.execute(f"comment on {target} is '{quoted(text)}'")  # this statement takes no parameters
        connection.execute("commit")
        connection.execute("use memory")
        connection.execute("detach staging")


def _create_table(connection: duckdb.DuckDBPyConnection, name: str, schema: pa.Schema) -> None:
    types = connection.from_arrow(schema.empty_table()).types
    columns = [
        f'"{field.name}" {kind}{"" if field.nullable else " not null"}'
        for field, kind in zip(schema, types, strict=True)
    ]
    if _has_versions(schema.names):
        columns.append(f"ref varchar generated always as ({REF}) virtual")
    connection.execute(f'create table "{name}" ({", ".join(columns)})')


def _create(connection: duckdb.DuckDBPyConnection, statement: Statement) -> None:
    if statement.parameters:
        connection.execute(macro(statement))
        return
    if statement.materialized:
        connection.execute("create schema if not exists materialized")
        connection.execute(f"create table materialized.{statement.name} as from ({statement.body}) limit 0")
    create_view(
        connection, statement.name, f"from materialized.{statement.name}" if statement.materialized else statement.body
    )


def create_view(connection: duckdb.DuckDBPyConnection, name: str, body: str) -> None:
    """Creates a view, or replaces it; one that speaks of versions gets their names as `ref`, unless its body has them. They are not stored."""
    connection.execute(f"create or replace view {name} as {body}")
    columns = {column for column, *_ in connection.execute(f"describe {name}").fetchall()}
    if _has_versions(columns):
        connection.execute(f"create or replace view {name} as select {REF} as ref, * from ({body})")


def _has_versions(columns: Collection[str]) -> bool:
    """Whether a relation speaks of versions, and nothing else is its `ref`."""
    return OF_A_VERSION.issubset(columns) and "ref" not in columns


def _comments(connection: duckdb.DuckDBPyConnection, shapes: Mapping[str, pa.Schema]) -> Iterator[tuple[str, str]]:
    """The targets of comments with their sentences. A column of a view has a sentence of its own, or that of the relation it is from."""
    by_relation: dict[str, dict[str, str]] = {}
    for name, schema in shapes.items():
        yield f'table "{name}"', _comment(schema)
        by_relation[name] = {field.name: _comment(field) for field in schema}
        if _has_versions(schema.names):
            by_relation[name]["ref"] = _REF_SENTENCE
    columns: dict[str, list[str]] = {}
    for view, column in connection.execute(_SQL["columns"]).fetchall():
        columns.setdefault(view, []).append(column)
    for statement in statements():
        kind = "view" if not statement.parameters else "macro" if statement.scalar else "macro table"
        yield f"{kind} {statement.name}", statement.doc
        if not statement.parameters:
            by_relation[statement.name] = {
                **dict(_inherited(statement, columns[statement.name], by_relation)),
                **({"ref": _REF_SENTENCE} if "ref" in columns[statement.name] else {}),
                **statement.notes,
            }
    for name, sentences in by_relation.items():
        yield from ((f'column "{name}"."{column}"', sentence) for column, sentence in sentences.items())


def _inherited(
    statement: Statement, columns: Iterable[str], by_relation: Mapping[str, Mapping[str, str]]
) -> Iterator[tuple[str, str]]:
    for source, names in statement.sources.items():
        for column in columns if names == (ALL,) else names:
            if column in by_relation[source]:
                yield column, by_relation[source][column]


def _comment(shape: pa.Schema | pa.Field) -> str:
    return str(shape.metadata[b"comment"].decode())
