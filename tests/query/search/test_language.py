"""The query language: what is read as what, what is refused where, and that a query survives writing and reading."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.database.search_fields import BY_NAME, FIELDS, MEASURES, ORDERS
from catalog.errors import Misuse
from catalog.query.search.language import MOST_CHARACTERS, MOST_DEPTH, parse
from catalog.query.search.nodes import And, Condition, Measure, Node, Not, Or, Query, Sort, Text, format_query
from catalog.query.search.terms import QueryError

A, B, C = Text(text="a"), Text(text="b"), Text(text="c")
METRIC = "metric"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", Query(), id="nothing asks for everything"),
        pytest.param(" \t\n\r\f", Query(), id="space asks for everything"),
        pytest.param("a b", Query(node=And((A, B))), id="what stands side by side must all hold"),
        pytest.param("a AND b", Query(node=And((A, B))), id="AND may be written"),
        pytest.param("a b OR c", Query(node=Or((And((A, B)), C))), id="OR binds less than what stands side by side"),
        pytest.param("a (b OR c)", Query(node=And((A, Or((B, C))))), id="parentheses bind"),
        pytest.param("a (b c)", Query(node=And((A, B, C))), id="parentheses without need are left out"),
        pytest.param("a(b)-(c)", Query(node=And((Text(text="a"), B, Not(C)))), id="parentheses need no space"),
        pytest.param("-a NOT b", Query(node=And((Not(A), Not(B)))), id="a minus and NOT are the opposite"),
        pytest.param("NOT -a", Query(node=Not(Not(A))), id="the opposite of the opposite is kept as written"),
        pytest.param("-OR", Query(node=Not(Text(text="OR"))), id="behind a minus, OR is a word"),
        pytest.param("or and not", Query(node=And((Text(text="or"), Text(text="and"), Text(text="not")))), id="in lower case they are words"),
        pytest.param("a-b", Query(node=Text(text="a-b")), id="a minus inside a word is part of it"),
        pytest.param("chur*", Query(node=Text(text="chur", kind="prefix")), id="a star is the beginning of a word"),
        pytest.param('"a -b: (c) OR *"', Query(node=Text(text="a -b: (c) OR *", kind="phrase")), id="in quotes all is text"),
        pytest.param("a\xa0b", Query(node=Text(text="a\xa0b")), id="a no-break space ends no term"),
        pytest.param("Stage:Prod", Query(node=Condition(name="stage", value="Prod")), id="fields are of any case"),
        pytest.param("repo:a:b/*", Query(node=Condition(name="repo", value="a:b/*")), id="a value may have colons and stars"),
        pytest.param('label:"to do"', Query(node=Condition(name="label", value="to do")), id="a quoted value may have spaces"),
        pytest.param("label:a..b", Query(node=Condition(name="label", value="a..b")), id="a range of text is text"),
        pytest.param("versions:>=5", Query(node=Condition(name="versions", value="5", operator=">=")), id="a comparison"),
        pytest.param("updated:2026..*", Query(node=Condition(name="updated", value="2026..*", operator="..")), id="a range"),
        pytest.param("metric.a.b/c:>-1e-3", Query(node=Measure(kind=METRIC, name="a.b/c", value="-1e-3", operator=">")), id="a metric"),
        pytest.param(
            'metric."mAP50(B): x":0..1',
            Query(node=Measure(kind=METRIC, name="mAP50(B): x", value="0..1", operator="..")),
            id="a metric's name may be quoted",
        ),
        pytest.param("param.opt:adam", Query(node=Measure(kind="param", name="opt", value="adam")), id="a parameter may be text"),
        pytest.param("sort:auc-desc", Query(sort=Sort(key="auc", descending=True)), id="a sort downwards"),
        pytest.param("(sort:my-key) a", Query(node=A, sort=Sort(key="my-key")), id="a sort by a name with a minus"),
        pytest.param(
            "IS:version is:latest",
            Query(node=Condition(name="is", value="latest"), mode="version"),
            id="is:version asks for versions",
        ),
        pytest.param("is:experiment a IS:experiment", Query(node=A, mode="experiment"), id="is:experiment asks for experiments"),
        pytest.param("a\0b", Query(node=Text(text="a\0b")), id="a NUL is part of a word"),
        pytest.param("x'; drop", Query(node=And((Text(text="x';"), Text(text="drop")))), id="SQL is words"),
    ],
)  # fmt: skip
def test_reading_a_query(text, expected):
    assert parse(text) == expected


A_DATE = "expected a date such as 2026, 2026-01, 2026-01-31 or 2026-01-31T12:00 behind updated:"
STATES = "expected one of version, experiment, registered, deprecated, copy, stale, latest, deregistered, signed"
IN_ALTERNATIVE = "is about the whole query, expected it outside of what is in parentheses with OR"
IN_NEGATION = "is about the whole query, expected it outside of what is negated"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param('a "b', "column 3: a quotation mark without its second", id="a phrase without an end"),
        pytest.param("a ((b)", "column 3: found ( without )", id="a parenthesis without an end"),
        pytest.param("a) b", "column 2: found ) without (", id="a parenthesis without a beginning"),
        pytest.param("( )", "column 3: expected something to find behind (", id="nothing in parentheses"),
        pytest.param("a OR", "column 5: expected something to find beside OR", id="nothing after OR"),
        pytest.param("OR a", "column 1: expected something to find beside OR", id="nothing before OR"),
        pytest.param("AND a", "column 1: found AND with nothing before it", id="nothing before AND"),
        pytest.param("a AND OR b", "column 7: expected something to find behind AND", id="nothing after AND"),
        pytest.param("(NOT)", "column 5: expected something to find behind NOT", id="nothing after NOT"),
        pytest.param("-", "column 1: expected a word or field right behind -", id="a minus alone"),
        pytest.param("a - b", "column 3: expected a word or field right behind -", id="a minus between spaces"),
        pytest.param("a --b", "column 3: expected a word or field right behind -", id="two minus signs"),
        pytest.param("a>b", "column 2: found > in a word, expected field:>value, as in metric.auc:>0.9", id="a comparison without a field"),
        pytest.param("' OR 1=1", "column 1: expected a letter or digit in '", id="SQL without words"),
        pytest.param('ab"c"', "column 3: found a quotation mark inside a word", id="quotes inside a word"),
        pytest.param('"a"b', "column 1: found a quotation mark inside a word", id="a word right behind a phrase"),
        pytest.param('label:"a"b', "column 7: expected a value behind label:", id="a word right behind a quoted value"),
        pytest.param(":a", "column 1: found a : without a field", id="a colon without a field"),
        pytest.param("a*b", "column 2: found a * that is not at the end", id="a star inside a word"),
        pytest.param("-*", "column 2: expected a letter or digit in *", id="a star alone"),
        pytest.param('""', 'column 1: expected a letter or digit in ""', id="an empty phrase"),
        pytest.param("stag:prod", "column 1: unknown field 'stag', did you mean stage?; quote it to search for the text", id="an unknown field"),
        pytest.param("a -lable:x", "column 4: unknown field 'lable', did you mean label?; quote it to search for the text", id="an unknown field behind a minus"),
        pytest.param("metrc.auc:>1", "column 1: unknown field 'metrc.auc', did you mean metric.NAME?; quote it to search for the text", id="almost a metric"),
        pytest.param(
            "zzz:1",
            f"column 1: unknown field 'zzz', expected one of {', '.join(BY_NAME)}, sort, metric.NAME, param.NAME; quote it to search for the text",
            id="a field that is near none",
        ),
        pytest.param("example.com/acme/churn:eval:auc@v1.0.0", "column 1: expected repo:example.com/acme/churn name:eval:auc for the reference example.com/acme/churn:eval:auc@v1.0.0", id="a reference"),
        pytest.param("metric.:>1", "column 1: expected a name behind metric., as in metric.auc", id="a metric without a name"),
        pytest.param('param."":1', "column 1: expected a name behind param., as in param.lr", id="a parameter without a name"),
        pytest.param("stage:", "column 7: expected a value behind stage:", id="a field without a value"),
        pytest.param("versions:>", "column 11: expected a value behind versions:", id="a comparison without a value"),
        pytest.param("-label:>=x", "column 8: label is text, expected label:value without >=", id="a comparison with text"),
        pytest.param("metric.auc:>high", "column 13: found 'high', expected a number behind metric.auc:>", id="a metric compared with text"),
        pytest.param("versions:1e999", "column 10: found '1e999', expected a number such as 5 behind versions:", id="an infinite number"),
        pytest.param("param.lr:<nan", "column 11: found 'nan', expected a number behind param.lr:<", id="what is not a number"),
        pytest.param("versions:>0x10", "column 11: found '0x10', expected a number such as 5 behind versions:>", id="a hexadecimal number"),
        pytest.param("versions:*..*", "column 10: found *..*, expected from..to behind versions:, where one may be *", id="a range without bounds"),
        pytest.param("versions:1..2..3", "column 10: found 1..2..3, expected from..to behind versions:, where one may be *", id="a range with three bounds"),
        pytest.param("versions:>1..2", "column 11: found >1..2, expected from..to behind versions:, where one may be *", id="a comparison with a range"),
        pytest.param("metric.auc:0..x", "column 12: found 'x', expected a number such as 5 behind metric.auc:", id="a range to text"),
        pytest.param("updated:2026-13", f"column 9: found '2026-13', {A_DATE}", id="a thirteenth month"),
        pytest.param("updated:>2026-02-30", f"column 10: found '2026-02-30', {A_DATE}>", id="a thirtieth of February"),
        pytest.param("updated:2026..0000", f"column 9: found '0000', {A_DATE}", id="a year 0"),
        pytest.param("updated:2026-01-31T24:00", f"column 9: found '2026-01-31T24:00', {A_DATE}", id="a twenty-fifth hour"),
        pytest.param("is:nice", f"column 4: unknown is:nice, {STATES}", id="an unknown state"),
        pytest.param("is:>version", f"column 5: unknown is:>version, {STATES}", id="a comparison with a state"),
        pytest.param("a -is:latest", "column 4: is:latest is about versions, expected is:version beside it", id="a version's state without versions"),
        pytest.param("is:version OR a", "column 1: expected something to find beside OR", id="is:version alone before OR"),
        pytest.param("a OR (b is:version)", f"column 9: is:version {IN_ALTERNATIVE}", id="is:version in parentheses behind OR"),
        pytest.param("c (a OR b is:version)", f"column 11: is:version {IN_ALTERNATIVE}", id="is:version behind OR in parentheses"),
        pytest.param("-is:version", "column 1: is:version is about the whole query, expected it without -", id="is:version behind a minus"),
        pytest.param("NOT -(a is:version)", f"column 9: is:version {IN_NEGATION}", id="is:version negated"),
        pytest.param("a OR sort:auc", "column 6: expected something to find beside OR", id="a sort alone behind OR"),
        pytest.param("a OR (b sort:auc) OR c", f"column 9: sort: {IN_ALTERNATIVE}", id="a sort in parentheses between OR"),
        pytest.param("NOT sort:auc", f"column 5: sort: {IN_NEGATION}", id="a sort negated"),
        pytest.param("-sort:auc", "column 1: sort:auc is about the whole query, expected it without -", id="a sort behind a minus"),
        pytest.param("sort:auc a sort:auc", "column 12: found a second sort:, expected one", id="two sorts"),
        pytest.param("sort:>auc", "column 7: expected score, updated, created, name, versions or a metric behind sort:", id="a sort that compares"),
        pytest.param("name:a\udcff", "column 7: found a lone surrogate, expected Unicode text", id="a byte that is no UTF-8"),
        pytest.param("\ud800", "column 1: found a lone surrogate, expected Unicode text", id="half a character"),
    ],
)  # fmt: skip
def test_what_is_no_query(text, message):
    with pytest.raises(QueryError) as refused:
        parse(text)
    assert str(refused.value) == f"invalid query, {message}"


def read(text):
    """The query, or why there is none."""
    try:
        return parse(text)
    except QueryError as error:
        return str(error)


def negated(times):
    """The word a, so many times negated."""
    return A if not times else Not(negated(times - 1))


TOO_DEEP = f"more than {MOST_DEPTH} parentheses or NOT inside each other"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(" " * 4095 + "a", Query(node=A), id="4,096 characters"),
        pytest.param(
            " " * 4096 + "a",
            "invalid query, column 4097: the query has 4097 characters, expected at most 4096",
            id="4,097 characters",
        ),
        pytest.param(
            '"' * 10_240,
            "invalid query, column 4097: the query has 10240 characters, expected at most 4096",
            id="10 KB of quotation marks",
        ),
        pytest.param("(" * 50 + "a" + ")" * 50, Query(node=A), id="50 parentheses"),
        pytest.param("(" * 51 + "a" + ")" * 51, f"invalid query, column 51: {TOO_DEEP}", id="51 parentheses"),
        pytest.param("(" * 4096, f"invalid query, column 51: {TOO_DEEP}", id="as many as there is room for"),
        pytest.param("-(" * 50 + "a" + ")" * 50, Query(node=negated(50)), id="50 negated parentheses"),
        pytest.param("(a) " * 1000, Query(node=And((A,) * 1000)), id="parentheses beside each other are not deep"),
        pytest.param("NOT " * 52 + "a", f"invalid query, column 205: {TOO_DEEP}", id="52 times NOT"),
        pytest.param("NOT " * 1020 + "a", f"invalid query, column 205: {TOO_DEEP}", id="as many NOT as there is room for"),
        pytest.param("a OR " * 800 + "a", Query(node=Or((A,) * 801)), id="800 alternatives"),
    ],
)  # fmt: skip
def test_the_bounds_of_a_query(text, expected):
    assert read(text) == expected


def test_51_times_not_survive_writing_and_reading():
    query = parse("NOT " * 51 + "a")
    assert (query, parse(format_query(query))) == (Query(node=negated(51)), query)


def test_a_wrong_query_is_a_misuse():
    assert issubclass(QueryError, Misuse)


PIECES = st.sampled_from(
    (
        *("a", "b", "é", "模", "-", '"', "*", ":", "<", ">", "=", "..", ".", "(", ")", "_", ",", "\\", "%", "'"),
        *("AND", "OR", "NOT", "metric.", "param.", 'metric."x y":', "sort:", "sort:auc-desc", "is:version", "is:latest"),
        *(f"{field.name}:" for field in FIELDS),
        *("0.5", "1e999", "2026-01", "2026-02-30", "card", "latest", '"a b"', '""', "\0", "\ud800", "\xa0", "\u2028"),
        *(" ",) * 20,
    )
)  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=[])) | st.lists(PIECES, max_size=12).map("".join)


@given(TEXTS)
def test_any_text_is_a_query_or_points_at_a_column(text):
    try:
        parse(text)
        column, message = 1, "column 1:"
    except QueryError as error:
        column, message = error.column, str(error)
    assert (1 <= column <= len(text) + 1, f"column {column}:" in message) == (True, True)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_a_text_that_is_a_query_survives_reading_and_writing(text):
    query = read(text)
    assert isinstance(query, str) or parse(format_query(query)) == query


CHARACTERS = st.characters(codec="utf-8", exclude_characters='"')
VALUES = st.text(CHARACTERS, min_size=1, max_size=8)
WORDS = st.builds(
    "{}{}".format,
    st.sampled_from("aé模7"),
    st.text(st.characters(codec="utf-8", exclude_characters='":<>=*() \t\n\r\f'), max_size=6),
)
NUMBERS = st.integers().map(str) | st.floats(allow_nan=False, allow_infinity=False).map(str)
DATES = st.builds(lambda time, length: time.isoformat()[:length], st.datetimes(), st.sampled_from([4, 7, 10, 16, 19]))
COMPARISONS = st.sampled_from(["=", "<", "<=", ">", ">="])


def bounds(values):
    """The operator and value of a comparison or range."""
    ends = st.builds("{}..{}".format, values, values | st.just("*")) | st.builds("*..{}".format, values)
    return st.tuples(COMPARISONS, values) | st.tuples(st.just(".."), ends)


def names(kind, fields=FIELDS):
    return st.sampled_from([field.name for field in fields if field.kind == kind])


def condition(name, bound):
    return Condition(name=name, operator=bound[0], value=bound[1])


def measure(kind, name, bound):
    return Measure(kind=kind, name=name, operator=bound[0], value=bound[1])


FLAGS = [
    Condition(name=field.name, value=choice)
    for field in FIELDS
    for choice in (*field.choices, *field.version_choices)
    if choice not in ("version", "experiment") or field.name != "is"
]
FREE = (
    st.builds(Text, text=WORDS, kind=st.sampled_from(["word", "prefix"]))
    | st.builds(Text, text=st.builds("{}{}{}".format, VALUES, WORDS, VALUES), kind=st.just("phrase"))
    | st.builds(measure, st.sampled_from(MEASURES), VALUES, bounds(NUMBERS) | st.tuples(st.just("="), VALUES))
)
LEAVES = (
    FREE
    | st.builds(Condition, name=names("text"), value=VALUES)
    | st.builds(condition, names("number"), bounds(NUMBERS))
    | st.builds(condition, names("date"), bounds(DATES))
    | st.sampled_from(FLAGS)
)
OF_EXPERIMENTS = [field for field in FIELDS if field.of_experiment]
EXPERIMENT_LEAVES = (
    FREE
    | st.builds(Condition, name=names("text", OF_EXPERIMENTS), value=VALUES)
    | st.builds(condition, names("date", OF_EXPERIMENTS), bounds(DATES))
    | st.sampled_from(
        [Condition(name=field.name, value=each) for field in OF_EXPERIMENTS for each in field.experiment_choices]
    )
)


def several(kind, nodes):
    """Several nodes, none of which is of the kind that joins them."""
    return st.lists(nodes.filter(lambda node: not isinstance(node, kind)), min_size=2, max_size=4).map(tuple).map(kind)


def trees(leaves: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.recursive(
        leaves, lambda nodes: st.builds(Not, nodes) | several(And, nodes) | several(Or, nodes), max_leaves=8
    )


NODES = trees(LEAVES)
KEYS = (st.sampled_from(ORDERS) | VALUES).filter(lambda key: not key.endswith(("-asc", "-desc")))
SORTS = st.builds(Sort, key=KEYS, descending=st.none() | st.booleans())


@pytest.mark.slow
@given(node=st.none() | NODES, sort=st.none() | SORTS)
def test_a_query_survives_writing_and_reading(node, sort):
    query = Query(node=node, mode="version", sort=sort)
    assert parse(format_query(query)) == query


@pytest.mark.slow
@given(node=st.none() | trees(EXPERIMENT_LEAVES), sort=st.none() | SORTS.filter(lambda sort: sort.key != "versions"))
def test_a_query_of_experiments_survives_writing_and_reading(node, sort):
    query = Query(node=node, mode="experiment", sort=sort)
    assert parse(format_query(query)) == query


@given(node=NODES.filter(lambda node: "is:" not in format_query(Query(node=node))), sort=st.none() | SORTS)
def test_a_query_of_artifacts_survives_writing_and_reading(node, sort):
    query = Query(node=node, sort=sort)
    assert parse(format_query(query)) == query


def test_a_query_is_as_long_as_the_documentation_says():
    assert (MOST_CHARACTERS, MOST_DEPTH) == (4096, 50)
