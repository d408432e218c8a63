"""The whole history of an artifact: events, and what follows from them, in one list of which nothing is left out."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sites.data.rows import EventRow, GoneTagRow, StagePeriodRow
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
        "r", "m", "prod", None, version, NOON + start * DAY, ended, how, "Ann", None if end is None else end - start
    )


def gone(day: int, *, rewritten: bool) -> GoneTagRow:
    return GoneTagRow(
        "r", "m", "assignment", "v2.0.0", "prod", NOON + day * DAY, "Ann", f"m#{day}", f"{day:040x}", NOON + 99 * DAY, rewritten
    )  # fmt: skip


def in_folds(history: module.ArtifactHistory) -> list[module.HistoryEntry]:
    return [entry for year in history.years for entry in year.entries]


def words(entry: module.HistoryEntry) -> tuple[int, str]:
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
    assert [words(entry) for entry in in_folds(module.history(events, periods))] == [
        (9, "Ann unassigned v2.0.0 from prod"),
        (9, "v1.0.0 came back to prod; there now"),
        (4, "Ann assigned v2.0.0 to prod; there for 5 days"),
        (0, "Ann assigned v1.0.0 to prod; there for 4 days"),
        (0, "Ann registered v1.0.0"),
    ]


def test_a_period_that_no_event_begins_has_an_entry_of_its_own():
    history = module.history([event(0, "registration", stage=None)], [period(1, 1)])
    assert [words(entry) for entry in in_folds(history)] == [
        (1, "v1.0.0 counts as in prod; there for less than a day"),
        (0, "Ann registered v1.0.0"),
    ]


def test_a_tag_that_is_gone_has_an_entry():
    tags = [gone(4, rewritten=False), gone(2, rewritten=True)]
    entries = in_folds(module.history([event(3)], [], tags))
    assert [(words(entry), entry.gone) for entry in entries] == [
        ((4, "Ann assigned v2.0.0 to prod"), tags[0]),
        ((3, "Ann assigned v1.0.0 to prod"), None),
        ((2, "Ann assigned v2.0.0 to prod"), tags[1]),
    ]


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are in an open fold", "one more"])
def test_the_fold_of_the_last_year_is_open_where_it_is_short(beyond):
    history = module.history([event(day) for day in (*range(module.OPEN + beyond - 1, -1, -1), -1)], [])
    assert ([(fold.year, len(fold.entries), fold.is_open) for fold in history.years], history.total) == (
        [(2025, module.OPEN + beyond, not beyond), (2024, 1, False)],
        module.OPEN + beyond + 1,
    )


def test_nothing_of_many_years_is_left_out():
    events = [event(-day) for day in range(2000)]
    history = module.history(events, [])
    assert [(fold.year, len(fold.entries)) for fold in history.years] == [
        (2025, 1), (2024, 366), (2023, module.MOST - 1 - 366),
    ]  # fmt: skip
    shown = [*in_folds(history), *history.older]
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


def test_a_tag_that_is_gone_is_in_the_script_with_what_became_of_it():
    events = [event(day) for day in range(module.MOST, 0, -1)]
    assert model_data._older(events, [], [gone(0, rewritten=True)]) == [
        {
            "at": "2025-01-01T00:00:00Z",
            "author": "Ann",
            "verb": "assigned",
            "version": "v2.0.0",
            "to": " to ",
            "stage": "prod",
            "look": "other",
            "tag": "m#0",
            "gone": "rewritten",
            "gone_at": "2025-04-10T00:00:00Z",
        }
    ]
