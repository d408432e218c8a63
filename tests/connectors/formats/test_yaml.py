"""YAML as DVC and GTO read it, within bounds. ruamel.yaml, which both use, is the judge."""

import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from catalog.errors import MetafileError
from catalog.git.snapshot import MAX_OBJECT
from connectors.formats import yaml
from connectors.formats.typed import load_yaml


def judge(source):
    """What ruamel.yaml says; MetafileError where it refuses."""
    try:
        return YAML(typ="safe", pure=True).load(source)
    except Exception as error:  # it lets ValueError, KeyError and AssertionError through
        raise MetafileError(str(error)) from error


def outcome(load, source):
    """The value with its types, or that it was refused."""
    try:
        return repr(load(source))
    except MetafileError:
        return "refused"


def assert_same_where_both_read(source):
    """The parsers differ in what they refuse, at the edge of the grammar."""
    found = {outcome(load_yaml, source.encode()), outcome(judge, source)} - {"refused"}
    assert len(found) < 2, found


def refusal(data):
    """Why we refuse it."""
    with pytest.raises(MetafileError) as caught:
        load_yaml(data if isinstance(data, bytes) else data.encode())
    return caught.value.rule, str(caught.value)


SCALARS = """
yes no on off y n True TRUE tRUE false ~ null Null nULL 1e-3 1E5 12e03 2.e3 +.5 -.5e+3 .5e3 1. ._1 012 0o12 08 09 -0o7
0x1F 0b11 1:30 1:30.5 1_000 -_1 _1 +1 1__0 0_ 0.1_ 1.5_5 1e5_0 00 -0 .inf -.INF +.inf .nan -.nan 1.8e400 2001-12-14 0o8
0b2 0xg -- --1 + ._ << = @x `x %x *nope !foo !!str !!int !!bool . .. ... - ? : # | > & * ! % ""
'' {} []
""".split()  # noqa: SIM905 - as a list it would take a line for each


@pytest.mark.parametrize("scalar", SCALARS)
def test_a_plain_scalar_means_what_it_means_to_dvc(scalar):
    source = f"a: {scalar}\n"
    assert outcome(load_yaml, source.encode()) == outcome(judge, source)


@pytest.mark.parametrize("rules", ["", "%YAML 1.1\n---\n"], ids=["YAML 1.2", "YAML 1.1"])
@pytest.mark.parametrize(
    "scalar",
    [
        *("2001-13-14", "2024-02-30", "0000-01-01", "2024-02-30 25:61:61", "2024-01-01T24:00:00Z"),
        *("2024-01-01 00:00:60", "2024-01-01 00:00:00 +99:99", "0x_", "0b_"),
    ],
)
def test_a_scalar_that_only_looks_like_a_date_or_number_is_text_where_dvc_stops_at_the_file(rules, scalar):
    source = f"{rules}a: {scalar}\nb: 1\n"
    assert outcome(judge, source) == "refused"
    assert load_yaml(source.encode()) == {"a": scalar, "b": 1}


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("", id="nothing"),
        pytest.param("\ufeffa: 1", id="a byte order mark"),
        pytest.param("--- 1\n...", id="document marks"),
        pytest.param("--- 1\n--- 2", id="two documents"),
        pytest.param("a: 1\na: 2", id="a key twice"),
        pytest.param("1: a\n1.0: b", id="equal keys of two types"),
        pytest.param("? [1, 2]\n: 3", id="a list for a key"),
        pytest.param("? {a: 1}\n: 3", id="a map for a key"),
        pytest.param("x: &x {b: 1}\ny: &y {b: 5, c: 2}\nz: {<<: [*x, *y], d: 1}", id="a merge of two maps"),
        pytest.param("x: &x {b: 1}\nz: {b: 3, <<: *x}", id="own keys come before merged ones"),
        pytest.param("x: &x {b: 1}\nz: {<<: *x, <<: *x}", id="two merges"),
        pytest.param("x: {<<: 3}", id="a merge of no map"),
        pytest.param("x: {'<<': 3}", id="a quoted merge key"),
        pytest.param("<<", id="a merge of nothing"),
        pytest.param("[a, b: c, {d}]", id="pairs in a list"),
        pytest.param("a: &x 1\nb: *x", id="an alias"),
        pytest.param("a: |\n  x\n  y\nb: >\n  x\n  y", id="blocks of text"),
        pytest.param("!!str 1", id="a number tagged as text"),
        pytest.param("!!int '3'", id="text tagged as a number"),
        pytest.param("!!float 3", id="a whole number tagged as a broken one"),
        pytest.param("!!bool 'yes'", id="yes tagged as a truth"),
        pytest.param("!!map [1]", id="a list tagged as a map"),
        pytest.param("!!python/object:os.system x", id="a Python object"),
        pytest.param("a:\tb", id="a tab after a colon"),
        pytest.param("a: b\t# c", id="a tab before a comment"),
        pytest.param("a: b #\tc", id="a tab inside of a comment"),
        pytest.param("a: [1,\t2]", id="a tab inside of brackets"),
        pytest.param("a: '\t'", id="a tab inside of quotes"),
        pytest.param("a:\n\tb: c", id="a tab for spaces"),
        pytest.param("%YAML 1.1\n---\na: yes\nb: 012\nc: <<", id="the rules of YAML 1.1"),
        pytest.param("%YAML 1.2\n---\na: yes", id="the rules of YAML 1.2"),
        pytest.param("a: \x00", id="a NUL byte"),
        pytest.param('a: "\\0"', id="a written NUL"),
        pytest.param("a: \U0001f600", id="a character beyond 16 bits"),
        pytest.param("a: - b", id="a list on the line of its key"),
    ],
)
def test_a_document_means_what_it_means_to_dvc(source):
    assert outcome(load_yaml, source.encode()) == outcome(judge, source)


@given(st.from_regex(r"\A[-+]?[0-9._eExob:]{0,6}[0-9a-fT:Z_-]{0,4}\Z") | st.text("ynotrufalse~NULL.i", max_size=5))
def test_no_scalar_means_something_else(scalar):
    source = f"- {scalar}\n"
    assert_same_where_both_read(source)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_what_dvc_writes_is_read_back(value):
    stream = io.StringIO()
    YAML(typ="safe", pure=True).dump(value, stream)
    assert outcome(load_yaml, stream.getvalue().encode()) == outcome(judge, stream.getvalue())


@given(st.text("ab:- \n[]{},&*!<|>'\"#?%\t1.", max_size=24))
def test_small_documents_never_mean_something_else(source):
    assert_same_where_both_read(source)


@given(st.binary(max_size=60))
def test_garbage_is_read_or_refused(data):
    assert outcome(load_yaml, data) is not None


def bomb(levels):
    """Each level is a list of two of the level below."""
    return "\n".join(["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, levels))])


def merge_bomb(levels):
    return "\n".join(
        ["a0: &a0 {k: v}", *(f"a{n}: &a{n}\n  <<: [*a{n - 1}, *a{n - 1}]\n  k{n}: v" for n in range(1, levels))]
    )


LONG = "x" * 64 * (yaml.MAX_NODES // 100 - 1)  # counts as a hundredth of all
FULL = f"[&a '{LONG}'," + "*a," * 98 + "1," * (yaml.MAX_NODES // 100 - 1) + "]"  # the list is one value, too


def nested(levels, value):
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("source", "value"),
    [
        pytest.param("[" * yaml.MAX_DEPTH + "]" * yaml.MAX_DEPTH, nested(yaml.MAX_DEPTH - 1, []), id="lists"),
        pytest.param(
            "[" * (yaml.MAX_DEPTH - 1) + "{a: 1}" + "]" * (yaml.MAX_DEPTH - 1),
            nested(yaml.MAX_DEPTH - 1, {"a": 1}),
            id="and a map",
        ),
        pytest.param(FULL, [LONG] * 99 + [1] * 999, id="values, each repeated one and long text as several"),
        pytest.param(
            f"- &a ['{LONG}']\n" + "- *a\n" * 98 + "- 1\n" * 900,
            [[LONG]] * 99 + [1] * 900,
            id="lists that are repeated",
        ),
        pytest.param("a: 1 #".ljust(MAX_OBJECT, "x"), {"a": 1}, id="bytes"),
    ],
)
def test_a_file_at_a_bound_is_read(source, value):
    assert load_yaml(source.encode()) == value


@pytest.mark.parametrize(
    ("source", "rule", "message"),
    [
        pytest.param(
            "[" * (yaml.MAX_DEPTH + 1) + "]" * (yaml.MAX_DEPTH + 1),
            "too-deep",
            "nested deeper than 100 at line 1, column 101",
            id="one list",
        ),
        pytest.param(
            "[" * yaml.MAX_DEPTH + "{a: 1}" + "]" * yaml.MAX_DEPTH,
            "too-deep",
            "nested deeper than 100 at line 1, column 101",
            id="one map",
        ),
        pytest.param(
            FULL[:-1] + "1]",
            "too-big",
            f"found more than 100,000 values, with aliases written out at line 1, column {len(FULL)}",
            id="one value",
        ),
        pytest.param(
            "a: 1 #".ljust(MAX_OBJECT + 1, "x"),
            "too-big",
            "found 1,048,577 bytes, expected at most 1,048,576",
            id="one byte",
        ),
    ],
)
def test_a_file_beyond_a_bound_is_refused(source, rule, message):
    assert refusal(source) == (rule, message)


@pytest.mark.parametrize(
    ("data", "rule", "words"),
    [
        pytest.param(bomb(40), "too-big", "found more than 100,000 values", id="an alias bomb"),
        pytest.param(merge_bomb(40), "too-big", "found more than 100,000 values", id="a merge bomb"),
        pytest.param(
            "a: &a " + "x" * 90_000 + "\nb: [" + "*a," * 90 + "]", "too-big", "100,000", id="a bomb of long text"
        ),
        pytest.param("[" * 50_000, "too-deep", "nested deeper than 100 at line 1, column 101", id="50,000 brackets"),
        pytest.param("- " * 50_000, "too-deep", "nested deeper than 100", id="50,000 dashes"),
        pytest.param("{a: " * 200, "too-deep", "nested deeper than 100", id="200 maps in each other"),
        pytest.param("&a [*a]", "endless", "the value 'a' contains itself at line 1, column 5", id="a list of itself"),
        pytest.param("a: &a {b: *a}", "endless", "contains itself", id="a map of itself"),
        pytest.param(b"a: caf\xe9", "not-utf8", "byte 7 is not UTF-8 text", id="not UTF-8"),
        pytest.param(b"a: \x00", "not-yaml", "not YAML", id="a NUL byte"),
        pytest.param(
            "a: 1\na: 2", "duplicate-key", "the key 'a' appears twice in the map at line 1, column 1", id="a key twice"
        ),
        pytest.param("a: [", "not-yaml", "at line 2, column 1", id="an open bracket"),
        pytest.param(
            "a: *b", "not-yaml", "found the alias 'b' without its anchor at line 1, column 4", id="an alias of nothing"
        ),
        pytest.param("a: !x\u202e 1", "not-yaml", "not YAML", id="a mark that turns the line around"),
    ],
)
def test_a_hostile_file_is_refused_in_a_sentence(data, rule, words):
    found, message = refusal(data)
    assert (found, words in message, message.isprintable(), len(message) < 400) == (rule, True, True, True)


def test_without_libyaml_the_rules_are_the_same(monkeypatch):
    monkeypatch.setattr(yaml, "_PARSER", yaml.yaml.SafeLoader)
    source = b"a: [1e-3, no, 0o12, 2001-12-14]\nb: &b {c: d}\ne: {<<: *b}"
    assert load_yaml(source) == {"a": [0.001, "no", 10, date(2001, 12, 14)], "b": {"c": "d"}, "e": {"c": "d"}}


HALVES = {
    "half of a pair": ('a: "\\ud800"\nb: 1', {"a": "\\ud800", "b": 1}),
    "both halves as two escapes": ('a: "\\uD83D\\uDE00"', {"a": "\\uD83D\\uDE00"}),
    "in a name": ('"\\udfff x": {b: "\\U0000d800"}', {"\\udfff x": {"b": "\\U0000d800"}}),
    "beside what only looks like it": ('a: "\\\\ud800 \\ud801"', {"a": "\\ud800 \\ud801"}),
}


@pytest.mark.parametrize(("text", "value"), HALVES.values(), ids=HALVES.keys())
def test_half_of_a_character_stays_the_text_of_its_escape(text, value):
    """ruamel.yaml, and so DVC and GTO, take it for a character that nobody can store."""
    assert load_yaml(text.encode()) == value
    assert outcome(judge, text) != "refused"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("a: !!int x", "found 'x', expected a value of its tag 'tag:yaml.org,2002:int' at line 1, column 4"),
        ("a: !!float x", "found 'x', expected a value of its tag 'tag:yaml.org,2002:float' at line 1, column 4"),
        (
            "a: !!timestamp 2024-02-30",
            "found '2024-02-30', expected a value of its tag 'tag:yaml.org,2002:timestamp' at line 1, column 4",
        ),
        ("a: !foo x", "found the tag '!foo', expected plain values at line 1, column 4"),
        ("a: =", "found '=', expected a value: YAML keeps that sign for itself at line 1, column 4"),
        ("a: \0", "found the character U+0000 at position 4, expected text"),
    ],
)
def test_what_is_no_yaml_is_told_in_our_words(source, message):
    assert refusal(source) == ("not-yaml", f"not YAML: {message}")
