"""What a connector raises, or returns and must not, costs its own rows in that place alone, and becomes a problem."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.crawl.crawl import crawl
from catalog.crawl.isolation import guarded
from catalog.errors import Gone, MetafileError, StoreError
from catalog.plugins.connector import Connector, installed
from catalog.schema.record import Record, column, record
from catalog.schema.tables.git import Branch
from catalog.schema.tables.problems import Problem
from catalog.schema.tables.registry import Event
from catalog.store.journal import Journal
from catalog.store.partitions import Partition, Store
from support.changes import base
from support.crawling import wish

BUG = "connector-bug"
COMMIT = "the commit"  # in a message, instead of each one's object id
NOT_THIS = "ValueError: not this"
UNDECLARED = (
    "TypeError: returned rows of {}, expected rows of its own tables, and of the catalog's but for those of Git"
)


@record("own_rows", key=("commit", "name"), lives="revision")
class OwnRow(Record):
    """A row of a connector's own table."""

    commit: str = column("The commit.")
    name: str = column("A name.")


@record("other_rows", key=("name",))
class OtherRow(Record):
    """A row that no connector declares."""

    name: str = column("A name.")


@record("of_a_repository", key=("name",))
class OfARepository(Record):
    """A table whose rows are computed from the refs at each visit."""

    name: str = column("A name.")


class Mute(Exception):
    """One that fails to say what it is."""

    def __str__(self):
        raise ValueError("no words")


def raising(error):
    def raises(*_):
        raise error

    return raises


raises = raising(ValueError("not this"))


def of_revisions(*cells):
    return lambda revision: [OwnRow(commit=revision.commit.oid, name=cell) for cell in cells]


SOUND = Connector(
    name="own", version=1, tables=(OwnRow,), wants_file="boom".__eq__, read_revision=of_revisions("a")
)  # fmt: skip


def crawled(folder, connector, world=None):
    """Of a repository with three events and three revisions, read with one more connector: outcome, events, own rows, and its problems.

    A problem is rule, place but for the commit, message, and whether it is about a revision.
    """
    world = world or base()
    world.commit({"boom": ""})
    config = wish(folder, {"m": str(world.write(folder / "m"))})
    report = crawl(config, connectors=(connector, *installed()))
    found = Journal(config.output / "store" / "crawls").last_visits()["m"].partition
    rows = Partition(Store(config.output / "store" / "rows").file_of("m", found))
    problems = {
        (
            row.rule,
            row.place.partition(" ")[0],
            row.message.replace(row.commit or COMMIT, COMMIT),
            row.commit is not None,
        )
        for row in rows.rows(Problem)
        if row.connector == "own"
    }
    return [visit.outcome for visit in report.visits], len([*rows.rows(Event)]), len([*rows.rows(OwnRow)]), problems


@pytest.mark.one_in(5)
@pytest.mark.parametrize(
    ("functions", "own", "problems"),
    [
        pytest.param({}, 3, set(), id="nothing is wrong"),
        pytest.param({"read_revision": raises}, 0, {(BUG, "commit", NOT_THIS, True)}, id="reading a revision raises"),
        pytest.param({"read_tags": raises}, 3, {(BUG, "all", NOT_THIS, False)}, id="reading tags raises"),
        pytest.param(
            {"read_tags": lambda _: iter([raises])}, 3, {(BUG, "all", UNDECLARED.format("function"), False)}, id="what is no row"
        ),
        pytest.param(
            {"read_revision": lambda _: [OtherRow(name="a")]},
            0,
            {(BUG, "commit", UNDECLARED.format("OtherRow"), True)},
            id="rows of a table that nobody declared",
        ),
        pytest.param(
            {"read_revision": of_revisions(5)},
            0,
            {(BUG, "commit", "ArrowTypeError: Expected bytes, got a 'int' object", True)},
            id="a cell of another type",
        ),
        pytest.param(
            {"read_revision": of_revisions("a", None)},
            0,
            {(BUG, "commit", "TypeError: own_rows.name is None, expected a value", True)},
            id="a cell without a value",
        ),
        pytest.param(
            {"read_revision": lambda revision: [Branch(branch="b", commit=revision.commit.oid, is_default=False)]},
            0,
            {(BUG, "commit", UNDECLARED.format("Branch"), True)},
            id="rows of a table of Git",
        ),
        pytest.param(
            {"read_revision": lambda _: [OwnRow(commit="f" * 40, name="a")]},
            0,
            {(BUG, "commit", f"TypeError: returned a row of OwnRow of commit '{'f' * 40}', expected '{COMMIT}'", True)},
            id="rows of another commit",
        ),
        pytest.param(
            {"tables": (OwnRow, OfARepository), "read_revision": lambda _: [OfARepository(name="a")]},
            0,
            {(BUG, "commit", "TypeError: returned rows of OfARepository of a revision, expected rows that live with a revision or a content", True)},
            id="rows of a revision that do not live with it",
        ),
        pytest.param(
            {"read_revision": lambda _: [Problem(connector="own", rule="odd", place="boom", message="odd")]},
            0,
            {(BUG, "commit", f"TypeError: returned a row of Problem of commit None, expected '{COMMIT}'", True)},
            id="problems of no commit",
        ),
        pytest.param(
            {"read_revision": lambda revision: revision.files.clear()},
            0,
            {(BUG, "commit", "AttributeError: 'mappingproxy' object has no attribute 'clear'", True)},
            id="changing the files that other connectors read",
        ),
        pytest.param(
            {"read_revision": lambda revision: revision.children(revision.commit.tree).clear()},
            0,
            {(BUG, "commit", "AttributeError: 'mappingproxy' object has no attribute 'clear'", True)},
            id="changing the folders that other connectors read",
        ),
        pytest.param(
            {"read_tags": lambda tags: tags.clear()}, 3, {(BUG, "all", "AttributeError: 'tuple' object has no attribute 'clear'", False)}, id="changing the tags that other connectors read"
        ),
        pytest.param({"read_revision": raising(Mute())}, 0, {(BUG, "commit", "Mute", True)}, id="an error whose text raises"),
        pytest.param({"wants_also": lambda _: [3]}, 3, {(BUG, "wants_also", "TypeError: named 3, expected a path, a StoredFile or a PointerFile", True)}, id="wanting what is no file"),
        pytest.param({"wants_also": lambda _: 3}, 3, {(BUG, "wants_also", "TypeError: 'int' object is not iterable", True)}, id="wanting no list of files"),
        pytest.param({"wants_tag": raises}, 3, {(BUG, "wants_tag(m#prod#1)", NOT_THIS, False)}, id="wanting a tag raises"),
        pytest.param({"wants_file": raises}, 3, {(BUG, "wants_file(artifacts.yaml)", NOT_THIS, True)}, id="wanting a file raises"),
        pytest.param({"wants_also": raises}, 3, {(BUG, "wants_also", NOT_THIS, True)}, id="wanting more files raises"),
    ],
)  # fmt: skip
def test_a_connectors_bug_costs_its_own_rows(tmp_path, functions, own, problems):
    assert crawled(tmp_path, replace(SOUND, **functions)) == (["new"], 3, own, problems)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("functions", "own", "problems"),
    [
        pytest.param({"read_revision": raising(SystemExit(9))}, 0, {(BUG, "commit", "SystemExit: 9", True)}, id="reading a revision exits"),
        pytest.param({"read_tags": raising(GeneratorExit())}, 3, {(BUG, "all", "GeneratorExit:", False)}, id="reading tags closes a generator"),
        pytest.param({"wants_file": raising(SystemExit(9))}, 3, {(BUG, "wants_file(artifacts.yaml)", "SystemExit: 9", True)}, id="wanting a file exits"),
        pytest.param({"wants_file": raising(Gone("not this"))}, 3, {(BUG, "wants_file(artifacts.yaml)", "Gone: not this", True)}, id="wanting a file raises what ends a visit"),
        pytest.param({"wants_tag": raising(StoreError("not this"))}, 3, {(BUG, "wants_tag(m#prod#1)", "StoreError: not this", False)}, id="wanting a tag raises what ends a crawl"),
        pytest.param({"wants_file": raising(MetafileError("not this"))}, 3, {(BUG, "wants_file(artifacts.yaml)", "MetafileError: not this", True)}, id="wanting a file raises what costs a file"),
        pytest.param({"wants_also": raising(Gone("not this"))}, 3, {(BUG, "wants_also", "Gone: not this", True)}, id="wanting more files raises what ends a visit"),
    ],
)  # fmt: skip
def test_what_means_more_where_the_catalog_raises_it_costs_no_more(tmp_path, functions, own, problems):
    assert crawled(tmp_path, replace(SOUND, **functions)) == (["new"], 3, own, problems)


@pytest.mark.slow
def test_wanting_a_ref_may_raise_what_ends_a_visit(tmp_path):
    world = base()
    ref = f"refs/exps/{world.tip()[:2]}/{world.tip()[2:]}/wild-cat"
    world.refs[ref] = world.tip()
    assert crawled(tmp_path, replace(SOUND, wants_ref=raising(Gone("not this"))), world) == (
        ["new"],
        3,
        3,
        {(BUG, f"wants_ref({ref})", "Gone: not this", False)},
    )


@pytest.mark.slow
@pytest.mark.parametrize("function", ["read_tags", "read_revision", "wants_file", "wants_tag", "wants_also"])
def test_the_users_interrupt_ends_the_crawl(tmp_path, function):
    with pytest.raises(KeyboardInterrupt):
        crawled(tmp_path, replace(SOUND, **{function: raising(KeyboardInterrupt())}))


def test_a_guess_that_raises_is_none():
    assert guarded(replace(SOUND, guesses_file=raises)).guesses_file("boom") is False


def test_the_traceback_is_in_the_log(tmp_path, caplog):
    crawled(tmp_path, replace(SOUND, read_tags=raises))
    (record,) = caplog.records
    assert record.getMessage() == "connector own, all tags: this is a bug in that connector"
    assert record.exc_info is not None
    assert record.exc_info[0] is ValueError


def test_a_revision_is_read_again_once_the_connector_is_mended(tmp_path):
    crawled(tmp_path, replace(SOUND, read_revision=raises))
    assert crawled(tmp_path, replace(SOUND, version=2))[1:] == (3, 3, set())
