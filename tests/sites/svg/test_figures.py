"""Plots as SVG: where the points are, and what cannot be drawn."""

from __future__ import annotations

import math
import re

import pytest

from sites.svg.figures import COLOURS, MOST_BARS, MOST_CLASSES, NAME, READ, Polyline, draw_bars, draw_lines, draw_matrix


def texts(drawing):
    return re.findall("<text[^>]*>([^<]*)", drawing)


@pytest.mark.parametrize(
    ("xs", "ys", "points"),
    [
        pytest.param(
            [0, 1, 2], [0, 5, 10], "42,136 166,73 290,10", id="they rise from the lower left to the upper right"
        ),
        pytest.param([0, 1, 2], [5, 5, 5], "42,73 166,73 290,73", id="equal ones are a line in the middle"),
        pytest.param([0, 1, 2], [0, None, 10], "42,136 290,10", id="a missing one is left out"),
        pytest.param([0, 1, 2], [0, math.inf, 10], "42,136 290,10", id="an infinite one is left out"),
        pytest.param([0, 1], [-1.7e308, 1.7e308], "42,136 290,10", id="their difference may be beyond all numbers"),
    ],
)
def test_points(xs, ys, points):
    assert re.findall('points="([^"]*)"', draw_lines([Polyline("", xs, ys)], [], "")) == [points]


def test_the_ends_of_both_axes_are_told_for_all_lines():
    assert texts(draw_lines([Polyline("", [0, 4], [0.25, 1])], [Polyline("", [1, 9], [0.5, 2])], "")) == [
        "0.25",
        "2",
        "0",
        "9",
    ]


def test_lines_beside_are_dashed_and_below():
    drawn = draw_lines(
        [Polyline("a", [0, 1], [0, 1]), Polyline("b", [0, 1], [1, 0])], [Polyline("a", [0, 1], [0, 1])], ""
    )
    assert re.findall('polyline class="([^"]*)"', drawn) == ["ref", "l0", "l1"]


def test_a_line_without_a_point_is_left_out():
    line, none = Polyline("a", [0, 1], [0, 1]), Polyline("b", [0, 1], [None, None])
    drawn = draw_lines([none, line], [none, line], "")
    assert re.findall('polyline class="([^"]*)"', drawn) == ["ref", "l1"]


def test_dots_and_a_single_point():
    drawn = [draw_lines([Polyline("", xs, xs)], [], "", dots=dots) for xs, dots in (([0, 1], True), ([7], False))]
    assert [re.findall('<path class="dots l0" d="([^"]*)"', each) for each in drawn] == [
        ["M42 136h0M290 10h0"],
        ["M166 73h0"],
    ]


@pytest.mark.parametrize(
    "line", [Polyline("", [], []), Polyline("", [None], [1]), Polyline("", [1], [math.nan])], ids=str
)
def test_without_a_point_there_is_no_drawing(line):
    assert draw_lines([line], [Polyline("", [0], [0])], "") == ""


def test_bars_are_as_long_as_their_numbers():
    drawn = draw_bars(["a", "<b>"], [2, -1], "")
    assert (texts(drawn), re.findall('width="([0-9]+)"', drawn)) == (["a", "2", "&lt;b&gt;", "-1"], ["154", "77"])


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as there is room for", "one more"])
def test_no_more_bars_than_there_is_room_for(beyond):
    count = MOST_BARS + beyond
    assert draw_bars([str(n) for n in range(count)], [1.0] * count, "").count("<rect") == MOST_BARS


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as there are colours", "one more"])
def test_no_more_lines_than_there_are_colours(beyond):
    lines = [Polyline(f"{number}", [0, 1], [number, number]) for number in range(COLOURS + beyond)]
    found = re.findall('polyline class="([^"]*)"', draw_lines(lines, lines, ""))
    assert found == ["ref"] * COLOURS + [f"l{number}" for number in range(COLOURS)]


@pytest.mark.parametrize(
    ("length", "shown"), [(NAME, "x" * NAME), (NAME + 1, "x" * (NAME - 1) + "…")], ids=["as long as fits", "longer"]
)
def test_a_long_name_of_a_bar_is_cut(length, shown):
    assert texts(draw_bars(["x" * length], [1], ""))[0] == shown


@pytest.mark.parametrize(
    ("shares", "cells"),
    [(False, ["3", "1", "2"]), (True, ["0.75", "0.25", "1.00"])],
    ids=["counts", "shares of what was predicted"],
)
def test_the_cells_of_a_matrix(shares, cells):
    drawn = draw_matrix(["a", "a", "b"], ["a", "b", "b"], [3, 1, 2], "", shares=shares)
    assert re.findall('<text class="n"[^>]*>([^<]*)', drawn) == cells


@pytest.mark.parametrize(
    ("classes", "cells", "numbers"),
    [
        pytest.param(READ, READ, READ, id="as many classes as have numbers"),
        pytest.param(READ + 1, READ + 1, 0, id="one more"),
        pytest.param(MOST_CLASSES, MOST_CLASSES, 0, id="as many as are drawn"),
        pytest.param(MOST_CLASSES + 1, 0, 0, id="too many"),
    ],
)
def test_a_matrix_of_many_classes(classes, cells, numbers):
    names = [str(number) for number in range(classes)]
    drawn = draw_matrix(names, names, [1.0] * len(names), "", shares=False)
    assert (drawn.count("<rect"), drawn.count('<text class="n"')) == (cells, numbers)


def test_what_is_drawn_is_escaped():
    assert 'aria-label="&lt;b&gt;&#34; \\u202e"' in draw_bars(["a"], [1], '<b>" \u202e')
