"""The plots of a report as files beside it: images as they are in the repository, and plots of data drawn as the site draws them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from markupsafe import Markup

from catalog.query.answer import Row
from catalog.query.report import VersionReport
from catalog.store import files
from catalog.text import plural
from sites.svg.figures import COLOURS
from sites.svg.picture import Caption, picture
from sites.view_models.model.plots import PlotRow, axes, draw, lines

MOST_IMAGES = 12  # of one version

_CONTENT = re.compile("(md5:|sha256:)?[0-9a-f]{32,64}")
# An SVG of a repository can hold scripts, which run where its file is opened: the site shows none, either.
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif"}


class Picture(NamedTuple):
    """An image: the name of its file, which says what it holds, and its bytes."""

    name: str
    data: bytes


class ReportPlot(NamedTuple):
    """A plot of the version as the report shows it.

    `file`: the image; empty of a drawing, which may be of several files. `axes`: what is drawn over what; empty of an image. `before`: the
    same plot of the base, where it is a picture of its own. `base_look`: `dashed` or `grey`, as the lines or points of the base are, where
    they are in the picture of the version. `remark`: what is said where the base has the same.
    """

    plot: str
    title: str
    picture: Picture
    file: str = ""
    axes: str = ""
    before: Picture | None = None
    base_look: str = ""
    remark: str = ""

    @property
    def of_base(self) -> Picture | None:
        """The picture that shows the plot of the base."""
        return self.before or (self.picture if self.base_look or self.remark else None)


def report_plots(report: VersionReport) -> list[ReportPlot]:
    """The plots that can be shown: the first images, then the drawings."""
    return [*_images(report), *_drawings(report)]


def count_plots(report: VersionReport) -> int:
    """How many plots can be shown."""
    return len(_raster_images(report)[:MOST_IMAGES]) + sum(1 for _ in _drawable(report))


def count_left_out(report: VersionReport) -> int:
    """How many more images and plots of data the version has than a report shows."""
    return max(len(_raster_images(report)) - MOST_IMAGES, 0) + report.more_plots


def write(plots: Iterable[ReportPlot], folder: PurePosixPath) -> None:
    """Writes the pictures into a folder below the current one, which is made."""
    pictures = {each for plot in plots for each in (plot.picture, plot.before) if each is not None}
    with files.writing(Path(folder)):
        for each in sorted(pictures):
            files.write(Path(folder / each.name), each.data, durable=False)


def _images(report: VersionReport) -> Iterator[ReportPlot]:
    before = {(row["plot"], row["file"]): row for row in report.base_images}
    for row in _raster_images(report)[:MOST_IMAGES]:
        old = before.get((row["plot"], row["file"]))
        same = old is not None and old["content"] == row["content"]
        yield ReportPlot(
            plot=row["plot"],
            title=row["title"] or row["plot"],
            picture=_stored(row),
            file=row["file"],
            before=_stored(old) if old is not None and not same and _suffix(old) else None,
            remark="not changed" if same else "",
        )


def _raster_images(report: VersionReport) -> list[Row]:
    return [row for row in report.images if _suffix(row)]


def _suffix(row: Row) -> str | None:
    return _SUFFIXES.get(row["media_type"]) if _CONTENT.fullmatch(row["content"]) else None


def _stored(row: Row) -> Picture:
    return Picture(f"{row['content'].replace(':', '-')}.{_suffix(row)}", row["data"])


def _drawings(report: VersionReport) -> Iterator[ReportPlot]:
    before = _by_plot(report.base_plots)
    for rows, drawing in _drawable(report):
        yield _drawing(rows, drawing, before.get(rows[0].plot, []), report)


def _drawable(report: VersionReport) -> Iterator[tuple[list[PlotRow], Markup]]:
    """The plots of data, each with its drawing. DVC's files may define one twice, by its name and by its file: what looks the same is shown once."""
    shown = set()
    for rows in _by_plot(report.plots).values():
        drawing = draw(rows, [], "")
        look = axes(rows[0]) + drawing
        if drawing and look not in shown:
            shown.add(look)
            yield rows, drawing


def _by_plot(rows: Iterable[Row]) -> dict[str, list[PlotRow]]:
    return {plot: [*its] for plot, its in groupby((PlotRow(**row) for row in rows), lambda row: row.plot)}


def _drawing(rows: Sequence[PlotRow], alone: Markup, before: Sequence[PlotRow], report: VersionReport) -> ReportPlot:
    """Lines over those of the base; of bars and matrices, one picture of each."""
    title, shown = rows[0].title or rows[0].plot, axes(rows[0])
    old = draw(before, [], "") if before else Markup("")  # nothing where the base has no point
    is_same = bool(old) and axes(before[0]) + old == shown + alone
    both = draw(rows, before, "") if old and not is_same else alone
    look = _line_look("ref", both)
    return ReportPlot(
        plot=rows[0].plot,
        title=title,
        picture=_picture(both, title, [Caption(shown), *_legend(rows, both, report)]),
        axes=shown,
        before=_picture(old, title, [Caption(axes(before[0]))]) if old and not is_same and not look else None,
        base_look=("grey" if look.startswith("dots") else "dashed") if look else "",
        remark="looks the same" if is_same else "",
    )


def _picture(drawing: Markup, title: str, captions: Sequence[Caption]) -> Picture:
    data = picture(drawing, title, captions)
    return Picture(f"{blake2b(data, digest_size=16).hexdigest()}.svg", data)


def _legend(rows: Sequence[PlotRow], drawing: Markup, report: VersionReport) -> Iterator[Caption]:
    """What each line in the drawing is, where there are several."""
    names = [line.name for line in lines(rows)]
    base = _line_look("ref", drawing)
    if len(names) == 1:
        names = [report.names[-1]] if base else []
    for place, name in enumerate(names[:COLOURS]):
        if look := _line_look(f"l{place}", drawing):
            yield Caption(name, look)
    if len(names) > COLOURS:
        yield Caption(f"{plural(len(names) - COLOURS, 'more line is', 'more lines are')} not drawn")
    if base:
        yield Caption(report.names[0], base)


def _line_look(kind: str, drawing: Markup) -> str:
    """The class that lines of a kind have in the drawing, that of points where there are some; empty where there is neither."""
    return next((look for look in (f"dots {kind}", kind) if f'class="{look}"' in drawing), "")
