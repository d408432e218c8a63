"""From record classes to Arrow and back: a table is a set of rows, in one order."""

from datetime import UTC, datetime, timedelta, timezone

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.schema.arrow import comment, from_arrow, schema, to_arrow
from catalog.schema.record import columns
from catalog.schema.tables import TABLES
from catalog.schema.tables.git import Tag
from catalog.schema.tables.problems import Problem
from catalog.schema.tables.registry import Annotation, Event

AT = datetime(2024, 5, 1, 12, 30, tzinfo=UTC)


def annotation(**more):
    defaults = {"commit": "c", "file": "dvc.yaml", "source": "dvc.yaml", "artifact": "m", "path": None, "type": None}
    return Annotation(**{**defaults, "description": None, "labels": (), "meta": {}, **more})


def problem(place, commit=None):
    return Problem(connector="gto", rule="r", place=place, message="m", commit=commit)


def test_a_schema_is_what_the_class_declares():
    found = [(field.name, field.type, field.nullable) for field in schema(Annotation)]
    text = pa.string()
    assert found == [
        ("repo", text, False),
        ("commit", text, False),
        ("file", text, False),
        ("source", text, False),
        ("artifact", text, False),
        ("path", text, True),
        ("type", text, True),
        ("description", text, True),
        ("labels", pa.list_(text), False),
        ("meta", pa.map_(text, text), False),
        ("dvc_root", text, True),
        ("target", text, True),
        ("in_git", text, True),
        ("blob", text, True),
        ("executable", pa.bool_(), False),
        ("lfs_hash", text, True),
        ("lfs_size", pa.int64(), True),
    ]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.TABLE)
def test_every_table_and_column_has_its_sentence(table):
    said = [comment(table), *(column.doc for column in columns(table))]
    carried = [schema(table).metadata[b"comment"], *(field.metadata[b"comment"] for field in schema(table))]
    assert (carried, [text for text in said if not text.endswith(".")]) == ([text.encode() for text in said], [])


def test_every_key_is_made_of_columns_and_no_name_is_taken_twice():
    keys = {table.TABLE: set(table.KEY) - {column.name for column in columns(table)} for table in TABLES}
    assert keys == {name: set() for name in {table.TABLE for table in TABLES}}


def test_rows_lie_in_the_order_of_the_key_and_equal_rows_are_one():
    rows = [problem("b"), problem("a", commit="2"), problem("a"), problem("a", commit="1"), problem("b")]
    assert to_arrow(Problem, rows, repo="r").select(["repo", "place", "commit"]).to_pylist() == [
        {"repo": "r", "place": "a", "commit": None},
        {"repo": "r", "place": "a", "commit": "1"},
        {"repo": "r", "place": "a", "commit": "2"},
        {"repo": "r", "place": "b", "commit": None},
    ]


def test_times_lie_in_utc_without_saying_so():
    row = Tag(tag="t", oid="o", annotated=True, tagged_at=AT.astimezone(timezone(timedelta(hours=5))))
    column = to_arrow(Tag, [row], repo="r").column("tagged_at")
    assert (column.type, column.to_pylist()) == (pa.timestamp("us"), [datetime(2024, 5, 1, 12, 30)])  # noqa: DTZ001 - that is the point


def test_a_map_lies_in_the_order_of_its_keys():
    table = to_arrow(Annotation, [annotation(meta={"b": "2", "a": "1"})], repo="r")
    assert table.column("meta").to_pylist() == [[("a", "1"), ("b", "2")]]


def test_a_table_without_rows_has_its_columns():
    table = to_arrow(Event, [], repo="r")
    assert (table.schema, table.num_rows, [*from_arrow(Event, table)]) == (schema(Event), 0, [])


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
ROWS = st.lists(
    st.builds(
        annotation,
        artifact=TEXT,
        path=st.none() | TEXT,
        labels=st.lists(TEXT, max_size=2).map(tuple),
        meta=st.dictionaries(TEXT, TEXT, max_size=2),
    ),
    max_size=5,
)


@given(ROWS, st.data())
def test_the_order_of_rows_changes_nothing(rows, data):
    shuffled = data.draw(st.permutations(rows))
    assert to_arrow(Annotation, shuffled, repo="r") == to_arrow(Annotation, rows, repo="r")


@given(ROWS)
def test_rows_come_back_as_they_were(rows):
    back = [*from_arrow(Annotation, to_arrow(Annotation, rows, repo="r"))]
    assert (all(row in rows for row in back), all(row in back for row in rows)) == (True, True)


@given(
    st.builds(
        Tag, tag=TEXT, oid=TEXT, annotated=st.booleans(), tagged_at=st.none() | st.datetimes(timezones=st.just(UTC))
    )
)
def test_a_row_with_a_time_comes_back_as_it_was(row):
    assert [*from_arrow(Tag, to_arrow(Tag, [row], repo="r"))] == [row]
