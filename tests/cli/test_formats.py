"""Every format of `-o` gives back what went in, and nothing in a cell acts on whoever reads it."""

from __future__ import annotations

import csv
import io
import json
import math
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import duckdb
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.cli import main
from catalog.cli.formats import Format, comma, ids, jsonl, markdown, tab, to_json
from catalog.query import Catalog
from catalog.query.interval import Interval
from support.small_catalog import CHURN, FORMULA, HOSTILE, VISION

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
REFUSED_BY_PARQUET = {"uhugeint", "interval", "empty_struct", "union"}
REFS = [f"{CHURN}:churn@v2.0.0", f"{CHURN}:churn@v1.0.0"]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        pytest.param(NOON, '"2024-01-01T12:00:00Z"', id="times are ISO 8601 in UTC"),
        pytest.param(date(2024, 1, 1), '"2024-01-01"', id="dates too"),
        pytest.param(
            {"b": [NOON], "a": None}, '{"b": ["2024-01-01T12:00:00Z"], "a": null}', id="keys keep their order"
        ),
        pytest.param(Decimal("1.50"), "1.50", id="decimals are numbers with all of their digits"),
        pytest.param([Decimal("1E-10")], "[0.0000000001]", id="and no exponent"),
        pytest.param(10**38 + 1, f"1{'0' * 37}1", id="whole numbers have all of their digits"),
        pytest.param(timedelta(days=3, hours=1), '"P3DT1H"', id="intervals are durations of ISO 8601"),
        pytest.param(Interval(months=14), '"P1Y2M"', id="months too"),
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


@pytest.mark.slow
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
        [
            f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) and not number(cell) else cell
            for cell in cells
        ],
    ]


def number(text):
    try:
        return (
            text.isascii()
            and text.isprintable()
            and text[-1:] not in "_ "
            and math.isfinite(float(text.replace("_", "x")))
        )
    except ValueError:
        return False


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_json_has_every_digit(value):
    (read,) = json.loads(to_json([value]), parse_float=Decimal, parse_int=Decimal)
    assert read == value


@pytest.mark.parametrize("text", ["-0.25", "-1", "+1", "-.5", "-1.", "-1e-5", "+2.5E10"])
def test_a_number_is_no_formula(text):
    assert (comma(("n", "t"), [{"n": -1, "t": text}]), tab(("t",), [{"t": text}])) == (
        f"n,t\r\n-1,{text}\r\n",
        f"t\n{text}\n",
    )


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd|x", "@x", "-x", "-1+1", "-", "--1", "-1\n", "-\u0661", "-1e", "-inf", "=1"]
)
def test_a_formula_is_harmless(text):
    (_, (cell,)) = csv.reader(io.StringIO(comma(("t",), [{"t": text}]), newline=""))
    assert cell == f"'{text}"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("value", "json_text", "csv_text"),
    [
        ("interval 3 day", '"P3D"', "P3D"),
        ("interval 14 month", '"P1Y2M"', "P1Y2M"),
        ("[interval '-1 day']", '["-P1D"]', '"[""-P1D""]"'),
        ("170141183460469231731687303715884105727::hugeint", str(2**127 - 1), str(2**127 - 1)),
        ("340282366920938463463374607431768211455::uhugeint", str(2**128 - 1), str(2**128 - 1)),
        ("0.1234567890123456789012345678901234567::decimal(38, 37)", *("0.1234567890123456789012345678901234567",) * 2),
        ("[1.50]", "[1.50]", "[1.50]"),
    ],
)
@pytest.mark.parametrize("beside", ["1", "now()", "interval 1 month"])
def test_values_of_sql_are_exact(ask, value, json_text, csv_text, beside):
    """Also `beside` what is read by way of Arrow."""
    statement = (
        f"select a from (select {value} as a, {beside} as b)"
        if beside == "1"
        else f"select {value} as a, {beside} as b"
    )
    as_json, as_csv = (ask("sql", statement, "-o", form)[1] for form in ("jsonl", "csv"))
    assert (as_json.startswith(f'{{"a": {json_text}'), as_csv.splitlines()[1].startswith(csv_text)) == (True, True)


def test_a_number_that_parquet_cannot_hold_is_an_error(ask):
    code, out, err = ask("sql", "select 340282366920938463463374607431768211455::uhugeint as a", "-o", "parquet")
    assert (code, out, "340282366920938463463374607431768211455" in err) == (2, "", True)


INFINITY = {
    "json": '[\n  {\n    "a": "infinity",\n    "b": "0044-03-15 (BC)"\n  }\n]\n',
    "jsonl": '{"a": "infinity", "b": "0044-03-15 (BC)"}\n',
    "csv": "a,b\r\ninfinity,0044-03-15 (BC)\r\n",
    "tsv": "a\tb\ninfinity\t0044-03-15 (BC)\n",
    "md": "| a | b |\n| --- | --- |\n| infinity | 0044-03-15 (BC) |\n",
    "ids": "infinity\n",
    "table": "a         b\ninfinity  0044-03-15 (BC)\n",
}


@pytest.mark.one_in(4)
@pytest.mark.parametrize(("output", "written"), INFINITY.items())
def test_a_time_beyond_those_of_python(ask, output, written):
    statement = "select 'infinity'::timestamp as a, '0044-03-15 (BC)'::date as b"
    assert ask("sql", statement, "-o", output)[:2] == (0, written)


@pytest.mark.slow
@pytest.mark.parametrize("output", INFINITY)
def test_every_type_of_duckdb_is_written(ask, output):
    code, out, _ = ask("sql", "from test_all_types()", "-o", output)
    assert (code, len(out) > 0) == (0, True)


@pytest.mark.slow
def test_every_type_of_duckdb_is_in_parquet_or_refused(capsysbinary, database):
    with duckdb.connect() as connection:
        names = [name for name, *_ in connection.execute("describe from test_all_types()").fetchall()]
    refused = set()
    for name in names:
        code = main(["sql", f'select "{name}" from test_all_types()', "--catalog", str(database), "-o", "parquet"])
        out, err = capsysbinary.readouterr()
        if code == 0:
            assert len(pq.read_table(io.BytesIO(out))) == 3, name
        else:
            assert (code, err[:9]) == (2, b"catalog: "), name
            refused.add(name)
    assert refused == REFUSED_BY_PARQUET


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
            {"id": "h/r:a", "repo": "h/r", "artifact": "a", "version": "v1.0.0"}, "h/r:a@v1.0.0", id="with the version"
        ),
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


@pytest.mark.slow
def test_json_of_one_is_one_object(ask):
    _, out, _ = ask("show", "mask#prod", "-o", "json")
    assert json.loads(out)["ref"] == f"{VISION}:seg:mask@v1.0.0"


@pytest.mark.slow
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


@pytest.mark.slow
def test_ids_can_be_asked_for_again(ask):
    names = ask("ls", "versions", "--repo", "acme/churn", "-o", "ids")[1].split()
    shown = [json.loads(ask("show", name, "-o", "json")[1])["ref"] for name in names]
    assert shown == names


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [("show", "acme/churn:churn"), ("show", "mask#prod"), ("ls", "models")])
def test_parquet_has_the_rows_of_json_lines(capsysbinary, database, arguments):
    main([*arguments, "--catalog", str(database), "-o", "parquet"])
    table = pq.read_table(io.BytesIO(capsysbinary.readouterr().out))
    main([*arguments, "--catalog", str(database), "-o", "jsonl"])
    rows = [json.loads(line) for line in capsysbinary.readouterr().out.splitlines()]
    assert [
        json.loads(line) for line in jsonl((), _utc(table.to_pylist(maps_as_pydicts="strict"))).splitlines()
    ] == rows


@pytest.mark.slow
@pytest.mark.parametrize("output", [each.value for each in Format])
@pytest.mark.parametrize(
    ("arguments", "ask"),
    [
        pytest.param(("diff", "0"), lambda catalog: catalog.diff(0), id="diff"),
        pytest.param(("events",), lambda catalog: catalog.events(), id="events"),
        pytest.param(("at", "2024-01-31", "--known-at", "2024-02-01"), lambda catalog: catalog.at("2024-01-31", known_at="2024-02-01"), id="at"),
    ],
)  # fmt: skip
def test_what_rows_cannot_say_is_on_standard_error_alone_in_every_format(
    capsysbinary, database, arguments, ask, output
):
    with Catalog.open(database) as catalog:
        note = ask(catalog).note
    main([*arguments, "--catalog", str(database), "-o", output])
    out, err = capsysbinary.readouterr()
    assert (note.encode() in err, note.encode() in out) == (True, False)


def test_a_column_that_parquet_cannot_hold_is_refused_in_a_sentence(capsys, database):
    code = main(["sql", "select interval 1 day as age", "--catalog", str(database), "-o", "parquet"])
    said = capsys.readouterr().err
    assert (code, said.partition(" (")[0]) == (
        2,
        "catalog: Parquet has no type for a column of this answer: cast it, or use -o json",
    )


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
    fix = "Save the file as UTF-8; make a tag again with `i18n.commitEncoding` unset."
    assert out.splitlines()[1].endswith(f"  \\x1b[2J[red]a|b\\u202e<b>  -       not-utf8  {fix}")


def test_hostile_text_stays_data_in_json(ask):
    _, out, _ = ask("ls", "problems", "-o", "json")
    assert ([row["message"] for row in json.loads(out)], out.isascii()) == ([HOSTILE], True)
