"""Commits and tags as nobody ought to write them: what Git tolerates costs itself and nothing else, with git as the judge."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.config.model import RepoOptions
from catalog.crawl.ancestry import Past
from catalog.crawl.extract import extract_rows
from catalog.crawl.fetch import fetch
from catalog.crawl.fetch_plan import Known
from catalog.crawl.previous import PreviousRows
from catalog.crawl.selection import select_revisions
from catalog.errors import MetafileError
from catalog.git.objects import _SHORTEST_TAG, CommitObject, decode, parse_commit, parse_entries, parse_tag, tagged
from catalog.schema.record import Record
from catalog.schema.tables.git import Commit, Revision, Tag
from catalog.schema.tables.problems import Problem
from catalog.schema.tables.registry import Event
from catalog.text import quoted
from catalog.transport.gitconfig import ConfigEntry
from catalog.transport.origin import GitConfig, open_origin
from connectors.dvc import experiments
from support.catalogs import asked, catalog_of, rows_of
from support.loopback import daemon, environment, git, serve
from support.worlds import ANN, EPOCH, SPEAKERS, World

LAST = 253402300799  # the last second of the year 9999

NAMES = [b"Ann", b"", b" Ann  ", b"A<n", b"A>n", "Änn".encode(), b"\xff", b"Ann\r", b"\tA\x01"]
ADDRESSES = [b"<a@b>", b"<>", b"< a@b >", b"<a@b", b"a@b>", b"", b"<a<b>", b"<a>b>", b"<a@b>>"]
DATES = [b"1700000000", b"0", b"-5", b"soon", b"", b"1700000000.5", b"253402300799", b"253402300800", b"9" * 30, b"007"]
ZONES = [b"+0000", b"-0330", b"0530", b"", b"+", b"east", b"+51800", b"+" + b"9" * 400, b"+0000 x", b"+00x", b"--500"]
SPACES = [b" ", b" ", b" ", b"", b"  ", b"\t", b"\r"]


def people() -> st.SearchStrategy[bytes]:
    """The rest of an author or committer line: mostly of plausible parts."""
    spaces = st.sampled_from(SPACES)
    parts = (st.sampled_from(part) for part in (NAMES, ADDRESSES, DATES, ZONES))
    name, address, date, zone = parts
    usual = st.tuples(name, spaces, address, spaces, date, spaces, zone).map(b"".join)
    return usual | st.text("A <>@+-0123456789\t", max_size=30).map(str.encode)


def headers(tree: str) -> st.SearchStrategy[bytes]:
    """The headers of a commit; of its parents' objects nothing is needed."""
    who = st.one_of(st.just(f"{ANN} {EPOCH} +0100".encode()), people())
    author, committer = who.map(b"author ".__add__), who.map(b"committer ".__add__)
    links = st.sampled_from(
        [
            [f"tree {tree}"],
            [f"tree {tree.upper()}"],
            [f"tree {tree}", f"parent {'2' * 40}", f"parent {'A' * 40}"],
            [f"tree {tree}", "parent of many"],
            [f"tree {tree}", f"parent {'x' * 40}"],
            [f"tree {tree}", f"parent {'2' * 41}"],
            [f"tree {tree}x"],
            [f"tree  {tree}"],
            [f"parent {'2' * 40}", f"tree {tree}"],
            [],
        ]
    ).map(lambda lines: [line.encode() for line in lines])
    others = st.sampled_from(
        [b"gpgsig x\n y", b"author", b"mergetag object x\n author Bo <b> 1 +0000", b"x", b" author z"]
    )
    usual = st.tuples(author, committer).map(list)
    odd = st.lists(st.one_of(author, committer, others), max_size=4)
    return st.tuples(links, st.one_of(usual, odd)).map(lambda parts: b"\n".join([*parts[0], *parts[1]]))


def small() -> World:
    """A repository to add objects to."""
    world = World()
    world.commit({"a": "1"})
    return world


def tree_of(world: World) -> str:
    return world.objects[world.tip()].data[5:45].decode()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for one such repository after the other."""
    return tmp_path_factory.mktemp("malformed")


def told_by_git(path: Path, oids: list[str]) -> dict[str, tuple[Any, ...]]:
    """Git's reading of the commits that it can read: tree, parents, and of author and committer the name, address and date."""
    names = "".join(f"{oid}^{{tree}}\n" for oid in oids).encode()
    lines = output_of(path, "cat-file", "--batch-check", text=names).splitlines()
    good = [oid for oid, line in zip(oids, lines, strict=True) if line.split()[1] == b"tree"]
    if not good:
        return {}
    fields = "%H%x00%T%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct"
    found = {}
    for line in output_of(path, "log", "--no-walk=unsorted", f"--format={fields}", *good).split(b"\n")[:-1]:
        oid, tree, parents, *people = line.split(b"\0")
        who = [decode(field).strip() for field in people]
        found[oid.decode()] = (tree.decode(), tuple(parents.decode().split()), *map(dated, who, range(6)))
    return found


def output_of(path: Path, *words: str, text: bytes = b"") -> bytes:
    """What git says, undecoded."""
    command = ["git", "-C", str(path), *words]
    return subprocess.run(command, input=text, check=True, capture_output=True, env=environment({})).stdout


def dated(field: str, place: int) -> str | int | None:
    """A date as a number, where there is such a date."""
    if place % 3 != 2:
        return field
    return int(field) if field and int(field) <= LAST else None


def told_by_us(commit: CommitObject) -> tuple[Any, ...]:
    people = (commit.author, commit.committer)
    who = ((who.name, who.email, who.at and int(who.at.timestamp())) for who in people)
    return commit.tree, commit.parents, *(field for each in who for field in each)


def read(data: bytes) -> CommitObject | None:
    try:
        return parse_commit("x", data)
    except MetafileError:
        return None


@given(st.data())
def test_a_commit_is_read_as_git_reads_it(path: Path, data: st.DataObject) -> None:
    world = small()
    tree = tree_of(world)
    contents = data.draw(st.lists(headers(tree).map(lambda header: header + b"\n\nhi\n"), min_size=1, max_size=30))
    commits = {world.add("commit", content): content for content in contents}
    world.write(path)
    read_by_us = {oid: commit for oid, content in commits.items() if (commit := read(content))}

    assert {oid: told_by_us(commit) for oid, commit in read_by_us.items()} == told_by_git(path, [*commits])
    for commit in read_by_us.values():
        has_every_date = commit.author.at is not None and commit.committer.at is not None
        assert (commit.rule is None) == (commit.problem is None) == has_every_date


TAG_HEADERS = [
    "object {tree}\ntype tree\ntag a",
    "object {tree}\ntype tree\ntag ",
    "object {TREE}\ntype tree\ntag a",
    "object {tree}\ntype tree\ntag a\nencoding x",
    "object {tree}\ntype tree\ntag a\ntagger",
    "object {tree}\ntype tree\ntag a\ntagger A <a@b> 1700000000 0530",
    "object {tree}\ntype tree\ntag a\ntagger A <a@b> soon",
    "object {tree}\ntype tree",
    "object {tree}\ntype cat\ntag a",
    "object {tree}\ntag a\ntype tree",
    "object {tree} \ntype tree\ntag a",
    "type tree\nobject {tree}\ntag a",
    "object x\ntype tree\ntag a",
    "",
]


@pytest.mark.parametrize("header", TAG_HEADERS)
def test_a_tag_leads_where_git_follows_it(path: Path, header: str) -> None:
    world = small()
    tree = tree_of(world)
    content = f"{header.format(tree=tree, TREE=tree.upper())}\n\na message of some length\n".encode()
    oid = world.add("tag", content)
    world.write(path)
    judge = ["git", "-C", path, "rev-parse", "--verify", "--quiet", f"{oid}^{{}}"]
    peeled = subprocess.run(judge, env=environment({}), capture_output=True, text=True, check=False).stdout.strip()

    assert tagged(content) == (("tree", peeled) if peeled else None)


WHOLE = ["object " + "a" * 40, "type commit", "tag a", "tagger A <a@b> 1700000000 +0000"]
EXPECTED = ["`object` and 40 hexadecimal digits", "`type` and commit, tag, tree or blob", "`tag` and a name", "`tagger Name <e-mail> seconds +hhmm`"]  # fmt: skip


@pytest.mark.parametrize(
    ("place", "line"),
    [
        *((0, line) for line in ("", "object", "object x", "type commit")),
        *((1, line) for line in ("type cat", "tag a", "type")),
        *((2, line) for line in ("tag", "tagger A <a@b> 1700000000 +0000")),
        *((3, f"tagger {line}") for line in ("A <a@b> soon", "A <a@b> 1.5 +0000", "A <a@b> 1 0530", "A <a@b> 1 ")),
        *((3, f"tagger {line}") for line in (f"A <a@b> {'9' * 5000} +0000", f"A <a@b> 1 +{'9' * 5000}")),
        (3, "tagger"),
        (3, "x"),
    ],
)
def test_a_malformed_tag_is_told_by_its_line(place: int, line: str) -> None:
    with pytest.raises(MetafileError) as caught:
        parse_tag("x", "\n".join([*WHOLE[:place], line, "\nhi\n"]).encode())
    found = f"found {quoted(line)}" if line else "found the end of its headers"
    says = f"the tag object is malformed: {found}, expected {EXPECTED[place]}"
    assert (caught.value.rule, caught.value.message) == ("malformed-tag", says)


@given(
    st.lists(st.sampled_from([*WHOLE, "", "x", "tagger A", "object 1", "tag", " y"]) | st.text(max_size=9), max_size=6)
)
def test_no_message_about_a_tag_is_pythons(lines: list[str]) -> None:
    assert told("\n".join(lines).encode()).startswith(OURS)


OURS = ("the tag object is malformed: found ", "found no tagger line, expected one", "the tagger's time zone is ", "invalid tagger time ", "whole")  # fmt: skip


def told(data: bytes) -> str:
    try:
        parse_tag("x", data)
    except MetafileError as error:
        return error.message
    return "whole"


@pytest.mark.parametrize("data", [b"100644", b"x y\0" + b"a" * 20, b"100644 a\0aa", b"100644a\0" + b"a" * 20])
def test_a_malformed_folder_is_told_in_our_words(data: bytes) -> None:
    with pytest.raises(MetafileError) as caught:
        parse_entries(data, "d/")
    says = "the folder is malformed: found an entry that is cut short or has no mode, expected mode, name and object"
    assert (caught.value.rule, caught.value.place, caught.value.message) == ("malformed-tree", "d/", says)


@pytest.mark.parametrize(
    ("size", "is_read"),
    [
        pytest.param(_SHORTEST_TAG, True, id="as short as Git reads"),
        pytest.param(_SHORTEST_TAG - 1, False, id="a byte shorter"),
    ],
)
def test_a_tag_object_has_so_many_bytes(path: Path, size: int, is_read: bool) -> None:
    world = small()
    blob = world.add("blob", b"1")
    content = f"object {blob}\ntype blob\ntag ".encode()
    oid = world.add("tag", content.ljust(size - 1, b"a") + b"\n")
    world.write(path)
    judge = ["git", "-C", path, "rev-parse", "--verify", "--quiet", f"{oid}^{{}}"]
    peeled = subprocess.run(judge, env=environment({}), capture_output=True, text=True, check=False).stdout.strip()

    assert (tagged(world.objects[oid].data), peeled) == ((("blob", blob), blob) if is_read else (None, ""))


def local(path: Path, _: Path) -> Iterator[str]:
    yield str(path)


def over_http(path: Path, _: Path) -> Iterator[str]:
    with serve(path.parent) as site:
        yield f"{site}/{path.name}"


def over_git(path: Path, _: Path) -> Iterator[str]:
    with daemon(path.parent) as site:
        yield f"{site}/{path.name}"


def over_ssh(path: Path, folder: Path) -> Iterator[str]:
    script = folder / "ssh"
    script.write_text('#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n')
    script.chmod(0o700)
    git(path, "config", "uploadpack.allowFilter", "true")
    yield f"ssh://example.com{path}"


Reach = Callable[[Path, Path], Iterator[str]]


def rows_over(reach: Reach, path: Path, folder: Path) -> dict[type[Record], list[Record]]:
    """All rows of a repository, with the history of its branches."""
    config = GitConfig([ConfigEntry("core", "", "sshcommand", str(folder / "ssh"))], {"PATH": os.environ["PATH"]})
    for url in reach(path, folder):
        with open_origin(url, git=config) as origin:
            listing = origin.refs()
            selection = select_revisions(listing, SPEAKERS, RepoOptions(history=10))
            fetched = fetch(origin, listing, SPEAKERS, selection, Known())
            rows = extract_rows(fetched.snapshot, fetched.reach, SPEAKERS, PreviousRows(rows={}), selection)
    return {table: [*found] for table, found in rows.items()}


def odd(world: World, who: bytes, *, parent: str, committer: bytes = f"{ANN} {EPOCH} +0000".encode()) -> str:
    """A commit on `main` with the files of the tip, whose author line ends so."""
    header = f"tree {tree_of(world)}\nparent {parent}\nauthor ".encode() + who
    oid = world.add("commit", header + b"\ncommitter " + committer + b"\n\nodd\n")
    world.refs["refs/heads/main"] = oid
    return oid


@pytest.mark.slow
@pytest.mark.parametrize("reach", [local, over_http, over_git, over_ssh])
def test_what_is_malformed_costs_itself_over(reach: Reach, tmp_path: Path) -> None:
    world = World()
    first = world.commit({"artifacts.yaml": "m:\n  type: model\n"})
    world.tag("m@v1.0.0")
    between = odd(world, b"Ann <ann@example.com> soon", parent=first)
    last = odd(world, b"Bo <bo@example.com", parent=between)
    for number, end in enumerate(["1700001000 0530", "1700001000", "1700001000.5 +0000"]):
        line = f"object {last}\ntype commit\ntag m@v2.0.{number}\ntagger {ANN} {end}\n\nx\n"
        world.raw_tag(f"m@v2.0.{number}", line.encode())
    world.raw_tag("release", f"object {last}\ntype commit\ntag release\ntagger {ANN} 1 0530\n\nx\n".encode())

    rows = rows_over(reach, world.write(tmp_path / "team.git"), tmp_path)

    commits = {
        row.commit: (row.parents, row.author, row.authored_at) for row in rows[Commit] if isinstance(row, Commit)
    }
    assert commits == {
        first: ((), "Ann", world.snapshot().commit(first).author.at),
        between: ((first,), "Ann", None),
        last: ((between,), "", None),
    }
    assert {row.commit for row in rows[Revision] if isinstance(row, Revision)} == {first, last}
    tags = {row.tag: (row.commit, row.annotated, row.tagged_at, row.rule) for row in rows[Tag] if isinstance(row, Tag)}
    bad = (last, True, None, "malformed-tag")
    named = dict.fromkeys(("m@v2.0.0", "m@v2.0.1", "m@v2.0.2"), bad) | {"release": (last, True, None, None)}
    assert {name: tag for name, tag in tags.items() if name != "m@v1.0.0"} == named
    problems = {(row.rule, row.place) for row in rows[Problem] if isinstance(row, Problem)}
    malformed = {("malformed-tag", f"refs/tags/m@v2.0.{number}") for number in range(3)}
    assert problems == malformed | {("malformed-commit", f"commit {oid[:7]}") for oid in (between, last)}
    assert len(rows[Problem]) == len(problems)


@pytest.mark.slow
@pytest.mark.parametrize("reach", [local, over_http, over_git, over_ssh])
def test_a_tag_at_the_end_of_many_tags_is_read_over(reach: Reach, tmp_path: Path) -> None:
    world = World()
    end = commit = world.commit({"a": "1"})
    for number in range(50):
        end = world.tag(f"x{number}", end)
    world.tag("m@v1.0.0", end)

    rows = rows_over(reach, world.write(tmp_path / "team.git"), tmp_path)

    assert [(row.version, row.revision) for row in rows[Event] if isinstance(row, Event)] == [("v1.0.0", commit)]
    assert rows[Problem] == []


@pytest.mark.slow
def test_an_artifact_that_a_commit_without_date_annotates_is_in_the_catalog() -> None:
    world = World()
    odd(world, b"Ann", committer=b"Ann", parent=world.commit({"artifacts.yaml": "m:\n  type: model\n"}))
    connection = catalog_of({"r": rows_of(world.listing(), world.objects)})

    artifacts = asked(connection, "select artifact, type, active, registered from artifacts")
    assert artifacts == [{"artifact": "m", "type": "model", "active": True, "registered": False}]


@pytest.mark.slow
@settings(max_examples=15)
@given(st.data())
def test_the_way_to_a_repository_changes_no_row(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = tmp_path_factory.mktemp("law")
    world = World()
    parent = world.commit({"artifacts.yaml": "m:\n  type: model\n"})
    for who in data.draw(st.lists(people(), min_size=1, max_size=4)):
        parent = odd(world, who, parent=parent)
    for number, who in enumerate(data.draw(st.lists(people(), max_size=4))):
        header = f"object {parent}\ntype commit\ntag m@v1.0.{number}\n".encode()
        world.raw_tag(f"m@v1.0.{number}", header + b"tagger " + who + b"\n\nx\n")
    path = world.write(folder / "team.git")
    expected = rows_over(local, path, folder)

    assert [rows_over(reach, path, folder) for reach in (over_http, over_git, over_ssh)] == [expected] * 3
    assert len(expected[Commit]) == len(git(path, "rev-list", "main").split())


def test_an_odd_commit_has_one_problem_at_every_visit() -> None:
    world = World()
    first = world.commit({"a": "1"})
    world.commit({"a": "2"}, branch="side")
    between = odd(world, b"Bo <bo@example.com> soon", parent=first)
    tip = odd(world, b"Bo <bo@example.com> 1700000000", parent=between)
    experiment = odd(world, b"Bo <bo@example.com>", parent=tip)
    world.refs |= {"refs/heads/main": tip, f"refs/exps/{tip[:2]}/{tip[2:]}/one": experiment}
    world.refs[f"refs/exps/{tip[:2]}/{tip[2:]}/two"] = world.commit({"a": "3"}, branch="two", parents=(first,))
    del world.refs["refs/heads/two"]
    expected = [
        Problem(
            connector="git",
            rule="malformed-commit",
            place=f"commit {oid[:7]}",
            message=f"commit {oid[:7]}: invalid author line {line!r}, expected `Name <e-mail> seconds +hhmm`",
            commit=oid,
        )
        for oid, line in (
            (tip, "Bo <bo@example.com> 1700000000"),
            (between, "Bo <bo@example.com> soon"),
            (experiment, "Bo <bo@example.com>"),
        )
    ]
    connectors = (*SPEAKERS, experiments.CONNECTOR)
    previous: dict[Any, Any] = {}
    for _ in range(3):
        listing, snapshot = world.listing(), world.snapshot()
        selection = select_revisions(listing, connectors, RepoOptions(history=10, experiments=1))
        known = {row.commit: row.parents for row in previous.get(Commit, ())}
        past = Past(tips=tuple(ref.oid for ref in listing.branches()), limit=10, known=known)
        rows = extract_rows(snapshot, past.walk(world.objects), connectors, PreviousRows(rows=previous), selection)
        assert sorted(rows[Problem], key=repr) == sorted(expected, key=repr)
        previous = {table: tuple(found) for table, found in rows.items()}
        world.tag("m@v1.0.0", first)
