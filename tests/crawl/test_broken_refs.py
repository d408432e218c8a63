"""Refs that lead nowhere, lines of packed refs that are broken, and tags that a server lists and cannot send: each costs itself, and is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.config.parse import Config
from catalog.crawl.crawl import crawl
from catalog.git.ref_fault import BROKEN, MISSING
from catalog.schema.tables.git import Tag
from catalog.schema.tables.problems import Problem
from catalog.schema.tables.registry import Event
from catalog.store.journal import Journal
from catalog.store.observations import Observations
from catalog.store.partitions import Partition, Store
from support.crawling import wish
from support.loopback import serve
from support.worlds import ANN, EPOCH, World

NAME = "m@v2.0.0"
NO_OBJECT = "the ref names no object, expected 40 hexadecimal digits"


def world() -> World:
    made = World()
    made.commit({"artifacts.yaml": "m: {type: model}\n"})
    made.tag("m@v1.0.0")
    return made


def damaged_tag(folder: Path) -> World:
    made = world()
    oid = made.tag(NAME)
    (made.write(folder) / "objects" / oid[:2] / oid[2:]).write_bytes(b"garbage")
    return made


def absent_target(folder: Path) -> World:
    made = world()
    made.raw_tag(NAME, f"object {'a' * 40}\ntype commit\ntag {NAME}\ntagger {ANN} {EPOCH} +0000\n\nx\n".encode())
    made.write(folder)
    return made


def absent_target_of_another(folder: Path) -> World:
    made = world()
    made.raw_tag("plain", f"object {'a' * 40}\ntype commit\ntag plain\ntagger {ANN} {EPOCH} +0000\n\nx\n".encode())
    made.write(folder)
    return made


def broken_tag(folder: Path) -> World:
    made = world()
    (made.write(folder) / "refs/tags" / NAME).write_text("garbage\n")
    return made


def broken_branch(folder: Path) -> World:
    made = world()
    (made.write(folder) / "refs/heads/side").write_text("")
    return made


def broken_experiment(folder: Path) -> World:
    made = world()
    file = made.write(folder) / "refs/exps/aa" / ("a" * 38) / "x"
    file.parent.mkdir(parents=True)
    file.write_bytes(bytes(41))
    return made


def broken_line(folder: Path) -> World:
    made = world()
    with (made.write(folder) / "packed-refs").open("a") as file:
        file.write("garbage\n")
    return made


def rows(config: Config) -> Partition:
    found = Journal(config.output / "store" / "crawls").last_visits()["m"].partition
    assert found is not None
    return Partition(Store(config.output / "store" / "rows").file_of("m", found))


def problems(config: Config) -> set[tuple[str, str, str, str]]:
    return {(row.connector, row.rule, row.place, row.message) for row in rows(config).rows(Problem)}


EXPERIMENT = f"refs/exps/aa/{'a' * 38}/x"
LINE = "found a line without an object's name and a ref's, expected both; Git stops at it"
CASES = [
    pytest.param(broken_tag, "both", ("git", BROKEN, f"refs/tags/{NAME}", NO_OBJECT), id="a tag that names no object"),
    pytest.param(broken_branch, "both", ("git", BROKEN, "refs/heads/side", NO_OBJECT), id="a branch in an empty file"),
    pytest.param(broken_experiment, "both", ("git", BROKEN, EXPERIMENT, NO_OBJECT), id="an experiment of zero bytes"),
    pytest.param(broken_line, "disk", ("git", BROKEN, "packed-refs, line 3", LINE), id="a line of packed refs"),
    pytest.param(
        absent_target_of_another,
        "disk",
        ("git", MISSING, "refs/tags/plain", "the tag names object aaaaaaa, which is missing"),
        id="a tag, which is not read, of an absent object",
    ),
]


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("make", "where", "problem"), CASES)
def test_it_costs_itself_and_is_told(
    make: Callable[[Path], World], where: str, problem: tuple[str, str, str, str], tmp_path: Path
) -> None:
    make(tmp_path / "git" / "m")
    with serve(tmp_path / "git") as site:
        urls = {"disk": str(tmp_path / "git" / "m")} | ({"server": f"{site}/m"} if where == "both" else {})
        for way, url in urls.items():
            config = wish(tmp_path / way, {"m": url})
            assert {visit.outcome for visit in crawl(config, debug=True).visits} == {"new"}
            assert problems(config) == {problem}
            assert [row.tag for row in rows(config).rows(Event)] == ["m@v1.0.0"]


@pytest.mark.one_in(3)
@pytest.mark.parametrize("server", [False, True], ids=["on disk", "on a server"])
@pytest.mark.parametrize("make", [damaged_tag, absent_target])
def test_a_registry_tag_that_cannot_be_read_is_told_at_every_visit(
    make: Callable[[Path], World], server: bool, tmp_path: Path
) -> None:
    make(tmp_path / "git" / "m")
    with serve(tmp_path / "git") as site:
        config = wish(tmp_path, {"m": f"{site}/m" if server else str(tmp_path / "git" / "m")})
        outcomes = [visit.outcome for _ in range(2) for visit in crawl(config, debug=True).visits]
    assert outcomes == ["new", "fresh"]
    assert (MISSING, f"refs/tags/{NAME}") in {(rule, place) for _, rule, place, _ in problems(config)}
    assert "m@v1.0.0" in {row.tag for row in rows(config).rows(Event)}


@pytest.mark.parametrize("server", [False, True], ids=["on disk", "on a server"])
def test_a_tag_object_that_was_never_whole_has_the_same_rows(server: bool, tmp_path: Path) -> None:
    damaged_tag(tmp_path / "git" / "m")
    with serve(tmp_path / "git") as site:
        config = wish(tmp_path, {"m": f"{site}/m" if server else str(tmp_path / "git" / "m")})
        crawl(config, debug=True)
    (tag,) = (row for row in rows(config).rows(Tag) if row.tag == NAME)
    says = f"names object {tag.oid[:7]}, which is missing or damaged"
    assert (tag.annotated, tag.commit, tag.rule, tag.problem) == (True, None, MISSING, says)
    assert problems(config) == {("gto", MISSING, f"refs/tags/{NAME}", says)}


def test_a_lightweight_tag_of_a_commit_behind_no_branch_is_no_problem(tmp_path: Path) -> None:
    made = world()
    side = made.commit({"a": "1"}, branch="side")
    del made.refs["refs/heads/side"]
    made.lightweight(NAME, side)
    made.write(tmp_path / "git" / "m")
    with serve(tmp_path / "git") as site:
        config = wish(tmp_path, {"m": f"{site}/m"})
        crawl(config, debug=True)
    assert problems(config) == set()
    assert {row.tag: row.annotated for row in rows(config).rows(Tag)} == {"m@v1.0.0": True, NAME: False}


@pytest.mark.parametrize("make", [broken_tag, broken_line])
def test_what_may_still_be_there_is_not_recorded_as_deleted(make: Callable[[Path], World], tmp_path: Path) -> None:
    whole = world()
    whole.tag(NAME)
    path = whole.write(tmp_path / "git" / "m")
    config = wish(tmp_path, {"m": str(path)})
    crawl(config, debug=True)
    make(path)
    (visit,) = crawl(config, debug=True).visits
    now = Observations(config.output / "store" / "observations").load("m.jsonl").now
    assert (visit.outcome, f"refs/tags/{NAME}" in now) == ("changed", True)


def test_a_tag_that_is_deleted_beside_a_broken_one_is_recorded(tmp_path: Path) -> None:
    whole = world()
    whole.tag(NAME)
    path = whole.write(tmp_path / "git" / "m")
    config = wish(tmp_path, {"m": str(path)})
    crawl(config, debug=True)
    del whole.refs[f"refs/tags/{NAME}"]
    (whole.write(path) / "refs/tags/other").write_text("garbage")
    crawl(config, debug=True)
    now = Observations(config.output / "store" / "observations").load("m.jsonl").now
    assert "refs/tags/m@v1.0.0" in now
    assert f"refs/tags/{NAME}" not in now
