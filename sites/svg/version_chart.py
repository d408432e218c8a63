"""The large chart of one metric over versions as inline SVG, in two widths: labels of one drawing that shrinks could not be read on a phone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor, isfinite, log10
from sys import float_info
from typing import NamedTuple

from markupsafe import Markup

from catalog.text import visible_on_page
from sites.text import clip, short

WIDE, NARROW = 918, 340
HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 236, 52, 16, 30, 28
TICKS = 5  # of the axis, about
CHARACTER = 7  # units of a label's character, about
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
    """The chart in both widths. Nothing where fewer than two versions have a number."""
    numbers = [point.number for point in points if point.number is not None and isfinite(point.number)]
    if len(numbers) < 2:  # noqa: PLR2004 - a line has two ends
        return Markup("")
    return Markup("").join(_chart(points, marks, label, width) for width in (WIDE, NARROW))


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


class _Plane:
    """Where versions and numbers are in the drawing."""

    def __init__(self, ticks: Sequence[float], count: int, width: int) -> None:
        self.width, self._count = width, count
        self._lowest, self._highest = ticks[0], ticks[-1]

    def x(self, place: int) -> int:
        inside = self.width - LEFT - RIGHT - 12
        return round(LEFT + 6 + inside * (place / (self._count - 1) if self._count > 1 else 0.5))

    def y(self, number: float) -> int:
        half = self._highest / 2 - self._lowest / 2
        share = (number / 2 - self._lowest / 2) / half if half else 0.5
        return round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * share)


def _chart(points: Sequence[ChartPoint], marks: Sequence[StageMark], label: str, width: int) -> Markup:
    numbered = [
        (place, point) for place, point in enumerate(points) if point.number is not None and isfinite(point.number)
    ]
    numbers = [point.number for _, point in numbered if point.number is not None]
    ticks = nice_ticks(min(numbers), max(numbers))
    plane = _Plane(ticks, len(points), width)
    wide = width == WIDE
    parts = [*_axis(ticks, plane), *_names(points, plane), *_marks(marks, plane), *_line(numbered, plane, titled=wide)]
    return Markup('<svg class="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        "wide" if wide else "narrow", width, HEIGHT, visible_on_page(label), Markup("").join(parts)
    )


def _axis(ticks: Sequence[float], plane: _Plane) -> Iterator[Markup]:
    lines = "".join(f"M{LEFT} {plane.y(tick)}H{plane.width - RIGHT}" for tick in ticks)
    yield Markup('<path class="grid" d="{}"/>').format(lines)
    yield Markup('<g text-anchor="end">')
    for tick in ticks:
        yield Markup('<text x="{}" y="{}">{}</text>').format(
            LEFT - 8,
            plane.y(tick) + 4,
            f"{tick:.10g}" if len(f"{tick:.10g}") < 8 else f"{tick:.2g}",  # noqa: PLR2004
        )
    yield Markup("</g>")


def _names(points: Sequence[ChartPoint], plane: _Plane) -> Iterator[Markup]:
    """The names of as many versions as there is room for, the last among them."""
    longest = max(min(len(short(point.version)), LABEL) for point in points)
    room = max(1, (plane.width - LEFT - RIGHT) // ((longest + 2) * CHARACTER))
    step = ceil(len(points) / room)
    yield Markup('<g text-anchor="middle">')
    for place in range((len(points) - 1) % step, len(points), step):
        anchor = "end" if place == len(points) - 1 and place else "start" if place == 0 else "middle"
        x = plane.x(place) + {"end": 8, "start": -8, "middle": 0}[anchor]
        own = Markup("") if anchor == "middle" else Markup(' text-anchor="{}"').format(anchor)
        yield Markup('<text x="{}" y="{}"{}>{}</text>').format(
            x, HEIGHT - 8, own, visible_on_page(clip(short(points[place].version), LABEL))
        )
    yield Markup("</g>")


def _marks(marks: Sequence[StageMark], plane: _Plane) -> Iterator[Markup]:
    """A dotted line for each stage. A name that would lie on the one before it is left out: the line has a title."""
    free = 0
    for mark in sorted(marks):
        x, name = plane.x(mark.place), clip(mark.stage, LABEL)
        half = len(name) * CHARACTER // 2
        middle = min(max(x, half), plane.width - half)
        text = Markup("")
        if middle - half >= free:
            text = Markup('<text x="{}" y="16" text-anchor="middle">{}</text>').format(middle, visible_on_page(name))
            free = middle + half + CHARACTER
        yield Markup('<g class="mark s-{}"><title>{}</title><path d="M{} {}V{}"/>{}</g>').format(
            mark.look, visible_on_page(mark.stage), x, TOP - 8, HEIGHT - BOTTOM, text
        )


def _line(numbered: Sequence[tuple[int, ChartPoint]], plane: _Plane, *, titled: bool) -> Iterator[Markup]:
    step = ceil(len(numbered) / MOST_POINTS)
    thinned = numbered[(len(numbered) - 1) % step :: step]
    places = [(plane.x(place), plane.y(point.number or 0.0), point) for place, point in thinned]
    yield Markup('<polyline class="l0" points="{}"/>').format(" ".join(f"{x},{y}" for x, y, _ in places))
    if len(places) > MOST_DOTS:
        return
    if not titled:
        yield Markup('<path class="dots l0" d="{}"/>').format("".join(f"M{x} {y}h0" for x, y, _ in places))
        return
    dots = (
        Markup('<circle cx="{}" cy="{}" r="3.5"><title>{} {}</title></circle>').format(
            x, y, visible_on_page(short(point.version)), visible_on_page(point.text)
        )
        for x, y, point in places
    )
    yield Markup('<g class="l0">{}</g>').format(Markup("").join(dots))
