"""The commands `stats`, the registry in numbers, and `open`, the page of a version on its forge."""

from __future__ import annotations

from typing import Annotated

import typer

from catalog.cli.asking import open_catalog
from catalog.cli.formats import Format
from catalog.cli.options import Database, Output, RawStageOption, RepoOption, SomeRef, StageOption
from catalog.cli.output import put, put_table, put_text, say_note
from catalog.cli.text import BOLD, DIM, TableColumn
from catalog.errors import NotFound
from catalog.query.answer import Row
from catalog.query.lists import MOST_DAYS
from catalog.query.saved_queries import saved_queries
from catalog.shell_line import shell_line
from catalog.text import plural, visible

_COLUMNS = (
    TableColumn(title="measure", key="measure", styles=(BOLD,)),
    TableColumn(title="value", key="shown"),
    TableColumn(title="listed by", key="command", styles=(DIM,)),
)


def stats(
    *,
    repo: RepoOption = None,
    stage: StageOption = None,
    raw_stage: RawStageOption = None,
    days: Annotated[
        int,
        typer.Option(
            "--days", metavar="NUMBER", min=1, max=MOST_DAYS, help="How long is long, and how far to look back."
        ),
    ] = 365,
    output: Output = Format.TABLE,
    database: Database = None,
) -> None:
    """Show the registry in numbers: what is in production, how long, how far behind, without owner or metric; rollbacks and lead time.

    Examples: catalog stats, catalog stats --stage staging --days 90 -o json
    """
    with open_catalog(database) as catalog:
        answer = catalog.stats(repo=repo, stage=stage, raw_stage=raw_stage, days=days)
        if output is Format.TABLE:
            put_table(_COLUMNS, [row | _cells(row) for row in answer.rows])
        else:
            put(answer, output, ids=lambda row: [row["query"]] if row["query"] else [])


def query_parameters(row: Row) -> dict[str, str]:
    """The parameters of the query that lists a measure, where they are not its defaults."""
    defaults = saved_queries(None)[row["query"]].parameters
    given = {name: str(row[name]) for name in ("stage", "days") if name in defaults}
    return {name: value for name, value in given.items() if value != defaults[name]}


def _cells(row: Row) -> Row:
    value = "-" if row["value"] is None else f"{row['value']:,g}"
    measure = row["measure"].replace("the stage", row["raw_stage"] or row["stage"])
    return {
        "measure": measure.replace("the days", plural(row["days"], "day")),
        "shown": value if row["total"] is None else f"{value} of {row['total']:,}",
        "command": row["query"] and _command(row),
    }


def _command(row: Row) -> str | None:
    parameters = [word for name, value in query_parameters(row).items() for word in ("-p", f"{name}={value}")]
    return shell_line(["catalog", "queries", row["query"], *parameters])


def open(  # noqa: A001 - the command's name
    ref: SomeRef,
    *,
    only_print: Annotated[bool, typer.Option("--print", help="Print the address, and open nothing.")] = False,
    database: Database = None,
) -> None:
    """Open the page of a version's commit on its forge in the browser; without a browser, its address is printed.

    Examples: catalog open churn#prod, catalog open churn@v3.1.0 --print
    """
    with open_catalog(database) as catalog:
        row = catalog.resolve(ref).one()
    if row["page"] is None:
        raise NotFound(f"{row['ref']} has no page: the forge of {row['git_url']} is not known by its host")
    import webbrowser  # no other command needs it

    if only_print or not webbrowser.open(row["page"]):
        put_text(f"{visible(row['page'])}\n")
    else:
        say_note(f"opened {row['page']}")
