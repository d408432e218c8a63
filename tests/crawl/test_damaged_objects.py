"""A damaged or missing object of Git costs itself: the rows of all else are those of the whole repository. From disk and from servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from catalog.config.parse import Config
from catalog.crawl.crawl import crawl
from catalog.git.objects import parse_commit, parse_entries
from catalog.schema.record import Record
from catalog.schema.tables import PARTITION
from catalog.schema.tables.git import Branch, Commit, History, Revision, Tag
from catalog.schema.tables.problems import Problem
from catalog.schema.tables.registry import Event
from catalog.store.journal import Journal
from catalog.store.partitions import Partition, Store
from support.crawling import visited, wish
from support.loopback import daemon, serve
from support.worlds import World

DAMAGES: dict[str, Callable[[bytes], bytes | None]] = {
    "missing": lambda _: None,
    "garbage": lambda _: b"garbage",
    "emptied": lambda _: b"",
    "cut short": lambda data: data[: len(data) // 2],
    "a flipped bit": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
}


def make() -> World:
    """Two versions, a branch that is not read, a lightweight tag, a folder in the folder, and metrics."""
    world = World()
    files = {
        "artifacts.yaml": "m:\n  path: m.pkl\n",
        "dvc.yaml": "metrics: [a.json]\n",
        "a.json": '{"x": 1}',
        "d/dvc.yaml": "artifacts: {n: {path: n.pkl}}\n",
    }
    world.commit(files)
    world.tag("m@v1.0.0")
    world.commit({"a.json": '{"x": 2}'})
    world.tag("m@v2.0.0")
    world.lightweight("rel")
    world.commit({"b": "1"}, branch="other")
    world.lightweight("odd", world.refs["refs/heads/other"])
    return world


def damaged(world: World, folder: Path, oid: str, damage: Callable[[bytes], bytes | None]) -> Path:
    path = world.write(folder)
    file = path / "objects" / oid[:2] / oid[2:]
    data = damage(file.read_bytes())
    file.unlink()
    if data is not None:
        file.write_bytes(data)
    return path


def rows(config: Config, repo: str) -> dict[type[Record], list[Record]]:
    found = Journal(config.output / "store" / "crawls").last_visits()[repo].partition
    assert found is not None
    part = Partition(Store(config.output / "store" / "rows").file_of(repo, found))
    return {table: [*part.rows(table)] for table in PARTITION if table is not History}


def below(world: World, tree: str) -> Iterator[str]:
    yield tree
    for _, mode, oid in parse_entries(world.objects[tree].data, ""):
        yield from below(world, oid) if mode == 0o40000 else (oid,)


def commits_with(world: World, oid: str) -> set[str]:
    """The commits that cannot be read whole without an object."""
    commits = {name: parse_commit(name, raw.data) for name, raw in world.objects.items() if raw.kind == "commit"}
    return {name for name, commit in commits.items() if oid == name or oid in below(world, commit.tree)}


def is_excused(world: World, oid: str, row: Record, *, packed: bool = False) -> bool:
    """Whether a row may be lost with an object: it is of that tag, or of a commit with the object; or behind it in the ancestry.

    A server sends a tag, its commit and the folders in one pack, or not at all.
    """
    match row:
        case Tag(oid=named) | Event(oid=named) if not packed:
            return oid in (named, row.commit)
        case Tag(oid=named) | Event(oid=named):
            return oid == named or row.commit in commits_with(world, oid)
        case Branch():
            return False
        case Commit():
            return packed or world.objects[oid].kind == "commit"
        case Revision(commit=commit):
            return world.objects[oid].kind == "tag" or commit in commits_with(world, oid)
    commit = getattr(row, "commit", None)
    return commit in commits_with(world, oid) or (world.objects[oid].kind == "tag" and commit is not None)


def check(
    world: World,
    oid: str,
    whole: Mapping[type[Record], list[Record]],
    found: Mapping[type[Record], list[Record]],
    *,
    packed: bool = False,
) -> None:
    lost = [row for table in whole for row in whole[table] if row not in found[table]]
    assert [row for row in lost if not is_excused(world, oid, row, packed=packed)] == []
    assert "connector-bug" not in {row.rule for row in found[Problem] if isinstance(row, Problem)}


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_from_disk_every_object_costs_itself(tmp_path, damage):
    """THREATS: tagger without date, ref to an absent object, damaged commit, from disk; missing objects."""
    world = make()
    names = {f"r{number}": oid for number, oid in enumerate(world.objects)}
    urls = {name: str(damaged(world, tmp_path / name, oid, damage)) for name, oid in names.items()}
    config = wish(tmp_path, urls | {"whole": str(world.write(tmp_path / "whole"))})
    outcomes = {visit.outcome for visit in crawl(config, debug=True).visits}
    whole = rows(config, "whole")
    assert outcomes == {"new"}
    for name, oid in names.items():
        found = rows(config, name)
        check(world, oid, whole, found)
        assert found == whole or found[Problem], f"{world.objects[oid].kind}: what is lost is said"


@pytest.mark.slow
@pytest.mark.parametrize("damage", [DAMAGES["missing"], DAMAGES["garbage"]], ids=["missing", "garbage"])
@pytest.mark.parametrize("server", [serve, daemon], ids=["HTTP", "Git's own protocol"])
def test_from_a_server_every_object_costs_what_is_in_its_pack(tmp_path, server, damage):
    world = make()
    names = {f"r{number}": oid for number, oid in enumerate(world.objects)}
    for name, oid in names.items():
        damaged(world, tmp_path / "git" / name, oid, damage)
    world.write(tmp_path / "git" / "whole")
    with server(tmp_path / "git") as site:
        config = wish(tmp_path, {name: f"{site}/{name}" for name in (*names, "whole")})
        first = {visit.repo: visit.outcome for visit in crawl(config, debug=True).visits}
        before = {name: rows(config, name) for name in names}
        second = {visit.repo: visit.outcome for visit in crawl(config, debug=True).visits}
    whole = rows(config, "whole")
    assert (set(first.values()), set(second.values())) == ({"new"}, {"fresh"})
    for name, oid in names.items():
        check(world, oid, whole, rows(config, name), packed=True)
        assert rows(config, name) == before[name]


@pytest.mark.slow
def test_a_server_that_was_mended_is_read_again_though_its_refs_stayed(tmp_path):
    world = make()
    blob = next(oid for oid, raw in world.objects.items() if raw.data == b'{"x": 1}')
    damaged(world, tmp_path / "git" / "m", blob, DAMAGES["missing"])
    with serve(tmp_path / "git") as site:
        config = wish(tmp_path, {"m": f"{site}/m"})
        found = [visited(config)["m"], visited(config)["m"]]
        world.write(tmp_path / "git" / "m")
        found += [visited(config)["m"], visited(config)["m"]]
    assert (found, rows(config, "m")[Problem]) == (
        [("new", "new"), ("fresh", None), ("changed", "incomplete"), ("fresh", None)],
        [],
    )


def objects_of_refs(world: World) -> list[str]:
    return sorted(set(world.refs.values()))


@pytest.mark.parametrize("server", [False, True], ids=["on disk", "on a server"])
def test_what_was_read_before_stays_when_its_object_is_damaged(tmp_path, server):
    world = make()
    path = world.write(tmp_path / "git" / "m")
    with serve(tmp_path / "git") as site:
        config = wish(tmp_path, {"m": f"{site}/m" if server else str(path)})
        crawl(config, debug=True)
        before = rows(config, "m")
        for oid in objects_of_refs(world):
            (path / "objects" / oid[:2] / oid[2:]).write_bytes(b"garbage")
        found = [visit.outcome for visit in crawl(config, debug=True).visits]
    assert (found, rows(config, "m")) == (["changed"], before)


def test_a_ref_whose_object_was_mended_is_read(tmp_path):
    world = make()
    whole = wish(tmp_path / "whole", {"m": str(world.write(tmp_path / "git"))})
    crawl(whole, debug=True)
    config = wish(tmp_path, {"m": str(tmp_path / "git")})
    saved = {oid: (tmp_path / "git" / "objects" / oid[:2] / oid[2:]) for oid in objects_of_refs(world)}
    contents = {file: file.read_bytes() for file in saved.values()}
    for file in contents:
        file.unlink()
    crawl(config, debug=True)
    lost = rows(config, "m")
    for file, data in contents.items():
        file.write_bytes(data)
    crawl(config, debug=True)
    assert (len(lost[Event]), rows(config, "m")) == (0, rows(whole, "m"))
