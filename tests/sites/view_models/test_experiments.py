"""The table of experiments: a column for each metric, what they began from first, and differences from it."""

from __future__ import annotations

from datetime import datetime
from types import SimpleNamespace

import pytest

from sites.data.experiments import ExperimentMetricRow, ExperimentRow
from sites.view_models.experiments import experiment_table

NOON = datetime(2024, 6, 1, 12)  # noqa: DTZ001 - as the catalog has it


def experiment(name, commit, baseline="b", versions=()):
    return ExperimentRow("r", name, "Ann", NOON, commit, baseline, False, True, [*versions], 3, 1, [])


def metric(commit, number, name="auc", direction="higher", total=1, file="metrics.json"):
    return ExperimentMetricRow("r", commit, file, name, number, str(number), direction, 1, total)


def table(experiments, metrics):
    return experiment_table(
        SimpleNamespace(experiments={"r": experiments}, experiment_metrics={"r": metrics}), "r", None
    )


def test_a_baseline_comes_before_its_experiments_and_the_best_is_marked():
    made = table(
        [
            experiment("one", "1", versions=["r:m@v1.0.0"]),
            experiment("lost", "2", "c"),
            experiment("two", "3", versions=["r:m@v1.0.0"]),
        ],
        [metric("b", 0.5), metric("1", 0.75), metric("3", 0.25), metric("2", 0.9)],
    )
    assert [(line.name, line.is_baseline, *(cell.cell for cell in line.cells)) for line in made.lines] == [
        ("m@v1.0.0", True, ("0.5", "", "", False)),
        ("one", False, ("0.75", "+0.25", "up", True)),
        ("two", False, ("0.25", "\u22120.25", "down", False)),
        ("c", True, ("", "", "", False)),
        ("lost", False, ("0.9", "", "", False)),
    ]
    assert (made.total, made.shown, made.columns[0]) == (
        3,
        3,
        ("auc", "", "auc", "metrics.json: auc, higher is better", "↑"),
    )


@pytest.mark.parametrize("more", [0, 1], ids=["as many as were read", "one more"])
def test_a_table_counts_the_metrics_that_were_not_read(more):
    made = table(
        [experiment("one", "1")], [metric("1", number, f"m{number:02}", total=12 + more) for number in range(12)]
    )
    assert (len(made.columns), made.more) == (12, more)


def test_a_number_that_is_none_or_not_finite_is_no_key_of_the_order():
    made = table([experiment("one", "1")], [metric("b", float("nan")), metric("1", None)])
    assert [line.cells[0].number for line in made.lines] == [None, None]


@pytest.mark.parametrize(
    ("metrics", "columns"),
    [
        ([("a/m.json", "auc"), ("b/m.json", "loss")], [("auc", "", "auc"), ("loss", "", "loss")]),
        (
            [("out/train/m.json", "auc"), ("out/evaluate/m.json", "auc"), ("out/evaluate/m.json", "f1")],
            [
                ("auc", "train", "out/train/m.json: auc"),
                ("auc", "evaluate", "out/evaluate/m.json: auc"),
                ("f1", "", "f1"),
            ],
        ),
        (
            [("m/train.json", "auc"), ("m/test.json", "auc")],
            [("auc", "train.json", "m/train.json: auc"), ("auc", "test.json", "m/test.json: auc")],
        ),
        (
            [("m.json", "auc"), ("a/m.json", "auc")],
            [("auc", "m.json", "m.json: auc"), ("auc", "a/m.json", "a/m.json: auc")],
        ),
        ([("m.json", "Author")], [("Author", "", "m.json: Author")]),
    ],
    ids=[
        "names of one file each stand alone",
        "a repeated name has the folder that differs",
        "a repeated name has the file that differs",
        "a repeated name has the whole path where nothing of one differs",
        "a name of another column has a key of its own",
    ],
)
def test_a_column_is_named_by_what_tells_it_from_others(metrics, columns):
    made = table([experiment("one", "1")], [metric("1", 0.5, name, file=file) for file, name in metrics])
    assert [(column.name, column.of, column.key) for column in made.columns] == columns


def test_without_experiments_there_is_no_table():
    assert table([], []) is None
