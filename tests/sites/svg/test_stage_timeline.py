"""Lanes over time: round dates, places as shares of the width, and labels where there is room for them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest

from sites.svg import stage_timeline as module
from sites.svg.stage_timeline import Scale, TimelineBar, TimelineMark, draw_axis, draw_lane, ticks_between


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


YEAR = Scale(at("2024-01-01"), at("2025-01-01"), is_open=False)


@pytest.mark.parametrize(
    ("start", "end", "ticks"),
    [
        pytest.param("2024-01-01", "2024-01-01", ["2024-01-01"], id="one moment"),
        pytest.param("2024-01-01T10:00", "2024-01-01T11:00", [], id="an hour"),
        pytest.param("2024-01-01T10:00", "2024-01-04", ["2024-01-02", "2024-01-03", "2024-01-04"], id="days"),
        pytest.param("2024-01-01", "2024-03-01", ["2024-01-07", "2024-01-21", "2024-02-04", "2024-02-18"], id="weeks"),
        pytest.param("2024-01-02", "2024-06-01", ["2024-02-01", "2024-03-01", "2024-04-01", "2024-05-01", "2024-06-01"], id="months"),
        pytest.param("2021-03-01", "2024-06-01", ["2022-01-01", "2023-01-01", "2024-01-01"], id="years"),
        pytest.param("0001-01-01", "9999-12-31", ["2000-01-01", "4000-01-01", "6000-01-01", "8000-01-01"], id="all dates that there are"),
    ],
)  # fmt: skip
def test_ticks_are_at_round_dates(start, end, ticks):
    assert [str(tick.date()) for tick in ticks_between(at(start), at(end))] == ticks


@pytest.mark.parametrize("days", [1, 5, 6, 7, 12, 13, 42, 43, 84, 85, 180, 190, 400, 2200, 9000, 300_000])
def test_there_are_no_more_ticks_than_can_be_told_apart(days):
    start = at("2024-01-01")
    assert 1 <= len(ticks_between(start, start + timedelta(days=days))) <= module.TICKS + 1


@pytest.mark.parametrize(
    ("start", "end", "names"),
    [
        ("2021-03-01", "2024-06-01", ["2022", "2023", "2024", "now"]),
        ("2024-01-02", "2024-06-01", ["Feb 2024", "Mar 2024", "Apr 2024", "May 2024", "now"]),
        ("2024-01-01T10:00", "2024-01-03T10:00", ["2 Jan 2024", "3 Jan", "now"]),
        ("2023-12-30", "2024-01-02", ["30 Dec 2023", "31 Dec", "1 Jan 2024", "now"]),
        ("2024-01-01T10:00", "2024-01-01T10:05", ["1 Jan 2024", "now"]),
        ("2023-11-02", "2024-02-03", ["Dec 2023", "Jan 2024", "Feb 2024", "now"]),
    ],
    ids=[
        "years",
        "months, of which the last is where the dates end",
        "days",
        "days of two years",
        "minutes",
        "months of two years",
    ],
)
def test_the_axis_names_its_dates_and_now(start, end, names):
    drawn = draw_axis(Scale(at(start), at(end), is_open=True))
    assert re.findall(">([^<]+)</text>", drawn) == names
    assert '<rect class="later" x="88%" width="12%"/>' in drawn  # which is on no scale


def test_the_axis_of_what_has_ended_ends_with_it():
    assert "<rect" not in draw_axis(YEAR)


def test_a_bar_is_as_long_as_its_period_and_one_that_is_too_short_can_be_seen():
    bars = [
        TimelineBar(at("2024-01-01"), at("2024-07-02"), "v1", ""),
        TimelineBar(at("2024-07-02"), at("2024-07-02T01:00"), "v2", ""),
        TimelineBar(at("2024-07-02T01:00"), at("2025-01-01"), "v3", ""),
    ]
    assert re.findall('<rect x="([^"]+)" width="([^"]+)"', draw_lane("prod", bars, [], YEAR)) == [
        ("0%", "49%"),
        ("49%", f"{100 * module.NARROWEST:.1f}%"),
        ("49%", "49%"),
    ]


def test_a_bar_without_an_end_goes_to_the_edge():
    scale = Scale(at("2024-01-01"), at("2024-01-01"), is_open=True)
    drawn = draw_lane("prod", [TimelineBar(at("2024-01-01"), None, "v1", "v1 since 1 Jan 2024")], [], scale)
    assert re.findall("<rect.*?</rect>", drawn) == [
        '<rect class="on" x="0%" width="100%"><title>v1 since 1 Jan 2024</title></rect>'
    ]


@pytest.mark.parametrize(
    ("end", "label"),
    [
        pytest.param("2024-03-03", ['<text x="0%">v1.0.0</text>'], id="at all widths"),
        pytest.param("2024-02-20", ['<text x="0%" class="m">v1.0.0</text>'], id="not on a phone"),
        pytest.param("2024-02-01", ['<text x="0%" class="w">v1.0.0</text>'], id="on a wide page"),
        pytest.param("2024-01-02", [], id="nowhere"),
    ],
)
def test_a_label_is_shown_where_there_is_room(end, label):
    drawn = draw_lane("prod", [TimelineBar(at("2024-01-01"), at(end), "v1.0.0", "")], [], YEAR)
    assert re.findall("<text.*?</text>", drawn) == label


def test_marks_have_shapes_and_what_is_gone_is_struck_out():
    marks = [
        TimelineMark(at("2024-01-01"), "registration", "v1.0.0", ""),
        TimelineMark(at("2024-07-02"), "registration", "v2.0.0", "two", is_gone=True),
        TimelineMark(at("2025-01-01"), "deprecation", "deprecated", "three"),
    ]
    drawn, labels = draw_lane("Versions", [], marks, YEAR, "1 registration").split('<g aria-hidden="true">')
    assert drawn == (
        '<svg role="group" aria-label="Versions">'
        '<svg class="dots" viewBox="0 0 1000 30" preserveAspectRatio="none"><title>1 registration</title><path d="M0 15z"/></svg>'
        '<text class="x" x="49%"><title>two</title>×</text>'  # noqa: RUF001 - a cross
        '<circle class="deprecation" cx="98%"><title>three</title></circle>'
    )
    assert labels == (
        '<text x="0%">v1.0.0</text><text x="49%" class="gone">v2.0.0</text><text x="98%" class="before">deprecated</text></g></svg>'
    )


def test_texts_of_repositories_are_escaped():
    drawn = draw_lane('"<b>', [TimelineBar(at("2024-01-01"), None, "<i>\u202e", "<u>")], [TimelineMark(at("2024-01-01"), "registration", "&", "<s>")], YEAR)  # fmt: skip
    assert re.findall("<[bius]>|\u202e", drawn) == []
