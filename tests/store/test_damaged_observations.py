"""Damage of an observations file: it costs the lines that it hits, and the next visit records anew what is there now."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.schema.arrow import to_arrow
from catalog.schema.tables.observations import Observation
from catalog.store import jsonl
from catalog.store.observation_line import MOST_CRAWL, MOST_INTEGER, read
from catalog.store.observations import Observations, RefScan
from catalog.store.ref_timeline import RefTimeline
from support.changes import STEPS, base, delete_tag, move_tag, register
from support.worlds import World

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
REPO = "host/o/r"
FILE = "host~o~r.jsonl"

State = dict[str, str]  # the object of each ref
Step = tuple[Callable[[World, int], None], int]


def put_back(world: World, number: int) -> None:
    """A ref that was deleted, or named another object, names the object that it named at first."""
    firsts = world.__dict__.setdefault("firsts", {})
    if firsts:
        name = sorted(firsts)[number % len(firsts)]
        world.refs[name] = firsts[name]


def record(root: Path, states: list[State], world: World) -> None:
    """The next visit."""
    last, crawl = len(states), len(states) + 1
    scan = RefScan(
        repo=REPO,
        crawl=crawl,
        at=hour(crawl),
        partition=partition(world.refs),
        last_partition=partition(states[-1]) if states else None,
        last_at=hour(last) if states else None,
        last_crawl=last if states else None,
    )
    Observations(root).record(scan, world.listing, world.rows)
    states.append(dict(world.refs))


def hour(number: int) -> datetime:
    return NOON + timedelta(hours=number)


def partition(refs: State) -> str:
    return blake2b(repr(sorted(refs.items())).encode(), digest_size=8).hexdigest()


def visited(root: Path, steps: Iterable[Step]) -> tuple[World, list[State]]:
    """A repository that was visited after each step, and its refs at each visit, from crawl 1."""
    world, states = base(), list[State]()
    for change, number in [(put_back, 0), *steps]:
        change(world, number)
        firsts = world.__dict__.setdefault("firsts", {})
        firsts |= {name: oid for name, oid in world.refs.items() if name not in firsts}
        record(root, states, world)
    return world, states


def names(timeline: RefTimeline) -> State:
    return {ref: interval.oid for ref, interval in timeline.now.items()}


def falsehoods(rows: Iterable[Observation], states: list[State]) -> list[tuple[Any, ...]]:
    """What rows claim of visits that was not so."""
    found = []
    for row in rows:
        there = [(row.first_crawl, True), (row.last_crawl, True), (row.unseen_crawl, False), (row.ended_crawl, False)]
        found += [
            (row.ref, crawl, was)
            for crawl, was in there
            if crawl is not None and (states[crawl - 1].get(row.ref) == row.oid) is not was
        ]
    return found


def flipped(line: bytes, at: int) -> bytes:
    place = at % len(line)
    return line[:place] + bytes([line[place] ^ (1 + at % 255)]) + line[place + 1 :]


def cut(line: bytes, at: int) -> bytes:
    return line[: 1 + at % (len(line) - 1)]


def senseless(_: bytes, at: int) -> bytes:
    return jsonl.line(({"at": 5}, {}, [], at, "x", None)[at % 6]).encode()


DAMAGES: dict[str, Callable[[bytes, int], bytes]] = {
    "a byte is another": flipped,
    "its end is missing": cut,
    "its end is missing but for the line feed": lambda line, at: cut(line[:-1], at) + b"\n",
    "it is zeros": lambda line, _: bytes(len(line)),
    "it is zeros, and a line feed": lambda line, _: bytes(len(line) - 1) + b"\n",
    "its checksum is right and its content is not": senseless,
}


def check(folder: Path, steps: list[Step], damage: str, which: int, at: int) -> None:
    """All other lines are read as they were; the next visit, which finds nothing new, makes up for it; the one after it writes nothing."""
    world, states = visited(folder, steps)
    file = folder / FILE
    lines, undamaged = file.read_bytes().splitlines(keepends=True), list(read(file))
    place = which % len(lines)
    file.write_bytes(b"".join([*lines[:place], DAMAGES[damage](lines[place], at), *lines[place + 1 :]]))
    damaged = file.read_bytes()
    assert list(filter(None, read(file))) in ([*undamaged[:place], *undamaged[place + 1 :]], undamaged)
    record(folder, states, world)
    healed, once = Observations(folder).load(FILE), file.read_bytes()
    record(folder, states, world)
    assert (names(healed), healed.damage.new, falsehoods(healed.rows(), states), once[: len(damaged)]) == (
        world.refs,
        0,
        [],
        damaged,
    )
    assert file.read_bytes() == once


@pytest.mark.slow
@settings(max_examples=30)
@given(
    steps=st.lists(st.one_of(STEPS.map(lambda steps: steps[0]), st.tuples(st.just(put_back), st.integers(0, 7))), min_size=1, max_size=6),
    damage=st.sampled_from(sorted(DAMAGES)),
    which=st.integers(0, 6),
    at=st.integers(0, 10**6),
)  # fmt: skip
def test_damage_of_one_line_costs_that_line_and_what_is_there_is_known_again(steps, damage, which, at):
    with TemporaryDirectory() as folder:
        check(Path(folder), steps, damage, which, at)


@pytest.mark.parametrize("damage", sorted(DAMAGES))
@pytest.mark.parametrize("which", [0, 1, 2], ids=["the first", "one between", "the last"])
def test_damage_of_a_line(tmp_path, damage, which):
    check(tmp_path, [(delete_tag, 0), (put_back, 3)], damage, which, 977)


# Which lines of a file come again: copies as a copied block, or a merge of two files, leaves them.
REPEATS: dict[str, Callable[[list[bytes], int], list[bytes]]] = {
    "one line, at once": lambda lines, at: [*lines[: at + 1], *lines[at:]],
    "one line, at the end": lambda lines, at: [*lines, lines[at]],
    "the lines up to one": lambda lines, at: [*lines[: at + 1], *lines],
    "all lines": lambda lines, _: lines * 2,
}


def check_repeats(folder: Path, steps: list[Step], repeat: str, which: int) -> None:
    """A file with lines twice says what it says with each once; the next visit, which finds nothing new, writes nothing."""
    world, states = visited(folder, steps)
    file, once = folder / FILE, Observations(folder).load(FILE)
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(REPEATS[repeat](lines, which % len(lines))))
    repeated = file.read_bytes()
    assert Observations(folder).load(FILE) == once
    assert Observations(folder).holds(REPO, partition(world.refs))
    record(folder, states, world)
    assert file.read_bytes() == repeated


@pytest.mark.slow
@settings(max_examples=30)
@given(
    steps=st.lists(st.one_of(STEPS.map(lambda steps: steps[0]), st.tuples(st.just(put_back), st.integers(0, 7))), min_size=1, max_size=6),
    repeat=st.sampled_from(sorted(REPEATS)),
    which=st.integers(0, 6),
)  # fmt: skip
def test_lines_that_come_twice_say_what_they_say_once(steps, repeat, which):
    with TemporaryDirectory() as folder:
        check_repeats(Path(folder), steps, repeat, which)


@pytest.mark.parametrize("repeat", sorted(REPEATS))
@pytest.mark.parametrize("which", [0, 1, 2], ids=["the first", "one between", "the last"])
def test_a_line_that_comes_twice_shows_no_deleted_tag(tmp_path, repeat, which):
    check_repeats(tmp_path, [(delete_tag, 0), (put_back, 3)], repeat, which)


def test_a_repository_that_has_its_former_name_back_has_it_although_its_line_said_so_before(tmp_path):
    visited(tmp_path, [(register, 7)])
    observations = Observations(tmp_path)
    for former, name in [(REPO, "host/o/x"), ("host/o/x", REPO), (REPO, "host/o/x"), ("host/o/x", REPO)]:
        assert observations.rename(former, name)
    assert observations.load(FILE).repo == REPO


def test_damage_is_told_once_by_the_visit_that_makes_up_for_it(tmp_path, caplog):
    world, states = visited(tmp_path, [(register, 7), (move_tag, 1)])
    file = tmp_path / FILE
    first, second, third = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(first[:-9] + b"\n" + second.replace(b"m@", b"x@") + third)
    for _ in range(3):
        record(tmp_path, states, world)
        Observations(tmp_path).load_readable(FILE)
    assert caplog.messages == [
        f"{file} has 2 damaged lines: what was recorded there is lost; what its refs name now is recorded anew"
    ]


def test_a_build_without_a_visit_tells_of_damage(tmp_path, caplog):
    visited(tmp_path, [(register, 7)])
    file = tmp_path / FILE
    first, second = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(first[:-9] + b"\n" + second)
    timeline = Observations(tmp_path).load_readable(FILE)
    assert (timeline and sorted(timeline.now), caplog.messages) == (
        ["refs/tags/m@v7.0.0"],
        [f"{file} has 1 damaged line: what was recorded there is lost; the next crawl records anew what its refs name"],
    )


def test_a_folder_in_the_place_of_a_file_is_left_out_until_a_visit_puts_it_aside(tmp_path, caplog):
    (tmp_path / FILE).mkdir()
    observations = Observations(tmp_path)
    found = (
        observations.last_crawl(),
        observations.lacks(REPO, "p1"),
        observations.rename(REPO, "host/o/x"),
        observations.load_readable(FILE),
    )
    record(tmp_path, list[State](), base())
    assert (found, (tmp_path / FILE).is_file(), caplog.messages) == (
        (0, True, False, None),
        True,
        [
            f"{tmp_path / FILE} cannot be read: Is a directory: what it holds is left out",
            f"{tmp_path / FILE} is a folder, expected a file: it is moved to {FILE}.aside-1",
        ],
    )


def test_a_renamed_repository_of_which_all_lines_are_damaged_begins_anew(tmp_path):
    visited(tmp_path, [])
    (tmp_path / FILE).write_bytes(b"damaged\n")
    observations = Observations(tmp_path)
    moved = observations.rename(REPO, "host/o/x")
    assert (moved, (tmp_path / "host~o~x.jsonl").read_bytes()) == (True, b"damaged\n")


LINE: dict[str, Any] = {
    "at": "2026-03-01T13:00:00+00:00", "before": "2026-03-01T12:00:00+00:00", "repo": "r", "gone": ["a"], "seen": {"b": ["1", "2"]},
    "told": {"b": {
        "tag": "m@v1", "event": "registration", "artifact": "m", "version": "v1", "precedence": None, "stage": None, "counter": 1,
        "commit": "2", "created_at": "2026-03-01T13:00:00+00:00", "utc_offset": 60, "author": "A", "author_email": "a@b", "message": "",
        "signed": None,
    }},
    "crawl": 1, "partition": "p",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "is_read"),
    [
        pytest.param({}, True, id="as it was written"),
        pytest.param({"key of a later version": 1}, True, id="with a key of a later version"),
        pytest.param({"crawl": MOST_CRAWL}, True, id="the highest number of a crawl"),
        pytest.param({"crawl": MOST_CRAWL + 1}, False, id="one more than the highest number of a crawl"),
        pytest.param({"crawl": -1}, False, id="a crawl before the first"),
        pytest.param({"crawl": "1"}, False, id="a number as text"),
        pytest.param({"at": None}, False, id="no time"),
        pytest.param({"at": "2026-03-01T13:00:00"}, False, id="a time without a zone"),
        pytest.param({"before": "9999-12-31T23:59:59-12:00"}, False, id="a time beyond the last year"),
        pytest.param({"seen": {"b": ["1"]}}, False, id="a ref without its commit"),
        pytest.param({"told": {"b": {"tag": "m@v1"}}}, False, id="half an event"),
        pytest.param({"told": {"b": LINE["told"]["b"] | {"counter": MOST_INTEGER}}}, True, id="the highest counter"),
        pytest.param({"told": {"b": LINE["told"]["b"] | {"counter": MOST_INTEGER + 1}}}, False, id="one more than the highest counter"),
        pytest.param({"told": {"b": LINE["told"]["b"] | {"utc_offset": float("nan")}}}, False, id="no number"),
        pytest.param({"repo": "\udc80"}, True, id="half a character"),
    ],
)  # fmt: skip
def test_a_line_that_says_what_no_visit_says_is_damaged(tmp_path, change, is_read):
    file = tmp_path / FILE
    file.write_text(jsonl.checked(json.dumps(LINE | change)))
    timeline = Observations(tmp_path).load(FILE)
    table = to_arrow(Observation, timeline.rows(), repo=timeline.repo)
    assert (timeline.damage.lines, table.num_rows) == ((0, 1) if is_read else (1, 0))


@settings(max_examples=30)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.floats()
        | st.integers()
        | st.text()
        | st.sampled_from(list(LINE["told"]["b"].values())),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    ),
    st.sampled_from(sorted(LINE)),
    st.booleans(),
)
def test_whatever_a_line_says_it_is_read_or_damaged(value, key, is_alone):
    with TemporaryDirectory() as folder:
        Path(folder, FILE).write_text(jsonl.checked(json.dumps(value if is_alone else LINE | {key: value})))
        timeline = Observations(Path(folder)).load(FILE)
        to_arrow(Observation, timeline.rows(), repo=timeline.repo)


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, '{"at": ' + "[" * 100_000, '{"at": ' + "9" * 10_000 + "}"],
    ids=["a list", "a value", "digits"],
)
def test_a_line_of_any_depth_and_length_is_damaged(tmp_path, text):
    (tmp_path / FILE).write_text(jsonl.checked(text))
    assert Observations(tmp_path).load(FILE).damage.lines == 1


def lead(target: str) -> Callable[[Path], None]:
    return lambda file: file.symlink_to(target)


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lead("/nowhere/at/all"), id="a link that leads nowhere"),
        pytest.param(lead(FILE), id="a link to itself"),
        pytest.param(os.mkfifo, id="a pipe"),
        pytest.param(os.mkdir, id="a folder"),
    ],
)
def test_what_lies_in_the_place_of_the_file_is_put_aside(make, tmp_path):
    world, states = visited(tmp_path, [(register, 1)])
    (tmp_path / FILE).unlink()
    make(tmp_path / FILE)
    assert Observations(tmp_path).last_crawl() == 0
    record(tmp_path, states, world)
    assert names(Observations(tmp_path).load(FILE)) == world.refs
    assert os.path.lexists(tmp_path / f"{FILE}.aside-1")
