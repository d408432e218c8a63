"""The store: what is written is read again, the same rows are the same bytes, and a partition is whole or not there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from types import NoneType
from typing import Any, get_args, get_type_hints

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.errors import StoreError
from catalog.git.snapshot import Ref, RefListing
from catalog.plugins.connector import Connector
from catalog.schema.arrow import from_arrow, schema, to_arrow
from catalog.schema.record import Record, columns, replace
from catalog.schema.tables import PARTITION
from catalog.schema.tables.git import Branch, History, Tag
from catalog.schema.tables.registry import Annotation
from catalog.store.partition_format import DamagedRows, load, pack, unpack
from catalog.store.partition_header import HEAD, MAGIC, MOST, Damaged
from catalog.store.partitions import Partition, PartitionKey, Store, readers_digest, refs_digest

KEY = PartitionKey(refs="0" * 20, readers="1" * 20)

# Whatever a connector may say: any text that UTF-8 can hold, any moment that Git can date.
TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
FINITE = st.floats(allow_nan=False, allow_infinity=False)
CELLS: dict[Any, st.SearchStrategy[Any]] = {
    str: TEXT,
    int: st.integers(-(2**63), 2**63 - 1),
    bool: st.booleans(),
    float: FINITE,
    datetime: st.datetimes().map(lambda moment: moment.replace(fold=0, tzinfo=UTC)),
    bytes: st.binary(max_size=20),
    tuple[str, ...]: st.lists(TEXT, max_size=3).map(tuple),
    tuple[str | None, ...]: st.lists(st.none() | TEXT, max_size=3).map(tuple),
    tuple[float | None, ...]: st.lists(st.none() | FINITE, max_size=3).map(tuple),
    Mapping[str, str]: st.dictionaries(TEXT, TEXT, max_size=3).map(lambda cells: dict(sorted(cells.items()))),
}


def cell(hint: Any) -> st.SearchStrategy[Any]:
    choices = get_args(hint) if NoneType in get_args(hint) else (hint,)
    return st.one_of(*(st.none() if choice is NoneType else CELLS[choice] for choice in choices))


def a_row(table: type[Record]) -> st.SearchStrategy[Record]:
    hints = get_type_hints(table)
    return st.builds(table, **{c.name: cell(hints[c.name]) for c in columns(table) if c.name != "repo"})


def some_rows(table: type[Record]) -> st.SearchStrategy[list[Record]]:
    return st.lists(a_row(table), max_size=5, unique_by=repr)


def as_stored(row: Record) -> Record:
    """-0.0 equals 0.0, and is stored as that."""
    cells = {c.name: getattr(row, c.name) for c in columns(type(row)) if c.type is float}
    return replace(row, **{name: cell + 0.0 for name, cell in cells.items() if cell is not None})


def stored(root: Path, rows: Mapping[type[Record], list[Record]]) -> dict[str, bytes]:
    file = Store(root).write("host/owner/name", KEY, rows)
    return {file.name: file.read_bytes()}


@pytest.mark.slow
@pytest.mark.parametrize("table", PARTITION, ids=lambda table: table.TABLE)
@settings(max_examples=min(12, settings.default.max_examples))
@given(data=st.data())
def test_what_is_written_is_read_again(table, data):
    rows = data.draw(some_rows(table))
    with TemporaryDirectory() as root:
        file = Store(Path(root)).write("host/owner/name", KEY, {table: rows})
        assert sorted(map(repr, Partition(file).rows(table))) == sorted(repr(as_stored(row)) for row in rows)


@pytest.mark.slow
@pytest.mark.parametrize("table", PARTITION, ids=lambda table: table.TABLE)
@settings(max_examples=8)
@given(data=st.data())
def test_the_same_rows_are_the_same_bytes_whatever_their_order_and_however_often(table, data):
    rows = data.draw(some_rows(table))
    shuffled = [*data.draw(st.permutations(rows)), *rows]
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        assert stored(Path(one), {table: rows}) == stored(Path(other), {table: shuffled})


def branch(name: str) -> Branch:
    return Branch(branch=name, commit="c" * 40, is_default=False)


def annotation(artifact: str, labels: tuple[str, ...], meta: Mapping[str, str]) -> Annotation:
    cells = {"commit": "c", "file": "dvc.yaml", "source": "dvc.yaml", "path": None, "type": None, "description": None}
    return Annotation(**cells, artifact=artifact, labels=labels, meta=meta)


def everything(root: Path) -> list[str]:
    return sorted(str(file.relative_to(root)) for file in root.rglob("*"))


def test_a_partition_is_one_file(tmp_path):
    Store(tmp_path).write("host/owner/name", KEY, {Branch: [branch("main")], Tag: []})
    assert everything(tmp_path) == ["host~owner~name", f"host~owner~name/{KEY}.rows"]


def test_a_table_without_rows_is_empty(tmp_path):
    file = Store(tmp_path).write("r", KEY, {Branch: [branch("main")]})
    assert list(Partition(file).rows(Tag)) == []


def test_a_repository_without_rows_has_a_partition(tmp_path):
    file = Store(tmp_path).write("r", KEY, {})
    assert list(Partition(file).rows(Tag)) == []


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(History(commits="many", complete=True), id="text in a column of numbers"),  # type: ignore[arg-type]
        pytest.param(History(commits=None, complete=True), id="nothing in a column that wants something"),  # type: ignore[arg-type]
        pytest.param(History(commits=2**63, complete=True), id="a number that is too large"),
    ],
)
def test_a_partition_that_cannot_be_finished_is_not_begun(tmp_path, row):
    with pytest.raises((pa.ArrowException, TypeError, ValueError, OverflowError)):
        Store(tmp_path).write("r", KEY, {Tag: [], Branch: [branch("main")], type(row): [row]})
    assert (Store(tmp_path).holds("r", str(KEY)), everything(tmp_path)) == (False, [])


def test_half_a_character_is_written_as_an_escape_and_costs_no_other_row(tmp_path):
    rows = {
        Branch: [branch("\ud800"), branch("main")],
        Tag: [],
        Annotation: [annotation("\udfff", ("\ud83d", "x"), {"\ud800": "\0\ufffe"})],
    }
    file = Store(tmp_path).write("r", KEY, rows)
    assert ([*Partition(file).rows(Branch)], [*Partition(file).rows(Annotation)]) == (
        [branch("\\ud800"), branch("main")],
        [annotation("\\udfff", ("\\ud83d", "x"), {"\\ud800": "\0\ufffe"})],
    )


@given(name=st.text(st.characters(), max_size=20), more=st.lists(st.text(st.characters(), max_size=5), max_size=3))
def test_any_text_that_python_can_hold_is_written(name, more):
    found = from_arrow(Annotation, to_arrow(Annotation, [annotation(name, tuple(more), {name: name})], repo=name))
    plain = name.encode("utf-8", "backslashreplace").decode()
    labels = tuple(text.encode("utf-8", "backslashreplace").decode() for text in more)
    assert [*found] == [annotation(plain, labels, {plain: plain})]


def test_a_partition_that_was_there_stays_as_it_was(tmp_path):
    file = Store(tmp_path).write("r", KEY, {Branch: [branch("main")]})
    Store(tmp_path).write("r", KEY, {Branch: [branch("other")]})
    assert (list(Partition(file).rows(Branch)), everything(tmp_path)) == ([branch("main")], ["r", f"r/{KEY}.rows"])


def test_a_disk_that_takes_nothing_is_named(tmp_path):
    (tmp_path / "rows").write_text("a file where a folder should be")
    with pytest.raises(StoreError, match=r"^cannot write the rows of r to .*rows/r/0{20}-1{20}\.rows: "):
        Store(tmp_path / "rows").write("r", KEY, {})


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda data: data[:-1], id="cut short by a byte"),
        pytest.param(lambda _: b"", id="empty"),
        pytest.param(lambda data: data[: len(data) // 2], id="cut in half"),
        pytest.param(lambda data: bytes(len(data)), id="zeros, as after a power cut"),
        pytest.param(lambda data: data[:8] + bytes(40) + data[48:], id="zeros where the rows are"),
    ],
)
def test_a_damaged_file_is_named_and_what_becomes_of_it(tmp_path, harm):
    file = Store(tmp_path).write("r", KEY, {Branch: [branch("main")]})
    file.write_bytes(harm(file.read_bytes()))
    with pytest.raises(
        DamagedRows, match=rf"^{re.escape(str(file))} is damaged \(.+\); the next crawl reads its repository again$"
    ):
        Partition(file)


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_no_flipped_bit_goes_unseen(place, bit):
    data = bytearray(pack({"branches": to_arrow(Branch, [branch("main")], repo="r")}))
    data[place % len(data)] ^= 1 << bit
    with pytest.raises(Damaged):
        unpack(bytes(data))


@pytest.mark.parametrize(
    ("size", "says"),
    [(MOST, "its checksum does not fit"), (MOST + 1, "it does not begin as a partition does")],
    ids=["as many bytes as are allowed", "one more"],
)
def test_the_promised_size_is_the_first_that_is_checked(size, says):
    with pytest.raises(Damaged, match=f"^{says}$"):
        unpack(HEAD.pack(MAGIC, size, bytes(16)))


def test_rows_of_an_older_version_come_in_the_shape_of_today(tmp_path):
    now = schema(Branch)
    old = pa.table({"repo": ["r"], "branch": ["main"], "gone": [1], "is_default": ["yes"]})
    (tmp_path / "old").write_bytes(pack({"branches": old, "no_more": old}))
    assert {name: table.to_pylist() for name, table in load([tmp_path / "old"], {"branches": now}).items()} == {
        "branches": [{"repo": "r", "branch": "main", "commit": "", "is_default": False}]
    }


def test_pruning_keeps_what_it_is_told_and_nothing_else(tmp_path):
    store, old = Store(tmp_path), PartitionKey(refs="2" * 20, readers="1" * 20)
    kept = store.write("r", KEY, {Branch: [branch("main")]})
    store.write("r", old, {Branch: [branch("main")]})
    store.write("gone", KEY, {})
    (tmp_path / "r" / ".half-written.rows").touch()
    store.prune([kept])
    assert everything(tmp_path) == ["r", f"r/{KEY}.rows"]


MAIN, TIP = Ref(name="refs/heads/main", oid="a" * 40), Ref(name="HEAD", oid="a" * 40)
TAG = Ref(name="refs/tags/v1", oid="b" * 40, peeled="a" * 40)
EXPERIMENT = Ref(name="refs/exps/00/1", oid="d" * 40)
BASE = RefListing(refs=(TIP, MAIN, TAG), head="refs/heads/main")


@pytest.mark.parametrize(
    ("listing", "options", "same"),
    [
        pytest.param(RefListing(refs=(TAG, MAIN, TIP), head="refs/heads/main"), "o", True, id="the order of refs means nothing"),
        pytest.param(RefListing(refs=(TIP, MAIN, EXPERIMENT, TAG), head="refs/heads/main"), "o", False, id="experiments count"),
        pytest.param(BASE, "p", False, id="the options count"),
        pytest.param(RefListing(refs=(TIP, MAIN, TAG)), "o", False, id="where HEAD points counts"),
        pytest.param(RefListing(refs=(MAIN, TAG), head="refs/heads/main"), "o", False, id="the tip of HEAD counts"),
        pytest.param(RefListing(refs=(TIP, MAIN), head="refs/heads/main"), "o", False, id="a tag counts"),
        pytest.param(RefListing(refs=(TIP, MAIN, Ref(name=TAG.name, oid=TAG.oid)), head="refs/heads/main"), "o", False, id="what a tag leads to counts"),
    ],
)  # fmt: skip
def test_the_name_of_a_partition_says_what_its_rows_depend_on(listing, options, same):
    assert (refs_digest(listing, options) == refs_digest(BASE, "o")) is same


def test_the_readers_count_by_name_and_version_not_by_order():
    one, two = Connector(name="a", version=1), Connector(name="b", version=1)
    digests = [
        readers_digest(tuple(readers))
        for readers in ([one, two], [two, one], [one], [one, Connector(name="b", version=2)])
    ]
    assert [digest == digests[0] for digest in digests] == [True, True, False, False]


def test_a_file_that_cannot_be_read_is_not_called_damaged(tmp_path):
    with pytest.raises(StoreError) as caught:
        Partition(tmp_path)
    assert str(caught.value) == f"{tmp_path} cannot be read: Is a directory; the next crawl reads its repository again"
