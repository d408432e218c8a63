"""How many rows and fields of a plot are read."""

import json

import pytest

from connectors.metrics.series import MAX_FIELDS, MAX_ROWS, SeriesField, read_series

ROWS = "found more than 10,000 rows; those after are left out"
FIELDS = "found 65 fields; those after the first 64 are left out"


def table(rows, fields):
    line = ",".join(["1"] * fields) + "\n"
    return "x.csv", ",".join(f"f{number}" for number in range(fields)) + "\n" + line * rows


def lists(rows, fields):
    row = {f"f{number}": 1 for number in range(fields)}
    return "x.json", json.dumps([row] * rows)


@pytest.mark.parametrize("made", [table, lists], ids=["of a table", "of a list of maps"])
@pytest.mark.parametrize(
    ("rows", "fields", "kept", "told"),
    [
        pytest.param(MAX_ROWS, 1, (MAX_ROWS, 1), [], id="as many rows as are read"),
        pytest.param(MAX_ROWS + 1, 1, (MAX_ROWS, 1), [ROWS], id="one row more"),
        pytest.param(2, MAX_FIELDS, (2, MAX_FIELDS), [], id="as many fields as are read"),
        pytest.param(2, MAX_FIELDS + 1, (2, MAX_FIELDS), [FIELDS], id="one field more"),
    ],
)
def test_a_plot_has_so_many_values(made, rows, fields, kept, told):
    file, text = made(rows, fields)
    complaints = []
    found = read_series(file, text.encode(), header=True, complaints=complaints)
    assert (found, [(error.rule, error.message) for error in complaints]) == (
        tuple(SeriesField(f"f{number}", (1.0,) * kept[0], None) for number in range(kept[1])),
        [("too-many", message) for message in told],
    )


@pytest.mark.parametrize(
    ("before", "names"),
    [
        pytest.param(MAX_ROWS - 1, ["a", "b"], id="in the last row that is read"),
        pytest.param(MAX_ROWS, ["a"], id="in the row after it"),
    ],
)
def test_a_field_is_one_that_a_row_has(before, names):
    text = "a,b\n" + "1,\n" * before + "1,2\n"
    assert [field.name for field in read_series("x.csv", text.encode(), header=True, complaints=[])] == names
