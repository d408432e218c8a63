"""Sparklines: where the points are, and numbers that are none."""

from __future__ import annotations

import math
import re

import pytest

from sites.svg.figures import SPARK_POINTS, line_chart


@pytest.mark.parametrize(
    ("numbers", "points"),
    [
        pytest.param([0.5, 0.75, 1.0], "4,24 60,14 116,4", id="they rise from the lower left to the upper right"),
        pytest.param([2, 2], "4,14 116,14", id="equal ones are a line in the middle"),
        pytest.param([1, None, 3], "4,24 116,4", id="a missing one is left out and keeps its place"),
        pytest.param([1, math.nan, math.inf, 3], "4,24 116,4", id="what is no number is left out"),
        pytest.param([-1.7e308, 1.7e308], "4,24 116,4", id="their difference may be beyond all numbers"),
    ],
)
def test_points(numbers, points):
    assert re.findall('points="([^"]*)"', line_chart(numbers, "auc")) == [points]


def test_a_line_of_many_points_is_thinned_out_to_its_last():
    (points,) = re.findall('points="([^"]*)"', line_chart(list(range(200)), "auc"))
    assert (len(points.split()), points.split()[-1]) == (50, "116,4")


@pytest.mark.parametrize(
    ("count", "drawn"),
    [(SPARK_POINTS, SPARK_POINTS), (SPARK_POINTS + 1, SPARK_POINTS // 2 + 1)],
    ids=["as many points as can be told apart", "one more"],
)
def test_a_line_has_so_many_points(count, drawn):
    (points,) = re.findall('points="([^"]*)"', line_chart(list(range(count)), "auc"))
    assert (len(points.split()), points.split()[-1]) == (drawn, "116,4")


def test_the_best_has_a_ring_and_the_last_a_dot():
    assert re.findall("<circle[^>]*>", line_chart([1, 3, 2], "auc", 3)) == [
        '<circle class="b" cx="60" cy="4" r="3"/>',
        '<circle cx="116" cy="14" r="1.8"/>',
    ]


@pytest.mark.parametrize("numbers", [[], [None], [math.nan]], ids=["nothing", "a missing number", "no number"])
def test_without_a_number_there_is_no_chart(numbers):
    assert line_chart(numbers, "auc") == ""


def test_what_it_shows_is_escaped():
    assert 'aria-label="&lt;b&gt;&#34; \\u202e"' in line_chart([1, 2], '<b>" \u202e')
