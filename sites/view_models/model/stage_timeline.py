"""The drawing above the history of an artifact: a lane of its versions, and one for each stage, with bars of the periods in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from markupsafe import Markup

from catalog.text import plural
from sites import text
from sites.data.rows import EventRow, GoneTagRow, StagePeriodRow
from sites.svg.stage_timeline import Scale, TimelineBar, TimelineMark, draw_axis, draw_lane
from sites.view_models.registry import VERBS

MOST = 60  # bars and marks: the older ones are in the list alone
LANES = 8  # stages
LABEL = 24  # characters


class TimelineLane(NamedTuple):
    """A lane: its name, and the drawing."""

    name: Markup
    look: str
    drawing: Markup


class StageTimeline(NamedTuple):
    """The drawing. `note`: what it has no room for."""

    axis: Markup
    lanes: list[TimelineLane]
    note: str


class _Item(NamedTuple):
    """A bar or a mark, and the stage whose lane has it; that of versions is None."""

    stage: str | None
    shape: TimelineBar | TimelineMark
    moment: datetime


def stage_timeline(
    events: Sequence[EventRow], periods: Sequence[StagePeriodRow], gone: Sequence[GoneTagRow]
) -> StageTimeline | None:
    """The drawing of what happened to an artifact; None where that is one event. The last is first in each."""
    items = sorted(_items(events, periods, gone), key=lambda item: item.moment, reverse=True)
    shown, hidden = items[:MOST], items[MOST:]
    if len(shown) <= 1:
        return None
    # A bar that began before all that is shown, and that has not ended by then, begins at the left edge.
    start = shown[-1].moment
    shown += [item for item in hidden if isinstance(item.shape, TimelineBar) and (item.shape.end or start) >= start]
    stages = _stages(shown, periods)
    lanes = [None, *stages[:LANES]] if any(item.stage is None for item in shown) else stages[:LANES]
    bars = [item.shape for item in shown if isinstance(item.shape, TimelineBar)]
    end = max(item.moment for item in shown)
    end = max([end, *(bar.end for bar in bars if bar.end)])
    scale = Scale(start, end, is_open=any(bar.end is None for bar in bars))
    return StageTimeline(
        axis=draw_axis(scale),
        lanes=[_lane(stage, [item.shape for item in shown if item.stage == stage], scale) for stage in lanes],
        note=_note(len(items) - len(shown), len(stages[LANES:])),
    )


def _items(
    events: Iterable[EventRow], periods: Sequence[StagePeriodRow], gone: Iterable[GoneTagRow]
) -> Iterable[_Item]:
    begun = {(period.stage, period.version, period.started_at) for period in periods}
    for period in periods:
        yield _Item(period.stage, _bar(period), period.started_at)
    for event in events:
        if event.event == "assignment" and (event.stage, event.version, event.created_at) in begun:
            continue  # the beginning of a bar
        yield _Item(event.stage, _mark(event, VERBS[event.event]), event.created_at)
    for tag in gone:
        how = "rewritten" if tag.rewritten else "deleted"
        yield _Item(tag.stage, _mark(tag, f"{VERBS[tag.event]}, tag {how}"), tag.created_at)


def _bar(period: StagePeriodRow) -> TimelineBar:
    name = text.clip(text.short(period.version), LABEL)
    came = ", came back" if period.how == "fallback" else ""
    if period.ended_at is None:
        return TimelineBar(period.started_at, None, name, f"{name} since {text.date(period.started_at)}{came}")
    days = plural(period.days, "day") if period.days else "less than a day"
    return TimelineBar(
        period.started_at, period.ended_at, name, f"{name} from {text.date(period.started_at)}, {days}{came}"
    )


def _mark(row: EventRow | GoneTagRow, verb: str) -> TimelineMark:
    name = text.clip(text.short(row.version or ""), LABEL)
    is_gone = isinstance(row, GoneTagRow)
    # In the lane of a stage the bars have the names.
    label = "" if row.stage is not None and not is_gone else name or verb
    title = f"{name} {verb} {text.date(row.created_at)}".strip()
    # Registrations are in the table of versions, with their dates.
    return TimelineMark(
        row.created_at, row.event, label, "" if row.event == "registration" and not is_gone else title, is_gone
    )


def _stages(items: Iterable[_Item], periods: Iterable[StagePeriodRow]) -> list[str]:
    """The stages of these; those that a version is in come first where there are too many."""
    ranks = {period.stage: period.rank for period in periods}
    used = {item.stage for item in items if item.stage is not None}
    in_force = {period.stage for period in periods if period.ended_at is None}

    def order(stage: str) -> tuple[bool, int, int, str]:
        return text.stage_order(stage, ranks.get(stage))

    chosen = sorted(used, key=lambda stage: (stage not in in_force, order(stage)))
    return sorted(chosen[:LANES], key=order) + chosen[LANES:]


def _lane(stage: str | None, shapes: Sequence[TimelineBar | TimelineMark], scale: Scale) -> TimelineLane:
    bars = sorted((each for each in shapes if isinstance(each, TimelineBar)), key=lambda bar: bar.start)
    marks = sorted((each for each in shapes if isinstance(each, TimelineMark)), key=lambda mark: mark.at)
    if stage is None:
        dots = plural(sum(not mark.title for mark in marks), "registration")
        return TimelineLane(Markup("Versions"), "", draw_lane("Versions", bars, marks, scale, dots))
    return TimelineLane(text.pill(stage), text.look(stage), draw_lane(stage, bars, marks, scale))


def _note(older: int, stages: int) -> str:
    words = [
        *([plural(older, "older entry", "older entries")] if older else []),
        *([plural(stages, "more stage")] if stages else []),
    ]
    return f"The list below also has {' and '.join(words)}." if words else ""
