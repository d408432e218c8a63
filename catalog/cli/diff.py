"""The command `diff`: what changed between two points in time, from what the catalog had seen by each."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from catalog.cli.asking import known_ids, open_catalog
from catalog.cli.formats import Format
from catalog.cli.options import Database, Output, RawStageOption, RepoOption, Since, StageOption, TypeOption, Until
from catalog.cli.output import put, put_table
from catalog.cli.shape import Columns, Limit, Quiet, Shape, Sort
from catalog.cli.text import BOLD, DIM, GREEN, TableColumn, short
from catalog.query import Catalog
from catalog.query.answer import Answer, Row
from catalog.query.labels import OF_PROJECT

_COLUMNS = (
    TableColumn(title="change", key="change", styles=(BOLD,)),
    TableColumn(title="what", key="name"),
    TableColumn(title="stage", key="stage", styles=(GREEN,)),
    TableColumn(title="before", key="old7"),
    TableColumn(title="after", key="new7"),
    TableColumn(title="how", key="shown"),
    TableColumn(title="by", key="author"),
    TableColumn(title="when (UTC)", key="moment", styles=(DIM,)),
)

_EDGE = "The number of a crawl: the state that it left; or a date (the end of that day, UTC) or time: the last crawl that had surely ended."


def diff(  # noqa: PLR0913 - each is an option of the command
    start: Annotated[
        str | None, typer.Argument(metavar="[FROM]", help=f"{_EDGE} By default, before the last crawl of the range.")
    ] = None,
    end: Annotated[str | None, typer.Argument(metavar="[TO]", help="Another date or crawl; now by default.")] = None,
    *,
    since: Since = None,
    until: Until = None,
    repo: RepoOption = None,
    type: TypeOption = None,  # noqa: A002 - the option's name
    stage: StageOption = None,
    raw_stage: RawStageOption = None,
    columns: Columns = None,
    sort: Sort = None,
    limit: Limit = None,
    quiet: Quiet = False,
    output: Output = Format.TABLE,
    database: Database = None,
) -> None:
    """Show what changed: models, versions, stages, tags, repositories and metrics; by default, with the last crawl.

    FROM and TO are states, so that a day is its end; --since and --until are the first and the last day of what is shown.

    Examples: catalog diff, catalog diff 2024-05-01 2024-06-01, catalog diff --since 2024-05 --stage prod, catalog diff 0 -o md
    """
    shape = Shape(columns=columns, sort=sort, limit=limit, quiet=quiet, note_first=True)
    with open_catalog(database) as catalog:
        answer = catalog.diff(
            start, end, since=since, until=until, repo=repo, type=type, stage=stage, raw_stage=raw_stage
        )
        shape.put(answer, output, partial(_put, catalog))


def _put(catalog: Catalog, answer: Answer, output: Format) -> None:
    if output is Format.TABLE:
        names = catalog.short_names()
        put_table(_COLUMNS, [row | _cells(row, names) for row in answer.rows])
    elif output is Format.IDS:
        put(answer, output, ids=known_ids(catalog, answer))
    else:
        put(answer, output)


def _cells(row: Row, names: dict[str, str]) -> Row:
    note = OF_PROJECT if row["of_project"] else {True: "better", False: "worse", None: None}[row["better"]]
    return {
        "change": row["kind"].replace("_", " "),
        "name": names.get(row["id"], row["id"]),
        "shown": f"{row['what']} ({note})" if note else row["what"],
        "old7": short(row["old"]),
        "new7": short(row["new"]),
    }
