"""Generates docs/tables.md, the reference of tables, views and macros, from the comments in the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from catalog.database import database, rebuild
from catalog.database.statements import Statement, statements
from catalog.schema.arrow import schema
from catalog.schema.tables import CRAWL, PARTITION

_HEAD = """\
# Tables, views and macros

This page is generated from the comments in `catalog.duckdb`: `python -m catalog.database.table_reference docs/tables.md`.

Times are `TIMESTAMP` in UTC. *Tables* hold facts; *views* hold what follows from them; *macros* answer questions with parameters
and are called like tables: `from stages_at(timestamp '2026-03-01')`.

`catalog sql` and `Catalog.open` run in UTC. In any other DuckDB session `set TimeZone = 'UTC'` first: else a comparison with `now()`
is wrong by the offset of the machine's zone.

Each table and view is exported to `output/data` as well: `read_parquet('data/versions.parquet')`, or with more than 16,384 rows, divided by
repository, `read_parquet('data/versions/*.parquet')`. `data/catalog.json` names the files of each, with their SHA-256.
A crawl in which nothing changed leaves these files alone: visits, crawls and times after the last change are in `catalog.duckdb`.
"""


def table_reference() -> str:
    """The reference page, as Markdown."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "catalog.duckdb"
        crawl_tables = {table.TABLE: schema(table).empty_table() for table in CRAWL}
        rebuild.rebuild(path, {table.TABLE: schema(table) for table in PARTITION}, {}, crawl_tables)
        with closing(database.connect(path)) as connection:
            return "\n".join([_HEAD, *_relations(connection), *_macros()])


def _relations(connection: duckdb.DuckDBPyConnection) -> Iterator[str]:
    relations = connection.execute("from relations()").fetchall()
    keys = {statement.name: _key(statement) for statement in statements()}
    for kind in ("table", "view"):
        yield f"## {kind.capitalize()}s\n"
        for name, _, comment in (relation for relation in relations if relation[1] == kind):
            yield f"### {name}\n\n{comment}\n\n{keys.get(name, '')}| column | type | meaning |\n| --- | --- | --- |"
            for column, data_type, meaning in connection.execute("from column_comments($1)", [name]).fetchall():
                yield f"| `{column}` | {data_type} | {_cell(meaning)} |"
            yield ""


def _macros() -> Iterator[str]:
    yield "## Macros\n"
    for statement in statements():
        if statement.parameters and not statement.name.startswith(
            ("site_", "search_")
        ):  # parts of pages and of `search`, which change with them
            header = f"### {statement.name}{statement.parameters}\n\n{statement.doc}\n\n{_key(statement)}"
            yield header.rstrip("\n") + "\n"
            yield from (f"- `{column}`: {note}" for column, note in statement.notes.items())
            yield ""


def _key(made: Statement) -> str:
    if made.key is None:
        return ""
    return f"Key: {', '.join(f'`{column}`' for column in made.key)}.\n\n" if made.key else "At most one row.\n\n"


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|")


if __name__ == "__main__":
    import sys

    Path(sys.argv[1]).write_text(table_reference(), encoding="utf-8")
