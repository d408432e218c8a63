"""View models of an artifact's metrics: those of the versions in stages and of the latest, with what differs from the one in production."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import NamedTuple

from markupsafe import Markup

from catalog.query.labels import of_project
from sites import text
from sites.data.detail_rows import MetricPoint, MetricRow
from sites.data.rows import AssignmentRow
from sites.svg.figures import line_chart
from sites.svg.version_chart import ChartPoint, StageMark, version_chart
from sites.view_models.registry import VersionLine, foremost, in_order

COLUMNS = 12  # versions beside each other
FEWEST = 3  # of them, where there are so many versions
OPEN = 10  # metrics in sight; the others are in a fold
MAIN = 3  # metrics on the card of a stage
LONG = 10  # characters of a number
EXACT, LARGE = 1_000, 1e12  # differences between these are whole numbers, with thousands apart

BETTER = {"higher": "↑", "lower": "↓"}

_At = tuple[str, str]  # version, commit


class MetricCell(NamedTuple):
    """What a version has of a metric, how much that differs from the baseline, and whether that is better (`up`), worse (`down`) or neither."""

    value: str
    delta: str
    trend: str
    best: bool


class MetricColumn(NamedTuple):
    """A version beside others."""

    name: str
    anchor: str
    stages: Markup
    is_latest: bool
    is_baseline: bool


class MetricLine(NamedTuple):
    """A metric over versions: its chart, its best number, and a cell for each column."""

    metric: MetricRow
    better: str
    chart: Markup
    best: str
    cells: list[MetricCell]


class StageMetric(NamedTuple):
    """A main metric on the card of a stage."""

    name: str
    cell: MetricCell


class Metrics(NamedTuple):
    """The table of metrics and the chart of the main one."""

    columns: list[MetricColumn]
    lines: list[MetricLine]
    rest: list[MetricLine]
    files: list[str]
    of_project: str
    base: str
    chart: Markup
    charted: str


def metrics(
    rows: Sequence[MetricRow], versions: Sequence[VersionLine], assignments: Sequence[AssignmentRow]
) -> Metrics | None:
    """The metrics of an artifact; None where it has none."""
    if not rows:
        return None
    columns = _columns(versions, assignments)
    first = foremost([*assignments])
    base = (first.version, first.commit) if first else None
    at = [(line.version.version, line.version.commit) for line in columns]
    lines = [_line(metric, at, base) for metric in rows]
    return Metrics(
        columns=[
            MetricColumn(line.name, line.anchor, line.stages, line.version.is_latest, place == base)
            for line, place in zip(columns, at, strict=True)
        ],
        lines=lines[:OPEN],
        rest=lines[OPEN:],
        files=sorted({metric.file for metric in rows}),
        of_project=of_project({text.short(p["version"]): p["of_project"] for metric in rows for p in metric.points}),
        base=baseline(assignments) if len(at) > 1 else "",
        chart=chart(rows[0], assignments),
        charted=rows[0].name or rows[0].file,
    )


def baseline(assignments: Sequence[AssignmentRow]) -> str:
    """The version that others are compared with: the one in production, or else in the foremost stage."""
    first = foremost([*assignments])
    return f"{text.short(first.version)} in {first.stage}" if first else ""


def stage_metrics(rows: Sequence[MetricRow], assignments: Sequence[AssignmentRow]) -> dict[_At, list[StageMetric]]:
    """The main metrics of each version in a stage, where it has numbers of them."""
    first = foremost([*assignments])
    base = (first.version, first.commit) if first else None
    shown: dict[_At, list[StageMetric]] = {}
    for assignment in assignments:
        at = (assignment.version, assignment.commit)
        measured = [
            (metric, cells(metric, [at], base)[0])
            for metric in rows
            if any(p["number"] is not None for p in metric.points)
        ]
        shown[at] = [StageMetric(metric.name or metric.file, cell) for metric, cell in measured if cell.value][:MAIN]
    return shown


def chart(metric: MetricRow, assignments: Sequence[AssignmentRow]) -> Markup:
    """The large chart of a metric, with a line for each stage. Numbers of the project rather than of the artifact are left out."""
    points = [point for point in metric.points if not point["of_project"]]
    places = {(point["version"], point["commit"]): place for place, point in enumerate(points)}
    marks = [
        StageMark(places[a.version, a.commit], a.stage, text.look(a.stage))
        for a in assignments
        if (a.version, a.commit) in places
    ]
    shown = [ChartPoint(point["version"], point["number"], value(point)) for point in points]
    return version_chart(shown, marks, f"{metric.name or metric.file} over {len(points):,} versions")


def value(point: MetricPoint | None) -> str:
    """A value as it is written, where it is not too long a number."""
    if point is None:
        return ""
    if point["number"] is None or len(point["text"]) <= LONG:
        return text.clip(point["text"], 60)
    return f"{point['number']:.5g}"


def _columns(versions: Sequence[VersionLine], assignments: Sequence[AssignmentRow]) -> list[VersionLine]:
    """The versions in stages, in the order of stages, then the latest, and then others where these are few: the highest first."""
    by_place = {(line.version.version, line.version.commit): line for line in versions}
    registered = [line for line in versions if line.version.registered and line.version.active]
    latest = [line for line in registered if line.version.is_latest]
    chosen: dict[_At, VersionLine] = {}
    for assignment in in_order([*assignments]):
        line = by_place.get((assignment.version, assignment.commit))
        if line and len(chosen) < COLUMNS - 1:  # there is room for the latest
            chosen.setdefault((assignment.version, assignment.commit), line)
    for line in (*latest, *registered):
        if line.version.is_latest or len(chosen) < FEWEST:
            chosen.setdefault((line.version.version, line.version.commit), line)
    return [*chosen.values()]


def _line(metric: MetricRow, columns: Sequence[_At], base: _At | None) -> MetricLine:
    best = next((point for point in metric.points if point["version"] == metric.best), None)
    return MetricLine(
        metric=metric,
        better=BETTER.get(metric.direction or "", ""),
        chart=_sparkline(metric, best),
        best=value(best),
        cells=cells(metric, columns, base, best),
    )


def cells(
    metric: MetricRow, columns: Sequence[_At], base: _At | None, best: MetricPoint | None = None
) -> list[MetricCell]:
    """What each of these has of a metric, with the difference from `base`."""
    values = {(point["version"], point["commit"]): point for point in metric.points}
    reference = values.get(base) if base else None
    each = []
    for at in columns:
        point = values.get(at)
        difference = None if at == base else _difference(point, reference)
        each.append(
            MetricCell(
                value=value(point),
                delta=signed(difference) if difference is not None else "",
                trend=_trend(difference, metric.direction),
                best=bool(best and point and _is_own(point) and point["number"] == best["number"]),
            )
        )
    return each


def _difference(point: MetricPoint | None, reference: MetricPoint | None) -> float | None:
    if point is None or reference is None or point["number"] is None or reference["number"] is None:
        return None
    difference = point["number"] - reference["number"]
    return difference if isfinite(difference) else None


def signed(difference: float) -> str:
    """A difference with its sign; without one where there is none. Doubles are not exact in the last of sixteen digits."""
    size = abs(difference)
    shown = f"{size:,.0f}" if EXACT <= size < LARGE else f"{size:.4g}"
    return f"{'+' if difference > 0 else '−'}{shown}" if difference else "±0"  # noqa: RUF001 - a minus as wide as the plus


def _trend(difference: float | None, direction: str | None) -> str:
    if not difference or direction not in BETTER:
        return ""
    return "up" if (difference > 0) == (direction == "higher") else "down"


def _is_own(point: MetricPoint) -> bool:
    """Whether a metric is of the artifact and of the run that made the version."""
    return not point["of_project"] and not point["mixed"]


def _sparkline(metric: MetricRow, best: MetricPoint | None) -> Markup:
    points = [point for point in metric.points if not point["of_project"]]
    if len(points) <= 1:
        return Markup("")
    first, last = points[0], points[-1]
    label = f"{metric.name}: {value(first)} in {first['version']}, {value(last)} in {last['version']}"
    return line_chart([point["number"] for point in points], label, best["number"] if best else None)
