"""The command `report`: what is new in a version, for a pull request, a job's summary or `cml comment create`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Annotated

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

if TYPE_CHECKING:
    from catalog.cli.report_plots import Picture, ReportPlot

DRAWN = "image/svg+xml"  # the pictures of plots of data
_OF_VERSION = ("ref", "repo", "artifact", "version", "commit")
_OF_PLOT = ("plot", "title", "file", "media_type", "of_project")
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
            help="Write pictures of the plots into this folder, and show them in the report by their paths relative to the current folder.",
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

    Examples: catalog report churn@latest --against prod --plots plots > report.md, catalog report churn#prod --against prod -o json
    """
    from catalog.cli.report_plots import count_left_out, count_plots, report_plots, write  # other commands draw nothing

    folder = PurePosixPath() if plots is None else _folder(plots)
    with open_as_asked(database, config, live=live, repo=repo, ref=ref) as (catalog, within):
        answer = catalog.report(ref if within is None else catalog.within(ref, within), against=against)
    written = [] if plots is None else report_plots(answer)
    if plots is not None:
        write(written, folder)
    elif output is ReportFormat.MD and (count := count_plots(answer)):
        say_note(f"({plural(count, 'plot')}: --plots FOLDER writes pictures)")
    if output is ReportFormat.JSON:
        put_text(to_json(_to_dict(answer, written, folder)))
    else:
        put_text(render(answer, written, folder, plots_left_out=0 if plots is None else count_left_out(answer)))


def _folder(words: str) -> PurePosixPath:
    path = PurePosixPath(words)
    if not words or path.is_absolute() or ".." in path.parts or not words.isprintable():
        raise InvalidArgument(
            "plots", repr(words), "a folder below this one: the report shows its files by relative paths"
        )
    return path


def _to_dict(answer: VersionReport, written: Sequence[ReportPlot], folder: PurePosixPath) -> Row:
    plots = [
        *_plots(
            answer.base,
            answer.base_images,
            answer.base_plots,
            {(each.plot, each.file): each.of_base for each in written},
            folder,
        ),
        *_plots(
            answer.version,
            answer.images,
            answer.plots,
            {(each.plot, each.file): each.picture for each in written},
            folder,
        ),
    ]
    return {
        "version": _version(answer.version, answer.more_plots),
        "against": None if answer.base is None else _version(answer.base, answer.base_more_plots),
        "stage": answer.stage,
        "replaced": answer.replaced,
        "compared": answer.compared,
        "inputs": [{key: row[key] for key in _OF_INPUT} for row in answer.inputs],
        "plots": plots,
    }


def _plots(
    version: Row | None,
    images: Sequence[Row],
    lines: Sequence[Row],
    pictures: Mapping[tuple[str, str], Picture | None],
    folder: PurePosixPath,
) -> Iterator[Row]:
    """What is said of each plot of a version, with the path of the picture that shows it, if one was written."""
    if version is None:
        return
    first: dict[str, Row] = {}
    for row in lines:
        first.setdefault(row["plot"], row | {"media_type": DRAWN})
    keyed = [
        *(((row["plot"], row["file"]), row) for row in images),
        *(((plot, ""), row) for plot, row in first.items()),
    ]
    for key, row in keyed:
        picture = pictures.get(key)
        path = None if picture is None else str(folder / picture.name)
        yield {"ref": _ref(version), **{name: row[name] for name in _OF_PLOT}, "path": path}


def _version(row: Row, more_plots: int) -> Row:
    """`more_plots`: how many plots of data the version has that are not listed."""
    return {key: _ref(row) if key == "ref" else row[key] for key in _OF_VERSION} | {"more_plots": more_plots}


def _ref(row: Row) -> str:
    return f"{row['repo']}:{row['artifact']}@{row['version']}"
