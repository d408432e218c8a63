"""Each rule of GTO by itself: what GTO shows of a repository, what the catalog shows, and what it says is wrong."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import gto.api
import gto.constants
import pytest

from support.catalogs import asked, catalog_of, rows_of
from support.gto_says import history_of_gto, history_of_ours, in_gto_order, shown_by_gto, shown_by_us
from support.loopback import environment
from support.worlds import World

pytestmark = pytest.mark.slow

STOPS = "GTO stops"
Build = Callable[[World], object]


def catalog(world: World) -> duckdb.DuckDBPyConnection:
    return catalog_of({"r": rows_of(world.listing(), world.objects)})


def shown(path: Path) -> Any:
    with suppress(Exception):  # GTO stops with errors of any kind, KeyError and AttributeError among them
        return shown_by_gto(path)
    return STOPS


def rules(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [row["rule"] for row in asked(connection, "select rule from problems order by rule")]


def two_commits(*tags: tuple[str, int] | str, at: tuple[int, ...] = ()) -> Build:
    """Commits A and B; then the tags: a name, or a name and 0 for A and 1 for B. `at`: when each is made."""

    def build(world: World) -> None:
        commits = [world.commit({"a": "0"}, at=-20), world.commit({"a": "1"}, at=-10)]
        for number, tag in enumerate(tags):
            name, commit = (tag, 0) if isinstance(tag, str) else tag
            world.tag(name, commits[commit], at=at[number] if at else number)

    return build


def lightweight(world: World) -> None:
    two_commits("m@v1.0.0")(world)
    world.lightweight("m@v2.0.0")


def alias(world: World) -> None:
    two_commits("m@v1.0.0")(world)
    world.lightweight("other@v2.0.0", world.refs["refs/tags/m@v1.0.0"])


def inner(name: str) -> Build:
    def build(world: World) -> None:
        world.commit()
        world.tag("m@v1.0.0", inner=name)
        world.tag("n@v1.0.0")

    return build


def tag_of_a_tag(world: World) -> None:
    world.commit()
    world.tag("m@v1.0.0", world.tag("plain"))
    world.tag("m#prod")


def tag_of(kind: str) -> Build:
    def build(world: World) -> None:
        world.commit({"a": ""})
        world.tag("m@v1.0.0", world.tree({"b": ""}) if kind == "tree" else world.add("blob", b""))
        world.tag("n@v1.0.0")

    return build


def unreachable(world: World) -> None:
    loose = world.commit(branch="gone", parents=())
    del world.refs["refs/heads/gone"]
    world.commit()
    world.tag("m@v1.0.0", loose)


def tagger(who: str | None, message: bytes = b"why\n") -> Build:
    def build(world: World) -> None:
        world.commit()
        world.tag("m@v1.0.0", who=who, message=message)
        world.tag("n@v1.0.0")

    return build


def with_files(*steps: dict[str, str] | str) -> Build:
    """Commits, by their files, and tags, by their names, in this order."""

    def build(world: World) -> None:
        for step in steps:
            world.tag(step) if isinstance(step, str) else world.commit(step)

    return build


N = {"n": ("v1.0.0", {}, True)}
M = {"m": ("v1.0.0", {}, True)}
A1 = [("m@v1.0.0", 0), ("m@v1.1.0", 1), ("m#prod#1", 0), ("m#dev#2", 1), ("m#prod#3", 1)]
A1_DONE = [*A1, ("m#prod!#4", 1)]
THREE = ["m@v0.9.9", "m@v0.9.10", "m@v1.0.0-rc.1", "m@v1.0.0-rc.2", "m@v1.0.0-rc.10"]

# What GTO and the catalog show alike.
ALIKE = [
    pytest.param(two_commits(*A1), {"m": ("v1.1.0", {"prod": "v1.1.0", "dev": "v1.1.0"}, True)}, [], id="A.1 a stage is where it was assigned last"),
    pytest.param(two_commits(*A1_DONE), {"m": ("v1.1.0", {"prod": "v1.0.0", "dev": "v1.1.0"}, True)}, [], id="A.1 unassigned, a stage falls back to the version before"),
    pytest.param(two_commits(*A1_DONE, ("m@v1.1.0!", 1)), {"m": ("v1.0.0", {"prod": "v1.0.0"}, True)}, [], id="A.1 a deregistered version takes its stages with it"),
    pytest.param(two_commits(*A1_DONE, "m@deprecated"), {}, [], id="A.1 a deprecated artifact is not shown"),
    pytest.param(two_commits(*A1_DONE, "m@deprecated", ("m#dev!#6", 1)), {"m": ("v1.1.0", {"prod": "v1.0.0"}, True)}, [], id="e15 even an unassignment revives a deprecated artifact"),
    pytest.param(two_commits("m@v1.0.0", "m@deprecated", ("m@v2.0.0", 1)), {"m": ("v2.0.0", {}, True)}, [], id="e15 a registration revives a deprecated artifact"),
    pytest.param(two_commits("m@v1.0.0", "m@v1.0.0!", at=(5, 5)), {"m": (None, {}, True)}, [], id="e1 in one second, deregistration wins"),
    pytest.param(two_commits("m@v1.0.0", "m#prod#1", "m#prod!#2", at=(1, 5, 5)), M, [], id="e1b in one second, unassignment wins"),
    pytest.param(two_commits("m@v1.0.0", "m@deprecated", at=(5, 5)), M, [], id="e1c in one second, deprecation loses"),
    pytest.param(two_commits("m#prod#1", "m@v1.0.0"), {"m": ("v1.0.0", {"prod": "v1.0.0"}, True)}, [], id="e13b a stage may be older than its version's registration"),
    pytest.param(two_commits("m@v1.0.0", "m@v2.0.0"), {"m": ("v2.0.0", {}, True)}, [], id="e3 two versions on one commit are two versions"),
    pytest.param(lightweight, M, [], id="e5 a lightweight tag counts for nothing"),
    pytest.param(alias, M, [], id="e6 an alias of a tag is the tag"),
    pytest.param(inner("zzz@v9.9.9"), N | {"zzz": ("v9.9.9", {}, True)}, [], id="raw5 the name inside the tag counts"),
    pytest.param(unreachable, M, [], id="e8 a version needs no branch"),
    pytest.param(two_commits(("m@v1.0.0", 0), ("m@v1.0.0#2", 1)), M, ["two-commits"], id="e9 one version on two commits"),
    pytest.param(two_commits("m@v2.0.0", "m@v2.0.0!", "m@v2.0.0#2"), {"m": ("v2.0.0", {}, True)}, [], id="e10 a version may be registered again"),
    pytest.param(two_commits(*THREE), {"m": ("v1.0.0-rc.10", {}, True)}, [], id="e11 numbers are compared as numbers, in prereleases too"),
    pytest.param(two_commits(*THREE, "m@v1.0.0"), M, [], id="e11 a prerelease is below its release"),
    pytest.param(two_commits("m@v1.0.0+b2", "m@v1.0.0+b1", "m@v1.0.0"), M, [], id="e11 of versions that differ in build metadata the last one counts"),
    pytest.param(two_commits("m@v1.0.0", "m#prod#1", "m@v1.0.0!"), {"m": (None, {}, True)}, [], id="e14 a stage of no version is not in use"),
    pytest.param(two_commits("cv/x=seg@v1.0.0", "cv/x=seg#prod"), {"cv/x:seg": ("v1.0.0", {"prod": "v1.0.0"}, True)}, [], id="a folder stands before a colon"),
    pytest.param(two_commits("release/m@v1.0.0"), {"release/m": ("v1.0.0", {}, True)}, [], id="e12 a slash may be part of a name"),
    pytest.param(two_commits("m@1.0.0", "m@v1", "m@v01.0.0", "m#prod.eu", "a.b@v1.0.0", "_a@v1.0.0", "v1.0.0"), {}, [], id="names that look like GTO's are other tags"),
    pytest.param(two_commits("m@v1.0.0", "m#1", "m#2#003", "m#prod/eu#0"), {"m": ("v1.0.0", {"1": "v1.0.0", "2": "v1.0.0", "prod/eu": "v1.0.0"}, True)}, [], id="stages may be numbers, and counters have zeros in front"),
    pytest.param(with_files({"artifacts.yaml": "x: {}\n"}), {"x": (None, {}, False)}, [], id="an artifact that is only annotated"),
    pytest.param(with_files({"artifacts.yaml": "m: {}\n"}, "m@v1.0.0", "m@deprecated", {"a": "later"}), M, [], id="e16 a later commit that annotates it revives a deprecated artifact"),
    pytest.param(with_files({".gto": "stages: [prod]\nowner: ann\n"}, "m@v1.0.0", "m#dev"), {"m": ("v1.0.0", {"dev": "v1.0.0"}, True)}, ["unknown-key"], id="e17 .gto of a bare repository means nothing to GTO"),
    pytest.param(tagger("Ann <a@b>", b"why\n-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\n"), M | N, [], id="raw4 a signature is no part of the message"),
]  # fmt: skip

# What GTO shows nothing of, because of one tag or one file: the catalog loses that alone, and says so.
STOPPED = [
    pytest.param(two_commits("m@v1.0.0", "m@v2.0.0", "m#prod#1"), {"m": ("v2.0.0", {}, True)}, ["ambiguous-stage"], id="e3 a stage on a commit with two versions"),
    pytest.param(two_commits("m@v1.0.0", "x@created"), M, ["created-tag"], id="e4 a tag that GTO has no meaning for"),
    pytest.param(inner("nonsense"), N, ["inner-name"], id="raw6 a name inside the tag that is not GTO's"),
    pytest.param(tag_of("tree"), N, ["not-a-commit"], id="e7 a tag of a folder"),
    pytest.param(tag_of("blob"), N, ["not-a-commit"], id="e7 a tag of a file"),
    pytest.param(tagger(None), N, ["no-tagger"], id="raw1 a tag that nobody made"),
    pytest.param(tagger("Ann <>"), N, ["no-email"], id="raw2 a tagger without an address"),
    pytest.param(tagger("Ann <a@b>", b"caf\xe9\n"), N, ["not-utf8"], id="raw3 a message that is not UTF-8"),
    pytest.param(with_files({"artifacts.yaml": "- a list\n"}, "m@v1.0.0", {"artifacts.yaml": "m: {}\n"}), M, ["not-gto"], id="e16 annotations at a version's commit that are no map"),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("build", "expected", "problems"), ALIKE)
def test_gto_and_the_catalog_show_the_same(tmp_path, build, expected, problems):
    build(world := World())
    connection = catalog(world)
    assert (shown(world.write(tmp_path)), shown_by_us(connection), rules(connection)) == (expected, expected, problems)
    assert in_gto_order(history_of_ours(connection)) == in_gto_order(history_of_gto(tmp_path))


@pytest.mark.one_in(4)
@pytest.mark.parametrize(("build", "expected", "problems"), STOPPED)
def test_gto_stops_and_the_catalog_loses_what_stopped_it(tmp_path, build, expected, problems):
    build(world := World())
    connection = catalog(world)
    assert (shown(world.write(tmp_path)), shown_by_us(connection), rules(connection)) == (STOPS, expected, problems)


@pytest.mark.slow
def test_e7_the_commit_of_a_tag_of_a_tag_is_the_inner_tag_so_its_stage_is_another(tmp_path):
    tag_of_a_tag(world := World())
    stages = {"prod": world.tip()}
    assert shown_by_us(catalog(world)) == shown(world.write(tmp_path)) == {"m": ("v1.0.0", stages, True)}


def test_e2_a_stage_on_an_unregistered_commit_makes_a_version_that_is_named_after_the_commit(tmp_path):
    two_commits("m#prod#1")(world := World())
    first = next(oid for oid, raw in world.objects.items() if raw.kind == "commit")
    connection = catalog(world)
    assert shown_by_us(connection) == shown(world.write(tmp_path)) == {"m": (None, {"prod": first}, True)}
    assert asked(connection, "select version, registered, discovered from versions") == [
        {"version": first, "registered": False, "discovered": True}
    ]


@pytest.mark.slow
def test_e13_on_an_unregistered_commit_unassignment_works_here_and_not_in_gto(tmp_path):
    two_commits("m#prod#1", "m#prod!#2")(world := World())
    first = next(oid for oid, raw in world.objects.items() if raw.kind == "commit")
    assert (shown(world.write(tmp_path)), shown_by_us(catalog(world))) == (
        {"m": (None, {"prod": first}, True)},
        {"m": (None, {}, True)},
    )


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("sort", "rank"), [("timestamp", "rank"), ("semver", "rank_semver")])
@pytest.mark.parametrize("many", [1, -1], ids=["one for each stage", "all"])
def test_a2_e18_the_order_within_a_stage_by_time_and_by_semver(tmp_path, sort, rank, many):
    world = World()
    commits = [world.commit({"a": str(number)}) for number in range(3)]
    for number, commit in enumerate(commits, 1):
        world.tag(f"m@v{number}.0.0", commit)
    for stage, commit in [("a#1", 1), ("b#2", 1), ("a#3", 0), ("b#4", 2), ("c#5", 1)]:
        world.tag(f"m#{stage}", commits[commit])
    query = f"select stage, list(version order by {rank}) as found from assignments where $1 < 0 or {rank} <= $1 group by stage"
    found = {row["stage"]: ", ".join(row["found"]) for row in asked(catalog(world), query, many)}
    gtos = shown_by_gto(world.write(tmp_path), versions_per_stage=many, sort=gto.constants.VersionSort(sort))
    assert gtos == {"m": ("v3.0.0", found, True)}


# The lookup of `dvc artifacts get`.

LOOKUPS = [
    pytest.param(two_commits(*A1_DONE), id="de1 an unassignment is the newest tag of its stage"),
    pytest.param(two_commits(*A1_DONE, ("m@v1.1.0!", 1)), id="de2 a deregistered version is still the latest"),
    pytest.param(two_commits("m@v1.0.0", "m@deprecated"), id="de3 deprecation counts for nothing"),
    pytest.param(
        two_commits(("m@v1.0.0", 0), ("m@v1.0.0#2", 1), ("m@v0.1.0", 1)), id="de4 the newest tag of a version"
    ),
    pytest.param(
        two_commits(("m@v1.0.0", 0), ("m#prod", 0), ("m#prod#7", 1), at=(5, 9, 9)), id="tags of one second go by name"
    ),
]


@pytest.fixture(scope="session")
def dvcs_answers() -> Callable[[Path, list[str]], dict[str, str | None]]:
    """Asks DVC itself, which takes most of a second to import."""
    from dvc.repo.artifacts import Artifacts  # as HOUSE.md has it: imported only where it is used
    from dvc.scm import Git

    def ask(path: Path, requests: list[str]) -> dict[str, str | None]:
        scm = Git(str(path))
        try:
            lookup = Artifacts(type("Repository", (), {"scm": scm})())
            return {
                request: lookup.get_rev(
                    "m",
                    **(
                        {}
                        if request == "latest"
                        else {"@": {"version": request[1:]}, "#": {"stage": request[1:]}}[request[0]]
                    ),
                )
                for request in requests
            }
        finally:
            scm.close()

    return ask


@pytest.mark.one_in(4)
@pytest.mark.parametrize("build", LOOKUPS)
def test_dvcs_own_lookup_is_stored_beside_that_of_gto(tmp_path, build, dvcs_answers):
    build(world := World())
    world.write(tmp_path / ".git")
    subprocess.run(["git", "-C", str(tmp_path), "config", "core.bare", "false"], env=environment({}), check=True)
    rows = asked(catalog(world), "select request, dvc_commit from dvc_lookups order by request")
    assert rows
    assert {row["request"]: row["dvc_commit"] for row in rows} == dvcs_answers(
        tmp_path, [row["request"] for row in rows]
    )
