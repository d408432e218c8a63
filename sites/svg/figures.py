"""Charts as inline SVG (sparklines, lines, dots, bars, confusion matrices), without scripts or styles; the same numbers give the same bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, isfinite
from typing import NamedTuple

from markupsafe import Markup

from catalog.text import visible_on_page
from sites.text import clip

WIDTH, HEIGHT = 300, 160
LEFT, RIGHT, TOP, BOTTOM = 42, 290, 10, 136  # of the room for points
COLOURS = 4  # of lines, in site.css
MOST_BARS = 8
MOST_CLASSES = 12
READ = 8  # classes of a matrix up to which its numbers can be read
BAR, BAR_LEFT, BAR_RIGHT = 18, 96, 250
NAME = 14  # characters
SPARK_WIDTH, SPARK_HEIGHT, SPARK_EDGE = 120, 28, 4  # of a chart in a table
SPARK_POINTS = 60  # of its line: more cannot be told apart


class Polyline(NamedTuple):
    """A line of points: what it is called, and where each point is."""

    name: str
    xs: Sequence[float | None]
    ys: Sequence[float | None]

    def points(self) -> list[tuple[float, float]]:
        """The points that are somewhere."""
        pairs = zip(self.xs, self.ys, strict=False)
        return [(x, y) for x, y in pairs if x is not None and y is not None and isfinite(x) and isfinite(y)]


def draw_lines(lines: Sequence[Polyline], beside: Sequence[Polyline], label: str, *, dots: bool = False) -> Markup:
    """Lines with the ends of both axes; those `beside` are dashed. A line without points is left out; nothing where there is no point."""
    curves = [line.points() for line in lines[:COLOURS]]
    others = [line.points() for line in beside[:COLOURS]]
    every = [point for points in (*curves, *others) for point in points]
    if not any(curves):
        return Markup("")
    across, up = _Axis([x for x, _ in every], LEFT, RIGHT), _Axis([y for _, y in every], BOTTOM, TOP)
    parts = [_grid(across, up)]
    parts += [_line(points, across, up, "ref", dots=dots) for points in others if points]
    parts += [_line(points, across, up, f"l{place}", dots=dots) for place, points in enumerate(curves) if points]
    return _svg(parts, label, HEIGHT)


def draw_bars(words: Sequence[str], counts: Sequence[float], label: str) -> Markup:
    """Bars, as many as there is room for, each with its word before it and its number after it."""
    shown = [pair for pair in zip(words, counts, strict=True) if isfinite(pair[1])][:MOST_BARS]
    longest = max((abs(count) for _, count in shown), default=0) or 1
    parts = []
    for place, (word, count) in enumerate(shown):
        length = round((BAR_RIGHT - BAR_LEFT) * (abs(count) / longest))
        parts.append(
            Markup(
                '<text x="{}" y="{}" text-anchor="end">{}</text><rect x="{}" y="{}" width="{}" height="12" rx="2"/><text x="{}" y="{}">{}</text>'
            ).format(
                BAR_LEFT - 6,
                BAR * place + 13,
                visible_on_page(clip(word, NAME)),
                BAR_LEFT,
                BAR * place + 3,
                max(length, 1),
                BAR_LEFT + length + 5,
                BAR * place + 13,
                _short(count),
            )
        )
    return _svg(parts, label, BAR * len(shown) + 4) if shown else Markup("")


def draw_matrix(
    predicted: Sequence[str], actual: Sequence[str], counts: Sequence[float], label: str, *, shares: bool
) -> Markup:
    """A confusion matrix: a row for what was predicted, a column for what it was; with `shares`, each row adds up to 1."""
    names = sorted({*predicted, *actual})
    if not names or len(names) > MOST_CLASSES:
        return Markup("")
    side = min((RIGHT - BAR_LEFT) // len(names), 28)
    sums = {name: sum(n for p, n in zip(predicted, counts, strict=True) if p == name) for name in names}
    numbers = [n / sums[p] if shares else n for p, n in zip(predicted, counts, strict=True)]
    greatest, parts = max(numbers), []
    for p, a, number in zip(predicted, actual, numbers, strict=True):
        x, y = BAR_LEFT + side * names.index(a), side * names.index(p)
        parts.append(
            Markup('<rect x="{}" y="{}" width="{}" height="{}" fill-opacity="{:.2f}"/>').format(
                x, y, side - 1, side - 1, 0.06 + 0.6 * number / greatest
            )
        )
        if len(names) <= READ:
            parts.append(
                Markup('<text class="n" x="{}" y="{}" text-anchor="middle">{}</text>').format(
                    x + side // 2, y + side // 2 + 3, f"{number:.2f}" if shares else _short(number)
                )
            )
    for place, name in enumerate(names):
        middle = side * place + side // 2
        parts.append(
            Markup(
                '<text x="{}" y="{}" text-anchor="end">{}</text><text x="{}" y="{}" text-anchor="middle">{}</text>'
            ).format(
                BAR_LEFT - 6,
                middle + 3,
                visible_on_page(clip(name, NAME)),
                BAR_LEFT + middle,
                side * len(names) + 12,
                visible_on_page(clip(name, max(side // 6, 1))),
            )
        )
    return _svg(parts, label, side * len(names) + 18)


def line_chart(numbers: Sequence[float | None], label: str, best: float | None = None) -> Markup:
    """A line over versions, with a dot at its end and at the best number; numbers that are missing, or none, break nothing."""
    points = [(place, number) for place, number in enumerate(numbers) if number is not None and isfinite(number)]
    if not points:
        return Markup("")
    places = _spark_points(points, len(numbers))
    step = ceil(len(places) / SPARK_POINTS)
    points_shown = places[(len(places) - 1) % step :: step]  # the last is among them
    line = (
        Markup('<polyline points="{}"/>').format(" ".join(f"{x},{y}" for x, y in points_shown))
        if len(places) > 1
        else ""
    )
    top = next((at for at, (_, number) in zip(places, points, strict=True) if number == best), None)
    ring = Markup('<circle class="b" cx="{}" cy="{}" r="3"/>').format(*top) if top else ""
    end = Markup('<circle cx="{}" cy="{}" r="1.8"/>').format(*places[-1])
    return Markup('<svg class="spark" viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}{}</svg>').format(
        SPARK_WIDTH, SPARK_HEIGHT, visible_on_page(label), line, ring, end
    )


class _Axis:
    """Where numbers are along an axis. Halves, because the difference of two large numbers may be infinite."""

    def __init__(self, numbers: Sequence[float], start: int, end: int) -> None:
        self.lowest, self.highest = min(numbers), max(numbers)
        self._start, self._end = start, end

    def __call__(self, number: float) -> int:
        width = self.highest / 2 - self.lowest / 2
        share = (number / 2 - self.lowest / 2) / width if width else 0.5
        return round(self._start + (self._end - self._start) * share)


def _grid(across: _Axis, up: _Axis) -> Markup:
    """The ends of both axes, and lines at the top, the middle and the bottom."""
    parts = [
        Markup('<path class="grid" d="M{0} {2}H{1}M{0} {3}H{1}M{0} {4}H{1}"/>').format(
            LEFT, RIGHT, TOP, (TOP + BOTTOM) // 2, BOTTOM
        ),
        *_ticks([(number, LEFT - 6, up(number) + 3, "end") for number in sorted({up.lowest, up.highest})]),
        *_ticks([(across.lowest, across(across.lowest), HEIGHT - 10, "start")]),
        *_ticks([(across.highest, RIGHT, HEIGHT - 10, "end")] if across.highest > across.lowest else []),
    ]
    return Markup("").join(parts)


def _ticks(ticks: Sequence[tuple[float, int, int, str]]) -> Iterator[Markup]:
    for number, x, y, anchor in ticks:
        yield Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(x, y, anchor, f"{number:.3g}")


def _line(points: Sequence[tuple[float, float]], across: _Axis, up: _Axis, kind: str, *, dots: bool) -> Markup:
    places = [(across(x), up(y)) for x, y in points]
    if dots or len(places) == 1:
        path = "".join(f"M{x} {y}h0" for x, y in places)
        return Markup('<path class="dots {}" d="{}"/>').format(kind, path)
    return Markup('<polyline class="{}" points="{}"/>').format(kind, " ".join(f"{x},{y}" for x, y in places))


def _svg(parts: Sequence[Markup], label: str, height: int) -> Markup:
    return Markup('<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDTH, height, visible_on_page(label), Markup("").join(parts)
    )


def _short(number: float) -> str:
    return f"{number:.4g}"


def _spark_points(points: Sequence[tuple[int, float]], count: int) -> list[tuple[int, int]]:
    """Where the numbers are in the picture. Halves, because the difference of two large numbers may be infinite."""
    lowest, highest = min(number for _, number in points) / 2, max(number for _, number in points) / 2
    across = (SPARK_WIDTH - 2 * SPARK_EDGE) / max(count - 1, 1)
    up = (SPARK_HEIGHT - 2 * SPARK_EDGE) / (highest - lowest) if highest > lowest else 0.0
    middle = 0 if up else (SPARK_HEIGHT - 2 * SPARK_EDGE) / 2
    return [
        (round(SPARK_EDGE + place * across), round(SPARK_HEIGHT - SPARK_EDGE - middle - (number / 2 - lowest) * up))
        for place, number in points
    ]
