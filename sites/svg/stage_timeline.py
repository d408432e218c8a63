"""Lanes of bars and marks over time as inline SVG, one for all widths: places are percentages, and labels are as large on a phone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup

from catalog.text import visible_on_page
from sites.text import MONTHS, percent

ROOM, ROOM_TO_NOW = 0.98, 0.88  # of the width, for what has dates: behind that, bars without an end go on
NARROWEST = 0.006  # of the width: a bar that is shorter could not be seen
DOTS = 1000  # units of a lane in which dots have their places
CHARACTER, EDGE = 6.6, 10  # pixels of a label's character and of what is beside it
# The least pixels of a lane, and the class of labels that have no room in less: see `.stage-timeline` in model.css.
WIDTHS = ((300, ""), (390, "m"), (520, "l"), (690, "w"))
TICKS = 6  # at most
_MONTHS_OF_STEPS = (1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 3000, 12000, 24000)
_DAYS_OF_STEPS = (1, 2, 7, 14)
_DAY = timedelta(days=1)
_MONTH = 30.44  # days, about
_YEAR = 12


class TimelineBar(NamedTuple):
    """A period with its name. `end`: None where it has none; `title`: what a pointer or a screen reader is given."""

    start: datetime
    end: datetime | None
    label: str
    title: str


class TimelineMark(NamedTuple):
    """What happened at a moment. `kind`: the class of its shape; `is_gone`: it counts no more, and is struck out; no title: one of many dots."""

    at: datetime
    kind: str
    label: str
    title: str
    is_gone: bool = False


class Scale:
    """Where moments are, as shares of the width."""

    def __init__(self, start: datetime, end: datetime, *, is_open: bool) -> None:
        """From `start` until `end`. `is_open`: some bar has no end."""
        self.start, self.end, self.is_open = start, end, is_open
        self._room = ROOM_TO_NOW if is_open else ROOM
        self._span = (end - start) / _DAY

    def __call__(self, moment: datetime) -> float:
        days = (min(max(moment, self.start), self.end) - self.start) / _DAY
        return self._room * (days / self._span) if self._span else 0.0


def draw_axis(scale: Scale) -> Markup:
    """Lines at round dates through all lanes, with the dates below; at the right, set apart, whatever comes between the last date and now."""
    ticks = [(tick, scale(tick)) for tick in ticks_between(scale.start, scale.end) or [scale.start]]
    step = min((after - before for (_, before), (_, after) in pairwise(ticks)), default=1.0)
    parts = [
        Markup('<rect class="later" x="{}" width="{}"/>').format(percent(ROOM_TO_NOW), percent(1 - ROOM_TO_NOW))
    ] * scale.is_open
    for place, (tick, share) in enumerate(ticks):
        name = _name(tick, ticks)
        kind = _fits(step, name) if place % 2 else _fits(2 * step, name)
        hidden = "w" if kind is None else kind
        parts.append(Markup('<line x1="{0}" x2="{0}" y2="100%"/>').format(percent(share)))
        if share < scale(scale.end) or not scale.is_open:
            parts.append(_text(share, name, hidden, y="100%", dy="16"))
    if scale.is_open:
        parts.append(Markup('<text x="100%" y="100%" dy="16" text-anchor="end">now</text>'))
    return Markup('<svg class="axis" aria-hidden="true">{}</svg>').format(Markup("").join(parts))


def draw_lane(
    name: str, bars: Sequence[TimelineBar], marks: Sequence[TimelineMark], scale: Scale, dots: str = ""
) -> Markup:
    """A lane: a group to screen readers, of which each item has a title; `dots`: that of all marks without one."""
    labels = [*_bar_labels(bars, scale), *_mark_labels(marks, scale)]
    items = [*(_bar(bar, scale) for bar in bars), _dots([mark.at for mark in marks if not mark.title], dots, scale)]
    items += [_mark(mark, scale) for mark in marks if mark.title]
    return Markup('<svg role="group" aria-label="{}">{}<g aria-hidden="true">{}</g></svg>').format(
        visible_on_page(name), Markup("").join(items), Markup("").join(labels)
    )


def ticks_between(start: datetime, end: datetime) -> list[datetime]:
    """Round dates from `start` until `end`, as many as can be told apart."""
    days = (end - start) / _DAY
    for step in _DAYS_OF_STEPS:
        if days / step <= TICKS:
            first = start.replace(hour=0, minute=0, second=0, microsecond=0)
            behind = -first.toordinal() % step
            count = int((end - first) / _DAY) + 1
            every = (first + place * _DAY for place in range(behind, count, step))
            return [tick for tick in every if start <= tick <= end]
    months = next(step for step in _MONTHS_OF_STEPS if days / _MONTH / step <= TICKS)
    first_month, last_month = start.year * _YEAR + start.month - 1, end.year * _YEAR + end.month - 1
    places = range(first_month + -first_month % months, last_month + 1, months)
    every = (datetime(place // _YEAR, place % _YEAR + 1, 1) for place in places)  # noqa: DTZ001 - as the catalog has it
    return [tick for tick in every if start <= tick <= end]


def _name(tick: datetime, ticks: Sequence[tuple[datetime, float]]) -> str:
    if len(ticks) > 1 and all(other.month == 1 and other.day == 1 for other, _ in ticks):
        return str(tick.year)
    month = MONTHS[tick.month - 1]
    if len(ticks) > 1 and all(other.day == 1 for other, _ in ticks):
        return f"{month} {tick.year}"
    is_first_of_year = tick == next(other for other, _ in ticks if other.year == tick.year)
    return f"{tick.day} {month} {tick.year}" if is_first_of_year else f"{tick.day} {month}"


def _bar(bar: TimelineBar, scale: Scale) -> Markup:
    start = scale(bar.start)
    width = (1.0 if bar.end is None else scale(bar.end)) - start
    return Markup('<rect{} x="{}" width="{}"><title>{}</title></rect>').format(
        Markup(' class="on"') if bar.end is None else "",
        percent(start),
        percent(max(width, NARROWEST)),
        visible_on_page(bar.title),
    )  # fmt: skip


def _bar_labels(bars: Sequence[TimelineBar], scale: Scale) -> Iterator[Markup]:
    for bar in bars:
        start = scale(bar.start)
        kind = _fits((1.0 if bar.end is None else scale(bar.end)) - start, bar.label)
        if kind is not None:
            yield _text(start, bar.label, f"{kind} on".strip() if bar.end is None else kind)


def _mark(mark: TimelineMark, scale: Scale) -> Markup:
    x, title = percent(scale(mark.at)), visible_on_page(mark.title)
    if mark.is_gone:
        return Markup('<text class="x" x="{}"><title>{}</title>×</text>').format(x, title)  # noqa: RUF001 - a cross
    return Markup('<circle class="{}" cx="{}"><title>{}</title></circle>').format(mark.kind, x, title)


def _dots(moments: Sequence[datetime], title: str, scale: Scale) -> Markup:
    """Round ends of lines without a length, in a drawing of their own that is as wide as the lane: a tenth of what circles take."""
    if not moments:
        return Markup("")
    path = "".join(f"M{round(DOTS * scale(moment))} 15z" for moment in moments)
    return Markup(
        '<svg class="dots" viewBox="0 0 {} 30" preserveAspectRatio="none"><title>{}</title><path d="{}"/></svg>'
    ).format(DOTS, visible_on_page(title), path)


def _mark_labels(marks: Sequence[TimelineMark], scale: Scale) -> Iterator[Markup]:
    """The labels that have room until the next mark; that of the last one is before it, where there is more room."""
    in_order = sorted((mark for mark in marks if mark.label), key=lambda mark: mark.at)
    places = [scale(mark.at) for mark in in_order]
    before, last = "", 0.0
    for mark, start, end in zip(in_order, places, [*places[1:], 1.0], strict=False):
        kind, side = _fits(end - start, mark.label), ""
        if kind is None and mark is in_order[-1]:
            kind, side = _fits(start - last, f"{before}  {mark.label}"), "before"
        if kind is not None:
            yield _text(start, mark.label, " ".join(filter(None, (kind, side, "gone" if mark.is_gone else ""))))
        before, last = mark.label, start


def _fits(share: float, label: str) -> str | None:
    """The class of a label that has so much of the width; None where it has room nowhere."""
    needed = CHARACTER * len(label) + EDGE
    return next((kind for width, kind in WIDTHS if share * width >= needed), None)


def _text(share: float, label: str, kind: str, **at: str) -> Markup:
    own = Markup(' class="{}"').format(kind) if kind else Markup("")
    places = Markup("").join(Markup(' {}="{}"').format(name, value) for name, value in at.items())
    return Markup('<text x="{}"{}{}>{}</text>').format(percent(share), places, own, visible_on_page(label))
