"""What GTO's tags come to where several are of one second, and where one says again what another has said."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from catalog.schema.tables.inventory import StageName
from support.catalogs import catalog_of, rows_of
from support.worlds import EPOCH, World

COMMITS = 6


def answers(acts: str, query: str, stages: Sequence[StageName] = ()) -> list[list[object]]:
    """Rows of a query, of one artifact with these tags: `what commit second`, made by P0, P1 and so on; commits are called c0, c1 and so on."""
    world = World()
    names = {world.commit({"a": str(number)}, at=-100 + number): f"c{number}" for number in range(COMMITS)}
    commits = list(names)
    for number, act in enumerate(acts.split(", ")):
        what, commit, second = act.split()
        world.tag(f"m{what}#{number}", commits[int(commit[1:])], at=int(second), who=f"P{number} <p@example.com>")
    found = catalog_of({"r": rows_of(world.listing(), world.objects)}, {StageName: stages})
    rows = found.execute(query).fetchall()
    return [[names.get(cell, cell) if isinstance(cell, str) else cell for cell in row] for row in rows]


def second(column: str) -> str:
    return f"epoch({column})::int - {EPOCH}"


# Who is in a stage, by time of assignment and by SemVer. The last of the cases has commits in the order of their names.

RANKS = "select version from assignments where stage = 'prod' order by {rank}"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("acts", "by_time", "by_semver"),
    [
        pytest.param(
            "@v1.0.0 c0 10, @v2.0.0 c1 11, #prod c0 20, #prod c1 20",
            ["v1.0.0", "v2.0.0"],
            ["v2.0.0", "v1.0.0"],
            id="assigned in one second: the one that was registered first",
        ),
        pytest.param(
            ", ".join(f"@v{n}.0.0 c{6 - n} 10" for n in range(6, 0, -1)) + ", "
            + ", ".join(f"#prod c{n} 20" for n in range(6)),
            [f"v{n}.0.0" for n in range(1, 7)],
            [f"v{n}.0.0" for n in range(6, 0, -1)],
            id="registered in one second, too: the one whose tag comes first in the alphabet",
        ),
        pytest.param(
            "#prod c1 20, @v1.0.0 c0 20, #prod c0 20",
            ["v1.0.0", "c1"],
            ["v1.0.0", "c1"],
            id="a commit without a version comes after a version",
        ),
        pytest.param(
            "@v2.0.0 c1 5, @v2.0.0 c1 10, @v1.0.0 c0 10, #prod c0 20, #prod c1 20",
            ["v2.0.0", "v1.0.0"],
            ["v2.0.0", "v1.0.0"],
            id="registered last in one second: the one that was registered before, too",
        ),
        pytest.param(
            "#dev c1 5, @v1.0.0 c0 10, @v2.0.0 c1 10, #prod c0 20, #prod c1 20",
            ["v1.0.0", "v2.0.0"],
            ["v2.0.0", "v1.0.0"],
            id="a stage tag before the registration does not count",
        ),
        pytest.param("@v1.0.0 c0 10, #prod! c0 20, #prod c0 20", [], [], id="unassigned and assigned in one second"),
        pytest.param(
            "@v1.0.0 c0 10, @v2.0.0 c1 11, #prod c0 20, #prod c1 30, #prod c0 40",
            ["v1.0.0", "v2.0.0"],
            ["v2.0.0", "v1.0.0"],
            id="assigned again, after another",
        ),
        pytest.param("@v1.0.0 c0 10, #prod c0 20, #prod! c0 20", [], [], id="assigned and unassigned in one second"),
        pytest.param("@v1.0.0 c0 10, #prod c0 20, #prod! c0 20, #prod c0 21", ["v1.0.0"], ["v1.0.0"], id="and assigned again"),
        pytest.param("@v1.0.0 c0 10, #prod c0 20, @v1.0.0! c0 30", [], [], id="the version is deregistered"),
        pytest.param("@v1.0.0 c0 10, #prod c0 20, @v1.0.0! c0 30, @v1.0.0 c0 30", [], [], id="in the second in which it is registered again"),
        pytest.param("@v1.0.0! c0 10, #prod c0 20", [], [], id="the version was never registered"),
    ],
)  # fmt: skip
def test_who_is_first_in_a_stage(acts, by_time, by_semver):
    found = [[row[0] for row in answers(acts, RANKS.format(rank=rank))] for rank in ("rank", "rank_semver")]
    assert found == [by_time, by_semver]


def test_of_two_assignments_in_one_second_the_last_in_the_alphabet_is_told():
    acts = "@v1.0.0 c0 10, #prod c0 20, #prod c0 20, @v2.0.0 c1 10, #dev c1 20, #dev c1 20"
    assert answers(acts, "select version, author from assignments order by all") == [["v1.0.0", "P2"], ["v2.0.0", "P5"]]


@pytest.mark.slow
def test_of_commits_without_a_version_the_first_assigned_is_first_and_by_semver_the_highest_name():
    acts = ", ".join(f"#prod c{number} 20" for number in range(COMMITS))
    commits = [row[0] for row in answers(acts, "select version from versions order by version desc")]
    found = [[row[0] for row in answers(acts, RANKS.format(rank=rank))] for rank in ("rank", "rank_semver")]
    assert found == [[f"c{number}" for number in range(COMMITS)], commits]


def test_of_one_version_on_two_commits_the_later_is_the_latest():
    acts = "@v1.0.0 c0 10, @v1.0.0 c1 11, #prod c0 20, #prod c1 20"
    query = "select commit, is_latest, rank, rank_semver from versions join assignments using (commit) order by rank"
    assert answers(acts, query) == [["c0", False, 1, 2], ["c1", True, 2, 1]]


# The history of a stage.

HISTORY = f"select version, {second('started_at')}, {second('ended_at')}, how, assigned_by from stage_history order by started_at"


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("acts", "periods"),
    [
        pytest.param(
            "@v1.0.0 c0 10, @v2.0.0 c1 11, #prod c1 20, #prod c0 20",
            [["v1.0.0", 20, None, "assigned", "P3"]],
            id="assigned in one second: the one that was registered first",
        ),
        pytest.param(
            ", ".join(f"@v{n}.0.0 c{6 - n} 10" for n in range(6, 0, -1)) + ", "
            + ", ".join(f"#prod c{n} 20" for n in range(6)),
            [["v1.0.0", 20, None, "assigned", "P11"]],
            id="registered in one second, too: the one whose tag comes first in the alphabet",
        ),
        pytest.param(
            "#prod c1 20, @v1.0.0 c0 20, #prod c0 20",
            [["v1.0.0", 20, None, "assigned", "P2"]],
            id="a commit without a version comes after a version",
        ),
        pytest.param("#prod c0 20", [["c0", 20, None, "assigned", "P0"]], id="a commit without a version"),
        pytest.param("@v1.0.0 c0 10, #prod c0 20, #prod! c0 20", [], id="assigned and unassigned in one second"),
        pytest.param(
            "@v1.0.0 c0 10, #prod c0 20, @v1.0.0! c0 30, @v1.0.0 c0 30",
            [["v1.0.0", 20, 30, "assigned", "P1"]],
            id="deregistered and registered in one second",
        ),
        pytest.param(
            "@v1.0.0 c0 10, #prod c0 20, @v1.0.0! c0 30, @v1.0.0 c0 40",
            [["v1.0.0", 20, 30, "assigned", "P1"], ["v1.0.0", 40, None, "fallback", "P1"]],
            id="deregistered, and registered again",
        ),
        pytest.param(
            "@v1.0.0 c0 10, #prod c0 20, @deprecated c0 60, @v2.0.0 c1 60",
            [["v1.0.0", 20, None, "assigned", "P1"]],
            id="deprecated in the second of something else",
        ),
        pytest.param(
            "@v1.0.0 c0 10, #prod c0 20, #prod c0 20",
            [["v1.0.0", 20, None, "assigned", "P2"]],
            id="assigned twice in one second: by the last tag in the alphabet",
        ),
        pytest.param(
            "@v1.0.0 c0 10, #prod c0 20, #prod c0 40",
            [["v1.0.0", 20, 40, "assigned", "P1"], ["v1.0.0", 40, None, "assigned", "P2"]],
            id="assigned again",
        ),
        pytest.param(
            "@v1.0.0 c0 10, #prod c0 20, @v2.0.0 c1 30, #prod c1 40, #prod c0 50, #prod! c1 60",
            [["v1.0.0", 20, 40, "assigned", "P1"], ["v2.0.0", 40, 50, "assigned", "P3"], ["v1.0.0", 50, None, "assigned", "P4"]],
            id="assigned in turns",
        ),
    ],
)  # fmt: skip
def test_the_history_of_a_stage(acts, periods):
    assert answers(acts, HISTORY) == periods


def test_of_many_names_of_one_stage_the_last_in_the_alphabet_counts():
    names = ("c", "a", "f", "b", "e", "d")
    stages = [StageName(raw=name, stage="prod", rank=0) for name in names]
    acts = "@v1.0.0 c0 10, " + ", ".join(f"#{name} c0 20" for name in names)
    ranks = "select raw_stage, rank, rank_semver from assignments order by rank"
    history = f"select raw_stage, {second('started_at')}, assigned_by from stage_history"
    assert (answers(acts, ranks, stages), answers(acts, history, stages)) == (
        [[name, place, place] for place, name in enumerate("fedcba", 1)],
        [["f", 20, "P3"]],
    )


# What is known of a version, and of an artifact.

VERSION = f"select version, registered, active, discovered, {second('created_at')}, {second('activated_at')}, author from versions"


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("acts", "version"),
    [
        pytest.param("@v1.0.0 c0 10, #prod c0 20", ["v1.0.0", True, True, False, 10, 10, "P0"], id="registered, and assigned later"),
        pytest.param("@v1.0.0 c0 10, @v1.0.0 c0 30", ["v1.0.0", True, True, False, 30, 10, "P1"], id="registered twice"),
        pytest.param("@v1.0.0 c0 10, @v1.0.0 c0 10", ["v1.0.0", True, True, False, 10, 10, "P1"], id="in one second: by the last tag in the alphabet"),
        pytest.param("@v1.0.0 c0 10, @v1.0.0! c0 30", ["v1.0.0", True, False, False, 10, 10, "P0"], id="deregistered"),
        pytest.param("@v1.0.0! c0 10, @v1.0.0 c0 30", ["v1.0.0", True, True, False, 30, 30, "P1"], id="and registered after that"),
        pytest.param("@v1.0.0! c0 10, @v1.0.0 c0 10", ["v1.0.0", True, False, False, 10, 10, "P1"], id="in one second"),
        pytest.param("@v1.0.0 c0 10, @deprecated c0 40", ["v1.0.0", True, True, False, 10, 10, "P0"], id="of an artifact that is deprecated, which is no version"),
        pytest.param("@v1.0.0! c0 10", ["v1.0.0", False, False, False, 10, 10, "P0"], id="deregistered only"),
        pytest.param("#prod c0 20, #prod c0 40", ["c0", False, True, True, 40, 20, "P1"], id="assigned twice, without a version"),
        pytest.param("#dev! c0 20, #prod c0 20", ["c0", False, True, True, 20, 20, "P0"], id="unassigned and assigned in one second"),
    ],
)  # fmt: skip
def test_what_tags_say_of_a_version(acts, version):
    assert answers(acts, VERSION) == [version]


ARTIFACT = f"select active, {second('deprecated_at')}, versions, latest, {second('created_at')}, {second('updated_at')} from artifacts"


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("acts", "artifact"),
    [
        pytest.param("@v1.0.0 c0 10", [True, None, 1, "v1.0.0", -100, 10], id="one version: there since the commit of it"),
        pytest.param("@v1.0.0 c0 10, @v2.0.0 c1 20, @v3.0.0 c2 30, @v3.0.0! c2 40", [True, None, 2, "v2.0.0", -100, 40], id="the highest is deregistered"),
        pytest.param("@v2.0.0 c0 10, @v1.0.0 c1 20", [True, None, 2, "v2.0.0", -100, 20], id="the highest is not the last"),
        pytest.param("#prod c0 10", [True, None, 0, None, -100, 10], id="a commit without a version"),
        pytest.param("@v1.0.0 c0 10, @deprecated c0 40", [False, 40, 1, "v1.0.0", -100, 40], id="deprecated"),
        pytest.param("@v1.0.0 c0 10, @deprecated c0 40, #prod c0 40", [True, 40, 1, "v1.0.0", -100, 40], id="in the second of something else"),
        pytest.param("@v1.0.0 c0 10, @deprecated c0 40, #prod c0 50, @deprecated c0 60", [False, 60, 1, "v1.0.0", -100, 60], id="and again"),
    ],
)  # fmt: skip
def test_what_tags_say_of_an_artifact(acts, artifact):
    assert answers(acts, ARTIFACT) == [artifact]
