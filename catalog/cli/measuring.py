"""Commands on metrics and parameters: metrics, params, compare, experiments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, Literal

import typer

from catalog.cli.asking import open_catalog
from catalog.cli.comparison import put_comparison
from catalog.cli.contents import unread
from catalog.cli.formats import Format
from catalog.cli.options import Database, Output, RepoArgument, SomeRef, SomeRefs
from catalog.cli.output import put, put_table, say_note
from catalog.cli.shape import Columns, Limit, Quiet, Shape, Sort
from catalog.cli.text import BOLD, DIM, TableColumn
from catalog.errors import Misuse
from catalog.query import Catalog
from catalog.query.answer import Answer, Row
from catalog.query.labels import of_project

FEWEST, MOST = 2, 7  # versions beside each other

_NAME = {"metrics": TableColumn(title="metric", key="name", styles=(BOLD,)), "params": TableColumn(title="parameter", key="name", styles=(BOLD,))}  # fmt: skip
_VALUE = TableColumn(title="value", key="text")
_BETTER = TableColumn(title="better", key="direction", styles=(DIM,))
_FILE = TableColumn(title="file", key="file", styles=(DIM,))
_EXPERIMENTS = (
    TableColumn(title="experiment", key="name", styles=(BOLD,)),
    TableColumn(title="began from", key="began"),
    TableColumn(title="when (UTC)", key="authored_at"),
    TableColumn(title="by", key="author"),
    TableColumn(title="metrics", key="metrics"),
    TableColumn(title="detached", key="detached"),
    TableColumn(title="commit", key="commit7", styles=(DIM,)),
    TableColumn(title="repository", key="repo", styles=(DIM,)),
)

AllVersions = Annotated[bool, typer.Option("--all-versions", help="All versions of the artifact, not only this one.")]


def metrics(
    ref: SomeRef, *, all_versions: AllVersions = False, output: Output = Format.TABLE, database: Database = None
) -> None:
    """Show the metrics of a version; of the latest, where REF names none.

    Examples: catalog metrics churn#prod, catalog metrics churn --all-versions
    """
    with open_catalog(database) as catalog:
        answer = catalog.metrics(ref, all_versions=all_versions)
        _put(answer, "metrics", (_VALUE, _BETTER, _FILE), output, all_versions=all_versions)
        _tell_unread(catalog, ref, "metrics", all_versions=all_versions)


def params(
    ref: SomeRef, *, all_versions: AllVersions = False, output: Output = Format.TABLE, database: Database = None
) -> None:
    """Show the parameters of a version; of the latest, where REF names none.

    Examples: catalog params churn, catalog params churn#prod -o json
    """
    with open_catalog(database) as catalog:
        answer = catalog.params(ref, all_versions=all_versions)
        _put(answer, "params", (_VALUE, _FILE), output, all_versions=all_versions)
        _tell_unread(catalog, ref, "params", all_versions=all_versions)


def compare(
    refs: SomeRefs,
    *,
    baseline: Annotated[int, typer.Option(metavar="N", min=1, help="Show differences from the N-th version.")] = 1,
    changed: Annotated[bool, typer.Option("--changed", help="Only rows whose values differ.")] = False,
    output: Output = Format.TABLE,
    database: Database = None,
) -> None:
    """Put two to seven versions beside each other, of one artifact or of several; * marks the best.

    Examples: catalog compare churn#prod churn@latest --changed, catalog compare churn@v3.3.0 churn@v3.4.0 churn@v3.5.0 --baseline 2
    """
    if not FEWEST <= len(refs) <= MOST:
        raise Misuse(f"compare takes {FEWEST} to {MOST} references, not {len(refs)}")
    with open_catalog(database) as catalog:
        answer = catalog.compare(*refs, baseline=baseline, changed=changed)
        if output is Format.TABLE:
            put_comparison(answer.rows, catalog.short_names(), baseline)
        else:
            put(answer, output)


def experiments(
    repo: RepoArgument = None,
    *,
    columns: Columns = None,
    sort: Sort = None,
    limit: Limit = None,
    quiet: Quiet = False,
    output: Output = Format.TABLE,
    database: Database = None,
) -> None:
    """List DVC's experiments, newest first, with the versions that they began from.

    Examples: catalog experiments risk/churn, catalog experiments -n 5 -o json
    """
    shape = Shape(columns=columns, sort=sort, limit=limit, quiet=quiet)
    with open_catalog(database) as catalog:
        shape.put(catalog.experiments(repo=repo), output, put_experiments)


def put_experiments(answer: Answer, output: Format) -> None:
    """Writes experiments; a table has the versions that they began from by their short names."""
    if output is Format.TABLE:
        put_table(_EXPERIMENTS, [row | _cells(row) for row in answer.rows])
    else:
        put(answer, output, ids=lambda row: [row["commit"]] if row["was_read"] else [])


def _cells(row: Row) -> Row:
    versions = [ref.removeprefix(f"{row['repo']}:") for ref in row["versions"]]
    return {"began": versions or row["baseline"][:7], "commit7": row["commit"][:7]}


def _put(
    answer: Answer,
    role: Literal["metrics", "params"],
    columns: tuple[TableColumn, ...],
    output: Format,
    *,
    all_versions: bool,
) -> None:
    if output is not Format.TABLE:
        put(answer, output)
        return
    if all_versions:
        put_table(*_by_version(answer.rows))
    else:
        put_table((_NAME[role], *columns), answer.rows)
    if sentence := of_project({row["version"]: row["of_project"] for row in answer.rows}):
        say_note(f"({sentence})")


def _by_version(rows: list[Row]) -> tuple[list[TableColumn], list[Row]]:
    """A row for each version, a column for each name; with its file, where a version has several of that name."""
    titled = _titles(rows)
    versions: dict[tuple[str, str], Row] = {}
    for row in rows:
        version = versions.setdefault((row["version"], row["commit"]), {"version": row["version"]})
        version[titled(row)] = row["text"]
    names = dict.fromkeys(titled(row) for row in rows)
    columns = [TableColumn(title=name.removeprefix("="), key=name) for name in names]
    return [TableColumn(title="version", key="version", styles=(BOLD,)), *columns], list(versions.values())


def _titles(rows: Iterable[Row]) -> Callable[[Mapping[str, str]], str]:
    counts = Counter((row["version"], row["commit"], row["name"]) for row in rows)
    several = {name for (_, _, name), count in counts.items() if count > 1}
    # A mark before it: a metric may be called `version`.
    return lambda row: f"={row['file']}:{row['name']}" if row["name"] in several else f"={row['name']}"


def _tell_unread(catalog: Catalog, ref: str, role: Literal["metrics", "params"], *, all_versions: bool) -> None:
    files = catalog.unread(ref, role, all_versions=all_versions).rows
    for sentence in dict.fromkeys(unread(files)):
        say_note(sentence)
