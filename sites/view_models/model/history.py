"""The whole history of an artifact as one timeline: what tags did, and how long each version then was in its stage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from markupsafe import Markup

from catalog.text import plural
from sites import text
from sites.data.rows import EventRow, StagePeriodRow
from sites.view_models.registry import VERBS

MOST = 500  # entries of a page; the older ones are in the script with its data
OPEN = 6  # entries in sight; the others are in folds

_TO = {"assignment": " to ", "unassignment": " from "}


class TimelineEntry(NamedTuple):
    """What happened at a moment: by a tag, or to a version that came back to a stage when another left it."""

    at: datetime
    author: str
    verb: str
    version: str
    to: str
    stage: Markup
    look: str
    period: str
    until: datetime | None
    message: str
    event: EventRow | None


class TimelineYear(NamedTuple):
    """The entries of a year that are in a fold."""

    year: int
    entries: list[TimelineEntry]


class Timeline(NamedTuple):
    """All entries, the newest first. `older`: those that are not in the page."""

    open: list[TimelineEntry]
    years: list[TimelineYear]
    older: list[TimelineEntry]
    total: int


def history(events: Sequence[EventRow], periods: Sequence[StagePeriodRow]) -> Timeline:
    """The history of an artifact. `events`, `periods`: the last first."""
    of_events = {
        (period.stage, period.version, period.started_at): period for period in periods if period.how == "assigned"
    }
    entries = [_of_event(event, of_events) for event in events]
    entries += [_of_period(period) for period in (*of_events.values(), *(p for p in periods if p.how != "assigned"))]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    return Timeline(
        entries[:OPEN],
        [TimelineYear(year, [*group]) for year, group in groupby(entries[OPEN:MOST], lambda entry: entry.at.year)],
        entries[MOST:],
        len(entries),
    )


def _of_event(event: EventRow, periods: dict[tuple[str, str, datetime], StagePeriodRow]) -> TimelineEntry:
    period = None
    if event.event == "assignment":
        period = periods.pop((event.stage or "", event.version or "", event.created_at), None)
    return TimelineEntry(
        at=event.created_at,
        author=event.author,
        verb=VERBS[event.event],
        version=text.short(event.version or ""),
        to=_TO.get(event.event, ""),
        stage=text.pill(event.stage) if event.stage else Markup(""),
        look=text.look(event.stage) if event.stage else event.event,
        period=_length(period) if period else "",
        until=period.ended_at if period else None,
        message=text.clip(event.message, 1000),
        event=event,
    )


def _of_period(period: StagePeriodRow) -> TimelineEntry:
    return TimelineEntry(
        at=period.started_at,
        author="",
        verb="",
        version=text.short(period.version),
        to=" came back to " if period.how == "fallback" else " counts as in ",
        stage=text.pill(period.stage),
        look=text.look(period.stage),
        period=_length(period),
        until=period.ended_at,
        message="",
        event=None,
    )


def _length(period: StagePeriodRow) -> str:
    """How long a version was in a stage."""
    if period.days is None:
        return "there now"
    return "there for less than a day" if period.days == 0 else f"there for {plural(period.days, 'day')}"
