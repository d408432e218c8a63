"""The options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from catalog.cli.completion import complete_raw_stage, complete_reference, complete_repo, complete_stage
from catalog.cli.formats import Format
from catalog.errors import InvalidArgument
from catalog.text import encodable

Output = Annotated[
    Format,
    typer.Option(
        "-o",
        "--output",
        metavar="FORMAT",
        help=f"{', '.join(Format)}. JSON has every column; ids are references for `catalog show`, one a line.",
    ),
]
Database = Annotated[
    Path | None,
    typer.Option(
        "--catalog",
        envvar=["CATALOG", "CATALOG_DATABASE"],
        metavar="PATH|URL",
        help="The catalog to query: a file, a folder, https://…/ or s3://…; by default catalog.duckdb in the output folder of repos.toml, or of this folder.",
    ),
]
ConfigFile = Annotated[
    Path,
    typer.Option("--config", envvar="CATALOG_CONFIG", metavar="FILE", help="The file that lists the repositories."),
]
_REFERENCE = "artifact, artifact@version, artifact@latest or artifact#stage; any unambiguous suffix of host/owner/name:artifact works."
Ref = Annotated[str | None, typer.Argument(metavar="[REF]", autocompletion=complete_reference, help=_REFERENCE)]
SomeRef = Annotated[str, typer.Argument(metavar="REF", autocompletion=complete_reference, help=_REFERENCE)]
SomeRefs = Annotated[list[str], typer.Argument(metavar="REF...", autocompletion=complete_reference, help=_REFERENCE)]
RepoArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[REPO]", autocompletion=complete_repo, help="Only this repository, or all with this suffix."
    ),
]
RepoOption = Annotated[
    str | None,
    typer.Option(
        "--repo", metavar="REPO", autocompletion=complete_repo, help="Only this repository, or all with this suffix."
    ),
]
StageOption = Annotated[
    str | None,
    typer.Option(
        "--stage",
        metavar="STAGE",
        autocompletion=complete_stage,
        help="Only this stage, by any name that repos.toml or tags give it.",
    ),
]
RawStageOption = Annotated[
    str | None,
    typer.Option(
        "--raw-stage",
        metavar="STAGE",
        autocompletion=complete_raw_stage,
        help="Only this stage, as the tags spell it: its other names do not count.",
    ),
]
LiveOption = Annotated[
    bool,
    typer.Option(
        "--live", help="Read the repository now: that of --repo, or else of REF. All else is as of the last crawl."
    ),
]
LiveRepoOption = Annotated[
    str | None,
    typer.Option(
        "--repo",
        metavar="REPO|URL|.",
        autocompletion=complete_repo,
        help="Only this repository; with --live also an address, or . for the origin of this folder's repository.",
    ),
]
CatalogConfig = Annotated[
    Path | None,
    typer.Option(
        "--config",
        envvar="CATALOG_CONFIG",
        metavar="FILE",
        help="The file that says whose catalog to query, and how --live reads a repository; by default repos.toml.",
    ),
]
TypeOption = Annotated[
    str | None, typer.Option("--type", metavar="TYPE", help="Only artifacts of this type, such as model.")
]
_MOMENT = "a date, a month such as 2024-05, a time, yesterday, or 7d (or h, w): so long before now."
Since = Annotated[
    str | None, typer.Option("--since", metavar="DATE", help=f"Not before the beginning of this: {_MOMENT}")
]
Until = Annotated[str | None, typer.Option("--until", metavar="DATE", help=f"Not after the end of this: {_MOMENT}")]
AssignedSince = Annotated[
    str | None,
    typer.Option("--since", metavar="DATE", help=f"Only what was assigned from the beginning of this on: {_MOMENT}"),
]
AssignedUntil = Annotated[
    str | None,
    typer.Option("--until", metavar="DATE", help=f"Only what was assigned until the end of this: {_MOMENT}"),
]
Parameters = Annotated[
    list[str] | None,
    typer.Option("-p", "--parameter", metavar="NAME=VALUE", help="A value, as text, for $NAME in the SQL."),
]


def named_values(parameters: list[str] | None) -> dict[str, str]:
    """The values of `--parameter` by name. InvalidArgument for one that is not NAME=VALUE."""
    return dict(_named_value(text) for text in parameters or ())


def _named_value(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.isidentifier() or encodable(text) != text:
        raise InvalidArgument("parameter", repr(text), "NAME=VALUE")
    return name, value
