"""Commands that query the registry: ls, show, history, at, sql."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import StrEnum
from functools import partial
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
from catalog.cli.formats import Format, Ids
from catalog.cli.live import open_as_asked
from catalog.cli.measuring import put_experiments
from catalog.cli.options import (
    AssignedSince,
    AssignedUntil,
    CatalogConfig,
    Database,
    LiveOption,
    LiveRepoOption,
    Output,
    Parameters,
    RawStageOption,
    Ref,
    RepoOption,
    Since,
    StageOption,
    TypeOption,
    Until,
    named_values,
)
from catalog.cli.output import put, put_text
from catalog.cli.people import masked_people, put_people, put_teams
from catalog.cli.shape import Columns, Limit, Quiet, Shape, Sort
from catalog.cli.sql_limits import bounded_process, memory_size
from catalog.cli.text import TableColumn
from catalog.errors import Misuse
from catalog.query import Catalog
from catalog.query.answer import Answer
from catalog.query.catalog_file import check_timeout
from catalog.query.published.location import database_at
from catalog.text import visible


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
    TEAMS = "teams"
    PEOPLE = "people"


_OF_ARTIFACTS = frozenset(("stage", "raw_stage", "type", "since", "until", "deprecated"))
FILTERS = {
    What.MODELS: _OF_ARTIFACTS,
    What.ARTIFACTS: _OF_ARTIFACTS,
    What.DATASETS: _OF_ARTIFACTS - {"type"},
    What.VERSIONS: _OF_ARTIFACTS,
    What.EVENTS: _OF_ARTIFACTS - {"deprecated"},
}


def _plain(columns: tuple[TableColumn, ...], ids: Ids | None = None) -> Callable[[Catalog, Answer, Format], None]:
    return lambda _, answer, output: put(answer, output, columns, ids)


def _named(columns: tuple[TableColumn, ...]) -> Callable[[Catalog, Answer, Format], None]:
    return lambda catalog, answer, output: put_named(catalog, answer, output, columns)


# How each is asked for, and how it is written.
_LISTS: dict[What, tuple[Callable[..., Answer], Callable[[Catalog, Answer, Format], None]]] = {
    What.MODELS: (Catalog.models, put_models),
    What.ARTIFACTS: (Catalog.artifacts, put_models),
    What.DATASETS: (Catalog.datasets, put_models),
    What.VERSIONS: (Catalog.versions, _named(VERSIONS)),
    What.EVENTS: (Catalog.history, _named(EVENTS)),
    What.STAGES: (Catalog.stages, _plain(STAGES, lambda row: [row["stage"]])),
    What.REPOS: (Catalog.repos, _plain(REPOS)),
    What.REPOSITORIES: (Catalog.repos, _plain(REPOS)),
    What.EXPERIMENTS: (Catalog.experiments, lambda _, answer, output: put_experiments(answer, output)),
    What.RELEASES: (Catalog.releases, _plain(RELEASES, lambda row: [row["commit"]])),
    What.PROBLEMS: (Catalog.problems, lambda _, answer, output: put_problems(answer, output)),
    What.TEAMS: (Catalog.teams, lambda _, answer, output: put_teams(answer, output)),
    What.PEOPLE: (masked_people, put_people),
}
_PLAN = ("explain_key", "explain_value")  # the columns of EXPLAIN, whose only value is a drawing of many lines


def ls(  # noqa: PLR0913 - each is an option of the command
    what: Annotated[
        What,
        typer.Argument(
            metavar="WHAT", help="What to list; models are artifacts of any type, datasets those of type dataset."
        ),
    ],
    *,
    repo: RepoOption = None,
    type: TypeOption = None,  # noqa: A002 - the option's name
    stage: StageOption = None,
    raw_stage: RawStageOption = None,
    since: Since = None,
    until: Until = None,
    deprecated: Annotated[bool, typer.Option("--deprecated", help="Deprecated and deregistered ones, too.")] = False,
    columns: Columns = None,
    sort: Sort = None,
    limit: Limit = None,
    quiet: Quiet = False,
    output: Output = Format.TABLE,
    database: Database = None,
) -> None:
    """List models, versions, stages, events, repositories, experiments, problems, teams, people, or releases: tags that GTO does not use, such as v1.2.0.

    With -o ids, stages are names for --stage, teams and people are queries for `catalog search`. People's e-mail addresses are as `emails` in repos.toml says. --since and --until are of when artifacts were updated, versions registered, and events tagged.

    Examples: catalog ls versions --stage prod -o json, catalog ls models --since 7d --sort -updated_at
    """
    filters = {
        "type": type,
        "stage": stage,
        "raw_stage": raw_stage,
        "since": since,
        "until": until,
        "deprecated": deprecated,
    }
    given = {name: value for name, value in filters.items() if value not in (None, False)}
    if refused := sorted(given.keys() - FILTERS.get(what, frozenset())):
        raise Misuse(f"--{refused[0].replace('_', '-')} does not apply to {what}")
    shape = Shape(columns=columns, sort=sort, limit=limit, quiet=quiet)
    with open_catalog(database) as catalog:
        ask, write = _LISTS[what]
        shape.put(ask(catalog, repo=repo, **given), output, partial(write, catalog))


def show(
    ref: Ref = None,
    *,
    live: LiveOption = False,
    repo: LiveRepoOption = None,
    output: Output = Format.TABLE,
    config: CatalogConfig = None,
    database: Database = None,
) -> None:
    """Show one artifact, version or repository, or what is of a commit; without REF, every artifact with its stages.

    Examples: catalog show churn, catalog show churn@v3.1.0, catalog show churn#prod -o json, catalog show risk/churn, catalog show 152f49b
    """
    if repo and not live:
        raise Misuse("--repo names the repository that --live reads: expected both, or none")
    with open_as_asked(database, config, live=live, repo=repo, ref=ref) as (catalog, within):
        put_shown(catalog, ref if ref is None or within is None else catalog.within(ref, within), output)


def history(  # noqa: PLR0913 - each is an option of the command
    ref: Ref = None,
    *,
    repo: RepoOption = None,
    type: TypeOption = None,  # noqa: A002 - the option's name
    stage: StageOption = None,
    raw_stage: RawStageOption = None,
    since: Since = None,
    until: Until = None,
    columns: Columns = None,
    sort: Sort = None,
    limit: Limit = None,
    quiet: Quiet = False,
    output: Output = Format.TABLE,
    database: Database = None,
) -> None:
    """Show what happened, newest first: to everything, to an artifact, to a version, or in a stage.

    Examples: catalog history churn#prod, catalog history --since 7d --stage prod
    """
    shape = Shape(columns=columns, sort=sort, limit=limit, quiet=quiet)
    with open_catalog(database) as catalog:
        answer = catalog.history(ref, repo=repo, type=type, stage=stage, raw_stage=raw_stage, since=since, until=until)
        shape.put(answer, output, lambda shown, format_: put_named(catalog, shown, format_, EVENTS))


def at(  # noqa: PLR0913 - each is an option of the command
    when: Annotated[
        str,
        typer.Argument(
            metavar="DATE",
            help="A date or month (its end, UTC), a time such as 2024-05-31T12:00+02:00, 7d, yesterday, or now.",
        ),
    ],
    *,
    stage: StageOption = None,
    raw_stage: RawStageOption = None,
    known_at: Annotated[
        str | None,
        typer.Option(
            metavar="CRAWL|DATE",
            help="From what this catalog had seen when that crawl had ended, or the last one by that date: without tags that it saw later, with those deleted since.",
        ),
    ] = None,
    repo: RepoOption = None,
    type: TypeOption = None,  # noqa: A002 - the option's name
    since: AssignedSince = None,
    until: AssignedUntil = None,
    columns: Columns = None,
    sort: Sort = None,
    limit: Limit = None,
    quiet: Quiet = False,
    output: Output = Format.TABLE,
    database: Database = None,
) -> None:
    """Show which version was in which stage at a moment.

    Examples: catalog at 2024-05-31 --stage prod, catalog at yesterday --type model
    """
    shape = Shape(columns=columns, sort=sort, limit=limit, quiet=quiet)
    with open_catalog(database) as catalog:
        answer = catalog.at(
            when, stage, raw_stage=raw_stage, repo=repo, type=type, since=since, until=until, known_at=known_at
        )
        shape.put(answer, output, lambda shown, format_: put_named(catalog, shown, format_, SITTING))


def sql(
    text: Annotated[
        str | None,
        typer.Argument(
            metavar="[SQL]",
            help="One SELECT, or - to read it from standard input; without it, a shell on a terminal, else standard input.",
        ),
    ] = None,
    *,
    parameter: Parameters = None,
    timeout: Annotated[float, typer.Option(metavar="SECONDS", help="Stop after this many seconds.")] = 60.0,
    max_rows: Annotated[int, typer.Option(metavar="NUMBER", min=1, help="Refuse an answer of more rows.")] = 1_000_000,
    max_memory: Annotated[
        str, typer.Option(metavar="SIZE", help="Refuse an answer that takes more, such as '512 MiB'; at least 64 MiB.")
    ] = "2 GiB",
    output: Output = Format.TABLE,
    database: Database = None,
) -> None:
    """Run a SQL query (read-only; no files, no network), or a shell for several.

    Examples: catalog sql 'from prod_vs_latest', catalog sql 'from versions where author = $who' -p who='Ana Ferreira'
    """
    check_timeout(timeout)
    parameters = named_values(parameter)
    memory = memory_size(max_memory)
    path = database_at(database or default_database())
    if text is None and sys.stdin.isatty() and sys.stdout.isatty():
        from catalog.cli.sql_shell import run_shell  # prompt_toolkit: 0.1 s

        with Catalog.open(path, timeout=timeout, max_memory=memory, max_rows=max_rows) as catalog:
            run_shell(catalog, parameters, timeout=timeout, memory=memory)
        return
    with (
        bounded_process(timeout, memory),
        Catalog.open(path, timeout=timeout, max_memory=memory, max_rows=max_rows) as catalog,
    ):
        answer = catalog.sql(sys.stdin.read() if text in (None, "-") else text, **parameters)
        if output is Format.TABLE and answer.columns == _PLAN:
            put_text("".join(f"{visible(line)}\n" for _, plan in answer.values for line in plan.splitlines()))
        else:
            put(answer, output)
