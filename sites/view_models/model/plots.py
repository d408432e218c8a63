"""The plots of each artifact: those of its latest version beside those of the version in production.

They are rendered while they are read, because the numbers of a whole catalog would fill the memory.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from math import isfinite
from types import MappingProxyType
from typing import NamedTuple

from markupsafe import Markup

from catalog.query.labels import OF_PROJECT
from sites.data.facts import Connection, Facts, Key, of_repos
from sites.data.rows import AssignmentRow
from sites.svg.figures import MOST_BARS, Polyline, draw_bars, draw_lines, draw_matrix
from sites.text import short
from sites.urls import image_path
from sites.view_models.model.plot_data import PlotFile, TemplateField, plot_file
from sites.view_models.registry import foremost, in_order

VEGA = "static/vendor/vega.js"  # what draws plots that can be zoomed, where the build of the wheel could make it
NUMBERS = ".js"  # the suffix of files with the numbers of plots

MOST = 6  # plots of an artifact
AT_ONCE = 500  # rows of a query
IMAGES_AT_ONCE = 50
NO_IMAGES: Mapping[tuple[str, str], Mapping[str, str]] = MappingProxyType({})


class PlotRow(NamedTuple):
    """A line or an image of a plot: a row of `list_plots`."""

    repo: str
    artifact: str
    version: str
    commit: str
    is_latest: bool
    plot: str
    title: str | None
    template: str | None
    x: str | None
    x_label: str | None
    y_label: str | None
    file: str
    field: str | None
    xs: list[float | None] | None
    ys: list[float | None] | None
    words: list[str] | None
    others: list[str] | None
    counts: list[float] | None
    content: str | None
    media_type: str | None
    of_project: bool = False
    own_template: str | None = None
    fields: list[TemplateField] | None = None


class Figure(NamedTuple):
    """A plot: drawn, or the path of an image in the site; what it shows, and the names of its lines, if there are several.

    Without either, only the repository's own template draws it.
    """

    title: str
    axes: str
    drawing: Markup
    image: str
    names: list[str]


class Plots(NamedTuple):
    """The plots of an artifact: of which version they are, of which other one the dashed lines, whether they are the project's, and their numbers.

    `images`: of each version, by its name and commit, the title of each image among its plots by the image's path in the site.
    """

    version: str
    beside: str
    figures: list[Figure]
    of_project: str = ""
    numbers: PlotFile | None = None
    images: Mapping[tuple[str, str], Mapping[str, str]] = NO_IMAGES


def read(
    connection: Connection, facts: Facts, repos: Collection[str] | None = None, *, with_numbers: bool = False
) -> dict[Key, Plots]:
    """The plots of all artifacts that have some, of all repositories or of these. `with_numbers`: those of all versions, for plots that can be zoomed."""
    by_model: dict[Key, Plots] = {}
    for key, rows in groupby(_rows(connection, repos), lambda row: (row.repo, row.artifact)):
        shown = _plots([*rows], facts.assignments.get(key, []), with_numbers=with_numbers)
        if shown.figures or shown.images:
            by_model[key] = shown
    return by_model


def images(connection: Connection, paths: Iterable[str]) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of images. Their names are those of their contents, which never change."""
    contents = {path.rpartition("/")[2].partition(".")[0].replace("-", ":"): path for path in paths}
    for start in range(0, len(contents), IMAGES_AT_ONCE):
        chosen = [*contents][start : start + IMAGES_AT_ONCE]
        for content, data in connection.execute("from internal.site_images(?)", [chosen]).fetchall():
            yield contents[content], data


def paths(plots: Plots | None) -> tuple[str, ...]:
    """The paths of the images of an artifact's versions, and of the file with its numbers."""
    if plots is None:
        return ()
    images = {path for of_version in plots.images.values() for path in of_version}
    return tuple(sorted({*images, plots.numbers.path} if plots.numbers else images))


def numbers(by_model: Mapping[Key, Plots], paths: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of the files with numbers that are among these paths, each once. Their names are those of their contents."""
    every = {plots.numbers.path: plots.numbers.data for plots in by_model.values() if plots.numbers}
    yield from ((path, data) for path, data in every.items() if path in paths)


def _rows(connection: Connection, repos: Collection[str] | None) -> Iterator[PlotRow]:
    cursor = connection.execute(*of_repos("from internal.site_plots()", None if repos is None else sorted(repos)))
    names = tuple(column[0] for column in cursor.description or ())
    if names != PlotRow._fields:
        raise TypeError(f"the columns of site_plots are {names}, expected {PlotRow._fields}")
    while cells := cursor.fetchmany(AT_ONCE):
        yield from (PlotRow._make(row) for row in cells)


def _plots(rows: Sequence[PlotRow], assignments: list[AssignmentRow], *, with_numbers: bool) -> Plots:
    """Of the latest version, or else of the one in production; beside it, of the one in production if that is another."""
    staged = foremost(assignments)
    first = staged and (staged.version, staged.commit)
    shown = [row for row in rows if row.is_latest] or [row for row in rows if (row.version, row.commit) == first]
    images = _images(rows)
    if not shown:
        return Plots("", "", [], images=images)
    version = (shown[0].version, shown[0].commit)
    beside = [row for row in rows if (row.version, row.commit) == first] if first != version else []
    figures: dict[tuple[Markup | str, str | None], Figure] = {}
    of_figures: dict[tuple[Markup | str, str | None], list[PlotRow]] = {}
    for plot, rows_of_plot in groupby(shown, lambda row: row.plot):
        its = [*rows_of_plot]
        figure = _figure(its, [row for row in beside if row.plot == plot], with_numbers=with_numbers)
        if figure and len(figures) < MOST:
            # DVC's files may define a plot twice, by its name and by its file: what looks the same is shown once.
            picture = figure.image or figure.axes + (figure.drawing.partition(">")[2] or figure.title)
            look = (picture, its[0].own_template if with_numbers else None)
            figures.setdefault(look, figure)
            of_figures.setdefault(look, [] if figure.image else [row for row in rows if row.plot == plot])
    dashed = staged is not None and any('class="ref"' in figure.drawing for figure in figures.values())
    other = f"{short(staged.version)} in {staged.stage}" if staged and dashed else ""
    numbers = plot_file([*of_figures.values()], _stages(assignments)) if with_numbers else None
    of_project = OF_PROJECT if shown[0].of_project else ""
    return Plots(short(version[0]), other, [*figures.values()], of_project, numbers, images)


def _images(rows: Iterable[PlotRow]) -> dict[tuple[str, str], dict[str, str]]:
    """The images of each version: one that DVC's files define twice has its first title."""
    by_version: dict[tuple[str, str], dict[str, str]] = {}
    for row in rows:
        if path := _image(row):
            by_version.setdefault((row.version, row.commit), {}).setdefault(path, row.title or row.plot)
    return by_version


def _stages(assignments: list[AssignmentRow]) -> dict[tuple[str, str], list[str]]:
    """The stages of each version."""
    by_version: dict[tuple[str, str], list[str]] = {}
    for assignment in in_order(assignments):
        by_version.setdefault((assignment.version, assignment.commit), []).append(assignment.stage)
    return by_version


def _figure(rows: Sequence[PlotRow], beside: Sequence[PlotRow], *, with_numbers: bool) -> Figure | None:
    row = rows[0]
    title = row.title or row.plot
    image = _image(row)
    drawing = Markup("") if image else draw(rows, beside, title)
    if not image and not drawing and not (with_numbers and row.own_template and row.fields):
        return None
    names = [line.name for line in lines(rows)] if len(rows) > 1 else []
    return Figure(title=title, axes="" if image else axes(row), drawing=drawing, image=image, names=names)


def _image(row: PlotRow) -> str:
    return "" if row.content is None else image_path(row.content, row.media_type)


def draw(rows: Sequence[PlotRow], beside: Sequence[PlotRow], title: str) -> Markup:
    """A plot as its template means it, with the lines of another version `beside` it; nothing where there is no point."""
    row = rows[0]
    if row.words and row.counts:
        if row.others and (row.template or "").startswith("confusion"):
            shares = row.template == "confusion_normalized"
            return draw_matrix(row.words, row.others, row.counts, title, shares=shares)
        return draw_bars(*_bars(row, row.words, row.counts), title)
    return draw_lines(lines(rows), lines(beside), title, dots=(row.template or "").startswith("scatter"))


def _bars(row: PlotRow, words: Sequence[str], counts: Sequence[float]) -> tuple[Sequence[str], Sequence[float]]:
    """The longest bars, in the order of DVC's template: by length, or by word."""
    if row.template == "bar_horizontal_sorted":
        return words, counts
    pairs = [pair for pair in zip(words, counts, strict=True) if isfinite(pair[1])][:MOST_BARS]
    return [word for word, _ in sorted(pairs)], [count for _, count in sorted(pairs)]


def lines(rows: Iterable[PlotRow]) -> list[Polyline]:
    """The lines of a plot by their names: the field, and the file where there are several."""
    several = [row for row in rows if row.xs is not None and row.ys is not None]
    files = len({row.file for row in several}) > 1
    return [
        Polyline(f"{row.file}: {row.field}" if files else row.field or "", row.xs or [], row.ys or [])
        for row in several
    ]


def axes(row: PlotRow) -> str:
    """What is drawn over what; of bars, what is drawn of each."""
    if row.words and not row.others:
        return f"{row.x_label or row.x} of each {row.y_label or row.field}"
    return f"{row.y_label or row.field} over {row.x_label or row.x or 'the rows'}"
