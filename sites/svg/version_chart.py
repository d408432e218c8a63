"""The large chart of one metric over versions as inline SVG, one for all widths: places are percentages, and labels are as large on a phone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import ceil, floor, isfinite, log10
from sys import float_info
from typing import NamedTuple

from markupsafe import Markup

from catalog.text import visible_on_page
from sites.text import clip, percent, short

UNITS = 1000  # of the line and the grid from left to right, which are drawn as wide as there is room
EDGE = 8  # pixels that a label at an edge goes beyond it
HEIGHT, TOP, BOTTOM = 236, 30, 28  # pixels; those beside the plane are in model.css
ROWS, ROW = 2, 14  # of names of stages, and the pixels of the second one
# The least pixels of the plane, and the class of labels that have no room in less: see `.chart` in model.css.
WIDTHS = ((260, ""), (452, "m"), (700, "w"))
TICKS = 5  # of the axis, about
CHARACTER = 7  # pixels of a label's character, about
GAP = 14  # pixels between two labels
NARROW_GAP = 3  # between two stages, which have colours
LABEL = 14  # characters of a version or a stage
MOST_DOTS = 60  # versions of which each has a dot
MOST_POINTS = 300  # of the line: more cannot be told apart


class ChartPoint(NamedTuple):
    """What a version has: its number as people write it, and where it is numbered."""

    version: str
    number: float | None
    text: str


class StageMark(NamedTuple):
    """A stage in force: the place of its version among the points, its name and the class of its colour."""

    place: int
    stage: str
    look: str


def version_chart(points: Sequence[ChartPoint], marks: Sequence[StageMark], label: str) -> Markup:
    """The chart. Nothing where fewer than two versions have a number."""
    numbered = [
        (place, point) for place, point in enumerate(points) if point.number is not None and isfinite(point.number)
    ]
    if len(numbered) < 2:  # noqa: PLR2004 - a line has two ends
        return Markup("")
    numbers = [point.number for _, point in numbered if point.number is not None]
    ticks = nice_ticks(min(numbers), max(numbers))
    placed = _placed_marks(marks, len(points))
    top = TOP + ROW * max((mark.row for mark in placed if mark.kind is not None), default=0)
    plane = _Plane(ticks, len(points), top)
    parts = [_lines(ticks, numbered, plane), *_axis(ticks, plane), *_names(points, plane), *_marks(placed, top)]
    return Markup('<svg role="img" aria-label="{}">{}{}</svg>').format(
        visible_on_page(label), Markup("").join(parts), _dots(numbered, plane)
    )


def labels_with_room(labels: Iterable[tuple[float, int]], gap: int = GAP) -> list[str | None]:
    """The class of each label, of which the share of the width and the characters are given; None for one that has room nowhere.

    Those given first are shown where two would lie on each other.
    """
    taken: list[list[tuple[float, float]]] = [[] for _ in WIDTHS]
    classes: list[str | None] = []
    for share, characters in labels:
        ends = [_ends(share * width, width, characters * CHARACTER) for width, _ in WIDTHS]
        is_free = [
            all(end + gap <= start or after + gap <= begin for start, after in own)
            for own, (begin, end) in zip(taken, ends, strict=True)
        ]
        first = next((place for place in range(len(WIDTHS)) if all(is_free[place:])), None)
        classes.append(None if first is None else WIDTHS[first][1])
        for own, places in list(zip(taken, ends, strict=True))[len(WIDTHS) if first is None else first :]:
            own.append(places)
    return classes


def _ends(middle: float, width: int, length: int) -> tuple[float, float]:
    """Where a label begins and ends; one at an edge is inside."""
    begin = min(max(middle - length / 2, -EDGE), width + EDGE - length)
    return begin, begin + length


def nice_ticks(lowest: float, highest: float, most: int = TICKS) -> list[float]:
    """Round numbers from at most the lowest to at least the highest; these two, where their difference is no number that can be divided."""
    span = highest - lowest
    if span == 0:
        lowest, highest, span = (
            max(lowest - abs(lowest) / 10 - 1e-9, -float_info.max),
            min(highest + abs(highest) / 10 + 1e-9, float_info.max),
            abs(lowest) / 5 + 2e-9,
        )
    raw = span / most
    if not isfinite(span) or raw <= 0 or raw < max(abs(lowest), abs(highest)) * 1e-12:
        return sorted({lowest, highest})
    power = 10.0 ** floor(log10(raw))
    step = next((factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw), 10 * power)
    first, last = step and lowest / step, step and highest / step
    if step == 0 or not (
        isfinite(first) and isfinite(last) and isfinite(step * ceil(last)) and isfinite(step * floor(first))
    ):
        return sorted({lowest, highest})
    places = range(floor(first), ceil(last) + 1)
    return [round(step * place, 15) if step < 1 else step * place for place in places]


class _PlacedMark(NamedTuple):
    """A stage in the drawing. `kind`: the class of its name; None where that has no room in any row."""

    mark: StageMark
    name: str
    x: int
    row: int = 0
    kind: str | None = None


def _across(place: int, count: int) -> int:
    """Where one of so many versions is, from left to right."""
    return round(UNITS * (place / (count - 1) if count > 1 else 0.5))


class _Plane:
    """Where versions and numbers are in the drawing."""

    def __init__(self, ticks: Sequence[float], count: int, top: int) -> None:
        self._count, self._top = count, top
        self._lowest, self._highest = ticks[0], ticks[-1]

    def x(self, place: int) -> int:
        return _across(place, self._count)

    def y(self, number: float) -> int:
        half = self._highest / 2 - self._lowest / 2
        share = (number / 2 - self._lowest / 2) / half if half else 0.5
        return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - self._top) * share)


def _lines(ticks: Sequence[float], numbered: Sequence[tuple[int, ChartPoint]], plane: _Plane) -> Markup:
    """The grid and the line, which are drawn as wide as there is room, with strokes that stay as they are."""
    grid = "".join(f"M0 {plane.y(tick)}H{UNITS}" for tick in ticks)
    step = ceil(len(numbered) / MOST_POINTS)
    thinned = numbered[(len(numbered) - 1) % step :: step]
    points = " ".join(f"{plane.x(place)},{plane.y(point.number or 0.0)}" for place, point in thinned)
    return Markup(
        '<svg viewBox="0 0 {} {}" preserveAspectRatio="none"><path class="grid" d="{}"/><polyline class="l0" points="{}"/></svg>'
    ).format(UNITS, HEIGHT, grid, points)


def _axis(ticks: Sequence[float], plane: _Plane) -> Iterator[Markup]:
    yield Markup('<g class="y">')
    for tick in ticks:
        yield Markup('<text x="-8" y="{}">{}</text>').format(
            plane.y(tick) + 4,
            f"{tick:.10g}" if len(f"{tick:.10g}") < 8 else f"{tick:.2g}",  # noqa: PLR2004
        )
    yield Markup("</g>")


def _names(points: Sequence[ChartPoint], plane: _Plane) -> Iterator[Markup]:
    """The names of as many versions as there is room for, the last among them."""
    names = [clip(short(point.version), LABEL) for point in points]
    places = range(len(points) - 1, -1, -max(1, len(points) // UNITS))
    classes = labels_with_room((plane.x(place) / UNITS, len(names[place])) for place in places)
    for place, kind in zip(places, classes, strict=True):
        if kind is not None:
            yield _label(plane.x(place), HEIGHT - 8, names[place], kind)


def _placed_marks(marks: Iterable[StageMark], count: int) -> list[_PlacedMark]:
    """Each stage with the row of its name: the second one where it would lie on another in the first, and none where on one in the second, too."""
    placed = [_PlacedMark(mark, clip(mark.stage, LABEL), _across(mark.place, count)) for mark in sorted(marks)]
    for row in range(ROWS):
        left = [place for place, mark in enumerate(placed) if mark.kind is None]
        shares = ((placed[place].x / UNITS, len(placed[place].name)) for place in left)
        for place, kind in zip(left, labels_with_room(shares, NARROW_GAP), strict=True):
            placed[place] = placed[place]._replace(row=row, kind=kind)
    return placed


def _marks(marks: Iterable[_PlacedMark], top: int) -> Iterator[Markup]:
    """A dotted line for each stage. The line of one whose name has no room has its title."""
    for mark in marks:
        yield Markup(
            '<g class="mark s-{0}"><title>{1}</title><line x1="{2}" x2="{2}" y1="{3}" y2="{4}"/>{5}</g>'
        ).format(
            mark.mark.look,
            visible_on_page(mark.mark.stage),
            percent(mark.x / UNITS),
            top - 8,
            HEIGHT - BOTTOM,
            "" if mark.kind is None else _label(mark.x, top - 14 - ROW * mark.row, mark.name, mark.kind),
        )


def _label(x: int, y: int, name: str, kind: str) -> Markup:
    """A text below or above its place; one at an edge is inside."""
    edge = "a" if x == 0 else "z" if x == UNITS else ""
    classes = " ".join(filter(None, (edge, kind)))
    own = Markup(' class="{}"').format(classes) if classes else ""
    return Markup('<text x="{}" y="{}"{}>{}</text>').format(percent(x / UNITS), y, own, visible_on_page(name))


def _dots(numbered: Sequence[tuple[int, ChartPoint]], plane: _Plane) -> Markup:
    if len(numbered) > MOST_DOTS:
        return Markup("")
    dots = (
        Markup('<circle cx="{}" cy="{}"><title>{} {}</title></circle>').format(
            percent(plane.x(place) / UNITS),
            plane.y(point.number or 0.0),
            visible_on_page(short(point.version)),
            visible_on_page(point.text),
        )
        for place, point in numbered
    )
    return Markup('<g class="l0">{}</g>').format(Markup("").join(dots))
