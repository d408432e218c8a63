"""The commands that act on a registry: they plan, and with `--push` they push the tags of the plan. Without a clone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from catalog.cli.acting_options import (
    Bump,
    Config,
    DeleteTag,
    Message,
    NoCrawl,
    Output,
    PlanFormat,
    Push,
    Repo,
    Sign,
    Stage,
    Version,
    Yes,
    one_stage,
    one_version,
    refuse_empty,
)
from catalog.cli.options import Database, SomeRef
from catalog.errors import Misuse
from catalog.query.reference import LATEST

if TYPE_CHECKING:
    from catalog.cli.performing import ActionTarget


def register(  # noqa: PLR0913 - each is an option of the command
    ref: SomeRef,
    *,
    version: Version = None,
    bump: Annotated[
        Bump | None, typer.Option("--bump", metavar="PART", help="Raise patch (the default), minor or major.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="COMMIT|BRANCH", help="What to register; by default HEAD of the repository."),
    ] = None,
    repo: Repo = None,
    push: Push = False,
    yes: Yes = False,
    message: Message = None,
    sign: Sign = None,
    no_crawl: NoCrawl = False,
    output: Output = PlanFormat.TABLE,
    config: Config = None,
    database: Database = None,
) -> None:
    """Plan the tag that registers a version of an artifact, as `gto register` does; with --push, push it.

    Without --version it is one patch above the latest version; the first is v0.0.1. Nothing is cloned, and no tag is ever moved.

    Examples: catalog register customers --bump minor, catalog register longtail --version v9.0.0 --at main -o json
    """
    from catalog.actions import commands
    from catalog.cli.performing import Options, Request, perform

    refuse_empty(version=version, at=at)

    def request(target: ActionTarget) -> Request:
        if target.stage:
            raise Misuse("register takes an artifact or REF@VERSION; assign takes a stage")
        number = one_version(version, target.version)
        if number is not None and bump is not None:
            raise Misuse("expected --version or --bump, not both")
        return Request(decide=lambda tags, commit: commands.register(tags, str(commit), number, bump), at=at, is_of_commit=True)  # fmt: skip

    perform(ref, request, Options(repo=repo, push=push, yes=yes, message=message, sign=sign, crawl=not no_crawl, output=output, config=config, database=database))  # fmt: skip


def assign(  # noqa: PLR0913 - each is an option of the command
    ref: SomeRef,
    *,
    stage: Stage = None,
    version: Version = None,
    latest: Annotated[bool, typer.Option("--latest", help="The latest version.")] = False,
    repo: Repo = None,
    push: Push = False,
    yes: Yes = False,
    message: Message = None,
    sign: Sign = None,
    no_crawl: NoCrawl = False,
    output: Output = PlanFormat.TABLE,
    config: Config = None,
    database: Database = None,
) -> None:
    """Plan the tag that assigns a stage to a version, as `gto assign` does; with --push, push it.

    The version that was in the stage is behind it from then on. No tag is ever moved.

    Examples: catalog assign churn@v3.5.0 --stage prod, catalog assign churn --latest --stage prod -o json
    """
    from catalog.actions import commands
    from catalog.cli.performing import Options, Request, perform

    refuse_empty(stage=stage, version=version)

    def request(target: ActionTarget) -> Request:
        number = one_version(version, target.version, takes_latest=True)
        is_latest = latest or number in LATEST
        if is_latest is (number is not None and number not in LATEST):
            raise Misuse("expected one of REF@VERSION, --version and --latest")
        name = one_stage(stage, target.stage)
        return Request(decide=lambda tags, _: commands.assign(tags, name, None if is_latest else number))

    perform(ref, request, Options(repo=repo, push=push, yes=yes, message=message, sign=sign, crawl=not no_crawl, output=output, config=config, database=database))  # fmt: skip


def unassign(  # noqa: PLR0913 - each is an option of the command
    ref: SomeRef,
    *,
    stage: Stage = None,
    version: Version = None,
    delete_tag: DeleteTag = False,
    repo: Repo = None,
    push: Push = False,
    yes: Yes = False,
    message: Message = None,
    sign: Sign = None,
    no_crawl: NoCrawl = False,
    output: Output = PlanFormat.TABLE,
    config: Config = None,
    database: Database = None,
) -> None:
    """Plan the tag that takes a stage from a version, as `gto deprecate NAME VERSION STAGE` does; with --push, push it.

    Without a version it is the one that is in the stage; the one behind it is in the stage then.

    Examples: catalog unassign churn#prod, catalog unassign churn --stage prod -o json
    """
    from catalog.actions import commands
    from catalog.cli.performing import Options, Request, perform

    refuse_empty(stage=stage, version=version)

    def request(target: ActionTarget) -> Request:
        name, number = one_stage(stage, target.stage), one_version(version, target.version)
        return Request(decide=lambda tags, _: commands.unassign(tags, name, number, delete=delete_tag))

    perform(ref, request, Options(repo=repo, push=push, yes=yes, message=message, sign=sign, crawl=not no_crawl, output=output, config=config, database=database))  # fmt: skip


def deregister(  # noqa: PLR0913 - each is an option of the command
    ref: SomeRef,
    *,
    version: Version = None,
    delete_tag: DeleteTag = False,
    repo: Repo = None,
    push: Push = False,
    yes: Yes = False,
    message: Message = None,
    sign: Sign = None,
    no_crawl: NoCrawl = False,
    output: Output = PlanFormat.TABLE,
    config: Config = None,
    database: Database = None,
) -> None:
    """Plan the tag that takes a version back, as `gto deprecate NAME VERSION` does; with --push, push it.

    Examples: catalog deregister churn@v3.4.0, catalog deregister churn --version v3.4.0 -o json
    """
    from catalog.actions import commands
    from catalog.cli.performing import Options, Request, perform

    refuse_empty(version=version)

    def request(target: ActionTarget) -> Request:
        if target.stage:
            raise Misuse("deregister takes a version; unassign takes a stage")
        number = one_version(version, target.version)
        if number is None:
            raise Misuse("expected REF@VERSION or --version")
        return Request(decide=lambda tags, _: commands.deregister(tags, number, delete=delete_tag))

    perform(ref, request, Options(repo=repo, push=push, yes=yes, message=message, sign=sign, crawl=not no_crawl, output=output, config=config, database=database))  # fmt: skip


def deprecate(  # noqa: PLR0913 - each is an option of the command
    ref: SomeRef,
    *,
    delete_tag: DeleteTag = False,
    repo: Repo = None,
    push: Push = False,
    yes: Yes = False,
    message: Message = None,
    sign: Sign = None,
    no_crawl: NoCrawl = False,
    output: Output = PlanFormat.TABLE,
    config: Config = None,
    database: Database = None,
) -> None:
    """Plan the tag that deprecates an artifact, as `gto deprecate NAME` does; with --push, push it.

    It is listed no more, until another registry tag of it is made.

    Examples: catalog deprecate churn, catalog deprecate churn -o json
    """
    from catalog.actions import commands
    from catalog.cli.performing import Options, Request, perform

    def request(target: ActionTarget) -> Request:
        if target.version or target.stage:
            raise Misuse("deprecate takes an artifact; deregister takes a version, unassign a stage")
        return Request(decide=lambda tags, _: commands.deprecate(tags, delete=delete_tag))

    perform(ref, request, Options(repo=repo, push=push, yes=yes, message=message, sign=sign, crawl=not no_crawl, output=output, config=config, database=database))  # fmt: skip


def promote(  # noqa: PLR0913 - each is an option of the command
    ref: SomeRef,
    source: Annotated[str, typer.Argument(metavar="FROM", help="The stage that the version is in.")],
    target_stage: Annotated[str, typer.Argument(metavar="TO", help="The stage that it is assigned to.")],
    *,
    repo: Repo = None,
    push: Push = False,
    yes: Yes = False,
    message: Message = None,
    sign: Sign = None,
    no_crawl: NoCrawl = False,
    output: Output = PlanFormat.TABLE,
    config: Config = None,
    database: Database = None,
) -> None:
    """Plan the tag that assigns the stage TO to the version that is in the stage FROM; with --push, push it.

    It stays in FROM, too: in GTO's terms it is `gto assign NAME --version VERSION --stage TO`.

    Examples: catalog promote churn staging prod, catalog promote churn staging prod -o json
    """
    from catalog.actions import commands
    from catalog.cli.performing import Options, Request, perform

    refuse_empty(source=source, target_stage=target_stage)

    def request(target: ActionTarget) -> Request:
        if target.version or target.stage:
            raise Misuse("promote takes an artifact: which version it is, the stage FROM says")
        return Request(decide=lambda tags, _: commands.promote(tags, source, target_stage))

    perform(ref, request, Options(repo=repo, push=push, yes=yes, message=message, sign=sign, crawl=not no_crawl, output=output, config=config, database=database))  # fmt: skip


def rollback(  # noqa: PLR0913 - each is an option of the command
    ref: SomeRef,
    *,
    stage: Stage = None,
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="VERSION", help="The version to go back to; by default the last before."),
    ] = None,
    repo: Repo = None,
    push: Push = False,
    yes: Yes = False,
    message: Message = None,
    sign: Sign = None,
    no_crawl: NoCrawl = False,
    output: Output = PlanFormat.TABLE,
    config: Config = None,
    database: Database = None,
) -> None:
    """Plan the tags that bring an earlier version back into a stage; with --push, push them, all or none.

    In GTO's terms: the stage is unassigned from each version that came after it, and is assigned to it again if it had been taken from it.

    Examples: catalog rollback churn#prod, catalog rollback churn --stage prod -o json
    """
    from catalog.actions import commands
    from catalog.cli.performing import Options, Request, perform

    refuse_empty(stage=stage, to=to)

    def request(target: ActionTarget) -> Request:
        name = one_stage(stage, target.stage)
        number = one_version(to, target.version, "--to")
        return Request(decide=lambda tags, _: commands.rollback(tags, name, number))

    perform(ref, request, Options(repo=repo, push=push, yes=yes, message=message, sign=sign, crawl=not no_crawl, output=output, config=config, database=database))  # fmt: skip
