"""What the views conclude from the facts, one story at a time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import duckdb
import pytest

from catalog.schema.tables.git import History
from catalog.schema.tables.inventory import Repo, StageName
from catalog.schema.tables.problems import Problem
from support.catalogs import asked, catalog_of, rows_of
from support.worlds import START, World

STAGES = [StageName(raw="prod", stage="prod", rank=0), StageName(raw="live", stage="prod", rank=0)]


def catalog(world: World, *stages: StageName) -> duckdb.DuckDBPyConnection:
    return catalog_of({"host/o/r": rows_of(world.listing(), world.objects)}, {StageName: stages})


def at(seconds: int) -> Any:
    return (START + timedelta(seconds=seconds)).replace(tzinfo=None)


def rollback() -> World:
    """v1 in prod, v2 instead, v2 taken out again; then v2 is deregistered, and v1 is deprecated."""
    world = World()
    first, second = world.commit({"a": "1"}, at=0), world.commit({"a": "2"}, at=1)
    world.tag("m@v1.0.0", first, at=10)
    world.tag("m#prod#1", first, at=20, who="Bo <bo@example.com>")
    world.tag("m@v2.0.0", second, at=30)
    world.tag("m#prod#2", second, at=40, who="Cy <cy@example.com>")
    world.tag("m#prod!#3", second, at=50)
    return world


def test_the_history_of_a_stage_tells_of_assignments_and_of_what_came_back():
    query = "select version, started_at, ended_at, how, assigned_by from stage_history order by started_at"
    assert asked(catalog(rollback()), query) == [
        {"version": "v1.0.0", "started_at": at(20), "ended_at": at(40), "how": "assigned", "assigned_by": "Bo"},
        {"version": "v2.0.0", "started_at": at(40), "ended_at": at(50), "how": "assigned", "assigned_by": "Cy"},
        {"version": "v1.0.0", "started_at": at(50), "ended_at": None, "how": "fallback", "assigned_by": "Bo"},
    ]


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("moment", "versions"),
    [(9, []), (19, []), (20, ["v1.0.0"]), (39, ["v1.0.0"]), (40, ["v2.0.0"]), (49, ["v2.0.0"]), (50, ["v1.0.0"])],
    ids=[
        "before all",
        "registered",
        "assigned",
        "the last second",
        "another assigned",
        "its last second",
        "fallen back",
    ],
)
def test_who_was_in_prod_at_a_moment(moment, versions):
    assert [row["version"] for row in asked(catalog(rollback()), "from stages_at(?)", at(moment))] == versions


def test_a_deprecation_ends_a_stage_and_what_follows_brings_it_back():
    world = rollback()
    world.tag("m@deprecated", world.tip(), at=60)
    world.tag("m@v3.0.0", world.commit({"a": "3"}, at=2), at=70)
    query = "select version, started_at, ended_at from stage_history where started_at >= ? order by started_at"
    assert asked(catalog(world), query, at(50)) == [
        {"version": "v1.0.0", "started_at": at(50), "ended_at": at(60)},
        {"version": "v1.0.0", "started_at": at(70), "ended_at": None},
    ]


def test_a_version_says_in_which_stages_it_is_and_whether_it_is_the_latest():
    world = rollback()
    world.tag("m#dev", world.tip(), at=60)
    world.tag("m#canary", world.tip(), at=61)
    query = "select version, stages, is_latest, active, registered from versions order by version"
    assert asked(catalog(world), query) == [
        {"version": "v1.0.0", "stages": ["prod"], "is_latest": False, "active": True, "registered": True},
        {"version": "v2.0.0", "stages": ["canary", "dev"], "is_latest": True, "active": True, "registered": True},
    ]


@pytest.mark.slow
def test_the_latest_of_a_deprecated_artifact_is_in_artifacts_and_not_in_latest_versions():
    world = rollback()
    world.tag("m@deprecated", at=60)
    connection = catalog(world)
    assert (
        asked(connection, "select latest, active, versions, deprecated_at from artifacts"),
        asked(connection, "from latest_versions"),
        asked(connection, "from current_assignments"),
    ) == ([{"latest": "v2.0.0", "active": False, "versions": 2, "deprecated_at": at(60)}], [], [])


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("files", "active"),
    [
        pytest.param({"a": "1"}, False, id="a commit"),
        pytest.param({"dvc.yaml": "artifacts: {m: {path: a}}\n"}, False, id="an annotation in dvc.yaml"),
        pytest.param({"artifacts.yaml": "m: {path: a}\n"}, True, id="an annotation in artifacts.yaml"),
    ],
)
def test_what_at_the_tip_brings_a_deprecated_artifact_back(files, active):
    world = rollback()
    world.tag("m@deprecated", at=60)
    world.commit(files, at=70)
    query = "select active, deprecated_at, updated_at from artifacts"
    assert asked(catalog(world), query) == [{"active": active, "deprecated_at": at(60), "updated_at": at(60)}]


def test_an_annotation_at_the_tip_makes_an_artifact_no_older():
    world = World()
    world.commit({"artifacts.yaml": "m: {path: a}\n"}, at=10)
    world.tag("m@v1.0.0", world.commit({"a": "1"}, branch="side", parents=(), at=20), at=30)
    assert asked(catalog(world), "select created_at from artifacts") == [{"created_at": at(20)}]


@pytest.mark.parametrize(
    ("moment", "artifacts"), [(9, 0), (10, 1)], ids=["the second before", "the second of the commit"]
)
def test_what_is_annotated_at_the_tip_is_there_from_its_commit_on(moment, artifacts):
    world = World()
    world.commit({"artifacts.yaml": "m: {path: a}\n"}, at=10)
    assert len(asked(catalog(world), "from artifacts_at(?)", at(moment))) == artifacts


def branches() -> World:
    """A version on main, one on a branch that was deleted, one on a side branch."""
    world = World()
    world.tag("m@v1.0.0", world.commit())
    world.tag("m@v2.0.0", world.commit(branch="gone", parents=(world.tip(),)))
    del world.refs["refs/heads/gone"]
    world.tag("m@v3.0.0", world.commit(branch="side", parents=()))
    return world


@pytest.mark.parametrize(
    ("complete", "reachable"),
    [
        pytest.param(True, [True, False, True], id="the whole history was read"),
        pytest.param(False, [True, None, True], id="what was not seen may be further back"),
    ],
)
def test_whether_a_branch_reaches_a_version(complete, reachable):
    world = branches()
    rows = {**rows_of(world.listing(), world.objects)}
    rows[History] = [History(commits=len(rows[History]), complete=complete)]
    found = asked(catalog_of({"r": rows}), "select reachable from versions order by version")
    assert [row["reachable"] for row in found] == reachable


def other_stages() -> World:
    world = World()
    world.commit({".gto": "stages: [dev, live, qa]\n"})
    world.tag("m@v1.0.0")
    world.tag("m#live")
    world.tag("m#eu")
    return world


def test_a_vocabulary_names_stages_and_keeps_what_the_tags_say():
    query = "select stage, raw_stage from current_assignments order by all"
    assert asked(catalog(other_stages(), *STAGES), query) == [
        {"stage": "eu", "raw_stage": "eu"},
        {"stage": "prod", "raw_stage": "live"},
    ]


def test_the_stages_of_a_repository_are_those_that_are_listed_and_those_that_are_used():
    query = "select raw_stage, stage, allowed, artifacts from stages order by place nulls last, raw_stage"
    assert asked(catalog(other_stages(), *STAGES), query) == [
        {"raw_stage": "dev", "stage": "dev", "allowed": True, "artifacts": 0},
        {"raw_stage": "live", "stage": "prod", "allowed": True, "artifacts": 1},
        {"raw_stage": "qa", "stage": "qa", "allowed": True, "artifacts": 0},
        {"raw_stage": "eu", "stage": "eu", "allowed": False, "artifacts": 1},
    ]


@pytest.mark.slow
def test_two_names_of_one_stage_hold_one_version_of_an_artifact():
    world = World()
    first, second = world.commit({"a": "1"}), world.commit({"a": "2"})
    for tag, commit in [("m@v1.0.0", first), ("m@v2.0.0", second), ("m#live", first), ("m#prod", second)]:
        world.tag(tag, commit)
    query = "select stage, raw_stage, version from current_assignments"
    assert asked(catalog(world, *STAGES), query) == [{"stage": "prod", "raw_stage": "prod", "version": "v2.0.0"}]


# Annotations: of the version's own commit where there are some, else those of the tip.

OLD = "m:\n  type: model\n  path: old.pkl\n  description: old\n  labels: [a]\n  custom: {k: 1}\n"
NEW = "artifacts:\n  m:\n    path: new.pkl\n    type: model\n    desc: new\n    labels: [b]\n    meta: {k: 2}\n"
SAID_OLD = {"file": "artifacts.yaml", "path": "old.pkl", "description": "old", "labels": ["a"], "meta": {"k": "1"}}
SAID_NEW = {"file": "dvc.yaml", "path": "new.pkl", "description": "new", "labels": ["b"], "meta": {"k": "2"}}
NOTHING: dict[str, Any] = {"file": None, "path": None, "description": None, "labels": [], "meta": None}


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        pytest.param({"artifacts.yaml": OLD}, {}, {"annotated_at": "commit", **SAID_OLD}, id="the old format"),
        pytest.param({"dvc.yaml": NEW}, {}, {"annotated_at": "commit", **SAID_NEW}, id="the new format"),
        pytest.param({"artifacts.yaml": OLD, "dvc.yaml": NEW}, {}, {"annotated_at": "commit", **SAID_NEW}, id="both: the new one"),
        pytest.param({"artifacts.yaml": OLD}, {"dvc.yaml": NEW}, {"annotated_at": "commit", **SAID_OLD}, id="another at the tip: the version's own"),
        pytest.param({}, {"dvc.yaml": NEW}, {"annotated_at": "tip", **SAID_NEW}, id="only at the tip"),
        pytest.param({}, {"artifacts.yaml": OLD, "dvc.yaml": NEW}, {"annotated_at": "tip", **SAID_NEW}, id="both at the tip: the new one"),
        pytest.param({"x": ""}, {}, {"annotated_at": None, **NOTHING}, id="nowhere"),
    ],
)  # fmt: skip
def test_what_is_known_about_a_version(before, after, said):
    world = World()
    world.commit(before)
    world.tag("m@v1.0.0")
    world.commit(after)
    assert asked(catalog(world), "select annotated_at, file, path, description, labels, meta from versions") == [said]


@pytest.mark.one_in(2)
@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        pytest.param(OLD, "artifacts: {m: {path: new.pkl, type: dataset, desc: new, labels: [b]}}\n", ("model", "old", ["a"], "old.pkl"), id="both: the version"),
        pytest.param("m: {path: old.pkl}\n", "artifacts: {m: {path: new.pkl, type: dataset, desc: new, labels: [b]}}\n", ("dataset", "new", [], "old.pkl"), id="what the version leaves open, but for labels"),
        pytest.param(None, "artifacts: {m: {path: new.pkl, type: dataset, desc: new, labels: [b]}}\n", ("dataset", "new", ["b"], "new.pkl"), id="only the tip"),
        pytest.param(None, None, (None, None, [], None), id="neither"),
    ],
)  # fmt: skip
def test_an_artifact_is_what_its_latest_version_says_and_else_the_tip(before, after, said):
    world = World()
    world.commit({"artifacts.yaml": before})
    world.tag("m@v1.0.0")
    world.commit({"artifacts.yaml": None, "dvc.yaml": after})
    (row,) = asked(catalog(world), "select type, description, labels, path from artifacts")
    assert tuple(row.values()) == said


def test_a_version_that_another_followed_is_in_the_stage_no_more():
    world = World()
    for number in (1, 2):
        world.commit({"a": str(number)})
        world.tag(f"m@v{number}.0.0")
        world.tag(f"m#prod#{number}")
    found = asked(catalog(world), "select version, stages from versions order by version")
    assert [tuple(row.values()) for row in found] == [("v1.0.0", []), ("v2.0.0", ["prod"])]


def test_what_another_commit_than_the_version_and_the_tip_says_counts_for_nothing():
    world = World()
    world.commit({"artifacts.yaml": OLD})
    world.tag("m@v1.0.0")
    world.commit({"artifacts.yaml": None})
    world.tag("m@v2.0.0")
    query = "select version, annotated_at, path from versions order by version"
    assert [tuple(row.values()) for row in asked(catalog(world), query)] == [
        ("v1.0.0", "commit", "old.pkl"),
        ("v2.0.0", None, None),
    ]


def test_a3_an_artifact_of_a_folder_is_annotated_in_the_dvc_yaml_of_that_folder():
    world = World()
    world.commit(
        {"proj/sub/dvc.yaml": "artifacts: {m: {path: m.bin}}\n", "dvc.yaml": "artifacts: {m: {path: other}}\n"}
    )
    world.tag("proj/sub=m@v1.0.0")
    query = "select artifact, folder, name, path from artifacts order by artifact"
    assert asked(catalog(world), query) == [
        {"artifact": "m", "folder": None, "name": "m", "path": "other"},
        {"artifact": "proj/sub:m", "folder": "proj/sub", "name": "m", "path": "m.bin"},
    ]


# Names: any end of `host/owner/name:artifact` that begins after a `/` or a `:`.

IDS = ("host/o/r:churn", "host/o/r:cv/x:churn", "host/o/other:churn", "host/o/other:re-churn")


def names() -> duckdb.DuckDBPyConnection:
    one, other = World(), World()
    for world, tags in ((one, ("churn@v1.0.0", "cv/x=churn@v1.0.0")), (other, ("churn@v1.0.0", "re-churn@v1.0.0"))):
        world.commit()
        for tag in tags:
            world.tag(tag)
    return catalog_of(
        {f"host/o/{name}": rows_of(world.listing(), world.objects) for name, world in (("r", one), ("other", other))}
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("churn", [IDS[2], IDS[0], IDS[1]]),
        ("r:churn", [IDS[0]]),
        ("o/r:churn", [IDS[0]]),
        ("host/o/r:churn", [IDS[0]]),
        ("cv/x:churn", [IDS[1]]),
        ("x:churn", [IDS[1]]),
        ("r:cv/x:churn", [IDS[1]]),
        ("re-churn", [IDS[3]]),
        ("hurn", []),
        ("Churn", []),
        ("%", []),
        ("", []),
    ],
)
def test_an_artifact_answers_to_every_end_of_its_name(words, found):
    assert [row["id"] for row in asked(names(), "from internal.find_artifacts(?) order by id", words)] == found


OPEN = "select rule, place from open_problems order by all"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tags", "problems"),
    [
        pytest.param((), [], id="without tags of GTO it is another program's"),
        pytest.param(("v1.0.0",), [], id="also where a release is tagged"),
        pytest.param(("m@v1.0.0",), [("not-gto", "artifacts.yaml")], id="with one it is to be mended"),
    ],
)
def test_an_artifacts_yaml_that_is_no_file_of_gto_is_a_problem_in_a_registry_alone(tags, problems):
    world = World()
    world.commit({"artifacts.yaml": "- a list\n"})
    for tag in tags:
        world.tag(tag)
    seen = {"outcome": "new", "message": None, "stale": False, "visited_at": START, "read_at": START, "partition": None}
    repo = Repo(repo="host/o/r", url="/r", **seen)
    connection = catalog_of({repo.repo: rows_of(world.listing(), world.objects)}, {Repo: [repo]})
    lists = [
        OPEN,
        "select rule, place from internal.list_problems(null)",
        "select rule, place from internal.site_problems()",
    ]
    counts = [
        "select problems from internal.list_repos(null)",
        "select problems from internal.site_repositories()",
        "select problems from internal.site_counts()",
    ]
    assert (
        [[tuple(row.values()) for row in asked(connection, query)] for query in lists],
        [row["problems"] for query in counts for row in asked(connection, query)],
    ) == ([problems] * 3, [len(problems)] * 3)


def test_any_other_problem_is_one_without_tags_of_gto():
    world = World()
    world.commit({"artifacts.yaml": "m: {type: 1}\n", "dvc.yaml": "- a list\n"})
    assert {problem["rule"] for problem in asked(catalog(world), OPEN)} == {"annotation", "wrong-type"}


@pytest.mark.parametrize(
    ("files", "problems"),
    [
        pytest.param([], 0, id="no problem"),
        pytest.param(["latest"], 1, id="of the latest version"),
        pytest.param(["in a stage"], 1, id="of a version in a stage"),
        pytest.param(["tip"], 0, id="of a file of metrics at the tip"),
        pytest.param(["artifacts"], 1, id="of the list of artifacts at the tip"),
        pytest.param(["between"], 0, id="of another version"),
        pytest.param(["latest", "in a stage", "between"], 2, id="of several"),
    ],
)
def test_problems_of_files_that_are_shown_concern_a_model(files, problems):
    world = World()
    for number, name in enumerate(("in a stage", "between", "latest", "tip")):
        metrics = "{" if name in files else f'{{"auc": 0.{number}}}'
        listed = "m: {type: 1}\n" if name == "tip" and "artifacts" in files else "m: {type: model}\n"
        content = {"dvc.yaml": "metrics: [m.json]\n", "m.json": metrics, "artifacts.yaml": listed}
        commit = world.commit(content, at=number)
        if name != "tip":
            world.tag(f"m@v{number + 1}.0.0", commit, at=10 + number)
        if name == "in a stage":
            world.tag("m#prod#1", commit, at=20)
    assert asked(catalog(world), "from internal.site_model_problems()") == [{"problems": problems}]


@pytest.mark.parametrize(
    ("tag", "problems"),
    [("m@v2.0.0", 1), ("m#prod#1", 1), ("v2.0.0", 0)],
    ids=["a registration", "an assignment", "no registry tag"],
)
def test_problems_of_registry_tags_concern_a_model(tag, problems):
    world = World()
    world.tag("m@v1.0.0", world.commit({"a": "1"}))
    unread = Problem(connector="gto", rule="missing-object", place=f"refs/tags/{tag}", message="gone")
    connection = catalog_of({"host/o/r": {**rows_of(world.listing(), world.objects), Problem: [unread]}})
    assert asked(connection, "from internal.site_model_problems()") == [{"problems": problems}]


def test_the_last_week_has_registrations_promotions_and_rollbacks_of_seven_days():
    world = World()
    first, second = world.commit({"a": "1"}, at=0), world.commit({"a": "2"}, at=1)
    week = 7 * 24 * 3600
    world.tag("m@v1.0.0", first, at=9)
    world.tag("m@v2.0.0", second, at=10)
    world.tag("m#prod#1", first, at=11)
    world.tag("m#prod#2", second, at=12)
    world.tag("m#prod#3", first, at=week + 10)
    query = "select kind, version, stage, moment from internal.site_week()"
    assert [tuple(row.values()) for row in asked(catalog(world), query)] == [
        ("rollback", "v1.0.0", "prod", at(week + 10)),
        ("promotion", "v2.0.0", "prod", at(12)),
        ("promotion", "v1.0.0", "prod", at(11)),
    ]
