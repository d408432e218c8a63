"""How many metrics a file has, and how long they are."""

import pytest

from connectors.metrics.values import MAX_METRICS, MAX_TEXT, metrics_in


@pytest.mark.parametrize(
    ("values", "kept", "told"),
    [
        pytest.param(
            {f"m{number}": number for number in range(MAX_METRICS)},
            {f"m{number}": str(number) for number in range(MAX_METRICS)},
            [],
            id="as many as are kept",
        ),
        pytest.param(
            {f"m{number}": number for number in range(MAX_METRICS + 1)},
            {f"m{number}": str(number) for number in range(MAX_METRICS)},
            [("too-many", "", "found more than 2,000 metrics; the rest is left out")],
            id="one more",
        ),
        pytest.param(
            {"a": {"b": -1}, **{f"m{number}": number for number in range(MAX_METRICS - 1)}, "a.b": 1},
            {"a.b": "1", **{f"m{number}": str(number) for number in range(MAX_METRICS - 1)}},
            [],
            id="one of them named twice",
        ),
        pytest.param({"t": "x" * MAX_TEXT}, {"t": "x" * MAX_TEXT}, [], id="a text as long as is kept"),
        pytest.param(
            {"t": "x" * (MAX_TEXT + 1), "n": 1},
            {"n": "1"},
            [("too-big", "t", "found text of 1,001 characters, expected a metric of at most 1,000")],
            id="a longer one",
        ),
    ],
)
def test_a_file_has_so_many_metrics(values, kept, told):
    complaints = []
    found = metrics_in(values, complaints)
    assert (
        {row.name: row.text for row in found},
        [(error.rule, error.place, error.message) for error in complaints],
    ) == (kept, told)
