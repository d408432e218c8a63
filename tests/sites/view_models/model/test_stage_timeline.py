"""The timeline of an artifact's history: what its lanes have."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from sites.data.rows import EventRow, GoneTagRow, StagePeriodRow
from sites.view_models.model import stage_timeline as module
from sites.view_models.model.stage_timeline import stage_timeline

NOON = datetime(2025, 1, 1, 12)  # noqa: DTZ001 - as the catalog has it
DAY = timedelta(days=1)


def event(day: int, kind: str, version: str | None = "v1", stage: str | None = None) -> EventRow:
    return EventRow(
        "r", "m", kind, version, stage, stage, "c" * 40, NOON + day * DAY, "Ann", "t", f"{day:040x}", None, "", True
    )  # fmt: skip


def period(
    start: int,
    end: int | None,
    version: str = "v1",
    stage: str = "prod",
    how: str = "assigned",
    rank: int | None = None,
) -> StagePeriodRow:
    ended = None if end is None else NOON + end * DAY
    return StagePeriodRow("r", "m", stage, rank, version, NOON + start * DAY, ended, how, "Ann", None if end is None else end - start)  # fmt: skip


def gone(day: int, kind: str, version: str, stage: str | None = None, *, rewritten: bool = False) -> GoneTagRow:
    return GoneTagRow("r", "m", kind, version, stage, NOON + day * DAY, "Ann", "t", "o", NOON + 99 * DAY, rewritten)


def lanes(timeline: module.StageTimeline | None) -> list[tuple[str, list[str]]]:
    """The name of each lane, and the titles of what is in it."""
    assert timeline is not None
    return [(lane.name.striptags(), re.findall("<title>(.*?)</title>", lane.drawing)) for lane in timeline.lanes]


def test_each_stage_has_a_lane_and_an_assignment_that_begins_a_bar_has_no_mark():
    events = [
        event(9, "unassignment", "v2", "prod"),
        event(6, "assignment", "v2", "prod"),
        event(4, "assignment", "v2", "prod"),
        event(2, "assignment", "v1", "prod"),
        event(1, "assignment", "v1", "dev"),
        event(0, "registration"),
    ]
    periods = [
        period(9, None, how="fallback"),
        period(4, 9, "v2"),
        period(2, 4),
        period(1, 1, stage="dev", how="counted"),
    ]
    assert lanes(stage_timeline(events, periods, [])) == [
        ("Versions", ["1 registration"]),
        ("prod", ["v1 from 3 Jan 2025, 2 days", "v2 from 5 Jan 2025, 5 days", "v1 since 10 Jan 2025, came back", "v2 assigned 7 Jan 2025", "v2 unassigned 10 Jan 2025"]),
        ("dev", ["v1 from 2 Jan 2025, less than a day"]),
    ]  # fmt: skip


def test_tags_that_are_gone_are_in_the_lanes_in_which_they_were():
    tags = [gone(3, "registration", "v2", rewritten=True), gone(1, "assignment", "v2", "prod")]
    assert lanes(stage_timeline([event(0, "registration")], [], tags)) == [
        ("Versions", ["1 registration", "v2 registered, tag rewritten 4 Jan 2025"]),
        ("prod", ["v2 assigned, tag deleted 2 Jan 2025"]),
    ]


def test_the_deprecation_is_in_the_lane_of_versions():
    timeline = stage_timeline([event(5, "deprecation", None), event(0, "registration")], [], [])
    assert lanes(timeline) == [("Versions", ["1 registration", "deprecated 6 Jan 2025"])]


@pytest.mark.parametrize("events", [[], [event(0, "registration")]], ids=["nothing", "one event"])
def test_what_is_no_history_has_no_picture(events):
    assert stage_timeline(events, [], []) is None


def test_stages_are_in_the_order_of_repos_toml():
    periods = [period(0, None, stage="b", rank=1), period(0, None, stage="a", rank=2), period(1, None, stage="prod")]
    assert [name for name, _ in lanes(stage_timeline([], periods, []))] == ["b", "a", "prod"]


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as there are lanes", "one more"])
def test_stages_that_a_version_is_in_have_lanes_first(beyond):
    periods = [period(0, None, stage=f"s{place}") for place in range(module.LANES)]
    periods += [period(0, 1, stage="a")] * beyond
    timeline = stage_timeline([], periods, [])
    assert timeline is not None
    names = [lane.name.striptags() for lane in timeline.lanes]
    assert (names, timeline.note) == ([f"s{place}" for place in range(module.LANES)], "The list below also has 1 more stage." if beyond else "")  # fmt: skip


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as there is room for", "one more"])
def test_the_oldest_of_many_are_in_the_list_alone_but_for_a_version_that_is_there_still(beyond):
    events = [event(day, "registration", f"v{day}") for day in range(module.MOST - 2 + beyond, -1, -1)]
    timeline = stage_timeline(events, [period(-9, None, "v0")], [])
    (_, versions), (_, prod) = lanes(timeline)
    assert timeline is not None
    assert (versions, prod, timeline.note) == (
        [f"{module.MOST - 1 + beyond} registrations"],
        ["v0 since 23 Dec 2024"],
        "",
    )


def test_older_events_are_counted():
    events = [event(day, "registration", f"v{day}") for day in range(module.MOST + 1, -1, -1)]
    timeline = stage_timeline(events, [], [])
    assert (lanes(timeline)[0][1], timeline and timeline.note) == (
        [f"{module.MOST} registrations"],
        "The list below also has 2 older entries.",
    )


@pytest.mark.parametrize("beyond", [0, 1], ids=["as long as there is room for", "one character more"])
def test_a_long_name_of_a_version_is_cut(beyond):
    version = "v" * (module.LABEL + beyond)
    shown = version if not beyond else f"{'v' * (module.LABEL - 1)}…"
    assert lanes(stage_timeline([event(0, "registration")], [period(0, None, version)], [])) == [
        ("Versions", ["1 registration"]),
        ("prod", [f"{shown} since 1 Jan 2025"]),
    ]
