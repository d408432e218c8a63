"""Every format of `-o` gives back what went in, and nothing in a cell acts on whoever reads it."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.cli import main
from catalog.cli.formats import comma, ids, jsonl, markdown, tab, to_json
from support.small_catalog import CHURN, FORMULA, HOSTILE, VISION

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
REFS = [f"{CHURN}:churn@v2.0.0", f"{CHURN}:churn@v1.0.0"]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        pytest.param(NOON, '"2024-01-01T12:00:00Z"', id="times are ISO 8601 in UTC"),
        pytest.param(date(2024, 1, 1), '"2024-01-01"', id="dates too"),
        pytest.param(
            {"b": [NOON], "a": None}, '{"b": ["2024-01-01T12:00:00Z"], "a": null}', id="keys keep their order"
        ),
        pytest.param(Decimal("1.5"), "1.5", id="decimals are numbers"),
        pytest.param(float("nan"), '"nan"', id="what JSON has no word for is text"),
        pytest.param(b"\x00\xff", '"00ff"', id="bytes are hexadecimal"),
        pytest.param(
            "\x1b\x9b\u202e\U000e0001é",
            '"\\u001b\\u009b\\u202e\\udb40\\udc01é"',
            id="what acts on a terminal is escaped",
        ),
    ],
)
def test_json(value, written):
    assert to_json(value, indent=None) == written + "\n"


@given(st.dictionaries(st.text(), st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text())))
def test_json_gives_back_what_went_in(row):
    assert json.loads(jsonl(tuple(row), [row])) == row


@pytest.mark.parametrize(("write", "dialect"), [(comma, "excel"), (tab, "excel-tab")])
@given(cells=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=2, max_size=2))
def test_separated_values_give_back_what_went_in(write, dialect, cells):
    columns = ("a", "b")
    read = list(csv.reader(io.StringIO(write(columns, [dict(zip(columns, cells, strict=True))]), newline=""), dialect))
    assert read == [
        ["a", "b"],
        [f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell for cell in cells],
    ]


def test_numbers_are_no_formulas():
    assert comma(("n", "t"), [{"n": -1, "t": "-1"}]) == "n,t\r\n-1,'-1\r\n"


def test_nothing_in_markdown_is_markup():
    cell = "a|b <b> [x](http://y) `c` *d* \\ &amp;\n"
    assert markdown(("c",), [{"c": cell}]) == (
        "| c |\n| --- |\n| a\\|b \\<b\\> \\[x\\](http://y) \\`c\\` \\*d\\* \\\\ \\&amp;\\\\n |\n"
    )


@pytest.mark.parametrize(
    ("row", "name"),
    [
        pytest.param({"repo": "h/r", "ref": "h/r:a@v1.0.0", "id": "h/r:a"}, "h/r:a@v1.0.0", id="a version's reference"),
        pytest.param({"repo": "h/r", "id": "h/r:a"}, "h/r:a", id="an artifact's name"),
        pytest.param(
            {"x": 1, "repo": "h/r", "artifact": "a"}, "h/r:a", id="the name that repository and artifact make"
        ),
        pytest.param({"repo": "h/r", "outcome": "new"}, "h/r", id="else the first column"),
    ],
)
def test_ids(row, name):
    assert ids(tuple(row), [row, row]) == f"{name}\n"


def test_json_of_a_list(ask):
    _, out, _ = ask("ls", "versions", "--repo", "acme/churn", "-o", "json")
    assert [row["ref"] for row in json.loads(out)] == REFS


def test_json_of_one_is_one_object(ask):
    _, out, _ = ask("show", "mask#prod", "-o", "json")
    assert json.loads(out)["ref"] == f"{VISION}:seg:mask@v1.0.0"


def test_csv_of_an_artifact_is_its_versions(ask):
    _, out, _ = ask("show", "acme/churn:churn", "-o", "csv")
    rows = list(csv.DictReader(io.StringIO(out, newline="")))
    assert [(row["version"], row["stages"], row["active"]) for row in rows] == [
        ("v3.0.0", "[]", "false"),
        ("v2.0.0", '["staging"]', "true"),
        ("v1.0.0", '["prod"]', "true"),
    ]


def test_csv_has_the_values_of_json(ask):
    rows = json.loads(ask("ls", "events", "-o", "json")[1])
    table = list(csv.DictReader(io.StringIO(ask("ls", "events", "-o", "csv")[1], newline="")))
    assert table == [{key: _cell(value) for key, value in row.items()} for row in rows]


def _cell(value):
    if value is None:
        return ""
    return f"'{value}" if value == FORMULA else str(value)


def test_ids_can_be_asked_for_again(ask):
    names = ask("ls", "versions", "--repo", "acme/churn", "-o", "ids")[1].split()
    shown = [json.loads(ask("show", name, "-o", "json")[1])["ref"] for name in names]
    assert shown == names


@pytest.mark.parametrize("arguments", [("show", "acme/churn:churn"), ("show", "mask#prod"), ("ls", "models")])
def test_parquet_has_the_rows_of_json_lines(capsysbinary, database, arguments):
    main([*arguments, "--catalog", str(database), "-o", "parquet"])
    table = pq.read_table(io.BytesIO(capsysbinary.readouterr().out))
    main([*arguments, "--catalog", str(database), "-o", "jsonl"])
    rows = [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]
    assert [
        json.loads(line) for line in jsonl((), _utc(table.to_pylist(maps_as_pydicts="strict"))).splitlines()
    ] == rows


def _utc(value):
    """Parquet's times are UTC without saying so."""
    match value:
        case datetime():
            return value.replace(tzinfo=UTC)
        case dict():
            return {key: _utc(item) for key, item in value.items()}
        case list():
            return [_utc(item) for item in value]
        case _:
            return value


def test_hostile_text_is_shown_and_not_obeyed(ask):
    _, out, _ = ask("ls", "problems")
    assert out.splitlines()[1].endswith("  \\x1b[2J[red]a|b\\u202e<b>  -       not-utf8")


def test_hostile_text_stays_data_in_json(ask):
    _, out, _ = ask("ls", "problems", "-o", "json")
    assert ([row["message"] for row in json.loads(out)], out.isascii()) == ([HOSTILE], True)
