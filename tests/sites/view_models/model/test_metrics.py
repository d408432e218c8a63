"""The metrics of an artifact: which versions are beside each other, what differs from production, and which numbers are the main ones."""

from __future__ import annotations

from datetime import datetime

import pytest
from markupsafe import Markup

from sites.data.detail_rows import MetricRow
from sites.data.rows import AssignmentRow, VersionRow
from sites.view_models.model import metrics as module
from sites.view_models.model.metrics import MetricCell
from sites.view_models.registry import VersionLine

NOON = datetime(2024, 1, 1)  # noqa: DTZ001 - as the catalog has it


def line(number: int, *, latest: bool = False) -> VersionLine:
    commit, name = f"{number:040x}", f"v{number}.0.0"
    version = VersionRow("r", "m", name, commit, commit, True, True, NOON, "Ann", None, True, latest, "")
    return VersionLine(version, name, name, Markup(""), Markup(""), "")


def lines(count: int) -> list[VersionLine]:
    """Versions from the highest on."""
    return [line(number, latest=number == count - 1) for number in range(count - 1, -1, -1)]


def assigned(stage: str, number: int) -> AssignmentRow:
    commit = f"{number:040x}"
    return AssignmentRow(
        "r", "m", stage, stage, None, f"v{number}.0.0", commit, commit, NOON, "assigned", "Ann", None, ""
    )


def row(
    *texts: str, name: str = "auc", direction: str | None = "higher", best: str | None = None, **flags: bool
) -> MetricRow:
    points = [
        {"version": f"v{number}.0.0", "commit": f"{number:040x}", "number": float(text), "text": text}
        | {"of_project": False, "mixed": False}
        | flags
        for number, text in enumerate(texts)
    ]
    return MetricRow("r", "m", "m.json", name, direction, best, 1, points)  # type: ignore[arg-type]


def shown(rows, versions, assignments=()) -> module.Metrics:
    found = module.metrics(rows, versions, assignments)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("stages", "columns"),
    [
        pytest.param([("staging", 5), ("prod", 1)], ["v1.0.0", "v5.0.0", "v9.0.0"], id="those in stages by rank, then the latest"),
        pytest.param([("prod", 9)], ["v9.0.0", "v8.0.0", "v7.0.0"], id="and the highest others, where these are few"),
        pytest.param([], ["v9.0.0", "v8.0.0", "v7.0.0"], id="none is in a stage"),
        pytest.param([("prod", 1), ("eu", 1)], ["v1.0.0", "v9.0.0", "v8.0.0"], id="one in two stages is one"),
    ],
)  # fmt: skip
def test_which_versions_are_beside_each_other(stages, columns):
    found = shown([row("1")], lines(10), [assigned(*each) for each in stages])
    assert ([column.name for column in found.columns], module.FEWEST) == (columns, 3)


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as there is room for", "one more"])
def test_the_latest_has_room_beside_many_stages(beyond):
    count = module.COLUMNS - 1 + beyond
    found = shown([row("1")], lines(50), [assigned(f"s{number:02}", number) for number in range(count)])
    names = [column.name for column in found.columns]
    assert (len(names), names[-1]) == (module.COLUMNS, "v49.0.0")


def test_what_differs_from_production_has_a_sign_and_a_direction():
    stages = [assigned("prod", 0), assigned("staging", 1)]
    rows = [
        row("0.5", "0.625", "0.25", best="v1.0.0"),
        row("2", "3", "2", direction="lower"),
        row("1", "2", "1", direction=None),
    ]
    found = shown(rows, lines(3), stages)
    assert [each.cells for each in found.lines] == [
        [MetricCell("0.5", "", "", False), MetricCell("0.625", "+0.125", "up", True), MetricCell("0.25", "\N{MINUS SIGN}0.25", "down", False)],
        [MetricCell("2", "", "", False), MetricCell("3", "+1", "down", False), MetricCell("2", "±0", "", False)],
        [MetricCell("1", "", "", False), MetricCell("2", "+1", "", False), MetricCell("1", "±0", "", False)],
    ]  # fmt: skip
    assert (found.base, [column.is_baseline for column in found.columns]) == ("v0.0.0 in prod", [True, False, False])


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        (0.000123456, "+0.0001235"),
        (-999.96, "\N{MINUS SIGN}1000"),
        (float(module.EXACT), "+1,000"),
        (-405684.0, "\N{MINUS SIGN}405,684"),
        (module.LARGE / 2, "+500,000,000,000"),
        (module.LARGE, "+1e+12"),
    ],
)
def test_a_difference_in_words(difference, words):
    assert module.signed(difference) == words


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are in sight", "one more"])
def test_other_metrics_are_in_a_fold(beyond):
    found = shown([row("1", name=f"auc{number}") for number in range(module.OPEN + beyond)], lines(1))
    assert (len(found.lines), len(found.rest)) == (module.OPEN, beyond)


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as a card has", "one more"])
def test_the_main_metrics_are_on_the_card_of_a_stage(beyond):
    rows = [row("1", "2", name=f"auc{number}") for number in range(module.MAIN + beyond)]
    stages = [assigned("prod", 0), assigned("dev", 1)]
    found = module.stage_metrics(rows, stages)
    assert found == {
        ("v0.0.0", f"{0:040x}"): [(f"auc{number}", MetricCell("1", "", "", False)) for number in range(module.MAIN)],
        ("v1.0.0", f"{1:040x}"): [
            (f"auc{number}", MetricCell("2", "+1", "up", False)) for number in range(module.MAIN)
        ],
    }


@pytest.mark.parametrize(
    ("text", "short"),
    [
        pytest.param("0.12345678", "0.12345678", id="as long as it is shown as it is written"),
        pytest.param("0.123456789", "0.12346", id="one character longer"),
    ],
)
def test_a_long_number_is_shortened(text, short):
    (cell,) = shown([row(text)], lines(1)).lines[0].cells
    assert (len(text) > module.LONG, cell.value) == (short != text, short)


def test_a_number_of_another_run_is_not_the_best_one():
    rows = [row("0.5", "0.5", "0.4", best="v1.0.0")]
    rows[0].points[0]["mixed"] = True
    assert [cell.best for cell in shown(rows, lines(3)).lines[0].cells] == [False, True, False]


def test_a_number_of_the_project_is_not_in_the_chart():
    (metric,) = [row("0.5", "0.6", "0.7", of_project=True)]
    assert (module.chart(metric, []), bool(module.chart(row("0.5", "0.6"), []))) == ("", True)
