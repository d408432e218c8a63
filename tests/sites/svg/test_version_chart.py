"""The large chart of a metric: where points, stages and names are, in both widths, and numbers of any kind."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sites.svg import version_chart as module
from sites.svg.version_chart import ChartPoint, StageMark, nice_ticks, version_chart


def points(*numbers: float | None) -> list[ChartPoint]:
    return [ChartPoint(f"v{place}.0.0", number, f"{number}") for place, number in enumerate(numbers)]


def test_a_chart_has_a_line_a_dot_for_each_version_and_a_line_for_each_stage():
    drawn = version_chart(points(0.5, 0.75, 1.0), [StageMark(1, "prod", "prod")], "auc")
    assert re.findall('polyline class="l0" points="([^"]*)"', drawn) == ["0,208 500,119 1000,30"]
    assert re.findall("<title>([^<]*)</title>", drawn) == ["prod", "v0.0.0 0.5", "v1.0.0 0.75", "v2.0.0 1.0"]
    assert re.findall('<line x1="([^"]*)" x2="([^"]*)" y1="22" y2="208"/>', drawn) == [("50%", "50%")]
    assert re.findall('<circle cx="([^"]*)" cy="([^"]*)"', drawn) == [("0%", "208"), ("50%", "119"), ("100%", "30")]


@pytest.mark.parametrize(
    "numbers", [(), (1.0,), (1.0, None, float("nan"), float("inf"))], ids=["none", "one", "one that is a number"]
)
def test_one_number_is_no_line(numbers):
    assert version_chart(points(*numbers), [], "auc") == ""


@pytest.mark.parametrize(
    ("lowest", "highest", "ticks"),
    [
        (0.0, 1.0, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (2.99, 3.99, [2.8, 3.0, 3.2, 3.4, 3.6, 3.8, 4.0]),
        (404_636, 415_107, [402_500, 405_000, 407_500, 410_000, 412_500, 415_000, 417_500]),
        (-1.7e308, 1.7e308, [-1.7e308, 1.7e308]),
        (5e-324, 1e-323, [5e-324, 1e-323]),
        (1.7e308, 1.7e308, [1.53e308, 1.7976931348623157e308]),
    ],
)  # fmt: skip
def test_ticks_are_round_numbers(lowest, highest, ticks):
    assert nice_ticks(lowest, highest) == ticks


NUMBERS = st.floats(allow_nan=False, allow_infinity=False)


@given(st.lists(NUMBERS, min_size=2, max_size=6))
def test_whatever_the_numbers_every_point_is_in_the_picture(numbers):
    assert len(nice_ticks(min(numbers), max(numbers))) <= 2 * module.TICKS + 2
    ys = [
        int(y) for y in re.findall('circle cx="[0-9.]+%" cy="(-?[0-9]+)"', version_chart(points(*numbers), [], "auc"))
    ]
    assert (len(ys), {y for y in ys if not module.TOP - 1 <= y <= module.HEIGHT - module.BOTTOM + 1}) == (
        len(numbers),
        set(),
    )


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as have dots", "one more"])
def test_many_versions_have_no_dots(beyond):
    drawing = version_chart(points(*map(float, range(module.MOST_DOTS + beyond))), [], "auc")
    assert drawing.count("<circle") == (0 if beyond else module.MOST_DOTS)


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as a line has", "one more"])
def test_a_line_of_many_versions_is_thinned_out_to_its_last(beyond):
    count = module.MOST_POINTS + beyond
    (line,) = re.findall('points="([^"]*)"', version_chart(points(*map(float, range(count))), [], "auc"))
    places = line.split()
    assert (len(places), places[-1].split(",")[0]) == (module.MOST_POINTS if not beyond else (count + 1) // 2, "1000")


@pytest.mark.parametrize("beyond", [0, 1], ids=["as long as there is room for", "one character more"])
def test_a_long_name_of_a_stage_is_cut_and_has_a_title(beyond):
    stage = "s" * (module.LABEL + beyond)
    drawing = version_chart(points(1.0, 2.0), [StageMark(0, stage, "other")], "auc")
    assert f">{stage[: module.LABEL - 1]}…</text>" in drawing if beyond else f">{stage}</text>" in drawing
    assert f"<title>{stage}</title>" in drawing


@pytest.mark.parametrize("count", [1, 2, 3])
def test_names_of_stages_at_one_version_have_a_row_each_of_two(count):
    stages = ["eu", "uk", "us"][:count]
    drawing = version_chart(points(1.0, 2.0, 3.0), [StageMark(1, stage, "prod") for stage in stages], "auc")
    rows = re.findall('<text x="50%" y="([0-9]+)">(eu|uk|us)</text>', drawing)
    top = module.TOP + module.ROW * (count > 1)
    assert rows == [(f"{top - 14 - module.ROW * row}", stage) for row, stage in enumerate(stages[: module.ROWS])]
    assert re.findall('class="mark[^>]*><title>([^<]*)<', drawing) == stages  # also of one without a name
    assert re.findall(r'points="[^"]* 1000,([0-9]+)"', drawing) == [f"{top}"]


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        pytest.param([(1.0, 6), (0.0, 6)], ["", ""], id="at both edges"),
        pytest.param([(1.0, 6), (0.8, 6)], ["", "m"], id="one that has no room on a phone"),
        pytest.param([(1.0, 6), (0.9, 6)], ["", "w"], id="one that has room on a wide page alone"),
        pytest.param([(1.0, 6), (0.95, 6), (0.9, 6)], ["", None, "w"], id="one that has room nowhere, and takes none"),
    ],
)
def test_a_label_is_shown_where_there_is_room_for_it_and_those_before(labels, classes):
    assert module.labels_with_room(labels) == classes


@pytest.mark.parametrize("place", range(len(module.WIDTHS)), ids=["on a phone", "on a tablet", "on a wide page"])
def test_the_names_of_versions_have_room(place):
    width, _ = module.WIDTHS[place]
    drawing = version_chart(points(*map(float, range(40))), [], "auc")
    names = re.findall('<text x="([0-9.]+)%" y="228"(?: class="[az ]*([mw]?)")?>', drawing)
    shown = sorted(float(x) for x, kind in names if kind in [name for _, name in module.WIDTHS[: place + 1]])
    gaps = [(after - before) / 100 * width for before, after in pairwise(shown)]
    assert (len(gaps) > 1, min(gaps) >= len("v10.0.0") * module.CHARACTER) == (True, True)
