"""The options of the commands that act on a registry, and what of their values goes together."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from catalog.cli.completion import complete_raw_stage, complete_repo
from catalog.errors import InvalidArgument, Misuse
from catalog.query.reference import LATEST

Repo = Annotated[
    str | None,
    typer.Option(
        "--repo",
        metavar="REPO|URL",
        autocompletion=complete_repo,
        help="The repository, where REF does not say it: a name of repos.toml, or an address.",
    ),
]
Push = Annotated[bool, typer.Option("--push", help="Push the tags, instead of only printing the plan.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="With --push: do not ask.")]
Message = Annotated[
    str | None, typer.Option("--message", "-m", metavar="TEXT", help="The tag's message, instead of GTO's.")
]
Sign = Annotated[
    bool | None,
    typer.Option("--sign/--no-sign", help="Sign the tag, as gpg.format says; by default as tag.gpgSign says."),
]
NoCrawl = Annotated[bool, typer.Option("--no-crawl", help="After a push, do not read the repository again.")]
DeleteTag = Annotated[
    bool, typer.Option("--delete-tag", help="Delete the tags instead of adding one: their history is lost.")
]
Stage = Annotated[
    str | None,
    typer.Option("--stage", metavar="STAGE", autocompletion=complete_raw_stage, help="The stage, as tags spell it."),
]
Version = Annotated[str | None, typer.Option("--version", metavar="VERSION", help="The version, such as v1.2.0.")]


class Bump(StrEnum):
    """Which number of the latest version is raised."""

    PATCH = "patch"
    MINOR = "minor"
    MAJOR = "major"


class PlanFormat(StrEnum):
    """How a plan is written."""

    TABLE = "table"
    JSON = "json"


Output = Annotated[PlanFormat, typer.Option("-o", "--output", metavar="table|json", help="How to write the plan.")]
Config = Annotated[
    Path | None,
    typer.Option(
        "--config",
        envvar="CATALOG_CONFIG",
        metavar="FILE",
        help="The file that lists the repositories, and whose catalog is used; by default repos.toml.",
    ),
]


def refuse_empty(**values: str | None) -> None:
    for name, value in values.items():
        if value == "":
            raise InvalidArgument(
                name,
                "''",
                "a commit or a branch" if name == "at" else "a version" if name in {"to", "version"} else "a stage",
            )


def one_stage(option: str | None, in_ref: str | None) -> str:
    if option is not None and in_ref is not None and option != in_ref:
        raise Misuse(f"REF names the stage {in_ref!r} and --stage {option!r}: expected one")
    if (stage := option or in_ref) is None:
        raise Misuse("expected --stage, or REF#STAGE")
    return stage


def one_version(
    option: str | None, in_ref: str | None, name: str = "--version", *, takes_latest: bool = False
) -> str | None:
    """The version that the option or REF states. Misuse for two of them, and for REF@latest where that is not taken."""
    if in_ref in LATEST and not takes_latest:
        raise Misuse(f"REF names the version {in_ref!r}: expected its number, such as @v1.2.0")
    if option is not None and in_ref is not None and option != in_ref:
        raise Misuse(f"REF names the version {in_ref!r} and {name} {option!r}: expected one")
    return option or in_ref
