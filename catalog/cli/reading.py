"""Commands that query the registry: ls, show, history, at, sql."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from catalog.cli.asking import (
    EVENTS,
    RELEASES,
    REPOS,
    SITTING,
    STAGES,
    VERSIONS,
    default_database,
    open_catalog,
    put_models,
    put_named,
    put_problems,
    put_shown,
)
from catalog.cli.formats import Format
from catalog.cli.live import open_as_asked
from catalog.cli.measuring import put_experiments
from catalog.cli.options import Database, LiveOption, LiveRepoOption, Output, Ref, RepoOption, StageOption
from catalog.cli.output import put, put_note, put_text
from catalog.cli.sql_limits import bounded_process, memory_size
from catalog.errors import InvalidArgument, Misuse
from catalog.query import Catalog
from catalog.query.catalog_file import check_timeout
from catalog.text import encodable, visible


class What(StrEnum):
    """What `ls` lists: its nouns, and other words for them."""

    MODELS = "models"
    ARTIFACTS = "artifacts"
    DATASETS = "datasets"
    VERSIONS = "versions"
    STAGES = "stages"
    EVENTS = "events"
    REPOS = "repos"
    REPOSITORIES = "repositories"
    EXPERIMENTS = "experiments"
    RELEASES = "releases"
    PROBLEMS = "problems"


_PLAN = ("explain_key", "explain_value")  # the columns of EXPLAIN, whose only value is a drawing of many lines


def ls(
    what: Annotated[
        What,
        typer.Argument(
            metavar="WHAT", help="What to list; models are artifacts of any type, datasets those of type dataset."
        ),
    ],
    *,
    repo: RepoOption = None,
    stage: StageOption = None,
    type: Annotated[  # noqa: A002 - the option's name
        str | None, typer.Option(metavar="TYPE", help="Only artifacts of this type, such as model.")
    ] = None,
    deprecated: Annotated[bool, typer.Option("--deprecated", help="Deprecated and deregistered ones, too.")] = False,
    output: Output = Format.TABLE,
    database: Database = None,
) -> None:
    """List models, versions, stages, events, repositories, experiments, problems, or releases: tags that GTO does not use, such as v1.2.0.

    With -o ids, stages are names for --stage.

    Example: catalog ls versions --stage prod -o json
    """
    _check_filters(what, stage=stage, type=type, deprecated=deprecated)
    with open_catalog(database) as catalog:
        match what:
            case What.MODELS | What.ARTIFACTS | What.DATASETS:
                of_type = "dataset" if what is What.DATASETS else type
                answer = catalog.artifacts(repo=repo, type=of_type, stage=stage, deprecated=deprecated)
                put_models(catalog, answer, output)
            case What.VERSIONS:
                answer = catalog.versions(repo=repo, type=type, stage=stage, deprecated=deprecated)
                put_named(catalog, answer, output, VERSIONS)
            case What.EVENTS:
                put_named(catalog, catalog.history(repo=repo, stage=stage), output, EVENTS)
            case What.STAGES:
                put(catalog.stages(repo=repo), output, STAGES, ids=lambda row: [row["stage"]])
            case What.REPOS | What.REPOSITORIES:
                put(catalog.repos(repo=repo), output, REPOS)
            case What.EXPERIMENTS:
                put_experiments(catalog.experiments(repo=repo), output)
            case What.RELEASES:
                put(catalog.releases(repo=repo), output, RELEASES, ids=lambda row: [row["commit"]])
            case What.PROBLEMS:
                put_problems(catalog.problems(repo=repo), output)


def _check_filters(what: What, **filters: object) -> None:
    filters_of = {
        What.MODELS: ("stage", "type", "deprecated"),
        What.ARTIFACTS: ("stage", "type", "deprecated"),
        What.DATASETS: ("stage", "deprecated"),
        What.VERSIONS: ("stage", "type", "deprecated"),
        What.EVENTS: ("stage",),
    }
    for name, value in filters.items():
        if value and name not in filters_of.get(what, ()):
            raise Misuse(f"--{name} does not apply to {what}")


def show(
    ref: Ref = None,
    *,
    live: LiveOption = False,
    repo: LiveRepoOption = None,
    output: Output = Format.TABLE,
    database: Database = None,
) -> None:
    """Show one artifact, version or repository, or what is of a commit; without REF, every artifact with its stages.

    Examples: catalog show churn, catalog show churn@v3.1.0, catalog show churn#prod -o json, catalog show risk/churn, catalog show 1a2b3c4
    """
    if repo and not live:
        raise Misuse("--repo names the repository that --live reads: expected both, or none")
    with open_as_asked(database, live=live, repo=repo, ref=ref) as (catalog, _):
        put_shown(catalog, ref, output)


def history(ref: Ref = None, *, output: Output = Format.TABLE, database: Database = None) -> None:
    """Show what happened, newest first: to everything, to an artifact, to a version, or in a stage.

    Example: catalog history churn#prod
    """
    with open_catalog(database) as catalog:
        put_named(catalog, catalog.history(ref), output, EVENTS)


def at(
    when: Annotated[
        str,
        typer.Argument(
            metavar="DATE", help="A date (the end of that day, UTC), a time such as 2024-05-31T12:00+02:00, or now."
        ),
    ],
    *,
    stage: StageOption = None,
    known_at: Annotated[
        str | None,
        typer.Option(
            metavar="CRAWL|DATE",
            help="From what this catalog had seen when that crawl had ended, or the last one by that date: without tags that it saw later, with those deleted since.",
        ),
    ] = None,
    output: Output = Format.TABLE,
    database: Database = None,
) -> None:
    """Show which version was in which stage at a moment.

    Example: catalog at 2024-05-31 --stage prod
    """
    with open_catalog(database) as catalog:
        answer = catalog.at(when, stage, known_at=known_at)
        put_named(catalog, answer, output, SITTING)
        put_note(answer)


def sql(
    text: Annotated[str, typer.Argument(metavar="SQL", help="One SELECT, or - to read it from standard input.")],
    *,
    parameter: Annotated[
        list[str] | None,
        typer.Option("-p", "--parameter", metavar="NAME=VALUE", help="A value, as text, for $NAME in the SQL."),
    ] = None,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", help="Stop after this many seconds.")] = 60.0,
    max_rows: Annotated[int, typer.Option(metavar="NUMBER", min=1, help="Refuse an answer of more rows.")] = 1_000_000,
    max_memory: Annotated[
        str, typer.Option(metavar="SIZE", help="Refuse an answer that takes more, such as '512 MiB'; at least 64 MiB.")
    ] = "2 GiB",
    output: Output = Format.TABLE,
    database: Database = None,
) -> None:
    """Run a SQL query (read-only; no files, no network).

    Example: catalog sql 'from versions where author = $who' -p who=Ann
    """
    check_timeout(timeout)
    parameters = dict(_parameter(text) for text in parameter or ())
    memory = memory_size(max_memory)
    path = database or default_database()
    with (
        bounded_process(timeout, memory),
        Catalog.open(path, timeout=timeout, max_memory=memory, max_rows=max_rows) as catalog,
    ):
        answer = catalog.sql(sys.stdin.read() if text == "-" else text, **parameters)
        if output is Format.TABLE and answer.columns == _PLAN:
            put_text("".join(f"{visible(line)}\n" for _, plan in answer.values for line in plan.splitlines()))
        else:
            put(answer, output)


def _parameter(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.isidentifier() or encodable(text) != text:
        raise InvalidArgument("parameter", repr(text), "NAME=VALUE")
    return name, value
