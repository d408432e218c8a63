"""The command `events`: registry events in the order in which the catalog saw them, so that a script can resume from a cursor."""

from __future__ import annotations

from functools import partial
from typing import Annotated

import typer

from catalog.cli import formats
from catalog.cli.asking import known_ids, open_catalog
from catalog.cli.formats import Format
from catalog.cli.options import Database, Output, RawStageOption, RepoOption, StageOption, TypeOption, Until
from catalog.cli.output import put, put_text
from catalog.cli.shape import Columns, Limit, Quiet, Shape, Sort
from catalog.cli.text import BOLD, TableColumn
from catalog.query import Catalog
from catalog.query.answer import Answer
from catalog.query.cloud_events import cloud_event

_COLUMNS = (
    TableColumn(title="artifact", key="artifact", styles=(BOLD,)),
    TableColumn(title="event", key="event"),
    TableColumn(title="version", key="version"),
    TableColumn(title="stage", key="stage"),
    TableColumn(title="when (UTC)", key="created_at"),
    TableColumn(title="crawl", key="crawl"),
    TableColumn(title="repository", key="repo"),
    TableColumn(title="author", key="author"),
)


def events(  # noqa: PLR0913 - each is an option of the command
    *,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="CURSOR|DATE",
            help="Only events after the one with this cursor, or first seen from this date on (also 7d, yesterday, 2024-05); an empty one lists all.",
        ),
    ] = None,
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
    """List registry events in the order in which this catalog learned of them (oldest first); JSON and JSONL are CloudEvents.

    Each has a cursor: --since with the last one gives what came later, whatever its date, and nothing twice.

    Examples: catalog events --since 7d --stage prod, catalog events --since "$(tail -n 1 seen.jsonl | jq -r .cursor)" -o jsonl >> seen.jsonl
    """
    shape = Shape(columns=columns, sort=sort, limit=limit, quiet=quiet)
    with open_catalog(database) as catalog:
        answer = catalog.events(since or None, until=until, repo=repo, type=type, stage=stage, raw_stage=raw_stage)
        shape.put(answer, output, partial(_put, catalog))


def _put(catalog: Catalog, answer: Answer, output: Format) -> None:
    match output:
        case Format.JSON:
            put_text(formats.to_json([cloud_event(row) for row in answer.rows]))
        case Format.JSONL:
            put_text("".join(formats.to_json(cloud_event(row), indent=None) for row in answer.rows))
        case Format.IDS:
            put(answer, output, ids=known_ids(catalog, answer))
        case _:
            put(answer, output, _COLUMNS)
