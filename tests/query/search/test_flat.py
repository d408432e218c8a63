"""Flat queries: `search_leaves(q)` of sql/search/flat.sql reads them as Python does, and refuses the others."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.database.search_fields import FIELDS
from catalog.query import Catalog
from catalog.query.search.compile import _Plan
from catalog.query.search.language import _tokens, parse
from catalog.query.search.terms import QueryError
from support.catalogs import asked, catalog_of

KEYS = ("kind", "name", "operator", "value", "negated")


def in_python(text):
    """What is asked for, and the leaves of a flat query, each with whether it is about the version; None for other texts."""
    try:
        query = parse(text)
    except QueryError:
        return None
    if query.sort or {"OR", "AND", "NOT", "(", "-("} & {token for token, _ in _tokens(text)}:
        return None
    plan = _Plan(query, defaultdict(list))
    rows = [
        (row["place"], *(row[key] for key in KEYS), rows is plan.own)
        for rows in (plan.words, plan.phrases, plan.conditions, plan.own)
        for row in rows
    ]
    return query.mode, [row[1:] for row in sorted(rows)]


def in_sql(rows):
    """The same from rows of `search_leaves`."""
    mode = next((row["value"] for row in rows if row["kind"] == "mode"), None)
    return mode, [
        (*(row[key] for key in KEYS), mode == "version" and row["of_version"]) for row in rows if row["kind"] != "mode"
    ]


def asked_in_sql(text):
    """What SQL makes of one query; None where it raises."""
    try:
        return in_sql(asked(catalog_of({}), "from internal.search_leaves(?) order by place", text))
    except duckdb.InvalidInputException:
        return None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "flat"),
    [
        pytest.param("", True, id="nothing"),
        pytest.param(" \t\n\r\f", True, id="space alone"),
        pytest.param('churn chur* "credit  (risk) OR"', True, id="a word, a beginning, a phrase"),
        pytest.param('-churn -chur* -"credit risk" -stage:prod -no:card', True, id="the opposite of each"),
        pytest.param("-OR -AND -NOT or", True, id="behind a minus and in lower case they are words"),
        pytest.param("a\xa0b a\x0bb a\u2028b", True, id="other spaces end no term"),
        pytest.param("a\0b label:\0", True, id="a NUL"),
        pytest.param('Stage:Prod label:"to do" repo:a:b/* label:a..b', True, id="fields of text"),
        pytest.param("versions:5 versions:>=+5. versions:1...5 versions:..5 versions:1..*", True, id="numbers"),
        pytest.param("updated:2026 created:<2026-01-31T12:00Z updated:2026-01..2026-02-28", True, id="dates"),
        pytest.param('metric."a b:(c)":>1e-3 metric.a/b:x param.a"b":"1..2" metric.a:=1', True, id="measures"),
        pytest.param('metric.a:>"5" versions:"5" is:"version" has:"card"', True, id="quoted numbers and flags"),
        pytest.param("is:version is:latest no:metrics has:card stage:x updated:2026 author:a", True, id="versions"),
        pytest.param("IS:version is:latest", True, id="a mode in capitals"),
        pytest.param("is:latest is:VERSION", False, id="no choice in capitals"),
        pytest.param("is:version is:version", True, id="versions twice"),
        pytest.param("is:copy is:stale has:version", True, id="states"),
        pytest.param(
            'is:experiment a b* "c d" name:x author:y org:z repo:r host:h has:metrics no:params', True, id="experiments"
        ),
        pytest.param(
            "is:experiment updated:2026 created:>2025 metric.a:>1 param.lr:x -name:z", True, id="numbers of experiments"
        ),
        pytest.param("IS:experiment is:experiment", True, id="experiments twice"),
        pytest.param("is:experiment is:version", False, id="experiments and versions"),
        pytest.param("is:experiment stage:prod", False, id="a field that experiments do not have"),
        pytest.param("is:experiment versions:1", False, id="a number that they do not have"),
        pytest.param("is:experiment has:card", False, id="a thing that they do not have"),
        pytest.param("is:experiment is:stale", False, id="a state that they do not have"),
        pytest.param("-is:experiment", False, id="no experiments"),
        pytest.param("is:latest", False, id="a version's state without versions"),
        pytest.param("-is:version", False, id="no versions"),
        pytest.param("a OR b", False, id="OR"),
        pytest.param("a AND b", False, id="AND"),
        pytest.param("NOT a", False, id="NOT"),
        pytest.param("(a)", False, id="parentheses"),
        pytest.param("a-(b)", False, id="a negated parenthesis inside a term"),
        pytest.param("sort:auc", False, id="a sort"),
        pytest.param("-SORT:auc", False, id="a negated sort in capitals"),
        pytest.param("-", False, id="a minus"),
        pytest.param("--a", False, id="two minus signs"),
        pytest.param('a "b', False, id="a phrase without an end"),
        pytest.param('"a"b', False, id="a word right behind a phrase"),
        pytest.param('""', False, id="an empty phrase"),
        pytest.param("* a", False, id="a star"),
        pytest.param("a**", False, id="two stars"),
        pytest.param(":a", False, id="a colon without a field"),
        pytest.param("a>b", False, id="a comparison without a field"),
        pytest.param("stag:prod", False, id="an unknown field"),
        pytest.param("Metric.a:1", False, id="a metric in capitals"),
        pytest.param('metric.:1 metric."":1', False, id="a metric without a name"),
        pytest.param('label:""', False, id="an empty value"),
        pytest.param("label:>x", False, id="a comparison with text"),
        pytest.param("metric.a:>x", False, id="a measure compared with text"),
        pytest.param("versions:1e999", False, id="an infinite number"),
        pytest.param("versions:*..*", False, id="a range without bounds"),
        pytest.param("versions:1..2..3", False, id="a range of three"),
        pytest.param("updated:2026-02-30", False, id="a thirtieth of February"),
        pytest.param("updated:0000", False, id="a year 0"),
        pytest.param("updated:2026-01-31T24:00", False, id="a twenty-fifth hour"),
        pytest.param("a " * 2048, True, id="4,096 characters"),
        pytest.param("a " * 2048 + "a", False, id="4,097 characters"),
        pytest.param("a" * 10_240, False, id="10 KB"),
    ],
)
def test_one_query(text, flat):
    expected = in_python(text)
    assert (expected is not None, asked_in_sql(text)) == (flat, expected)


WORDS = st.sampled_from(
    ["churn", "Straße", "模型", "x²", "a-b", "it's", "50%", "a\\b", "a_b", "or", "a.b", "a..b", "a\0b", "a\xa0b"]
)
NUMBERS = st.sampled_from(["1", "+5", "-0.5", "5.", ".5", "1e-3", "1e308"])
DATES = st.sampled_from(["2026", "2026-01", "2024-02-29", "2026-01-31T12:00", "2026-01-31T12:00:59Z"])
TEXTS = WORDS | st.sampled_from(['"a b"', '"a:>(b)\n"', '">5"', '"..1"', "a:b", "x/*", '"("'])
SIGNS = st.sampled_from(["", "=", "<", "<=", ">", ">="])


def named(kind):
    names = [field.name for field in FIELDS if field.kind == kind]
    return st.sampled_from([*names, names[0].upper()])


def values(bounds):
    """A comparison, or a range with one end or two."""
    return st.builds("{}{}".format, SIGNS, bounds) | st.builds("{}..{}".format, bounds, bounds | st.sampled_from("*"))


MEASURES = st.builds(
    "{}.{}:{}".format, st.sampled_from(["metric", "param"]), TEXTS.filter(lambda text: ":" not in text), values(NUMBERS) | TEXTS
)  # fmt: skip
FLAGS = [f"{field.name}:{choice}" for field in FIELDS for choice in (*field.choices, *field.version_choices)]
TERMS = (
    WORDS
    | st.sampled_from(["chur*", '"credit risk"', '"a -b (c) : OR"', "label:*"])
    | st.builds("{}:{}".format, named("text"), TEXTS)
    | st.builds("{}:{}".format, named("number"), values(NUMBERS))
    | st.builds("{}:{}".format, named("date"), values(DATES))
    | MEASURES
    | st.sampled_from(FLAGS)
    | st.sampled_from(["is:version", "is:experiment"])
)
FLAT = st.lists(st.builds("{}{}".format, st.sampled_from(["", "", "-"]), TERMS), max_size=5).map(" ".join)


@pytest.mark.slow
@settings(max_examples=40)
@given(st.lists(FLAT, min_size=20, max_size=40, unique=True))
def test_flat_queries_have_the_same_leaves(texts):
    expected = {text: leaves for text in texts if (leaves := in_python(text)) is not None}
    rows = asked(
        catalog_of({}),
        "select q, l.* from (select unnest(?::varchar[]) as q), internal.search_leaves(q) l order by place",
        list(expected),
    )
    assert {text: in_sql([row for row in rows if row["q"] == text]) for text in expected} == expected


PIECES = st.sampled_from(
    (
        *("a", "é", "模", "-", '"', "*", ":", "<", ">", "=", "..", ".", "_", "²", "\u0301", "\0", "\t", "\xa0", "\u2028"),
        *('""', '"a b"', "(", ")", "OR", "AND", "NOT", "sort:", "zzz:", "metric", "metric.", 'param."x y":', "stage", "STAGE:"),
        *(f"{field.name}:" for field in FIELDS),
        *("version", "latest", "card", "1", "+5", "1e999", "nan", "0x10", "2026", "2026-13", "0000", "T24:00", "Z", "*..", "..*"),
        *("is:version", "IS:version", "is:experiment", "is:latest", "-has:metrics"),
        *(" ",) * 10,
    )
)  # fmt: skip


@pytest.mark.slow
@settings(max_examples=120)
@given(st.lists(PIECES, min_size=1, max_size=7).map("".join))
def test_what_is_refused_in_python_is_refused_in_sql(text):
    assert asked_in_sql(text) == in_python(text)


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        pytest.param('a\0b label:"\0" metric."\0":>1', id="NULs"),
        pytest.param("é" * 4096, id="one long word"),
        pytest.param("a " * 2048, id="2,048 words"),
        pytest.param("-a " * 1365, id="only negations"),
        pytest.param("-(a OR b) " * 409, id="many negated alternatives"),
        pytest.param("-(a OR " * 30 + "b" + ")" * 30, id="30 negated alternatives inside each other"),
        pytest.param("(a b) OR " * 450 + "c", id="many alternatives of two words"),
        pytest.param("name:* " * 585, id="many patterns"),
        pytest.param('x\'; drop table artifacts "-- $1 ? {judge} %s"', id="SQL"),
    ],
)
def test_what_an_empty_catalog_bears(text):
    assert Catalog(catalog_of({}), Path()).search(text).total == 0
