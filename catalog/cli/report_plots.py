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

    `axes`: what is drawn over what; empty of an image. `before`: the same plot of the base, where it is a picture of its own.
    `is_overlaid`: the lines of the base are in the picture of the version, dashed. `remark`: what is said where the base has the same.
    """

    plot: str
    file: str
    title: str
    picture: Picture
    axes: str = ""
    before: Picture | None = None
    is_overlaid: bool = False
    remark: str = ""

    @property
    def of_base(self) -> Picture | None:
        """The picture that shows the plot of the base."""
        return self.before or (self.picture if self.is_overlaid or self.remark else None)


def report_plots(report: VersionReport) -> list[ReportPlot]:
    """The plots that can be shown: the first images, then the drawings."""
    return [*_images(report), *_drawings(report)]


def write(plots: Iterable[ReportPlot], folder: PurePosixPath) -> None:
    """Writes the pictures into a folder below the current one, which is made."""
    pictures = {each for plot in plots for each in (plot.picture, plot.before) if each is not None}
    with files.writing(Path(folder)):
        for each in sorted(pictures):
            files.write(Path(folder / each.name), each.data, durable=False)


def _images(report: VersionReport) -> Iterator[ReportPlot]:
    before = {(row["plot"], row["file"]): row for row in report.base_images}
    for row in [row for row in report.images if _suffix(row)][:MOST_IMAGES]:
        old = before.get((row["plot"], row["file"]))
        same = old is not None and old["content"] == row["content"]
        yield ReportPlot(
            plot=row["plot"],
            file=row["file"],
            title=row["title"] or row["plot"],
            picture=_stored(row),
            before=_stored(old) if old is not None and not same and _suffix(old) else None,
            remark="not changed" if same else "",
        )


def _suffix(row: Row) -> str | None:
    return _SUFFIXES.get(row["media_type"]) if _CONTENT.fullmatch(row["content"]) else None


def _stored(row: Row) -> Picture:
    return Picture(f"{row['content'].replace(':', '-')}.{_suffix(row)}", row["data"])


def _drawings(report: VersionReport) -> Iterator[ReportPlot]:
    """The plots of data. DVC's files may define one twice, by its name and by its file: what looks the same is shown once."""
    before = _by_plot(report.base_plots)
    shown = set()
    for plot, rows in _by_plot(report.plots).items():
        drawing = draw(rows, [], "")
        shape = _shape(rows[0], drawing)
        if drawing and shape not in shown:
            shown.add(shape)
            yield _drawing(rows, before.get(plot, []), report)


def _by_plot(rows: Iterable[Row]) -> dict[str, list[PlotRow]]:
    return {plot: [*its] for plot, its in groupby((PlotRow(**row) for row in rows), lambda row: row.plot)}


def _drawing(rows: Sequence[PlotRow], before: Sequence[PlotRow], report: VersionReport) -> ReportPlot:
    """Lines over those of the base; of bars and matrices, one picture of each."""
    title, shown = rows[0].title or rows[0].plot, axes(rows[0])
    alone, old = draw(rows, [], title), draw(before, [], title) if before else Markup("")
    is_same = _shape(before[0], old) == _shape(rows[0], alone) if before else False
    both = alone if is_same else draw(rows, before, title)
    return ReportPlot(
        plot=rows[0].plot,
        file=rows[0].file,
        title=title,
        picture=_picture(both, title, [Caption(shown), *_legend(rows, both, report, is_overlaid=both != alone)]),
        axes=shown,
        before=_picture(old, title, [Caption(axes(before[0]))]) if old and not is_same and both == alone else None,
        is_overlaid=both != alone,
        remark="looks the same" if is_same else "",
    )


def _picture(drawing: Markup, title: str, captions: Sequence[Caption]) -> Picture:
    data = picture(drawing, title, captions)
    return Picture(f"{blake2b(data, digest_size=16).hexdigest()}.svg", data)


def _legend(rows: Sequence[PlotRow], drawing: Markup, report: VersionReport, *, is_overlaid: bool) -> Iterator[Caption]:
    """What each line is, where there are several."""
    names = [line.name for line in lines(rows)]
    if len(names) == 1 and is_overlaid:
        names = [report.names[-1]]
    for place, name in enumerate(names[:COLOURS] if len(rows) > 1 or is_overlaid else []):
        yield Caption(name, _line_look(f"l{place}", drawing))
    if len(names) > COLOURS:
        yield Caption(f"{plural(len(names) - COLOURS, 'more line is', 'more lines are')} not drawn")
    if is_overlaid:
        yield Caption(report.names[0], _line_look("ref", drawing))


def _line_look(kind: str, drawing: Markup) -> str:
    return f"dots {kind}" if f'class="dots {kind}"' in drawing else kind


def _shape(row: PlotRow, drawing: Markup) -> str:
    """What is equal of plots that look the same, whatever their titles."""
    return axes(row) + drawing.partition(">")[2]
