"""Numbers and dates of queries: what is one, in Python and in SQL alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.query.search.values import is_date, is_number
from support.catalogs import asked, catalog_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("5", True, id="an integer"),
        pytest.param("-0.5", True, id="a negative fraction"),
        pytest.param("+5.", True, id="a sign and nothing behind the point"),
        pytest.param(".5e-3", True, id="nothing before the point, and an exponent"),
        pytest.param("1e308", True, id="about the largest"),
        pytest.param("1.8e308", False, id="beyond the largest"),
        pytest.param("1e-999", True, id="what is too small is zero"),
        pytest.param("9" * 308, True, id="308 digits"),
        pytest.param("9" * 310, False, id="310 digits"),
        pytest.param("", False, id="nothing"),
        pytest.param(".", False, id="a point"),
        pytest.param("nan", False, id="what is not a number"),
        pytest.param("inf", False, id="infinity"),
        pytest.param("0x10", False, id="hexadecimal"),
        pytest.param("1_000", False, id="digits in groups"),
        pytest.param("1e", False, id="an exponent without digits"),
        pytest.param("5\n", False, id="a line end behind it"),
        pytest.param("\u0665", False, id="a digit of another script"),
    ],
)
def test_numbers(text, expected):
    (row,) = asked(catalog_of({}), "select internal.search_number(?) is not null as sql", text)
    assert (is_number(text), row["sql"]) == (expected, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("2026", True, id="a year"),
        pytest.param("0001", True, id="the first year"),
        pytest.param("9999", True, id="the last year"),
        pytest.param("0000", False, id="no year"),
        pytest.param("0000-12-31T23:59", False, id="a minute of no year"),
        pytest.param("12026", False, id="five digits"),
        pytest.param("2026-12", True, id="a month"),
        pytest.param("2026-13", False, id="a thirteenth month"),
        pytest.param("2026-00", False, id="no month"),
        pytest.param("2026-1", False, id="a month of one digit"),
        pytest.param("2024-02-29", True, id="a leap day"),
        pytest.param("2026-02-29", False, id="a leap day of another year"),
        pytest.param("2026-02-30", False, id="a thirtieth of February"),
        pytest.param("2026-01-31Z", False, id="a zone behind a day"),
        pytest.param("2026-01-31T12", False, id="an hour"),
        pytest.param("2026-01-31T12:00", True, id="a minute"),
        pytest.param("2026-01-31T23:59:59Z", True, id="a second"),
        pytest.param("2026-01-31T24:00", False, id="midnight as the twenty-fifth hour"),
        pytest.param("2026-01-31T24:00:00Z", False, id="the same, with a second"),
        pytest.param("2026-01-31T12:60", False, id="a sixty-first minute"),
        pytest.param("2026-12-31T23:59:60", False, id="a leap second"),
        pytest.param("2026-01-31T12:00ZZ", False, id="two zones"),
        pytest.param("2026-01-31T12:00+01:00", False, id="another zone"),
        pytest.param("2026-01-31 12:00", False, id="a space for the T"),
        pytest.param("2026-01-31t12:00", False, id="a small t"),
        pytest.param("2026\n", False, id="a line end behind it"),
        pytest.param("\u0662\u0660\u0662\u0666", False, id="digits of another script"),
    ],
)
def test_dates(text, expected):
    (row,) = asked(catalog_of({}), "select internal.search_start(?) is not null as sql", text)
    assert (is_date(text), row["sql"]) == (expected, expected)


NUMBERS = (
    st.text("0123456789+-.eE", max_size=8)
    | st.from_regex(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,4})?", fullmatch=True)
    | st.floats().map(str)
    | st.text(max_size=3)
)


@given(st.lists(NUMBERS, max_size=30, unique=True))
def test_sql_reads_the_same_numbers(texts):
    rows = asked(
        catalog_of({}),
        "select text, internal.search_number(text) as number from (select unnest(?::varchar[]) as text)",
        texts,
    )
    expected = {text: float(text) if is_number(text) else None for text in texts}
    assert {row["text"]: row["number"] for row in rows} == expected


PARTS = (
    "0000 0001 1969 2024 2026 9999 12026",
    "00 01 02 9 12 13",
    "00 01 1 28 29 30 31 32",
    "00 12 23 24 25",
    "00 5 59 60",
)
YEARS, MONTHS, DAYS, HOURS, MINUTES = (st.sampled_from(part.split()) for part in PARTS)
DATES = st.builds(
    lambda form, *parts: form.format(*parts),
    st.sampled_from(
        ("{}", "{}-{}", "{}-{}-{}", "{}-{}-{}T{}", "{}-{}-{}T{}:{}", "{}-{}-{}T{}:{}Z", "{}-{}-{}T{}:{}:{}", "{}-{}-{}T{}:{}:{}Z", "{}-{}-{} {}:{}")
    ),
    YEARS, MONTHS, DAYS, HOURS, MINUTES, MINUTES,
)  # fmt: skip


@given(st.lists(DATES | st.text("0123456789-T:Z", max_size=20), max_size=30))
def test_sql_reads_the_same_dates(texts):
    rows = asked(
        catalog_of({}),
        "select text from (select unnest(?::varchar[]) as text) where internal.search_start(text) is not null",
        texts,
    )
    assert sorted(row["text"] for row in rows) == sorted(filter(is_date, texts))
