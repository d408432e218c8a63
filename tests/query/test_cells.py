"""Every type of DuckDB as Python and the formats have it; the judge is what DuckDB prints."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import duckdb
import pytest

from catalog.query.answer import Bounds, SqlError, answer
from catalog.query.interval import Interval

NOON = "2024-01-02 12:00:00"


@pytest.fixture(scope="module")
def connection():
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        yield connection


def asked(connection, value):
    return answer(connection, f"select {value} as a", {}, Bounds()).values[0][0]


AS_PRINTED = [
    *(f"'{sign}infinity'::{kind}" for sign in ("", "-") for kind in ("date", "timestamp", "timestamptz", "timestamp_s", "timestamp_ms", "timestamp_ns")),
    *(f"'{day}'::{kind}" for day in ("290000-01-01", "10000-01-01", "0001-01-01 (BC)", "0044-03-15 (BC)") for kind in ("date", "timestamp", "timestamptz")),
    "'24:00:00'::time", "'24:00:00-15:59:59'::timetz", "'2024-01-02 12:00:00.123456789'::timestamp_ns",
]  # fmt: skip


@pytest.mark.parametrize("value", AS_PRINTED)
@pytest.mark.parametrize("beside", ["1", "now()", "interval 1 month"])
def test_a_time_that_python_has_not_is_what_duckdb_prints(connection, value, beside):
    (printed,) = connection.execute(f"select ({value})::varchar").fetchone()
    assert answer(connection, f"select {value} as a, {beside} as b", {}, Bounds()).values[0][0] == printed


MOMENT = datetime(2024, 1, 2, 12, tzinfo=UTC)
READ = {
    "'0001-01-01'::date": date.min,
    "'9999-12-31'::date": date.max,
    "'9999-12-31 23:59:59.999999'::timestamp": datetime.max.replace(tzinfo=UTC),
    f"'{NOON}'::timestamp": MOMENT,
    f"'{NOON}+02'::timestamptz": MOMENT - timedelta(hours=2),
    f"'{NOON}.5'::timestamp_ns": MOMENT + timedelta(seconds=0.5),
    f"'{NOON}'::timestamp_s": MOMENT,
    "'12:00:00'::time": time(12),
    "'12:00:00+02'::timetz": time.fromisoformat("12:00:00+02:00"),
    "interval '3 days 01:00:00.5'": timedelta(days=3, hours=1, seconds=0.5),
    "interval '-3 days -01:00:00.5'": -timedelta(days=3, hours=1, seconds=0.5),
    "interval 14 month": Interval(months=14),
    "interval '-14 months 3 days -00:00:01'": Interval(months=-14, days=3, microseconds=-1_000_000),
    "interval '1 day'": timedelta(days=1),
    "[date '2024-01-02', 'infinity', null]": [date(2024, 1, 2), "infinity", None],
    "array_value('infinity'::date)": ("infinity",),
    "{'a': 'infinity'::timestamptz, 'b \"': 'DATE'}": {"a": "infinity", 'b "': "DATE"},
    "map {'infinity'::date: [interval 1 month]}": {"infinity": [Interval(months=1)]},
    "union_value(d := 'infinity'::timestamp)": "infinity",
    "row('infinity'::date, 'x')": ("infinity", "x"),
    "'infinity'::varchar": "infinity",
    "'290000-01-01'": "290000-01-01",
    "[]::timestamptz[]": [],
    "null::timestamptz": None,
}


@pytest.mark.parametrize(("value", "expected"), READ.items())
def test_a_value_in_python(connection, value, expected):
    found = asked(connection, value)
    assert (type(found), found) == (type(expected), expected)


def test_columns_of_one_name_are_all_read(connection):
    found = answer(connection, "select now() is null as a, 'infinity'::date as a, 1 as a", {}, Bounds())
    assert (found.columns, found.values) == (("a", "a_2", "a_3"), ((False, "infinity", 1),))


@pytest.mark.slow
def test_every_type_is_read_alone_as_beside_a_time(connection):
    names = [name for name, *_ in connection.execute("describe from test_all_types()").fetchall()]
    differing = [
        name
        for name in names
        if repr(answer(connection, f'select "{name}" from test_all_types()', {}, Bounds()).values)
        != repr(
            tuple(
                row[:1]
                for row in answer(connection, f'select "{name}", now() from test_all_types()', {}, Bounds()).values
            )
        )
    ]
    assert (len(names) > 50, differing) == (True, [])


@pytest.mark.parametrize(("rows", "is_allowed"), [(3, True), (4, False)])
def test_exact_rows_are_bounded(connection, rows, is_allowed):
    question = f"select now() from range({rows})"
    try:
        found = len(answer(connection, question, {}, Bounds(max_rows=3)).values)
    except SqlError:
        found = None
    assert found == (rows if is_allowed else None)
