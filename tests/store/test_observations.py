"""Observations: what was seen when stays, whatever the repository does next, and whatever a crash leaves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings

from catalog.config.parse import Config
from catalog.crawl.crawl import crawl
from catalog.database import database
from catalog.database.build import build
from catalog.schema.tables.git import Tag
from catalog.schema.tables.registry import Event
from catalog.store import jsonl
from catalog.store.observation_line import EVENT_CELLS, MOST_MESSAGE
from catalog.store.observations import Observations, RefScan
from support.changes import CHANGES, STEPS, base, register
from support.crawling import visited, wish
from support.worlds import World

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
REPO = "host/o/r"


def hour(number: int) -> datetime:
    return NOON + timedelta(hours=number)


def saw(root: Path, world: World, crawl: int, *, last: int | None = None, partition: str | None = None) -> None:
    """A visit at that hour; `last` is the visit before that went well."""
    sight = RefScan(
        repo=REPO,
        crawl=crawl,
        at=hour(crawl),
        partition=partition or f"p{crawl}",
        last_partition=None if last is None else f"p{last}",
        last_at=None if last is None else hour(last),
    )
    Observations(root).record(sight, world.listing, world.rows)


def file(root: Path) -> Path:
    (found,) = root.iterdir()
    return found


def told(root: Path, *names: str) -> list[tuple[Any, ...]]:
    """Cells of the tags' rows, in order."""
    rows = sorted(Observations(root).load(file(root).name).rows(), key=lambda row: (row.ref, row.first_seen))
    return [tuple(getattr(row, name) for name in names) for row in rows if row.ref.startswith("refs/tags/")]


def spells(root: Path) -> list[tuple[Any, ...]]:
    """Of each tag: its name, and the hours between which it came, was seen last, and had gone."""
    return [
        (ref.removeprefix("refs/tags/"), *((at - NOON) // timedelta(hours=1) if at else None for at in times))
        for ref, *times in told(root, "ref", "unseen_at", "first_seen", "last_seen", "ended_at")
    ]


def three_visits(root: Path) -> World:
    """At the first hour one tag; at the second nothing new; at the third it is gone and another there."""
    world = World()
    world.commit()
    world.tag("m@v1.0.0")
    saw(root, world, 1)
    saw(root, world, 2, last=1, partition="p1")
    world.tag("n@v1.0.0")
    del world.refs["refs/tags/m@v1.0.0"]
    return world


@pytest.mark.parametrize(
    ("last_partition", "last_at", "seen"),
    [
        pytest.param("p1", 2, 2, id="the last visit led to the same rows"),
        pytest.param("p1", 0, 1, id="no visit since the line is known"),
        pytest.param("p2", 2, 1, id="the last visit led to other rows, of which there is no line"),
        pytest.param(None, None, 1, id="no visit is known"),
    ],
)
def test_a_tag_that_went_was_last_seen_by_the_visit_before_and_one_that_came_was_not(
    tmp_path, last_partition, last_at, seen
):
    world = three_visits(tmp_path)
    sight = RefScan(
        repo=REPO,
        crawl=3,
        at=hour(3),
        partition="p3",
        last_partition=last_partition,
        last_at=None if last_at is None else hour(last_at),
    )
    Observations(tmp_path).record(sight, world.listing, world.rows)
    assert spells(tmp_path) == [("m@v1.0.0", None, 1, seen, 3), ("n@v1.0.0", seen, 3, None, None)]


def test_what_a_tag_said_stays_when_it_is_gone(tmp_path):
    world = World()
    commit = world.commit()
    oid = world.tag("m@v1.0.0", at=60, who="Bo <bo@example.com>", message="why")
    saw(tmp_path, world, 1)
    world.refs.clear()
    world.commit()
    saw(tmp_path, world, 2, last=1)
    names = ("oid", "event", "artifact", "version", "commit", "revision", "author", "message", "ended_crawl")
    assert told(tmp_path, *names) == [(oid, "registration", "m", "v1.0.0", commit, commit, "Bo", "why", 2)]


def test_a_tag_that_names_another_object_is_two_rows(tmp_path):
    world = World()
    world.commit()
    first = world.tag("m@v1.0.0", message="one")
    saw(tmp_path, world, 1)
    second = world.tag("m@v1.0.0", message="two")
    saw(tmp_path, world, 2, last=1)
    assert told(tmp_path, "oid", "message", "first_crawl", "ended_crawl") == [
        (first, "one", 1, 2),
        (second, "two", 2, None),
    ]


def test_branches_experiments_and_other_tags_are_seen_too_and_say_nothing(tmp_path):
    world = World()
    world.commit()
    world.lightweight("v1")
    world.refs[f"refs/exps/{world.tip()[:2]}/{world.tip()[2:]}/brave"] = world.tip()
    saw(tmp_path, world, 1)
    rows = Observations(tmp_path).load(file(tmp_path).name).rows()
    assert [(row.ref.rpartition("/")[2], row.revision, row.event) for row in rows] == [
        ("brave", world.tip(), None),
        ("main", world.tip(), None),
        ("v1", world.tip(), None),
    ]


def test_another_name_for_a_registry_tag_is_not_the_registrys(tmp_path):
    world = World()
    world.commit()
    oid = world.tag("m@v1.0.0")
    world.lightweight("backup", oid)
    saw(tmp_path, world, 1)
    assert told(tmp_path, "ref", "event") == [("refs/tags/backup", None), ("refs/tags/m@v1.0.0", "registration")]


def test_a_visit_that_finds_nothing_new_writes_nothing_and_reads_no_rows(tmp_path):
    world = base()
    saw(tmp_path, world, 1)
    before = file(tmp_path).read_bytes()

    def fail(table: object) -> Any:
        raise AssertionError(table)

    sight = RefScan(repo=REPO, crawl=2, at=hour(2), partition="p1", last_partition="p1", last_at=hour(1))
    Observations(tmp_path).record(sight, world.listing, fail)
    assert file(tmp_path).read_bytes() == before


def test_a_better_reading_of_a_tag_takes_the_place_of_the_last(tmp_path):
    world = World()
    world.commit()
    world.tag("m@v1.0.0")
    sight = RefScan(repo=REPO, crawl=1, at=hour(1), partition="p1")
    Observations(tmp_path).record(sight, world.listing, lambda table: world.rows(table) if table is Tag else [])
    before = told(tmp_path, "version", "first_crawl")
    saw(tmp_path, world, 2, last=1)
    assert (before, told(tmp_path, "version", "first_crawl")) == ([(None, 1)], [("v1.0.0", 1)])


def test_a_long_message_is_remembered_by_its_beginning(tmp_path):
    world = World()
    world.commit()
    world.tag("m@v1.0.0", message="x" * MOST_MESSAGE)
    world.tag("m@v2.0.0", message="x" * MOST_MESSAGE + "y")
    saw(tmp_path, world, 1)
    assert told(tmp_path, "message") == [("x" * MOST_MESSAGE,)] * 2


def test_the_number_of_the_last_crawl_is_that_of_the_last_line(tmp_path):
    world = base()
    numbers = [Observations(tmp_path).last_crawl()]
    for number in (2, 7):
        saw(tmp_path, world, number)
        numbers.append(Observations(tmp_path).last_crawl())
    assert numbers == [0, 2, 7]


# What a crash, or a careless hand, does to the file.


@pytest.mark.slow
def test_a_crash_at_any_byte_of_a_line_loses_that_line_and_the_next_visit_sees_it_anew(tmp_path):
    world = base()
    saw(tmp_path, world, 1)
    first = file(tmp_path).read_bytes()
    world.tag("m@v9.0.0", message="late")
    saw(tmp_path, world, 2, last=1)
    whole = file(tmp_path).read_bytes()
    found = set()
    for end in range(len(first) + 1, len(whole) - 1, 7):
        file(tmp_path).write_bytes(whole[:end])
        saw(tmp_path, world, 3, last=2)
        found.add(tuple(row for row in spells(tmp_path) if row[0] == "m@v9.0.0"))
    # The visit at hour 2 left no line, so that nobody knows any more what it saw.
    assert found == {(("m@v9.0.0", 1, 3, None, None),)}


@pytest.mark.parametrize("noise", [b"\n", b"\xff\xfe\n", b"00000000 {}\n", b"torn", bytes(64)], ids=repr)
def test_noise_between_lines_is_passed_over(tmp_path, noise):
    world = base()
    saw(tmp_path, world, 1)
    with file(tmp_path).open("ab") as out:
        out.write(noise)
    world.tag("m@v9.0.0")
    saw(tmp_path, world, 2, last=1)
    assert spells(tmp_path)[-1] == ("m@v9.0.0", 1, 2, None, None)


def test_an_older_file_costs_what_it_does_not_know(tmp_path):
    world = base()
    saw(tmp_path, world, 1)
    older = file(tmp_path).read_bytes()
    world.tag("m@v9.0.0")
    saw(tmp_path, world, 2, last=1)
    file(tmp_path).write_bytes(older)
    # The journal of visits knows of hour 2, but not what was there then: hour 1 is the last that is certain.
    saw(tmp_path, world, 3, last=2, partition="p2")
    assert spells(tmp_path)[-1] == ("m@v9.0.0", 1, 3, None, None)


def test_a_lost_line_in_the_middle_is_made_up_for_by_the_next_visit(tmp_path):
    world = base()
    for number in (1, 2, 3):
        world.tag(f"m@v{number + 5}.0.0")
        saw(tmp_path, world, number, last=number - 1 or None)
    lines = file(tmp_path).read_bytes().splitlines(keepends=True)
    file(tmp_path).write_bytes(lines[0] + lines[1].replace(b"m@", b"x@") + lines[2])
    world.tag("m@v9.0.0")
    saw(tmp_path, world, 4, last=3)
    found = {name: first for name, _, first, _, _ in spells(tmp_path)}
    assert [found[f"m@v{number}.0.0"] for number in (6, 7, 8, 9)] == [1, 4, 3, 4]


# With a crawl, and in the database.


def asked(config: Config, query: str) -> list[tuple[object, ...]]:
    with closing(database.connect(config.output / "catalog.duckdb")) as connection:
        return connection.execute(query).fetchall()


SAME = (
    "select count(*) from ((from known_events_at((select max(crawl) from crawls)) except from events)"
    " union all (from events except from known_events_at((select max(crawl) from crawls))))"
)


def step_by_step(folder: Path, steps: Iterable[tuple[Callable[[World, int], None], int]]) -> Config:
    """A catalog that was crawled after each step, and built at the end."""
    world = base()
    config = wish(folder, {"m": str(world.write(folder / "m"))})
    visited(config)
    for change, number in steps:
        change(world, number)
        world.write(folder / "m")
        visited(config)
    build(config)
    return config


@pytest.mark.slow
def test_what_is_remembered_of_now_is_what_is_there_now(tmp_path):
    config = step_by_step(tmp_path, [(change, number) for number, change in enumerate(CHANGES)])
    assert asked(config, SAME) == [(0,)]


@pytest.mark.slow
@settings(max_examples=15)
@given(STEPS)
def test_what_is_remembered_of_now_is_what_is_there_now_whatever_happened(steps):
    with TemporaryDirectory() as folder:
        assert asked(step_by_step(Path(folder), steps), SAME) == [(0,)]


def several(folder: Path, *, built: bool = False) -> Config:
    """Five repositories that were crawled, and built; then one lost a tag, and they were crawled again."""
    worlds = {name: base() for name in "abcde"}
    config = wish(folder, {name: str(world.write(folder / name)) for name, world in worlds.items()})
    visited(config)
    if built:
        build(config)
    del worlds["b"].refs["refs/tags/m@v1.0.0"]
    worlds["b"].write(folder / "b")
    visited(config)
    return config


@pytest.mark.slow
def test_a_change_of_one_repository_gives_the_rows_of_a_build_from_nothing(tmp_path):
    config = several(tmp_path, built=True)
    changed = build(config).incremental
    first = asked(config, "from observations order by all")
    (config.output / "catalog.duckdb").unlink()
    build(config)
    assert (changed, asked(config, "from observations order by all")) == (True, first)


@pytest.mark.slow
def test_only_of_what_is_gone_is_it_said_when_it_was_last_seen(tmp_path):
    config = several(tmp_path)
    visited(config)
    (tmp_path / "c").rename(tmp_path / "elsewhere")
    visited(config)
    build(config)
    query = "select bool_and((last_seen is null) = (ended_at is null)), bool_and((last_crawl is null) = (ended_at is null)) from observations"
    assert asked(config, query) == [(True, True)]


@pytest.mark.slow
def test_a_repository_that_left_the_file_is_remembered(tmp_path):
    several(tmp_path)
    config = wish(tmp_path, {"a": str(tmp_path / "a")})
    build(config)
    counts = asked(config, "select repo, count(event) from observations group by repo order by repo")
    assert counts == [("a", 3), ("b", 3), ("c", 3), ("d", 3), ("e", 3)]


@pytest.mark.slow
def test_tags_of_a_damaged_line_are_known_again_after_a_crawl_that_finds_nothing_new(tmp_path):
    config = step_by_step(tmp_path, [(register, 7), (register, 8)])
    journal = config.output / "store" / "observations" / "m.jsonl"
    first, second, third = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(first[:50] + bytes(9) + first[59:] + second + third)
    build(config)
    before = asked(config, SAME)
    visited(config)
    build(config)
    assert (before, asked(config, SAME)) == ([(3,)], [(0,)])


@pytest.mark.slow
def test_a_folder_in_the_place_of_a_file_is_put_aside_and_recording_begins_anew(tmp_path):
    config = several(tmp_path, built=True)
    journal = config.output / "store" / "observations" / "b.jsonl"
    journal.unlink()
    journal.mkdir()
    outcomes = {name: outcome for name, (outcome, _) in visited(config).items()}
    build(config)
    repos = asked(config, "select distinct repo from observations order by repo")
    assert (outcomes, repos) == (dict.fromkeys("abcde", "fresh"), [("a",), ("b",), ("c",), ("d",), ("e",)])
    assert (journal.is_file(), journal.with_name("b.jsonl.aside-1").is_dir()) == (True, True)


@pytest.mark.slow
def test_when_the_memory_is_lost_it_begins_anew_with_the_next_crawl_though_nothing_changed(tmp_path):
    config = several(tmp_path)
    for each in (config.output / "store" / "observations").iterdir():
        each.unlink()
    visited(config)
    build(config)
    assert asked(config, "select count(*), min(first_crawl), count(unseen_at) from observations") == [(19, 3, 0)]


def test_a_visit_that_failed_saw_nothing(tmp_path):
    config = several(tmp_path)
    before = {each.name: each.read_bytes() for each in (config.output / "store" / "observations").iterdir()}
    for name in "abcde":
        (tmp_path / name).rename(tmp_path / f"{name}-gone")
    crawl(config)
    assert {each.name: each.read_bytes() for each in (config.output / "store" / "observations").iterdir()} == before


# Other names, other clocks, other versions


def test_a_renamed_repository_goes_on_with_its_lines(tmp_path):
    world = three_visits(tmp_path)
    before = file(tmp_path).read_text()
    assert Observations(tmp_path).rename(REPO, "host/o/now")
    sight = RefScan(
        repo="host/o/now", crawl=3, at=hour(3), partition="p3", last_partition="p1", last_at=hour(2), last_crawl=2
    )
    Observations(tmp_path).record(sight, world.listing, world.rows)
    assert (file(tmp_path).name, file(tmp_path).read_text().startswith(before), spells(tmp_path)) == (
        "host~o~now.jsonl",
        True,
        [("m@v1.0.0", None, 1, 2, 3), ("n@v1.0.0", 2, 3, None, None)],
    )


def test_a_renamed_repository_has_its_new_name_also_where_no_visit_came_after(tmp_path):
    three_visits(tmp_path)
    Observations(tmp_path).rename(REPO, "host/o/now")
    assert Observations(tmp_path).load("host~o~now.jsonl").repo == "host/o/now"


def test_a_name_that_has_a_history_gets_no_other(tmp_path):
    three_visits(tmp_path)
    observations = Observations(tmp_path)
    assert (observations.rename(REPO, REPO), observations.rename("host/o/unknown", "host/o/x")) == (False, False)


def test_crawls_order_what_was_seen_whatever_the_clock_said(tmp_path):
    world = World()
    world.commit()
    world.tag("m@v1.0.0")
    times = {1: hour(1), 2: hour(9000), 3: hour(2), 4: hour(3)}
    for number, partition in ((1, "p1"), (2, "p1"), (3, "p1"), (4, "p4")):
        if number == 4:
            world.refs.pop("refs/tags/m@v1.0.0")
        last = {"last_partition": "p1", "last_at": times[number - 1], "last_crawl": number - 1} if number > 1 else {}
        sight = RefScan(repo=REPO, crawl=number, at=times[number], partition=partition, **last)
        Observations(tmp_path).record(sight, world.listing, world.rows)
    assert told(tmp_path, "last_seen", "last_crawl", "ended_at", "ended_crawl") == [(hour(2), 3, hour(3), 4)]


def test_lines_of_an_earlier_version_are_read_and_gone_on_with(tmp_path):
    world = three_visits(tmp_path)
    lines = [json.loads(line.partition(" ")[2]) for line in file(tmp_path).read_text().splitlines()]
    old = [{key: value for key, value in line.items() if key != "before_crawl"} for line in lines]
    file(tmp_path).write_text("".join(map(jsonl.line, old)))
    sight = RefScan(repo=REPO, crawl=3, at=hour(3), partition="p3", last_partition="p1", last_at=hour(2))
    Observations(tmp_path).record(sight, world.listing, world.rows)
    assert told(tmp_path, "ref", "unseen_crawl", "last_seen", "last_crawl", "ended_crawl") == [
        ("refs/tags/m@v1.0.0", None, hour(2), 1, 3),
        ("refs/tags/n@v1.0.0", 1, None, None, None),
    ]


def test_a_line_has_the_bytes_that_every_version_has_written(tmp_path):
    world = World()
    commit = world.commit()
    oid = world.tag("m@v1.0.0", at=60, who="Bö <bo@example.com>", message="why")
    saw(tmp_path, world, 1)
    assert file(tmp_path).read_text()[len("01234567 ") :] == (
        '{"at": "2026-03-01T13:00:00+00:00", "before": null, "before_crawl": null, "repo": "host/o/r", "gone": [], "seen": '
        f'{{"refs/heads/main": ["{commit}", "{commit}"], "refs/tags/m@v1.0.0": ["{oid}", "{commit}"]}}, "told": {{"refs/tags/m@v1.0.0": '
        '{"tag": "m@v1.0.0", "event": "registration", "artifact": "m", "version": "v1.0.0", "precedence": '
        f'"{world.events()[0].precedence}", "stage": null, "counter": null, "commit": "{commit}", "created_at": "2024-01-01T00:01:00+00:00", '
        '"utc_offset": 0, "author": "B\\u00f6", "author_email": "bo@example.com", "message": "why", "signed": null}}, "crawl": 1, '
        '"partition": "p1"}\n'
    )


def test_a_tag_is_told_by_all_columns_of_its_event_but_those_of_its_ref():
    assert tuple(cell.name for cell in fields(Event) if cell.name not in ("oid", "revision")) == EVENT_CELLS
