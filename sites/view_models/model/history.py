"""The whole history of an artifact as a list: what tags did, and how long each version then was in its stage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from markupsafe import Markup

from catalog.text import plural
from sites import text
from sites.data.rows import EventRow, GoneTagRow, StagePeriodRow
from sites.view_models.registry import VERBS

MOST = 500  # entries of a page; the older ones are in the script with its data
OPEN = 6  # entries: the fold of the last year is open where it has no more

_TO = {"assignment": " to ", "unassignment": " from "}


class HistoryEntry(NamedTuple):
    """What happened at a moment: by a tag, which may be gone, or to a version that came back to a stage when another left it."""

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
    gone: GoneTagRow | None = None


class HistoryYear(NamedTuple):
    """The entries of a year, which are in a fold."""

    year: int
    entries: list[HistoryEntry]
    is_open: bool


class ArtifactHistory(NamedTuple):
    """All entries, the newest first. `older`: those that are not in the page."""

    years: list[HistoryYear]
    older: list[HistoryEntry]
    total: int


def history(
    events: Sequence[EventRow], periods: Sequence[StagePeriodRow], gone: Sequence[GoneTagRow] = ()
) -> ArtifactHistory:
    """The history of an artifact. `events`, `periods`, `gone`: the last first."""
    of_events = {
        (period.stage, period.version, period.started_at): period for period in periods if period.how == "assigned"
    }
    entries = [_of_event(event, of_events) for event in events]
    entries += [_of_period(period) for period in (*of_events.values(), *(p for p in periods if p.how != "assigned"))]
    entries += [_of_gone(tag) for tag in gone]
    entries.sort(key=lambda entry: entry.at, reverse=True)
    years = [(year, [*group]) for year, group in groupby(entries[:MOST], lambda entry: entry.at.year)]
    return ArtifactHistory(
        [HistoryYear(year, own, place == 0 and len(own) <= OPEN) for place, (year, own) in enumerate(years)],
        entries[MOST:],
        len(entries),
    )


def _of_event(event: EventRow, periods: dict[tuple[str, str, datetime], StagePeriodRow]) -> HistoryEntry:
    period = None
    if event.event == "assignment":
        period = periods.pop((event.stage or "", event.version or "", event.created_at), None)
    return HistoryEntry(
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


def _of_period(period: StagePeriodRow) -> HistoryEntry:
    return HistoryEntry(
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


def _of_gone(tag: GoneTagRow) -> HistoryEntry:
    return HistoryEntry(
        at=tag.created_at,
        author=tag.author,
        verb=VERBS[tag.event],
        version=text.short(tag.version or ""),
        to=_TO.get(tag.event, ""),
        stage=text.pill(tag.stage) if tag.stage else Markup(""),
        look="other",
        period="",
        until=None,
        message="",
        event=None,
        gone=tag,
    )


def _length(period: StagePeriodRow) -> str:
    """How long a version was in a stage."""
    if period.days is None:
        return "there now"
    return "there for less than a day" if period.days == 0 else f"there for {plural(period.days, 'day')}"
