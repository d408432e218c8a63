"""Which commits are read: those of registry tags, of the newest releases and experiments, and the files that files name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial

import pytest

from catalog.config.model import PLAIN_TAGS, RepoOptions
from catalog.crawl.crawl import crawl
from catalog.crawl.fetch_files import MAX_ROUNDS
from catalog.crawl.selection import MOST_DATED, select_revisions
from catalog.git.snapshot import Ref, RefListing, RevisionFiles
from catalog.plugins.connector import Connector, installed
from catalog.schema.record import Record
from catalog.schema.tables.git import Revision as RevisionRow
from catalog.schema.tables.git import Tag
from catalog.schema.tables.metrics import Experiment
from catalog.schema.tables.problems import Problem
from catalog.schema.tables.registry import Annotation
from catalog.store.journal import Journal
from catalog.store.partitions import Partition, Store
from support.catalogs import rows_of
from support.crawling import talking, wish
from support.worlds import World


def rows(config, table: type[Record]) -> list[Record]:
    """The rows of the one repository that a crawl has read."""
    (found,) = Journal(config.output / "store" / "crawls").last_visits().values()
    assert found.partition is not None
    return [*Partition(Store(config.output / "store" / "rows").file_of("m", found.partition)).rows(table)]


def releases(*names: str) -> World:
    """A commit for each tag; every other one is lightweight."""
    world = World()
    for number, name in enumerate(names):
        world.commit({"params.yaml": f"lr: {number}\n"})
        (world.lightweight if number % 2 else world.tag)(name)
    world.commit({"params.yaml": "lr: last\n"})
    return world


def experiment(world: World, name: str, *, at: int | None = None) -> str:
    """An experiment on the tip."""
    baseline = world.tip()
    oid = world.commit({"params.yaml": f"name: {name}\n"}, branch=name, parents=(baseline,), at=at)
    del world.refs[f"refs/heads/{name}"]
    world.refs[f"refs/exps/{baseline[:2]}/{baseline[2:]}/{name}"] = oid
    return oid


def why(config) -> list[tuple[str, ...]]:
    return sorted(row.reasons for row in rows(config, RevisionRow))


@pytest.mark.parametrize(
    ("option", "tags", "reasons"),
    [
        pytest.param("", ("v1", "v2"), [("release",), ("release",), ("tip",)], id="releases count where no tag is a registry's"),
        pytest.param("", ("m@v1.0.0", "v1"), [("tag",), ("tip",)], id="beside registry tags they do not"),
        pytest.param("plain_tags = true", ("v1", "m@v1.0.0"), [("release",), ("release",), ("tip",)], id="a lightweight registry tag is a release"),
        pytest.param("plain_tags = true", ("m@v1.0.0", "v1"), [("release",), ("tag",), ("tip",)], id="unless they are asked for"),
        pytest.param("plain_tags = false", ("v1", "v2"), [("tip",)], id="or they are not wanted"),
        pytest.param("plain_tags = 1", ("v1", "v2", "v0"), [("release",), ("tip",)], id="the newest alone"),
    ],
)  # fmt: skip
def test_plain_tags_are_revisions(tmp_path, option, tags, reasons):
    releases(*tags).write(tmp_path / "m")
    config = wish(tmp_path, {"m": str(tmp_path / "m")}, option)
    crawl(config, debug=True)
    assert why(config) == reasons


def test_the_newest_releases_are_those_whose_commits_are_and_only_they_are_fetched(tmp_path):
    world = releases("v9", "v10", "a")
    world.write(tmp_path / "git" / "m")
    with talking(tmp_path / "git") as (site, talk):
        config = wish(tmp_path, {"m": f"{site}/m"}, "plain_tags = 2", "history = 0")
        crawl(config, debug=True)
        asked = talk.in_words(world)
        world.commit({"params.yaml": "lr: more\n"})
        world.lightweight("b")
        world.write(tmp_path / "git" / "m")
        crawl(config, debug=True)
        again = talk.in_words(world)
    dated = {row.tag for row in rows(config, Tag) if row.committed_at}
    assert (asked, again, dated) == (
        [
            "refs",
            "capabilities",
            "fetch tree:0 depth 1: want commit2 tag1 tag2",
            "fetch blob:none depth 1: want commit2 commit4 tag2",
            "fetch: want blob2 blob3 blob4",
        ],
        [
            "refs",
            "capabilities",
            "fetch tree:0 depth 1: want commit5",
            "fetch blob:none depth 1: want commit5",
            "fetch: want blob5",
        ],
        {"a", "b", "v10", "v9"},
    )


def test_the_newest_experiments_are_read_and_all_are_listed(tmp_path):
    world = World()
    world.commit({"params.yaml": "lr: 1\n"})
    old, new = experiment(world, "old", at=50), experiment(world, "new", at=60)
    world.write(tmp_path / "m")
    config = wish(tmp_path, {"m": str(tmp_path / "m")}, "experiments = 1")
    crawl(config, debug=True)
    listed = {(row.name, row.baseline, row.commit) for row in rows(config, Experiment)}
    read_ = {row.commit for row in rows(config, RevisionRow) if row.reasons == ("experiment",)}
    assert (listed, read_) == ({("old", world.tip(), old), ("new", world.tip(), new)}, {new})


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are looked at", "one more"])
def test_the_newest_are_looked_for_among_the_last_by_name(beyond):
    numbers = range(MOST_DATED + beyond)
    tags = tuple(Ref(name=f"refs/tags/{number:05}", oid=f"{number:040x}") for number in numbers)
    experiments = tuple(Ref(name=f"refs/exps/ab/{'c' * 38}/{number:05}", oid=f"{number:040x}") for number in numbers)
    found = select_revisions(RefListing(refs=(*experiments, *tags)), installed(), RepoOptions())
    assert (found.releases, found.experiments) == (tags[beyond:], experiments[beyond:])


@pytest.mark.parametrize(
    ("stated", "count", "undated"),
    [
        pytest.param(None, PLAIN_TAGS, False, id="as many releases as are read"),
        pytest.param(None, PLAIN_TAGS + 1, True, id="one more, of which the newest are read"),
        pytest.param(3, 3, False, id="as many as the configuration states"),
        pytest.param(3, 4, True, id="one more than it states"),
    ],
)
def test_dates_decide_where_there_are_more_releases_than_are_read(stated, count, undated):
    refs = tuple(Ref(name=f"refs/tags/{number:03}", oid=f"{number:040x}") for number in range(count))
    selection = select_revisions(RefListing(refs=refs), installed(), RepoOptions(plain_tags=stated))
    assert (selection.undated() == refs, len(selection.reasons({}))) == (undated, 0 if undated else count)


@pytest.mark.parametrize(
    "ref",
    ["refs/exps/exec/EXEC_HEAD", "refs/exps/stash", "refs/exps/celery/stash", "refs/exps/ab/cd/short", "refs/exps/" + "a" * 40],
)  # fmt: skip
def test_the_refs_that_dvc_keeps_for_itself_are_no_experiments(tmp_path, ref):
    world = World()
    world.refs[ref] = world.commit({"params.yaml": "lr: 1\n"})
    world.write(tmp_path / "m")
    config = wish(tmp_path, {"m": str(tmp_path / "m")})
    crawl(config, debug=True)
    assert (rows(config, Experiment), why(config)) == ([], [("tip",)])


def _names(revision: RevisionFiles) -> Iterator[str]:
    """A format in which `a.list` names a file, which names another."""
    path = "a.list"
    while (data := _had(revision, path)) is not None:
        path = data.decode().strip()
        yield path


def _had(revision: RevisionFiles, path: str) -> bytes | None:
    entry = revision.entry(path)
    return revision.read(path) if entry and entry.kind == "file" and entry.oid in revision.objects else None


def _read_names(revision: RevisionFiles) -> Iterator[Annotation | Problem]:
    for path in ("big", "b", "c"):
        try:
            data = revision.read(path)
        except Exception as error:  # noqa: BLE001 - which one is the point
            yield Problem(
                connector="names", rule=error.rule, place=path, message=str(error), commit=revision.commit.oid
            )  # type: ignore[attr-defined]  # of a MetafileError
            continue
        if data is not None:
            yield Problem(connector="names", rule="read", place=path, message=data.decode(), commit=revision.commit.oid)


NAMES = Connector(
    name="names",
    version=1,
    wants_file=lambda path: path in ("a.list", "big"),
    wants_also=_names,
    read_revision=_read_names,
)


def test_files_that_files_name_are_fetched_in_turn_and_nothing_else(tmp_path):
    world = World()
    world.commit({"a.list": "b", "b": "c", "c": "absent", "d": "not wanted"})
    world.write(tmp_path / "git" / "m")
    with talking(tmp_path / "git") as (site, talk):
        config = wish(tmp_path, {"m": f"{site}/m"}, "history = 0")
        crawl(config, connectors=(NAMES,), debug=True)
        asked = talk.in_words(world)[3:]
    found = [(row.place, row.message) for row in rows(config, Problem)]
    assert (asked, found) == (
        ["fetch: want blob1", "fetch: want blob2", "fetch: want blob3"],
        [("b", "c"), ("c", "absent")],
    )


@pytest.mark.slow
@pytest.mark.parametrize("beyond", [0, 1], ids=["as far as is allowed", "one file further"])
def test_files_that_files_name_are_fetched_so_many_times(tmp_path, beyond):
    chain = [f"f{number}" for number in range(1, MAX_ROUNDS + beyond + 1)]
    world = World()
    world.commit({"a.list": "f1"} | dict(zip(chain, [*chain[1:], "end"], strict=True)))
    world.write(tmp_path / "git" / "m")
    with talking(tmp_path / "git") as (site, talk):
        crawl(wish(tmp_path, {"m": f"{site}/m"}, "history = 0"), connectors=(NAMES,), debug=True)
        asked = talk.in_words(world)[3:]
    assert asked == [f"fetch: want blob{number + 1}" for number in range(MAX_ROUNDS + 1)]


@pytest.mark.slow
def test_a_file_that_is_too_big_costs_that_file(tmp_path):
    world = World()
    world.commit({"a.list": "b", "b": "c", "c": "end", "big": os.urandom(9 << 20)})
    world.write(tmp_path / "git" / "m")
    with talking(tmp_path / "git") as (site, _):
        config = wish(tmp_path, {"m": f"{site}/m"}, "history = 0")
        report = crawl(config, connectors=(NAMES,), debug=True)
    found = [(row.place, row.rule) for row in rows(config, Problem)]
    assert (report.failed, found) == (0, [("b", "read"), ("big", "too-big"), ("c", "read")])


@pytest.mark.slow
def test_what_was_too_big_is_not_asked_for_again(tmp_path):
    world = World()
    world.commit({"a.list": "b", "big": b"0" * (40 << 20)})
    world.write(tmp_path / "git" / "m")
    with talking(tmp_path / "git") as (site, talk):
        config = wish(tmp_path, {"m": f"{site}/m"})
        crawl(config, connectors=(NAMES,), debug=True)
        talk.clear()
        world.refs["refs/heads/side"] = world.tip()
        world.write(tmp_path / "git" / "m")
        crawl(config, connectors=(NAMES,), debug=True)
        assert talk.in_words(world) == ["refs"]


def test_every_installed_connector_that_names_files_survives_an_empty_commit():
    world = World()
    world.commit()
    revision = world.revision()
    asked = [list(connector.wants_also(revision)) for connector in installed()]
    assert asked == [[] for _ in installed()]


def test_below_a_folder_lies_every_file_and_no_link_is_followed():
    world = World()
    world.commit({"a/b/c": "1", "a/d": "2", "e": "3"})
    below = partial(World.revision, world)().below
    assert ([path for path, _ in below("a")], [path for path, _ in below("e")]) == (["a/b/c", "a/d"], [])


def test_what_lies_at_a_path_is_found():
    world = World()
    world.commit({"a/b": "1"})
    revision = world.revision()
    kinds = [found.kind if (found := revision.entry(path)) else None for path in ("", "a", "a/b", "a/b/c", "x")]
    assert kinds == ["folder", "folder", "file", None, None]


def test_what_is_wrong_with_a_file_that_several_read_is_said_once():
    world = World()
    world.commit({".dvc/config": "", "dvc.yaml": "a: [", "d/dvc.yaml": "a: 1\na: 2\n"})
    found = rows_of(world.listing(), world.objects)[Problem]
    assert [(problem.place, problem.rule) for problem in found] == [
        ("d/dvc.yaml", "duplicate-key"),
        ("dvc.yaml", "not-yaml"),
    ]
