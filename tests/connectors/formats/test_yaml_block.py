"""The quick reader of plain YAML: what it reads, it reads as the reader of all YAML does. Everything else it leaves to that one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import MetafileError
from connectors.formats import yaml
from connectors.formats.typed import load_yaml
from connectors.formats.yaml_block import MAX_LEVELS, MAX_LINES, MAX_NUMERIC_KEY, NotPlain, read_lines
from connectors.formats.yaml_scalars import MAX_NUMBER

LOCK = """
schema: '2.0'
stages:
  train@0:
    cmd: python train.py --lr 1e-3
    deps:
    - path: data/raw
      md5: 3863d0e317dee0a55c4e59d2ec0eef33.dir
      size: 4_096
    # written by hand
    params:
      params.yaml:
        train.lr: 1e-3
        epochs: -10
        since: 2024-01-31
        names:
          - "a b"
          - no
        nothing:
    outs:
      -
        path: model.pkl
"""


@pytest.mark.parametrize(
    ("source", "value"),
    [
        pytest.param("", None, id="nothing"),
        pytest.param("# only\n\n  # this\n", None, id="comments"),
        pytest.param("a: 1\nb: '1'\nc: ''\n", {"a": 1, "b": "1", "c": ""}, id="words in quotes"),
        pytest.param("a:\n- 1\n- b: c\n  d:\n  - e\nf:\n", {"a": [1, {"b": "c", "d": ["e"]}], "f": None}, id="lists"),
        pytest.param("  a:\n     b: ${c}:d\n  1: no", {"a": {"b": "${c}:d"}, 1: "no"}, id="any indentation"),
        pytest.param("- 1e-3\n- -1\n- ~\n- true", [0.001, -1, None, True], id="a list of scalars"),
    ],
)
def test_what_programs_write_is_read_line_by_line(source, value):
    assert read_lines(source) == value


def maps(levels):
    """Maps in each other, the innermost of which has a value."""
    return "".join(f"{'  ' * level}a:\n" for level in range(levels - 1)) + "  " * (levels - 1) + "a: 1"


def nested(levels):
    return {"a": nested(levels - 1) if levels > 1 else 1}


def long_text(lines):
    """A comment and a value that count as so many lines: each 64 characters are one, and the second line is another."""
    return "#".ljust(64 * (lines - 1) - len("\na: 1"), "x") + "\na: 1"


# Empty lines, of which each counts, and each 64 once more.
MOST_EMPTY = max(count for count in range(MAX_LINES) if count + (len("a: 1") + count) // 64 <= MAX_LINES)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        pytest.param(maps(MAX_LEVELS), nested(MAX_LEVELS), id="levels"),
        pytest.param(long_text(MAX_LINES), {"a": 1}, id="long text"),
        pytest.param("a: 1" + "\n" * MOST_EMPTY, {"a": 1}, id="lines"),
        pytest.param(f"a: {'9' * MAX_NUMBER}", {"a": int("9" * MAX_NUMBER)}, id="digits of a number"),
        pytest.param(f"a: {'9' * (MAX_NUMBER + 1)}", {"a": "9" * (MAX_NUMBER + 1)}, id="one digit more, as text"),
        pytest.param("9" * MAX_NUMERIC_KEY + ": a", {int("9" * MAX_NUMERIC_KEY): "a"}, id="a number as a key"),
    ],
)
def test_what_is_at_a_bound_is_read_line_by_line(source, value):
    assert read_lines(source) == value


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(LOCK, id="a lock with a list that begins in its next line"),
        pytest.param("a: b\n  c", id="words that go on"),
        pytest.param("a: b # c", id="a comment behind a value"),
        pytest.param("a: b: c", id="a colon too many"),
        pytest.param("a: b:", id="a colon at the end"),
        pytest.param("a: 'it''s'", id="a quote in quotes"),
        pytest.param('a: "\\n"', id="an escape"),
        pytest.param("a: '", id="an open quote"),
        pytest.param("a: [1]", id="brackets"),
        pytest.param("a: - b", id="a list on the line of its key"),
        pytest.param("- - a", id="a list in a list"),
        pytest.param("a: *b", id="an alias"),
        pytest.param("a: |\n  b", id="a block of text"),
        pytest.param("---\na: 1", id="a document mark"),
        pytest.param("a", id="one word"),
        pytest.param("a:\n  b", id="a word on a line of its own"),
        pytest.param("a: 1\na: 2", id="a key twice"),
        pytest.param("1: a\n1.0: b", id="equal keys of two types"),
        pytest.param("a: 1\n b: 2", id="indented further"),
        pytest.param("  a: 1\nb: 2", id="indented less than the first line"),
        pytest.param("a:\n  - b\n  c: d", id="a key among items"),
        pytest.param("- a\nb: c", id="a key behind items"),
        pytest.param("a: 1\n- b", id="an item behind keys"),
        pytest.param("a: caf\xe9", id="letters beyond ASCII"),
        pytest.param("a:\tb", id="a tab"),
        pytest.param(maps(MAX_LEVELS + 1), id="one level too many"),
        pytest.param(long_text(MAX_LINES + 1), id="text as long as one line too many"),
        pytest.param("a: 1" + "\n" * (MOST_EMPTY + 1), id="one line too many"),
        pytest.param("9" * (MAX_NUMERIC_KEY + 1) + ": a", id="a longer number as a key"),
    ],
)
def test_what_wants_a_second_thought_is_left_alone(source):
    with pytest.raises(NotPlain):
        read_lines(source)


PIECES = st.sampled_from(
    [
        *" \n:-#'\"ab1.~",
        "- ",
        "  ",
        "a: ",
        "\n- ",
        "\n  ",
        "b:\n",
        "b:\n- ",
        "null",
        "no",
        "1e3",
        "---",
        "[",
        "'x'",
        "<<: ",
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_plain_documents_mean_what_they_mean_to_the_reader_of_all(source):
    try:
        found = repr(read_lines(source))
    except NotPlain:
        return
    assert found == repr(yaml._Builder(source).build())


def test_a_bound_holds_whoever_reads():
    with pytest.raises(MetafileError, match="more than 100,000 values"):
        load_yaml(b"- " + b"x\n- " * 100_000)
