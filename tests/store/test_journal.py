"""The journal: what a crash may cut off is the line that was being written, and nothing before it."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from operator import itemgetter

import pytest

from catalog.errors import StoreError
from catalog.schema.arrow import to_arrow
from catalog.schema.tables.inventory import Crawl, Rename, Visit
from catalog.store import journal as module
from catalog.store import jsonl
from catalog.store.crawl_file import LAST_YEAR, MOST, MOST_SECONDS, Line, Merged, digest
from catalog.store.journal import KEPT, Journal
from catalog.store.last_visit import LastVisit

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def hour(number: int) -> datetime:
    return NOON + timedelta(hours=number)


def visit(crawl: int, repo: str, outcome: str = "new", message: str | None = None) -> Visit:
    return Visit(
        crawl=crawl,
        repo=repo,
        outcome=outcome,
        why="new" if outcome == "new" else None,
        message=message,
        started_at=hour(crawl),
        seconds=0.5,
        received=100,
        requests=3,
    )


def ended(crawl: int) -> Crawl:
    return Crawl(crawl=crawl, started_at=hour(crawl), seconds=1.5, new=1, changed=0, fresh=0, failed=0, received=100)


def crawled(journal: Journal, *visits: tuple[str, str, str | None]) -> None:
    """A crawl that came to an end: repository, outcome, partition."""
    with journal.begin() as entry:
        for repo, outcome, partition in visits:
            entry.add([(visit(entry.number, repo, outcome), partition)])
        entry.end(ended(entry.number))
    journal.sum_up()


def cut_short(journal: Journal, *visits: tuple[str, str, str | None]) -> None:
    """A crawl whose process was killed: neither its end nor the sum was written."""
    entry = journal.begin()
    for repo, outcome, partition in visits:
        entry.add([(visit(entry.number, repo, outcome), partition)])
    entry._out.close()


def test_an_empty_journal_knows_nothing(tmp_path):
    journal = Journal(tmp_path / "crawls")
    assert (journal.last_visits(), journal.crawls(), journal.visits()) == ({}, (), ())


def test_what_is_written_is_read_again(tmp_path):
    journal = Journal(tmp_path)
    said = visit(1, "a/b", "down", 'no answer from "höst"\n\x1b[31m\u2028')
    with journal.begin() as entry:
        entry.add([(said, None)])
        entry.end(ended(1))
    assert (journal.visits(), journal.crawls()) == ((replace(said, first_at=hour(1), crawls=(1,)),), (ended(1),))


@pytest.mark.parametrize(
    ("crawls", "found"),
    [
        pytest.param(
            [("new", "p1")],
            LastVisit(
                outcome="new",
                message=None,
                visited_at=hour(1),
                partition="p1",
                read_at=hour(1),
                read_crawl=1,
                first_at=hour(1),
                times=1,
            ),
            id="read once",
        ),
        pytest.param(
            [("new", "p1"), ("fresh", "p1")],
            LastVisit(
                outcome="fresh",
                message=None,
                visited_at=hour(2),
                partition="p1",
                read_at=hour(2),
                read_crawl=2,
                first_at=hour(2),
                times=1,
            ),
            id="unchanged, so its rows are true as of the last visit",
        ),
        pytest.param(
            [("new", "p1"), ("down", None), ("gone", None)],
            LastVisit(
                outcome="gone",
                message=None,
                visited_at=hour(3),
                partition="p1",
                read_at=hour(1),
                read_crawl=1,
                first_at=hour(3),
                times=1,
            ),
            id="failed twice, so its rows are those of the first visit",
        ),
        pytest.param(
            [("refused", None)],
            LastVisit(outcome="refused", message=None, visited_at=hour(1), first_at=hour(1), times=1),
            id="never read",
        ),
    ],
)
@pytest.mark.parametrize("last_is_cut_short", [False, True], ids=["to the end", "cut short"])
def test_how_a_repository_was_found_last(tmp_path, crawls, found, last_is_cut_short):
    journal = Journal(tmp_path)
    for outcome, partition in crawls[:-1]:
        crawled(journal, ("r", outcome, partition))
    (cut_short if last_is_cut_short else crawled)(journal, ("r", *crawls[-1]))
    assert Journal(tmp_path).last_visits() == {"r": found}


def test_the_sum_says_what_the_lines_say(tmp_path):
    journal = Journal(tmp_path)
    crawled(journal, ("a", "new", "p1"), ("b", "down", None))
    crawled(journal, ("a", "down", None))
    cut_short(journal, ("b", "new", "p2"))
    summed_up = journal.last_visits()
    (tmp_path / "repos.json").unlink()
    from_lines = journal.last_visits()
    journal.sum_up()
    assert summed_up == from_lines == journal.last_visits()


@pytest.mark.slow
def test_a_crash_at_any_byte_of_the_last_line_loses_that_visit_alone(tmp_path):
    journal = Journal(tmp_path)
    crawled(journal, ("a", "new", "p1"))
    cut_short(journal, ("a", "changed", "p2"), ("b", "new", "p3"))
    file = tmp_path / "000002.jsonl"
    whole = file.read_bytes()
    first_line = whole.index(b"\n") + 1
    found = []
    for end in range(first_line, len(whole)):
        file.write_bytes(whole[:end])
        found.append(({repo: each.partition for repo, each in journal.last_visits().items()}, len(journal.visits())))
    # The last line without its newline is whole: its checksum says so.
    lost, whole_line = ({"a": "p2"}, 2), ({"a": "p2", "b": "p3"}, 3)
    assert found == [lost] * (len(whole) - 1 - first_line) + [whole_line]


def test_a_crash_at_any_byte_of_the_end_leaves_what_the_visits_tell_of_the_crawl(tmp_path):
    journal = Journal(tmp_path)
    crawled(journal, ("a", "new", "p1"))
    file = tmp_path / "000001.jsonl"
    whole = file.read_bytes()
    seen = set()
    for end in range(whole.index(b"\n") + 1, len(whole) - 1):
        file.write_bytes(whole[:end])
        seen.add((journal.crawls(), len(journal.visits())))
    assert seen == {((replace(ended(1), seconds=0.5, outcome="cut_short"),), 1)}


@pytest.mark.parametrize("noise", [b"\n", b"\xff\xfe\n", b"00000000 {}\n", b"no checksum\n", bytes(64)], ids=repr)
def test_noise_between_lines_is_passed_over(tmp_path, noise):
    journal = Journal(tmp_path)
    crawled(journal, ("a", "new", "p1"))
    file = tmp_path / "000001.jsonl"
    line, end = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(line + noise.rstrip(b"\n") + b"\n" + end)
    assert (len(journal.visits()), journal.crawls()) == (1, (ended(1),))


def test_after_a_crash_the_next_crawl_has_a_number_of_its_own(tmp_path):
    journal = Journal(tmp_path)
    cut_short(journal, ("a", "new", "p1"))
    crawled(journal, ("a", "fresh", "p1"))
    assert [(each.crawl, each.outcome) for each in journal.visits()] == [(1, "new"), (2, "fresh")]


def test_a_crawl_that_raises_keeps_its_lines_and_writes_no_sum(tmp_path):
    journal = Journal(tmp_path)
    with suppress(KeyboardInterrupt), journal.begin() as entry:
        entry.add([(visit(1, "a"), "p1")])
        raise KeyboardInterrupt
    assert (sorted(file.name for file in tmp_path.iterdir()), journal.last_visits()["a"].partition) == (
        ["000001.jsonl"],
        "p1",
    )


def test_old_crawls_lose_their_visits_and_nothing_else(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "KEPT", 2)
    journal = Journal(tmp_path)
    crawled(journal, ("a", "new", "p1"), ("b", "new", "p2"))
    for _ in range(3):
        crawled(journal, ("a", "changed", "p1"))
    assert (
        [each.crawl for each in journal.crawls()],
        [(each.crawl, each.repo) for each in journal.visits()],
        {repo: (found.partition, found.read_at) for repo, found in journal.last_visits().items()},
    ) == ([1, 2, 3, 4], [(4, "a")], {"a": ("p1", hour(4)), "b": ("p2", hour(1))})


@pytest.mark.parametrize(("beyond", "kept"), [(0, True), (1, False)], ids=["the last that are kept", "one more"])
def test_the_visits_of_so_many_crawls_are_kept(tmp_path, beyond, kept):
    journal = Journal(tmp_path)
    crawled(journal, ("a", "fresh", "p1"))
    for _ in range(module.KEPT - 1 + beyond):
        crawled(journal, ("b", "changed", "p2"))
    assert any(each.repo == "a" for each in journal.visits()) is kept


def test_a_crawl_that_was_cut_short_before_any_visit_is_none_of_these(tmp_path):
    journal = Journal(tmp_path)
    crawled(journal, ("a", "fresh", "p1"))
    with journal.begin():
        pass
    for _ in range(module.KEPT - 1):
        crawled(journal, ("b", "changed", "p2"))
    assert any(each.repo == "a" for each in journal.visits())


@pytest.mark.parametrize(
    ("after", "number"),
    [
        pytest.param(0, 3, id="nothing else"),
        pytest.param(2, 3, id="no more than the journal has"),
        pytest.param(7, 8, id="the observations know a later crawl"),
    ],
)
def test_the_number_of_a_crawl_is_higher_than_any_that_is_known(tmp_path, after, number):
    journal = Journal(tmp_path)
    for _ in range(2):
        crawled(journal, ("a", "new", None))
    with journal.begin(after) as entry:
        assert entry.number == number


def test_visits_that_ended_alike_are_told_as_one_run(tmp_path):
    journal = Journal(tmp_path)
    crawled(journal, ("a", "new", "p1"), ("b", "new", "p2"))
    crawled(journal, ("a", "fresh", "p1"), ("b", "fresh", "p2"))
    crawled(journal, ("a", "fresh", "p1"))
    crawled(journal, ("a", "down", None))
    crawled(journal, ("a", "fresh", "p1"))
    crawled(journal, ("b", "fresh", "p2"))
    found = [(each.repo, each.outcome, each.first_at, each.crawl, each.times, each.crawls) for each in journal.visits()]
    assert sorted(found, key=itemgetter(0, 3)) == [
        ("a", "new", hour(1), 1, 1, (1,)),
        ("a", "fresh", hour(2), 3, 2, (2, 3)),
        ("a", "down", hour(4), 4, 1, (4,)),
        ("a", "fresh", hour(5), 5, 1, (5,)),
        ("b", "new", hour(1), 1, 1, (1,)),
        ("b", "fresh", hour(2), 6, 2, (2, 6)),
    ]


def test_of_old_crawls_of_earlier_versions_the_visits_stay_with_which_a_repository_was_lost_or_found(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(module, "KEPT", 2)
    journal = Journal(tmp_path)
    for outcome, turned in (("new", True), ("fresh", False), ("gone", True), ("gone", False), ("fresh", True)):
        with journal.begin() as entry:
            entry.add([(replace(visit(entry.number, "a", outcome), turned=turned), None)])
            entry.end(ended(entry.number))
        journal.sum_up()
    crawled(journal, ("a", "fresh", None))
    crawled(journal, ("a", "fresh", None))
    found = [(each.crawl, each.outcome, each.first_at, each.crawls) for each in journal.visits()]
    assert found == [
        (1, "new", hour(1), (1,)),
        (3, "gone", hour(3), (3,)),
        (7, "fresh", hour(5), (5, 6, 7)),
    ]


def test_since_when_a_repository_is_down_is_known_after_any_number_of_crawls(tmp_path):
    journal = Journal(tmp_path)
    outcomes = ["new", *["refused"] * 3, *["down"] * 25]
    for outcome in outcomes:
        last = journal.last_visits().get("a")
        goes_on = last is not None and last.outcome == outcome
        with journal.begin() as entry:
            now = visit(entry.number, "a", outcome)
            first_at, times = (last.first_at, last.times + 1) if last and goes_on else (now.started_at, 1)
            is_turn = last is None or last.outcome == "new"
            entry.add([(replace(now, first_at=first_at, times=times, turned=is_turn), None)])
            entry.end(ended(entry.number))
        journal.sum_up()
    found = [(each.outcome, each.first_at, each.times, each.crawls) for each in journal.visits()]
    assert found == [
        ("new", hour(1), 1, (1,)),
        ("refused", hour(2), 1, (2,)),
        ("down", hour(5), 25, (5, *range(20, 30))),
    ]


def test_a_repository_that_left_stays_left_until_it_is_visited_again(tmp_path):
    journal = Journal(tmp_path)
    crawled(journal, ("a", "new", "p1"))
    with journal.begin() as entry:
        entry.change_inventory((), [replace(visit(2, "a", "removed"), turned=True)])
        entry.end(ended(2))
    journal.sum_up()
    left = journal.last_visits()["a"]
    crawled(journal, ("a", "fresh", "p1"))
    assert (
        (left.has_departed, left.partition, left.visited_at),
        [(each.crawl, each.outcome) for each in journal.visits()],
        journal.last_visits()["a"].has_departed,
    ) == ((True, "p1", hour(1)), [(1, "new"), (2, "removed"), (3, "fresh")], False)


def test_a_renamed_repository_has_one_history_under_its_new_name(tmp_path):
    journal = Journal(tmp_path)
    crawled(journal, ("old", "new", "p1"))
    with journal.begin() as entry:
        entry.change_inventory([Rename(crawl=2, repo="now", former="old", name="now")], ())
        entry.add([(visit(2, "now", "fresh"), "p1")])
        entry.end(ended(2))
    assert ([(each.repo, each.outcome) for each in journal.visits()], journal.last_visits()["old"].outcome) == (
        [("now", "new"), ("now", "fresh")],
        "left",
    )


def test_of_an_old_crawl_that_was_cut_short_a_row_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "KEPT", 1)
    journal = Journal(tmp_path)
    cut_short(journal, ("a", "new", "p1"), ("b", "down", None))
    before = journal.crawls()
    crawled(journal, ("a", "fresh", "p1"))
    assert (before, [each.outcome for each in before], len(journal.visits())) == (
        journal.crawls()[:1],
        ["cut_short"],
        1,
    )


@pytest.mark.parametrize(
    "text",
    [
        '{"a": {"outcome',
        "[]",
        "[1]",
        "null",
        '{"a": {}}',
        '{"": "x"}',
        '{"": 1, "a": 1}',
        '{"": 1, "a": {"outcome": "new"}}',
        '{"": 1, "a": {"outcome": "new", "message": null, "visited_at": "noon"}}',
        "\udc80",
    ],
)
def test_a_damaged_sum_is_told_and_made_again(tmp_path, text, caplog):
    crawled(Journal(tmp_path), ("a", "new", "p1"), ("b", "down", None))
    whole = (tmp_path / "repos.json").read_bytes()
    (tmp_path / "repos.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    journal = Journal(tmp_path)
    assert {name: last.partition for name, last in journal.last_visits().items()} == {"a": "p1", "b": None}
    journal.sum_up()
    assert (tmp_path / "repos.json").read_bytes() == whole
    assert [record.getMessage().partition(" is damaged: ")[0] for record in caplog.records] == [
        str(tmp_path / "repos.json")
    ]


def test_a_lost_sum_costs_no_rows_however_long_a_repository_is_down(tmp_path):
    journal = Journal(tmp_path)
    for number in range(3):
        crawled(journal, ("a", "new" if not number else "changed", f"p{number}"))
    for _ in range(KEPT + 3):
        crawled(journal, ("a", "down", None))
    before = journal.last_visits()
    (tmp_path / "repos.json").unlink()
    assert (Journal(tmp_path).last_visits()["a"].partition, before["a"].partition) == ("p2", "p2")


def test_a_sum_that_was_deleted_is_made_again(tmp_path):
    journal = Journal(tmp_path)
    crawled(journal, ("a", "new", "p1"), ("b", "down", None))
    text = (tmp_path / "repos.json").read_text()
    (tmp_path / "repos.json").unlink()
    journal.sum_up()
    assert (tmp_path / "repos.json").read_text() == text


def test_a_folder_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "crawls").write_text("a file where a folder should be")
    with pytest.raises(StoreError, match=r"^cannot write to .*crawls: "):
        Journal(tmp_path / "crawls").begin()


def test_another_repository_under_an_old_name_has_nothing_of_the_old_one(tmp_path):
    journal = Journal(tmp_path)
    crawled(journal, ("a", "new", "p1"))
    with journal.begin() as entry:
        entry.change_inventory([Rename(crawl=2, repo="b", former="a", name="b", replaced=True)], ())
        entry.add([(visit(2, "a", "down"), None)])
        entry.end(ended(2))
    last = journal.last_visits()
    assert (last["a"].partition, last["b"].partition) == (None, "p1")


def test_a_folder_in_the_place_of_a_sum_is_put_aside(tmp_path, caplog):
    (tmp_path / "repos.json").mkdir()
    journal = Journal(tmp_path)
    assert journal.last_visits() == {}
    journal.sum_up()
    assert (tmp_path / "repos.json").is_file()
    assert [record.getMessage() for record in caplog.records] == [
        f"{tmp_path / 'repos.json'} cannot be read: Is a directory: what the crawls recorded is read again",
        f"{tmp_path / 'repos.json'} is a folder, expected a file: it is moved to repos.json.aside-1",
    ]


# Damage


@pytest.fixture
def three(tmp_path):
    """A journal of three crawls."""
    journal = Journal(tmp_path)
    for _ in range(3):
        crawled(journal, ("a", "new", "p1"), ("b", "down", None))
    return journal


def facts(journal: Journal) -> tuple[list[tuple[int, str]], list[int]]:
    visits = [(crawl, each.repo) for each in journal.visits() for crawl in each.crawls]
    return sorted(visits), [each.crawl for each in journal.crawls()]


DAMAGES = {
    "a byte is another": lambda line: line[:20] + b"!" + line[21:],
    "it is zeros": lambda line: bytes(len(line)),
    "its end is missing": lambda line: line[:30],
    "its line feed is another byte": lambda line: line[:-1] + b"!",
    "it says nothing": lambda _: jsonl.line({"at": 5}).encode(),
}


@pytest.mark.parametrize("which", [0, 1, 2], ids=["a visit", "another visit", "the end"])
@pytest.mark.parametrize("damage", sorted(DAMAGES))
def test_damage_of_one_line_costs_that_line_and_is_told(three, damage, which):
    file = three.root / "000002.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    lines[which] = DAMAGES[damage](lines[which])
    file.write_bytes(b"".join(lines))
    is_lost = damage != "its line feed is another byte"
    visits = [(crawl, repo) for crawl in (1, 2, 3) for repo in "ab"]
    if is_lost and which < 2:
        visits.remove((2, "ab"[which]))
    told = f"{file} has 1 damaged line: what was recorded there is lost"
    assert (facts(three), three.damage) == ((visits, [1, 2, 3]), (told,) if is_lost else ())


@pytest.mark.parametrize("which", [0, 1, 2], ids=["a visit", "another visit", "the end"])
def test_a_line_that_comes_twice_counts_once(three, which):
    file, once = three.root / "000002.jsonl", (three.visits(), three.crawls(), three.last_visits())
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join([*lines, lines[which]]))
    (three.root / "repos.json").unlink()  # what the crawls said is read again
    again = Journal(three.root)
    assert (again.visits(), again.crawls(), again.last_visits(), again.damage) == (*once, ())


def test_a_folder_in_the_place_of_a_file_costs_its_crawl(three):
    file = three.root / "000002.jsonl"
    file.unlink()
    file.mkdir()
    found = facts(three)
    crawled(three, ("a", "new", "p1"))
    told = f"{file} cannot be read: Is a directory: what that crawl recorded is left out"
    assert (found, three.damage, three.last_visits()["a"].read_crawl) == (
        ([(1, "a"), (1, "b"), (3, "a"), (3, "b")], [1, 3]),
        (told,),
        4,
    )


def test_a_damaged_file_of_an_old_crawl_is_kept_beside(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(module, "KEPT", 1)
    journal = Journal(tmp_path)
    crawled(journal, ("a", "new", "p1"), ("b", "new", "p1"))
    file = tmp_path / "000001.jsonl"
    damaged = file.read_bytes().replace(b'"a"', b'"x"')
    file.write_bytes(damaged)
    for _ in range(3):
        crawled(journal, ("a", "fresh", "p1"))
    assert (
        (tmp_path / "000001.jsonl.damaged").read_bytes(),
        caplog.messages,
        Journal(tmp_path).crawls()[0],
    ) == (
        damaged,
        [f"{file} has 1 damaged line: what was recorded there is lost; the file is kept as 000001.jsonl.damaged"],
        ended(1),
    )


@pytest.mark.parametrize("name", ["\u00b2.jsonl", f"{2**62}.jsonl", "-1.jsonl", "x.jsonl"])
def test_a_file_of_another_name_is_no_crawl(three, name):
    (three.root / name).write_text(jsonl.line({"crawl": ended(9)}))
    assert [each.crawl for each in three.crawls()] == [1, 2, 3]


SAID = visit(1, "a")


@pytest.mark.parametrize(
    ("record", "is_read"),
    [
        pytest.param({"visit": SAID}, True, id="a visit"),
        pytest.param({"departure": SAID}, True, id="a repository that left"),
        pytest.param({}, False, id="nothing"),
        pytest.param({"visit": replace(SAID, received=MOST)}, True, id="the highest number"),
        pytest.param({"visit": replace(SAID, received=MOST + 1)}, False, id="one more than the highest number"),
        pytest.param({"visit": replace(SAID, times=-1)}, False, id="a number below zero"),
        pytest.param({"visit": replace(SAID, crawls=(1, MOST + 1))}, False, id="one of several numbers too high"),
        pytest.param({"visit": replace(SAID, seconds=float(MOST_SECONDS))}, True, id="the longest time"),
        pytest.param({"visit": replace(SAID, seconds=MOST_SECONDS + 1)}, False, id="a second more than the longest time"),
        pytest.param({"visit": replace(SAID, seconds=float("nan"))}, False, id="no number"),
        pytest.param({"visit": replace(SAID, started_at=NOON.replace(year=LAST_YEAR))}, True, id="the last year"),
        pytest.param({"visit": replace(SAID, started_at=NOON.replace(year=LAST_YEAR + 1))}, False, id="a year after the last"),
        pytest.param({"visit": replace(SAID, started_at=NOON.replace(tzinfo=None))}, False, id="a time without a zone"),
        pytest.param({"visit": replace(SAID, first_at=NOON.replace(tzinfo=None))}, False, id="a first time without a zone"),
        pytest.param({"visit": replace(SAID, message="\udc80")}, True, id="half a character"),
        pytest.param({"crawl": replace(ended(1), new=MOST + 1)}, False, id="a crawl with too high a number"),
        pytest.param({"rename": Rename(crawl=MOST + 1, repo="a", former="b", name="a")}, False, id="a rename in too high a crawl"),
    ],
)  # fmt: skip
def test_a_line_that_says_what_no_table_holds_is_damaged(tmp_path, record, is_read):
    (tmp_path / "000001.jsonl").write_text(jsonl.line(record))
    journal = Journal(tmp_path)
    visits = to_arrow(Visit, journal.visits())
    to_arrow(Crawl, journal.crawls())
    to_arrow(Rename, journal.renames())
    assert (visits.num_rows, len(journal.damage)) == ((1, 0) if is_read else (0, 1))


def merging(journal: Journal, *lines: Line) -> None:
    number = journal.last_number() + 1
    journal.add(ended(number), lines)
    journal.sum_up()


def test_a_crawl_that_is_added_whole_says_what_one_says_that_was_made_here(tmp_path):
    here, added = Journal(tmp_path / "here"), Journal(tmp_path / "added")
    crawled(here, ("a", "new", "p1"), ("b", "down", None))
    merging(added, Line(visit=visit(1, "a"), partition="p1"), Line(visit=visit(1, "b", "down")))
    files = [(journal.root / "000001.jsonl").read_text() for journal in (here, added)]
    assert (files[0], here.last_visits()) == (files[1], added.last_visits())


def test_what_was_merged_is_known_also_when_its_visits_are_deleted(tmp_path):
    journal, other = Journal(tmp_path / "here"), Journal(tmp_path / "there")
    row = replace(ended(1), received=7)
    other.add(row, [Line(visit=visit(1, "a"), partition="p1")])
    merging(journal, Line(visit=visit(1, "a", "fresh"), partition="p1"), Line(merged=Merged.of(row, "there")))
    for _ in range(KEPT + 1):
        crawled(journal, ("a", "fresh", "p1"))
    assert ([*other.crawls_except(journal.digests())], (journal.root / "000001.jsonl").read_text().count("visit")) == (
        [],
        0,
    )


def test_crawls_that_are_not_known_come_with_their_lines(tmp_path):
    journal = Journal(tmp_path)
    crawled(journal, ("a", "new", "p1"))
    crawled(journal, ("a", "fresh", "p1"))
    (unknown,) = journal.crawls_except({digest(ended(1))})
    assert (unknown[0], [line.partition for line in unknown[1] if line.visit]) == (ended(2), ["p1"])


def hush(text: str) -> str:
    return text.replace("secret", "[withheld]")


def journal_with_secrets(root) -> Journal:
    """Two crawls that say a secret in messages, the first with a damaged line; a file that was put aside says it, too."""
    journal = Journal(root)
    for message in ("a secret", "secret, too"):
        with journal.begin() as entry:
            entry.add([(visit(entry.number, "a", "down", message), None)])
            entry.add([(visit(entry.number, "b"), "p")])
            entry.end(ended(entry.number))
        journal.sum_up()
    with (root / "000001.jsonl").open("a") as out:
        out.write("damaged secret\n")
    (root / "000001.jsonl.damaged").write_bytes(b"secret \xff\n")
    return journal


def test_a_message_is_cleaned_wherever_it_is_kept(tmp_path):
    journal = journal_with_secrets(tmp_path)
    before = (journal.crawls(), [replace(each, message=hush(each.message or "")) for each in journal.visits()])
    journal.clean("new", hush)
    again = Journal(tmp_path)
    after = (again.crawls(), [replace(each, message=each.message or "") for each in again.visits()])
    assert (after, again.last_visits()["a"].message) == (before, "[withheld], too")
    assert [file.name for file in tmp_path.iterdir() if b"secret" in file.read_bytes()] == []
    assert (again.damage, len(again.damage)) == (journal.damage, 1)


def test_messages_are_cleaned_once_for_each_detector(tmp_path):
    journal = journal_with_secrets(tmp_path)
    calls = []
    for name in ("one", "one", "two"):
        seen = len(calls)
        Journal(tmp_path).clean(name, lambda text: (calls.append(text), text)[1])
        calls.append(f"{len(calls) - seen > 0}")
    assert [call for call in calls if call in ("True", "False")] == ["True", "False", "True"]
    assert journal.last_visits()["a"].message == "secret, too"


def test_a_journal_is_not_made_to_clean_it(tmp_path):
    Journal(tmp_path / "none").clean("one", hush)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.parametrize("at", range(1, 6))
def test_cleaning_that_was_interrupted_loses_nothing_and_is_made_again(at, tmp_path, monkeypatch):
    journal = journal_with_secrets(tmp_path)
    before = journal.crawls()
    replaced, moves = os.replace, []

    def fail(old, new):
        moves.append(new)
        if len(moves) == at:
            raise OSError(28, "No space left on device")
        replaced(old, new)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail)
        with suppress(StoreError):
            journal.clean("new", hush)
    assert (len(moves), Journal(tmp_path).crawls()) == (at, before)
    Journal(tmp_path).clean("new", hush)
    assert [file.name for file in tmp_path.iterdir() if b"secret" in file.read_bytes()] == []
    assert Journal(tmp_path).crawls() == before
