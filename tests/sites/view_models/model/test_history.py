"""The whole history of an artifact: events, and what follows from them, in one timeline of which nothing is left out."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sites.data.rows import EventRow, StagePeriodRow
from sites.view_models.model import history as module
from sites.view_models.model import model_data

NOON = datetime(2025, 1, 1)  # noqa: DTZ001 - as the catalog has it
DAY = timedelta(days=1)


def event(day: int, kind: str = "assignment", version: str = "v1.0.0", stage: str | None = "prod") -> EventRow:
    return EventRow(
        "r", "m", kind, version, stage, stage, "c" * 40, NOON + day * DAY, "Ann", f"m#{day}", f"{day:040x}", None, "", True
    )  # fmt: skip


def period(start: int, end: int | None, version: str = "v1.0.0", how: str = "assigned") -> StagePeriodRow:
    ended = None if end is None else NOON + end * DAY
    return StagePeriodRow(
        "r", "m", "prod", version, NOON + start * DAY, ended, how, "Ann", None if end is None else end - start
    )


def words(entry: module.TimelineEntry) -> tuple[int, str]:
    said = f"{entry.author} {entry.verb} {entry.version}{entry.to}{entry.stage.striptags()}"
    return (entry.at - NOON).days, f"{said}; {entry.period}".strip("; ").strip()


def test_an_assignment_says_how_long_it_held_and_a_version_that_came_back_has_an_entry():
    events = [
        event(9, "unassignment", "v2.0.0"),
        event(4, version="v2.0.0"),
        event(0),
        event(0, "registration", stage=None),
    ]
    periods = [period(9, None, how="fallback"), period(4, 9, "v2.0.0"), period(0, 4)]
    assert [words(entry) for entry in module.history(events, periods).open] == [
        (9, "Ann unassigned v2.0.0 from prod"),
        (9, "v1.0.0 came back to prod; there now"),
        (4, "Ann assigned v2.0.0 to prod; there for 5 days"),
        (0, "Ann assigned v1.0.0 to prod; there for 4 days"),
        (0, "Ann registered v1.0.0"),
    ]


def test_a_period_that_no_event_begins_has_an_entry_of_its_own():
    assert [words(entry) for entry in module.history([event(0, "registration", stage=None)], [period(1, 1)]).open] == [
        (1, "v1.0.0 counts as in prod; there for less than a day"),
        (0, "Ann registered v1.0.0"),
    ]


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are in sight", "one more"])
def test_older_entries_are_in_folds(beyond):
    timeline = module.history([event(day) for day in range(module.OPEN + beyond - 1, -1, -1)], [])
    assert (len(timeline.open), [(fold.year, len(fold.entries)) for fold in timeline.years], timeline.total) == (
        module.OPEN,
        [(2025, 1)] * beyond,
        module.OPEN + beyond,
    )


def test_nothing_of_many_years_is_left_out():
    events = [event(-day) for day in range(2000)]
    timeline = module.history(events, [])
    assert [(fold.year, len(fold.entries)) for fold in timeline.years] == [
        (2024, 366 - module.OPEN + 1), (2023, module.MOST - 1 - 366),
    ]  # fmt: skip
    shown = [*timeline.open, *(entry for fold in timeline.years for entry in fold.entries), *timeline.older]
    assert [entry.event for entry in shown] == events


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as a page has", "one more"])
def test_the_oldest_are_in_the_script(beyond):
    events = [event(day) for day in range(module.MOST + beyond - 1, -1, -1)]
    entry = {
        "at": "2025-01-01T00:00:00Z",
        "author": "Ann",
        "verb": "assigned",
        "version": "v1.0.0",
        "to": " to ",
        "stage": "prod",
        "look": "prod",
        "tag": "m#0",
        "revision": "c" * 40,
    }
    assert (len(module.history(events, []).older), model_data._older(events, [])) == (beyond, [entry] * beyond)
