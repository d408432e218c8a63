"""The command `report`: what is new in a version, for a pull request, a job's summary or `cml comment create`."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Annotated

import typer

from catalog.cli.formats import to_json
from catalog.cli.live import open_as_asked
from catalog.cli.options import CatalogConfig, Database, LiveOption, LiveRepoOption, SomeRef
from catalog.cli.output import put_text, say_note
from catalog.cli.report_markdown import render
from catalog.errors import InvalidArgument
from catalog.query.answer import Row
from catalog.query.report import VersionReport
from catalog.text import plural

MOST_IMAGES = 12  # of one version

_CONTENT = re.compile("(md5:|sha256:)?[0-9a-f]{32,64}")
# An SVG can hold scripts, which run where its file is opened: the site shows none, either.
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}
_OF_VERSION = ("ref", "repo", "artifact", "version", "commit")
_OF_INPUT = ("place", "path", "hash_kind", "hash", "size", "is_input", "differs")


class ReportFormat(StrEnum):
    """How a report is written."""

    MD = "md"
    JSON = "json"


def report(  # noqa: PLR0913 - each is an option of the command
    ref: SomeRef,
    *,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="STAGE|VERSION|REF",
            help="Compare with this version. Of a stage that REF itself is in: with the version that it replaced there.",
        ),
    ] = None,
    plots: Annotated[
        str | None,
        typer.Option(
            "--plots",
            metavar="FOLDER",
            help="Write the images of plots into this folder, and show them in the report by their paths relative to the current folder.",
        ),
    ] = None,
    live: LiveOption = False,
    repo: LiveRepoOption = None,
    output: Annotated[
        ReportFormat, typer.Option("-o", "--output", metavar="md|json", help="Markdown, or JSON with every column.")
    ] = ReportFormat.MD,
    config: CatalogConfig = None,
    database: Database = None,
) -> None:
    """Report what is new in a version: metrics with differences, changed parameters and inputs, size and plots, as Markdown.

    Examples: catalog report churn@latest --against prod > report.md, catalog report churn#prod --against prod -o json
    """
    folder = None if plots is None else _folder(plots)
    with open_as_asked(database, config, live=live, repo=repo, ref=ref) as (catalog, _):
        answer = catalog.report(ref, against=against)
    shown = _shown(answer)
    paths = {} if folder is None else _written(shown, folder)
    if shown and folder is None and output is ReportFormat.MD:
        say_note(f"({plural(len(shown), 'image')} of plots: --plots FOLDER writes them)")
    put_text(render(answer, paths) if output is ReportFormat.MD else to_json(_to_dict(answer, paths)))


def _folder(words: str) -> PurePosixPath:
    path = PurePosixPath(words)
    if not words or path.is_absolute() or ".." in path.parts or not words.isprintable():
        raise InvalidArgument(
            "plots", repr(words), "a folder below this one: the report shows its files by relative paths"
        )
    return path


def _shown(answer: VersionReport) -> dict[str, Row]:
    """The images that can be shown, by content: the first ones of each version."""
    images = [row for row in answer.images if _suffix(row)][:MOST_IMAGES]
    plots = {(row["plot"], row["file"]) for row in images}
    images += [row for row in answer.base_images if (row["plot"], row["file"]) in plots and _suffix(row)]
    return {row["content"]: row for row in images}


def _suffix(row: Row) -> str | None:
    return _SUFFIXES.get(row["media_type"]) if _CONTENT.fullmatch(row["content"]) else None


def _written(images: dict[str, Row], folder: PurePosixPath) -> dict[str, str]:
    """The path of each image, once all are written."""
    from catalog.store import files  # only where there is something to write

    paths = {}
    with files.writing(Path(folder)):
        for content, row in images.items():
            path = folder / f"{content.replace(':', '-')}.{_suffix(row)}"
            files.write(Path(path), row["data"], durable=False)
            paths[content] = str(path)
    return paths


def _to_dict(answer: VersionReport, paths: dict[str, str]) -> Row:
    plots = [
        {
            "ref": _ref(version),
            "plot": row["plot"],
            "title": row["title"],
            "file": row["file"],
            "media_type": row["media_type"],
        }
        | {"of_project": row["of_project"], "path": paths.get(row["content"])}
        for version, images in ((answer.base, answer.base_images), (answer.version, answer.images))
        for row in images
        if version is not None
    ]
    return {
        "version": _version(answer.version),
        "against": None if answer.base is None else _version(answer.base),
        "stage": answer.stage,
        "replaced": answer.replaced,
        "compared": answer.compared,
        "inputs": [{key: row[key] for key in _OF_INPUT} for row in answer.inputs],
        "plots": plots,
    }


def _version(row: Row) -> Row:
    return {key: _ref(row) if key == "ref" else row[key] for key in _OF_VERSION}


def _ref(row: Row) -> str:
    return f"{row['repo']}:{row['artifact']}@{row['version']}"
