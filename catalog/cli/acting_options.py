"""The options of the commands that act on a registry."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from catalog.cli.completion import complete_raw_stage, complete_repo

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
