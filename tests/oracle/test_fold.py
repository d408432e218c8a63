"""The fold against GTO itself: generated repositories, on which `gto show` and `gto history` must say what the views say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import duckdb
import gto.api
import pytest
from gto.exceptions import GTOException
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from support.catalogs import asked, catalog_of, rows_of
from support.gto_says import history_of_gto, history_of_ours, in_gto_order, shown_by_gto, shown_by_us
from support.worlds import EPOCH, World

VERSIONS = ("v1.0.0", "v1.0.1", "v1.1.0-rc.1", "v1.1.0-rc.10", "v1.1.0", "v1.1.0+b1", "v2.0.0")
STAGES = ("dev", "prod", "prod-eu")
ARTIFACTS = ("m", "cv/x=seg")
COMMITS = 5


class Act(NamedTuple):
    """One tag: what it does, on which commit, how many seconds after the first."""

    artifact: str
    does: str
    commit: int
    at: int


DOES = [
    *(f"@{version}" for version in VERSIONS),
    *(f"@{version}!" for version in VERSIONS[:3]),
    *(f"#{stage}" for stage in STAGES),
    *(f"#{stage}!" for stage in STAGES),
    "@deprecated",
]
ACTS = st.lists(
    st.builds(
        Act,
        artifact=st.sampled_from(ARTIFACTS),
        does=st.sampled_from(DOES),
        commit=st.integers(0, COMMITS - 1),
        at=st.integers(0, 12),  # few seconds, so that ties are common
    ),
    max_size=14,
)


def world_of(acts: Sequence[Act]) -> World:
    """Commits that are older than all tags, as they are when nobody's clock is wrong."""
    world = World()
    commits = [world.commit({"a": str(number)}, at=-1000 + number) for number in range(COMMITS)]
    for number, act in enumerate(acts):
        name = f"{act.artifact}{act.does}"
        world.tag(f"{name}#{number}", commits[act.commit], at=act.at, who=f"P{number} <p{number}@example.com>")
    return world


def catalog(world: World) -> duckdb.DuckDBPyConnection:
    return catalog_of({"r": rows_of(world.listing(), world.objects)})


def stops_gto(acts: Sequence[Act]) -> bool:
    """Stage tags that could mean two versions make GTO stop."""
    versions: dict[tuple[str, int], set[str]] = {}
    for act in acts:
        if act.does.startswith("@v"):
            versions.setdefault((act.artifact, act.commit), set()).add(act.does.rstrip("!"))
    return any(act.does.startswith("#") and len(versions.get((act.artifact, act.commit), ())) > 1 for act in acts)


def repeats_discoveries(acts: Sequence[Act]) -> bool:
    """GTO makes a new version of every stage tag on an unregistered commit, so that unassigning there does nothing."""
    registered = {(act.artifact, act.commit) for act in acts if act.does.startswith("@v")}
    loose = [(act.artifact, act.commit) for act in acts if act.does.startswith("#")]
    loose = [place for place in loose if place not in registered]
    return len(loose) != len(set(loose))


@pytest.mark.slow
@settings(max_examples=20)
@given(ACTS)
def test_show_and_history_are_those_of_gto(acts: list[Act]) -> None:
    assume(not stops_gto(acts) and not repeats_discoveries(acts))
    world = world_of(acts)
    connection = catalog(world)
    with TemporaryDirectory() as folder:
        path = world.write(Path(folder))
        assert shown_by_us(connection) == shown_by_gto(path)
        assert in_gto_order(history_of_ours(connection)) == in_gto_order(history_of_gto(path))


@pytest.mark.slow
@settings(max_examples=10)
@given(ACTS)
def test_ranks_are_those_of_gto_by_time_and_by_semver(acts: list[Act]) -> None:
    assume(not stops_gto(acts) and not repeats_discoveries(acts))
    world = world_of(acts)
    connection = catalog(world)
    with TemporaryDirectory() as folder:
        path = world.write(Path(folder))
        for sort, rank in (("timestamp", "rank"), ("semver", "rank_semver")):
            ranked: dict[str, dict[str, list[str]]] = {}
            query = f"select a.artifact, raw_stage, version from assignments a join artifacts s using (repo, artifact) where s.active order by {rank}"
            for artifact, stage, version in connection.execute(query).fetchall():
                versions = ranked.setdefault(artifact, {}).setdefault(stage, [])
                versions += (
                    [version] if version not in versions else []
                )  # GTO names a version once, on whatever commits
            shown = shown_by_gto(path, versions_per_stage=-1, sort=gto.constants.VersionSort(sort))
            expected = {
                name: {stage: found.split(", ") for stage, found in stages.items()}
                for name, (_, stages, _) in shown.items()
            }
            assert ranked == {name: stages for name, stages in expected.items() if stages}


@pytest.mark.slow
@settings(max_examples=15)
@given(ACTS, st.integers(-1, 13))
def test_the_state_at_a_moment_is_what_gto_says_without_the_later_tags(acts: list[Act], moment: int) -> None:
    before = [act for act in acts if act.at <= moment]
    assume(not stops_gto(before) and not repeats_discoveries(before))
    connection = catalog(world_of(acts))
    then = datetime.fromtimestamp(EPOCH + moment, UTC).replace(tzinfo=None)
    found: dict[str, dict[str, str]] = {}
    for row in asked(connection, "from stages_at(?)", then):
        found.setdefault(row["artifact"], {})[row["raw_stage"]] = row["version"]
    with TemporaryDirectory() as folder:
        shown = shown_by_gto(world_of(before).write(Path(folder)))
    assert found == {name: stages for name, (_, stages, _) in shown.items() if stages}


@pytest.mark.slow
@settings(max_examples=30)
@given(ACTS, st.integers(-1, 13))
def test_the_stage_history_agrees_with_the_state_at_every_moment(acts: list[Act], moment: int) -> None:
    connection = catalog(world_of(acts))
    then = datetime.fromtimestamp(EPOCH + moment, UTC).replace(tzinfo=None)
    history = connection.execute(
        "select artifact, stage, commit from stage_history where started_at <= $1 and $1 < coalesce(ended_at, 'infinity')",
        [then],
    ).fetchall()
    assert sorted(history) == sorted(
        connection.execute("select artifact, stage, commit from stages_at($1)", [then]).fetchall()
    )


@pytest.mark.slow
@settings(max_examples=20)
@given(ACTS)
def test_what_stops_gto_costs_no_more_than_the_ambiguous_tags(acts: list[Act]) -> None:
    connection = catalog(world_of(acts))
    lost = len(acts) - len(history_of_ours(connection))
    ambiguous = connection.execute("select count(*) from problems where rule = 'ambiguous-stage'").fetchall()[0][0]
    assert lost == ambiguous


@pytest.mark.slow
def test_gto_stops_where_we_lose_one_tag(tmp_path: Path) -> None:
    acts = [Act("m", "@v1.0.0", 0, 0), Act("m", "@v2.0.0", 0, 1), Act("m", "#prod", 0, 2), Act("m", "#dev", 1, 3)]
    world = world_of(acts)
    with pytest.raises(GTOException):
        gto.api.show(str(world.write(tmp_path)))
    assert shown_by_us(catalog(world)) == {
        "m": ("v2.0.0", {"dev": world_of(acts).refs["refs/tags/m#dev#3"] and commit_of(world, 1)}, True)
    }


def commit_of(world: World, number: int) -> str:
    oids = [oid for oid, raw in world.objects.items() if raw.kind == "commit"]
    return oids[number]


@pytest.mark.slow
def test_gto_dates_annotations_by_their_commits(tmp_path: Path) -> None:
    world = World()
    world.commit({"artifacts.yaml": "m:\n  type: model\n"}, at=0)
    world.tag("m@v1.0.0", at=10)
    world.tag("m@deprecated", at=20)
    deprecated = shown_by_gto(world.write(tmp_path / "before"))
    assert (deprecated, shown_by_us(catalog(world))) == ({}, {})
    world.commit({"b": ""}, at=20 + int(timedelta(days=1).total_seconds()))
    assert shown_by_us(catalog(world)) == shown_by_gto(world.write(tmp_path / "after")) == {"m": ("v1.0.0", {}, True)}
