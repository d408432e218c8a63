"""What the catalog knew when: two clocks, the taggers' and its own, one story at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from catalog.schema.arrow import to_arrow
from catalog.schema.tables.inventory import Crawl, Repo, Visit
from catalog.schema.tables.observations import Observation
from catalog.store.observations import Observations, RefScan
from support.catalogs import asked, catalog_of, rows_of
from support.worlds import START, World

HOST = "host/o/r"
PROJECT_METRICS = "metrics: [m.json]\n"
METRICS = f"artifacts: {{m: {{path: x}}}}\n{PROJECT_METRICS}"

Step = Callable[[World], object]


def visit_at(number: int) -> datetime:
    """Visits are days apart; the tags of these stories are dated to the first minutes."""
    return START + timedelta(days=number)


def day(number: float) -> datetime:
    return (START + timedelta(days=number)).replace(tzinfo=None)


def second(number: int) -> datetime:
    return (START + timedelta(seconds=number)).replace(tzinfo=None)


def repo_row(name: str = HOST) -> Repo:
    return Repo(
        repo=name,
        url="u",
        outcome="fresh",
        message=None,
        stale=False,
        visited_at=visit_at(9),
        read_at=visit_at(9),
        partition="p",
    )


def crawl_row(number: int) -> Crawl:
    return Crawl(
        crawl=number, started_at=visit_at(number), seconds=2.0, new=0, changed=1, fresh=0, failed=0, received=0
    )


def visit_row(number: int, outcome: str, *, turned: bool = False, repo: str = HOST) -> Visit:
    return Visit(
        crawl=number,
        repo=repo,
        outcome=outcome,
        why=None,
        message="no answer" if outcome == "down" else None,
        started_at=visit_at(number),
        first_at=visit_at(number),
        seconds=1.0,
        received=0,
        requests=1,
        turned=turned,
    )


def story(folder: Path, *steps: Step, repos: tuple[Repo, ...] = (repo_row(),)) -> duckdb.DuckDBPyConnection:
    """A catalog whose repository was visited after each step: at day 1, 2, 3, ..."""
    world = World()
    observations = Observations(folder)
    for number, step in enumerate(steps, 1):
        step(world)
        last = (f"p{number - 1}", visit_at(number - 1)) if number > 1 else (None, None)
        sight = RefScan(
            repo=HOST,
            crawl=number,
            at=visit_at(number),
            partition=f"p{number}",
            last_partition=last[0],
            last_at=last[1],
            last_crawl=number - 1 or None,
        )
        observations.record(sight, world.listing, world.rows)
    seen = list(observations.load("host~o~r.jsonl").rows())
    rows = {**rows_of(world.listing(), world.objects), Observation: seen}
    crawls = [crawl_row(number) for number in range(1, len(steps) + 1)]
    return catalog_of({HOST: rows}, {Repo: repos, Crawl: crawls, Visit: [visit_row(1, "new", turned=True)]})


def register(version: str, at: int, metrics: str | None = None, *, project: str = METRICS, **told: Any) -> Step:
    """A commit of its own, and the registration of a version on it."""

    def step(world: World) -> None:
        files = {"x": version} | ({"m.json": metrics, "dvc.yaml": project} if metrics else {})
        world.tag(f"m@{version}", world.commit(files, at=at), at=at, **told)

    return step


def assign(stage: str, version: str, at: int) -> Step:
    return lambda world: world.tag(
        f"m#{stage}#{at}", world.snapshot().tag(world.refs[f"refs/tags/m@{version}"]).target, at=at
    )


def delete(tag: str) -> Step:
    return lambda world: world.refs.pop(f"refs/tags/{tag}")


def both(*steps: Step) -> Step:
    return lambda world: [step(world) for step in steps]


def prod(connection: duckdb.DuckDBPyConnection, t: datetime, k: int) -> list[str]:
    return [row["version"] for row in asked(connection, "from stages_known_at(?, ?) where stage = 'prod'", t, k)]


# at DATE --known-at DATE


def rollout(folder: Path) -> duckdb.DuckDBPyConnection:
    """v1 in prod; v2 in prod, which was tagged before the first visit but pushed before the second; then that tag is deleted."""
    return story(
        folder,
        both(register("v1.0.0", 10), assign("prod", "v1.0.0", 20)),
        both(register("v2.0.0", 30), assign("prod", "v2.0.0", 40)),
        delete("m#prod#40"),
    )


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("t", "k", "versions"),
    [
        pytest.param(second(50), 0, [], id="before the first visit, nothing was known"),
        pytest.param(second(50), 1, ["v1.0.0"], id="the later assignment had not been pushed"),
        pytest.param(second(50), 2, ["v2.0.0"], id="it had"),
        pytest.param(second(35), 2, ["v1.0.0"], id="at a time before it, by the tagger's clock"),
        pytest.param(second(50), 3, ["v1.0.0"], id="it was deleted"),
    ],
)
def test_who_was_in_prod_at_a_time_as_known_at_another(tmp_path, t, k, versions):
    assert prod(rollout(tmp_path), t, k) == versions


def test_what_is_known_now_is_what_is_there(tmp_path):
    connection = rollout(tmp_path)
    assert asked(connection, "select * exclude (ref) from known_events_at(?) order by all", 99) == asked(
        connection, "from events order by all"
    )


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("k", "versions"),
    [(2, ["v1.0.0"]), (3, []), (4, []), (5, ["v1.0.0"])],
    ids=["before", "when it was taken out", "afterwards", "when it was put back"],
)
def test_of_a_repository_that_was_taken_out_nothing_is_known_until_it_is_put_back(tmp_path, k, versions):
    assert prod(out_and_back(tmp_path), second(50), k) == versions


def out_and_back(folder: Path) -> duckdb.DuckDBPyConnection:
    """A repository that was read in crawls 1 and 2, taken out of repos.toml before 3, and put back before 5."""
    connection = story(folder, FIRST, register("v2.0.0", 30))
    runs = [visit_row(1, "new", turned=True), visit_row(3, "removed", turned=True), visit_row(5, "fresh", turned=True)]
    insert(connection, Visit, runs)
    insert(connection, Crawl, [crawl_row(3), crawl_row(4), crawl_row(5)])
    return connection


def insert(connection: duckdb.DuckDBPyConnection, table: type[Any], rows: list[Any]) -> None:
    """Adds rows; visits take the place of those that are there."""
    if table is Visit:
        connection.execute("delete from visits")
    connection.register("given", to_arrow(table, rows))
    connection.execute(f"insert into {table.TABLE} from given")
    connection.unregister("given")


# Tags that were rewritten or deleted


def rewrite(folder: Path) -> duckdb.DuckDBPyConnection:
    return story(
        folder,
        register("v1.0.0", 10, who="Bo <bo@x.example>"),
        lambda _: None,
        register("v1.0.0", 30, who="Cy <cy@x.example>"),
    )


def test_a_rewritten_tag_says_what_it_said_and_between_which_visits_that_ended(tmp_path):
    query = "select tag, old_version, version, old_author, author, old_seen_at, seen_at, crawl from rewritten_tags"
    assert asked(rewrite(tmp_path), query) == [
        {
            "tag": "m@v1.0.0",
            "old_version": "v1.0.0",
            "version": "v1.0.0",
            "old_author": "Bo",
            "author": "Cy",
            "old_seen_at": day(2),
            "seen_at": day(3),
            "crawl": 3,
        }
    ]


def test_a_rewritten_tag_is_not_deleted(tmp_path):
    assert asked(rewrite(tmp_path), "from deleted_tags") == []


def test_a_deleted_tag_says_what_it_said_and_when_it_came_back(tmp_path):
    world: list[World] = []

    def restore(made: World) -> None:
        made.refs["refs/tags/m@v1.0.0"] = world[0].refs["refs/tags/m@v1.0.0"]

    def keep(made: World) -> None:
        world.append(World())
        world[0].refs = dict(made.refs)

    connection = story(tmp_path, both(register("v1.0.0", 10), register("v2.0.0", 20), keep), delete("m@v1.0.0"), delete("m@v2.0.0"), restore)  # fmt: skip
    query = "select tag, version, last_seen, ended_at, crawl, returned_at from deleted_tags order by tag"
    assert asked(connection, query) == [
        {"tag": "m@v1.0.0", "version": "v1.0.0", "last_seen": day(1), "ended_at": day(2), "crawl": 2, "returned_at": day(4)},
        {"tag": "m@v2.0.0", "version": "v2.0.0", "last_seen": day(2), "ended_at": day(3), "crawl": 3, "returned_at": None},
    ]  # fmt: skip


def test_a_plain_tag_that_moved_is_rewritten_too(tmp_path):
    def release(world: World) -> None:
        world.commit()
        world.lightweight("v1")

    query = "select tag, event, old_revision <> revision as moved from rewritten_tags"
    assert asked(story(tmp_path, release, release), query) == [{"tag": "v1", "event": None, "moved": True}]


# Clocks that disagree

DAY = 24 * 3600


@pytest.mark.parametrize(
    ("made", "skew"),
    [
        pytest.param(20 * DAY, [{"skew": "backdated", "seconds": 9 * DAY}], id="nine days before a visit that did not find it"),
        pytest.param(23 * DAY, [], id="made on a Friday, pushed on a Monday"),
        pytest.param(30 * DAY + 60, [], id="a clock a minute fast"),
        pytest.param(31 * DAY, [{"skew": "future", "seconds": DAY}], id="tomorrow"),
    ],
)  # fmt: skip
def test_a_date_that_cannot_be_right_is_told(tmp_path, made, skew):
    world = World()
    world.commit()
    observations = Observations(tmp_path)
    sight = RefScan(repo=HOST, crawl=1, at=visit_at(29), partition="p1")
    observations.record(sight, world.listing, world.rows)
    world.tag("m@v1.0.0", at=made)
    later = replace(sight, crawl=2, at=visit_at(30), partition="p2", last_partition="p1", last_at=visit_at(29))
    observations.record(later, world.listing, world.rows)
    connection = catalog_of({HOST: {Observation: observations.load("host~o~r.jsonl").rows()}})
    assert asked(connection, "select skew, seconds from time_skew") == skew


@pytest.mark.slow
def test_diff_tells_of_a_tag_whose_date_cannot_be_right(tmp_path):
    connection = story(tmp_path, FIRST, register("v2.0.0", 9 * DAY))
    assert changes(connection, 1, 2) == [
        ("skewed_tag", "m@v2.0.0", None, "future"),
        ("new_version", None, None, "v2.0.0"),
    ]


def test_what_the_first_visit_finds_may_be_of_any_age(tmp_path):
    assert asked(story(tmp_path, register("v1.0.0", 10)), "from time_skew") == []


# diff


def changes(connection: duckdb.DuckDBPyConnection, a: int, b: int, *columns: str) -> list[tuple[Any, ...]]:
    names = columns or ("kind", "what", "old", "new")
    rows = asked(connection, "from changes_between(?, ?)", a, b)
    return [tuple(row[name] for name in names) for row in rows]


FIRST = both(register("v1.0.0", 10), assign("prod", "v1.0.0", 20))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("steps", "told"),
    [
        pytest.param([register("v1.1.0", 30)], [("new_version", None, None, "v1.1.0")], id="a new version"),
        pytest.param(
            [both(register("v1.1.0", 30), assign("prod", "v1.1.0", 40))],
            [("new_version", None, None, "v1.1.0"), ("promotion", "assigned", "v1.0.0", "v1.1.0")],
            id="a promotion",
        ),
        pytest.param(
            [both(register("v0.9.0", 30), assign("prod", "v0.9.0", 40))],
            [("new_version", None, None, "v0.9.0"), ("rollback", "assigned", "v1.0.0", "v0.9.0")],
            id="an older version in the place of a newer one",
        ),
        pytest.param(
            [assign("dev", "v1.0.0", 30)], [("promotion", "assigned", None, "v1.0.0")], id="the first in a stage"
        ),
        pytest.param([assign("prod!", "v1.0.0", 30)], [("vacancy", None, "v1.0.0", None)], id="a stage is empty"),
        pytest.param(
            [lambda world: world.tag("m@v1.0.0!", at=30)],
            [("vacancy", None, "v1.0.0", None), ("deregistration", None, "v1.0.0", None)],
            id="a deregistration, which empties the stage",
        ),
        pytest.param(
            [lambda world: world.tag("m@deprecated", at=30)],
            [("vacancy", None, "v1.0.0", None), ("deprecation", None, None, None)],
            id="a deprecation, which empties the stage",
        ),
        pytest.param(
            [both(delete("m@v1.0.0"), delete("m#prod#20"))],
            [
                ("deleted_tag", "m#prod#20"),
                ("deleted_tag", "m@v1.0.0"),
                ("lost_artifact", None),
                ("lost_version", None),
                ("vacancy", None),
            ],
            id="its tags are gone",
        ),
        pytest.param([lambda world: world.commit({"y": ""})], [], id="a commit that no tag speaks of"),
    ],
)
def test_what_a_crawl_changed(tmp_path, steps, told):
    found = changes(story(tmp_path, FIRST, *steps), 1, 2)
    assert [row[: len(told[0])] for row in found] == told if told else found == []


@pytest.mark.slow
def test_a_fallback_is_a_rollback_that_nobody_assigned(tmp_path):
    connection = story(
        tmp_path,
        both(FIRST, register("v2.0.0", 30), assign("prod", "v2.0.0", 40)),
        assign("prod!", "v2.0.0", 50),
    )
    assert changes(connection, 1, 2) == [("rollback", "fallback", "v2.0.0", "v1.0.0")]


@pytest.mark.slow
def test_a_revival_follows_a_deprecation(tmp_path):
    connection = story(
        tmp_path, both(FIRST, lambda world: world.tag("m@deprecated", at=30)), assign("dev", "v1.0.0", 40)
    )
    assert ("revival",) in changes(connection, 1, 2, "kind")


BOB, CY = "Bob <bob@example.com>", "Cy <cy@example.com>"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("step", "told"),
    [
        pytest.param(
            both(register("v1.0.0", 10, who=BOB), register("v2.0.0", 20)), ("v2.0.0", "Bob", second(10)), id="who made the first tag, not the latest version"
        ),
        pytest.param(
            both(register("v2.0.0", 20, who=CY), register("v1.0.0", 10, who=BOB)), ("v2.0.0", "Bob", second(10)), id="by the tagger's clock, not in the order of pushes"
        ),
        pytest.param(
            both(register("v1.0.0", 10, who=BOB), register("v2.0.0", 10, who=CY)), ("v2.0.0", "Bob", second(10)), id="of two at once, who made the tag whose name is first"
        ),
        pytest.param(
            lambda world: world.tag("m#prod", world.commit({"x": "1"}), at=10, who=BOB), (None, "Bob", second(10)), id="who assigned it, where nothing is registered"
        ),
    ],
)  # fmt: skip
def test_the_author_of_a_new_artifact_is_who_made_its_first_tag(tmp_path, step, told):
    found = changes(story(tmp_path, step), 0, 1, "kind", "new", "author", "moment")
    assert [row[1:] for row in found if row[0] == "new_artifact"] == [told]


@pytest.mark.slow
def test_what_came_and_went_between_is_not_told(tmp_path):
    connection = story(tmp_path, FIRST, register("v2.0.0", 30), delete("m@v2.0.0"))
    assert [row for row in changes(connection, 1, 3, "kind") if row != ("deleted_tag",)] == []


@pytest.mark.slow
def test_a_rewritten_tag_is_told_by_the_commits_that_it_led_to(tmp_path):
    connection = rewrite(tmp_path)
    (old, new), = changes(connection, 2, 3, "old", "new")  # fmt: skip
    assert [asked(connection, "select count(*) as n from observations where revision = ? and event is not null", each)[0]["n"] for each in (old, new)] == [1, 1]  # fmt: skip


@pytest.mark.slow
def test_metrics_of_the_latest_version_that_moved_are_told_with_whether_that_is_good(tmp_path):
    connection = story(
        tmp_path,
        register("v1.0.0", 10, '{"auc": 0.9, "loss": 0.3, "rows": 5, "same": 1}'),
        register("v1.1.0", 20, '{"auc": 0.95, "loss": 0.4, "rows": 6, "same": 1}'),
    )
    assert changes(connection, 1, 2, "kind", "what", "old", "new", "better") == [
        ("new_version", None, None, "v1.1.0", None),
        ("metric", "auc", "0.9", "0.95", True),
        ("metric", "loss", "0.3", "0.4", False),
        ("metric", "rows", "5", "6", None),
    ]


@pytest.mark.slow
def test_metrics_of_the_project_are_neither_better_nor_worse(tmp_path):
    connection = story(
        tmp_path,
        register("v1.0.0", 10, '{"auc": 0.9}', project=PROJECT_METRICS),
        register("v1.1.0", 20, '{"auc": 0.95}', project=PROJECT_METRICS),
    )
    assert changes(connection, 1, 2, "kind", "what", "old", "new", "better", "of_project") == [
        ("new_version", None, None, "v1.1.0", None, False),
        ("metric", "auc", "0.9", "0.95", None, True),
    ]


LOST, BACK = ("lost_repo", "no answer", "new", "down"), ("found_repo", None, "down", "fresh")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("visits", "told"),
    [
        pytest.param([(2, "new")], [("new_repo", None, None, "new")], id="a new one"),
        pytest.param([(1, "new"), (2, "down")], [LOST], id="one that is down"),
        pytest.param([(0, "new"), (1, "down"), (2, "fresh")], [BACK], id="one that is back"),
        pytest.param([(2, "refused")], [("unread_repo", None, None, "refused")], id="one that was never read"),
        pytest.param(
            [(1, "refused"), (2, "new")],
            [("new_repo", None, "refused", "new")],
            id="one that is read for the first time after it was refused",
        ),
        pytest.param([(0, "new"), (1, "down"), (2, "refused")], [], id="one that is lost for another reason"),
        pytest.param(
            [(1, "new"), (2, "removed")], [("lost_repo", None, "new", "removed")], id="one that was taken out"
        ),
        pytest.param(
            [(0, "new"), (1, "down"), (2, "left")], [("lost_repo", None, "down", "left")], id="one that was down, and is not listed"
        ),
        pytest.param(
            [(0, "new"), (1, "removed"), (2, "fresh")], [("found_repo", None, "removed", "fresh")], id="one that was put back"
        ),
        pytest.param([(0, "new"), (1, "removed"), (2, "down")], [], id="one that was put back, and is down"),
        pytest.param([(1, "refused"), (2, "removed")], [], id="one that was taken out and never read"),
    ],
)  # fmt: skip
def test_repositories_that_were_lost_and_found_are_told(visits, told):
    rows = [visit_row(at, outcome, turned=True) for at, outcome in visits]
    connection = catalog_of({}, {Repo: [repo_row()], Visit: rows})
    assert changes(connection, 1, 2) == told


@pytest.mark.slow
@pytest.mark.parametrize(
    "visits",
    [
        pytest.param([(1, "new"), (2, "down"), (3, "fresh")], id="one that was down in between"),
        pytest.param([(2, "new"), (3, "removed")], id="one that came and was taken out in between"),
        pytest.param([(1, "new"), (2, "removed"), (3, "fresh")], id="one that was taken out in between"),
    ],
)
def test_what_is_as_it_was_is_told_neither_lost_nor_new(visits):
    rows = [visit_row(at, outcome, turned=True) for at, outcome in visits]
    connection = catalog_of({}, {Repo: [repo_row()], Visit: rows})
    assert changes(connection, 1, 3) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("a", "b", "told"),
    [
        pytest.param(1, 2, [("new_version", "v2.0.0")], id="what was known then stays"),
        pytest.param(2, 3, [("lost_repo", "removed")], id="when it was taken out"),
        pytest.param(1, 4, [("lost_repo", "removed")], id="and nothing else of it, as it is there no more"),
        pytest.param(0, 4, [], id="there neither then nor now"),
        pytest.param(3, 4, [], id="while it was out"),
        pytest.param(3, 5, [("found_repo", "fresh")], id="when it was put back"),
        pytest.param(2, 5, [], id="out and back"),
        pytest.param(1, 5, [("new_version", "v2.0.0")], id="out and back, with what came before"),
    ],
)
def test_a_repository_that_is_taken_out_does_not_rewrite_the_past(tmp_path, a, b, told):
    assert changes(out_and_back(tmp_path), a, b, "kind", "new") == told


def test_how_a_repository_was_found_in_a_crawl():
    runs = [replace(visit_row(3, "fresh"), crawls=(1, 3)), replace(visit_row(4, "down"), crawls=(4,))]
    connection = catalog_of({}, {Visit: runs})
    found = [
        [(row["outcome"], row["until_crawl"]) for row in asked(connection, "from visits_in(?)", n)] for n in range(1, 5)
    ]
    assert found == [[("fresh", 3)], [], [("fresh", 3)], [("down", 4)]]


def test_how_a_repository_stood_in_a_crawl_of_which_not_all_visits_are_kept():
    visits = [
        replace(visit_row(1, "new", turned=True), crawls=(1,)),
        replace(visit_row(2, "fresh"), crawls=(2,)),
        replace(visit_row(5, "down"), crawls=(5, 7), crawl=7),
        replace(visit_row(1, "new", repo="gone"), crawls=(1,)),
        replace(visit_row(3, "left", repo="gone"), crawls=(3,)),
    ]
    crawls = [crawl_row(number) for number in (2, 3, 4, 5, 7)] + [replace(crawl_row(1), changed=2)]
    connection = catalog_of({}, {Visit: visits, Crawl: crawls})
    found = {
        n: [(row["repo"], row["outcome"], row["until_crawl"], row["visited"]) for row in asked(connection, "from visits_in(?)", n)]
        for n in range(1, 9)
    }  # fmt: skip
    assert found == {
        1: [("gone", "new", 1, True), (HOST, "new", 1, True)],
        2: [(HOST, "fresh", None, True)],
        3: [("gone", "left", None, True), (HOST, "fresh", None, None)],
        4: [(HOST, "fresh", None, None)],
        5: [(HOST, "down", 7, True)],
        6: [],
        7: [(HOST, "down", 7, True)],
        8: [],
    }


@pytest.mark.slow
def test_everything_is_new_to_the_first_crawl(tmp_path):
    connection = story(tmp_path, FIRST)
    found = changes(connection, 0, 9, "kind", "id", "stage", "new", "author", "moment")
    ann = ("v1.0.0", "Ann", second(10))
    assert found == [
        ("new_repo", HOST, None, "new", None, day(1)),
        ("new_artifact", f"{HOST}:m", None, *ann),
        ("new_version", f"{HOST}:m", None, *ann),
        ("promotion", f"{HOST}:m", "prod", "v1.0.0", "Ann", second(20)),
    ]


@pytest.mark.slow
def test_nothing_is_known_of_the_time_after_the_last_visit_or_before_the_first():
    assert changes(catalog_of({}, {}), 0, 9) == []


UNSEEN, SEEN = visit_at(30), visit_at(31)
INSTANT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("made", "skew"),
    [
        pytest.param(SEEN + timedelta(minutes=5), [], id="a clock may be five minutes ahead"),
        pytest.param(SEEN + timedelta(minutes=5) + INSTANT, ["future"], id="and no more"),
        pytest.param(UNSEEN - timedelta(days=7), [], id="a tag may be pushed a week late"),
        pytest.param(UNSEEN - timedelta(days=7) - INSTANT, ["backdated"], id="and no later"),
    ],
)
def test_how_far_a_date_may_be_off(made, skew):
    row = Observation(
        ref="refs/tags/m@v1.0.0", oid="a" * 40, revision=None, unseen_at=UNSEEN, first_seen=SEEN, last_seen=SEEN,
        ended_at=None, first_crawl=2, ended_crawl=None, event="registration", created_at=made,
    )  # fmt: skip
    assert [row["skew"] for row in asked(catalog_of({HOST: {Observation: [row]}}), "from time_skew")] == skew


@pytest.mark.parametrize(
    ("clocks", "unseen", "seen", "skew"),
    [
        pytest.param((30, 31), 1, 2, "backdated", id="clocks that can be trusted"),
        pytest.param((3650, 31), 1, 2, None, id="the visit that did not find it had a clock years ahead"),
        pytest.param((1, 3650, 31), 2, 3, None, id="nor does the crawl before it say more"),
        pytest.param((30, 3650, 31), 2, 3, "backdated", id="but where the crawl before it was late enough, it does"),
    ],
)
def test_a_suspect_clock_dates_no_tag(clocks, unseen, seen, skew):
    crawls = [replace(crawl_row(number), started_at=visit_at(at)) for number, at in enumerate(clocks, 1)]
    row = Observation(
        ref="refs/tags/m@v1.0.0", oid="a" * 40, revision=None, unseen_at=visit_at(clocks[unseen - 1]), unseen_crawl=unseen,
        first_seen=visit_at(clocks[seen - 1]), last_seen=visit_at(clocks[seen - 1]), ended_at=None, first_crawl=seen, ended_crawl=None,
        event="registration", created_at=visit_at(20),
    )  # fmt: skip
    connection = catalog_of({HOST: {Observation: [row]}}, {Crawl: crawls})
    assert [row["skew"] for row in asked(connection, "from time_skew")] == ([skew] if skew else [])


def test_a_tag_that_was_first_seen_by_a_suspect_clock_may_be_from_the_future():
    crawls = [replace(crawl_row(number), started_at=visit_at(at)) for number, at in ((1, 3650), (2, 31))]
    row = Observation(
        ref="refs/tags/m@v1.0.0", oid="a" * 40, revision=None, unseen_at=None, first_seen=visit_at(3650), last_seen=visit_at(31),
        ended_at=None, first_crawl=1, ended_crawl=None, event="registration", created_at=visit_at(32),
    )  # fmt: skip
    connection = catalog_of({HOST: {Observation: [row]}}, {Crawl: crawls})
    assert [row["skew"] for row in asked(connection, "from time_skew")] == ["future"]


def test_a_rewriting_under_a_clock_that_was_set_back_is_told_forward(tmp_path):
    connection = rewrite(tmp_path)
    connection.execute("update observations set first_seen = first_seen - interval 90 day where first_crawl = 3")
    assert asked(connection, "select old_version, old_author, author, crawl from rewritten_tags") == [
        {"old_version": "v1.0.0", "old_author": "Bo", "author": "Cy", "crawl": 3}
    ]
    assert asked(connection, "from deleted_tags") == []
