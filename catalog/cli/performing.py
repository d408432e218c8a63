"""What the commands that act have in common: which repository it is, the plan as it is printed, the question, the push and the crawl after it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from catalog.actions.act import Action, Actor, Changed, Decide, PlannedAction, acting
from catalog.actions.known import KnownObjects, known_of
from catalog.actions.names import checked_artifact
from catalog.actions.tag_object import checked_message
from catalog.cli.asking import default_database
from catalog.cli.live import config_or_default
from catalog.cli.output import say, say_note
from catalog.cli.plan_output import PlanPrinter
from catalog.errors import Ambiguous, CatalogError, InvalidArgument, Misuse, NotFound
from catalog.naming import endings
from catalog.query import Catalog
from catalog.query.published.location import database_at
from catalog.query.reference import parse
from catalog.query.repository import repository_of
from catalog.transport.origin import Limits

if TYPE_CHECKING:
    from catalog.cli.acting_options import PlanFormat
    from catalog.config.model import Config, RepoConfig


@dataclass(frozen=True, kw_only=True, slots=True)
class Options:
    """What every command that acts can be given."""

    repo: str | None
    push: bool
    yes: bool
    message: str | None
    sign: bool | None
    crawl: bool
    output: PlanFormat
    config: Path | None
    database: Path | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionTarget:
    """What a command acts on, as its reference says; `version` and `stage` are those of the reference."""

    artifact: str
    version: str | None
    stage: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What is to be done; `at` says of which commit, where it `is_of_commit`."""

    decide: Decide
    at: str | None = None
    is_of_commit: bool = False


def perform(ref: str, request: Callable[[ActionTarget], Request], options: Options) -> None:
    """Prints the plan; with `--push`, pushes what the server's own listing says it comes to, and reads the repository again."""
    parse(ref)
    if options.repo == "":
        raise InvalidArgument("repo", "''", "the name of a repository, or an address")
    if options.message is not None:
        checked_message(options.message)
    config = config_or_default(options.config)
    if options.yes and not options.push:
        raise Misuse("--yes goes with --push")
    if options.push and not options.yes and options.output == "json":
        raise Misuse("a question is no JSON: expected --yes with --push and -o json")
    if options.push and not options.yes and not sys.stdin.isatty():
        raise Misuse("there is no terminal to ask on: expected --yes with --push, or no --push")
    with ExitStack() as afterwards, _opened(options) as catalog:
        target, repository = _target(ref, options, catalog, config)
        asked = request(target)
        action = Action(
            artifact=checked_artifact(target.artifact),
            decide=asked.decide,
            at=asked.at,
            needs_commit=asked.is_of_commit,
            message=options.message,
        )
        database = None if catalog is None else options.database or default_database(options.config)
        known = _known(catalog, repository.name, is_own=_is_own(config, database))
        printer = PlanPrinter(
            repository=repository, catalog=catalog, output=options.output, is_of_commit=asked.is_of_commit
        )
        with acting(repository.url, known, _limits(config, repository), signed=options.sign) as actor:
            # When the catalog is closed: also after a push of some of the tags, and where the plan cannot be written.
            afterwards.callback(_crawl_again, actor, config, repository, options, database)
            planned = _planned_or_pushed(actor, action, options, printer.put)
        if planned is None:
            return
        _say_pushed(planned)
        if options.yes or not options.push:  # else it was shown before the question
            printer.put(planned)
    if not options.push:
        say_note("this is a plan: --push pushes it")


def _planned_or_pushed(
    actor: Actor, action: Action, options: Options, put: Callable[[PlannedAction], None]
) -> PlannedAction | None:
    """The plan, or what was pushed; None where the user said no. A plan that has changed since it was shown is printed by `put`."""
    if not options.push:
        return actor.plan(action, _now())
    if options.yes:
        return actor.push(action, _now())
    shown = actor.plan(action, _now())
    put(shown)
    if not _is_confirmed():
        say("nothing was pushed")
        return None
    try:
        return actor.push(action, _now(), shown.plan)
    except Changed as error:
        put(error.planned)
        raise


def _is_confirmed() -> bool:
    """The answer to the question. The end of input is a no, Ctrl-C ends the command."""
    try:
        return typer.confirm("Push this?", err=True)
    except typer.Abort as end:  # typer makes that of both
        say("")
        if isinstance(end.__context__, KeyboardInterrupt):
            raise end.__context__ from None
        return False


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _opened(options: Options) -> Iterator[Catalog | None]:
    """The catalog; None where there is none, none is stated, and `--repo` says which repository it is."""
    path = options.database or default_database(options.config)
    try:
        catalog = Catalog.open(path)
    except NotFound:
        if options.repo is None or options.database is not None:
            raise
        yield None
        return
    with catalog:
        yield catalog


def _target(ref: str, options: Options, catalog: Catalog | None, config: Config) -> tuple[ActionTarget, RepoConfig]:
    """The artifact and its repository: that of --repo, or one of repos.toml. A catalog alone names no address to push to."""
    reference = parse(ref)
    if options.repo is not None:
        repository = repository_of(config, options.repo)
        artifact = _artifact_in(repository.name, reference.artifact, catalog)
    else:
        assert catalog is not None  # without one, `_opened` raises
        artifact, repository = _known_artifact(ref, reference.artifact, catalog, config)
    return ActionTarget(artifact=artifact, version=reference.version, stage=reference.stage), repository


def _artifact_in(repo: str, words: str, catalog: Catalog | None) -> str:
    """The artifact of a repository that the words mean: one that the catalog has, or else a new one."""
    rows = () if catalog is None else catalog.sql("select artifact from artifacts where repo = $repo", repo=repo).values
    names = sorted(str(name) for (name,) in rows if words in endings(f"{repo}:{name}"))
    if words in names:
        return words
    if len(names) > 1:
        candidates = tuple(f"{repo}:{name}" for name in names)
        raise Ambiguous(f"{words!r} names {len(names)} artifacts of {repo}, expected one", candidates)
    if names:
        return names[0]
    colons = [number for number, character in enumerate(words) if character == ":"]
    return next((words[colon + 1 :] for colon in colons if words[:colon] in endings(repo)), words)


def _known_artifact(ref: str, words: str, catalog: Catalog, config: Config) -> tuple[str, RepoConfig]:
    """An artifact that the catalog has, and its repository as repos.toml has it."""
    try:
        row = catalog.show(words).rows[0]
    except NotFound as error:
        raise NotFound(f"{error}; for a first version, --repo says which repository it is in") from error
    if "artifact" not in row:
        raise Misuse(f"{ref!r} names no artifact: expected one, such as churn")
    try:
        return row["artifact"], repository_of(config, row["repo"])
    except NotFound as error:
        raise NotFound(f"{error}; it is in the catalog, but only repos.toml and --repo say where to push") from error


def _is_own(config: Config, database: Path | None) -> bool:
    """Whether a catalog is the one that this repos.toml makes."""
    ours = config.output / "catalog.duckdb"
    return database is not None and ours.is_file() and database_at(database).resolve() == ours.resolve()


def _known(catalog: Catalog | None, repo: str, *, is_own: bool) -> KnownObjects:
    """What the catalog holds. Of another one's only what `.gto` allows: it could say of a tag that it names another commit."""
    if catalog is None:
        return KnownObjects()
    known = known_of(catalog, repo)
    return known if is_own else KnownObjects(stages=known.stages, is_config_read=known.is_config_read)


def _limits(config: Config, repository: RepoConfig) -> Limits:
    own = repository.options
    return Limits(
        connect=config.connect_timeout,
        idle=config.idle_timeout,
        total=own.timeout,
        processor_time=own.processor_time,
        max_bytes=own.max_bytes,
        max_refs=own.max_refs,
    )


def _say_pushed(planned: PlannedAction) -> None:
    for tag in planned.pushed:
        say(f"catalog: {'pushed' if tag.oid else 'deleted'} {tag.name}")


def _crawl_again(actor: Actor, config: Config, repository: RepoConfig, options: Options, database: Path | None) -> None:
    """Brings the catalog, where there is one, up to date for this repository alone, if it has changed. What was pushed stays pushed, whatever becomes of that."""
    if not actor.has_pushed or database is None:
        return
    if not options.crawl:
        say_note("the catalog and its site are as of the last crawl: `catalog crawl` reads what was pushed")
        return
    from catalog.cli.crawling import crawl_changed
    from catalog.discovery.inventory import read_inventory

    reason = ""
    try:
        if repository.name not in {each.name for each in read_inventory(config).repos}:
            reason = "the repository is not in this repos.toml"
        elif not _is_own(config, database):
            reason = "it is not the one that this repos.toml makes"
        else:
            crawl_changed(config, repository.name)
            say_note("the catalog has what was pushed; the site follows with the next `catalog build`")
            return
    except typer.Exit:  # the crawl has said why
        pass
    except (CatalogError, OSError) as error:
        reason = str(error)
    say_note("the repository has changed; the catalog is as of its last crawl" + (f": {reason}" if reason else ""))
