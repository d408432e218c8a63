"""The command `queries`: named questions, of this package and of the folder `queries` beside repos.toml."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from catalog.cli import finding
from catalog.cli.asking import DEFAULT_CONFIG, open_catalog
from catalog.cli.formats import Format
from catalog.cli.options import Database, Output, Parameters, named_values
from catalog.cli.output import put, put_table, put_text, say_note
from catalog.cli.shape import Columns, Limit, Quiet, Shape, Sort
from catalog.cli.text import BOLD, DIM, TableColumn
from catalog.errors import InvalidArgument, Misuse
from catalog.query import Catalog
from catalog.query.answer import Answer
from catalog.query.saved_queries import FOLDER, listed, saved_queries, saved_query

_COLUMNS = (
    TableColumn(title="query", key="name", styles=(BOLD,)),
    TableColumn(title="question", key="question"),
    TableColumn(title="parameters", key="shown", styles=(DIM,)),
    TableColumn(title="file", key="file", styles=(DIM,)),
)


def complete_query_name(incomplete: str) -> list[str]:
    """The names that begin so."""
    return [name for name in saved_queries(folder()) if name.startswith(incomplete)]


def queries(  # noqa: PLR0913 - each is an option of the command
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", autocompletion=complete_query_name, help="The query to run; without one, all are listed."
        ),
    ] = None,
    *,
    parameter: Parameters = None,
    show_sql: Annotated[bool, typer.Option("--show-sql", help="Print the SQL of the query instead.")] = False,
    columns: Columns = None,
    sort: Sort = None,
    limit: Limit = None,
    quiet: Quiet = False,
    output: Output = Format.TABLE,
    database: Database = None,
) -> None:
    """List named questions, or answer one: those that come with catalog, and files queries/*.sql and *.search beside repos.toml.

    Parameters called stage, repo, ref, dataset, owner, author, metric, type or artifact take names as the other commands do; times may be 7d or 2026-03.

    Examples: catalog queries, catalog queries behind, catalog queries in-stage -p stage=staging -o csv
    """
    given = named_values(parameter)
    shape = Shape(columns=columns, sort=sort, limit=limit, quiet=quiet)
    if name is None:
        if parameter or show_sql:
            raise Misuse("expected the NAME of a query: `catalog queries` lists them")
        shape.put(listed(saved_queries(folder()).values()), output, _put_list)
        return
    if not name.strip():
        raise InvalidArgument("name", repr(name), "the name of a query")
    query = saved_query(name, folder())
    query.filled(given)  # an unknown parameter is refused before a catalog is opened
    if show_sql and not query.search:
        put_text(query.text)
        return
    with open_catalog(database) as catalog:
        catalog.last_crawl()  # what is no catalog, or that of another version, is named as that
        if query.search:
            _put_search(catalog, query.text, shape, output, show_sql=show_sql)
        else:
            shape.put(catalog.query(name, folder(), **given), output, put)


def _put_search(catalog: Catalog, query: str, shape: Shape, output: Format, *, show_sql: bool) -> None:
    """Answers a saved search: with all of it, where there is no limit."""
    answer = catalog.search(query, limit=None if shape.sort else shape.limit)
    if show_sql:
        put_text(finding.explained(answer))
        return
    shape.put(answer, output, finding.put_results)
    if answer.next_cursor and not shape.quiet:
        say_note(f"the first {len(answer):,} of {answer.total:,} rows: --limit")


def folder() -> Path:
    """Where the user's own queries are."""
    return Path(os.environ.get("CATALOG_CONFIG") or DEFAULT_CONFIG).parent / FOLDER


def _put_list(answer: Answer, output: Format) -> None:
    if output is not Format.TABLE:
        put(answer, output)
        return
    put_table(_COLUMNS, [row | {"shown": " ".join(map("=".join, row["parameters"].items()))} for row in answer.rows])
