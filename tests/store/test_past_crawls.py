"""Crawls that are not kept whole: one file has the sum of theirs, and says the same as they do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.schema.tables.inventory import Rename, Visit
from catalog.store import crawl_file, files, jsonl
from catalog.store import journal as module
from catalog.store.journal import KEPT, Journal
from catalog.store.past_crawls import PastCrawls
from tests.store.test_journal import crawled, cut_short, ended, hour, hush, visit

OUTCOMES = st.lists(st.sampled_from(["fresh", "changed", "down"]), min_size=1, max_size=3)


def answers(root: Path) -> object:
    journal = Journal(root)
    return journal.crawls(), journal.visits(), journal.renames(), journal.last_visits(), journal.damage


def unchanged(number: int) -> Visit:
    """A visit in the run of those that find nothing new, which begins with the second."""
    if number == 1:
        return replace(visit(1, "a"), first_at=hour(1))
    return replace(visit(number, "a", "fresh"), first_at=hour(2), times=number - 1)


def history(root: Path, crawls: int) -> Journal:
    """As many crawls, which find one repository unchanged; with their sum. Older ones are without the visits that their sums delete."""
    for number in range(1, crawls + 1):
        visits = [{"partition": "p1", "visit": unchanged(number)}] if number < 3 or number > crawls - KEPT else []
        records = [*visits, {"crawl": ended(number)}]
        (root / f"{number:06}.jsonl").write_text("".join(map(jsonl.line, records)))
    journal = Journal(root)
    journal.sum_up()
    return journal


@given(st.lists(st.tuples(OUTCOMES, st.booleans(), st.booleans()), max_size=KEPT + 5))
def test_with_and_without_the_file_the_crawls_say_the_same(tmp_path_factory, crawls):
    root = tmp_path_factory.mktemp("crawls")
    journal, name = Journal(root), "a"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "KEPT", 2)  # ten crawls more would say nothing else
        for outcomes, is_renamed, is_whole in crawls:
            repos = [name, "b", "c"][: len(outcomes)]
            visits = [(repo, each, "p" if each != "down" else None) for repo, each in zip(repos, outcomes, strict=True)]
            if is_renamed:
                number = journal.last_number() + 1
                with journal.begin() as entry:
                    entry.change_inventory([Rename(crawl=number, repo=f"{name}a", former=name, name=f"{name}a")], ())
                name += "a"
            (crawled if is_whole else cut_short)(journal, *visits)
        with_file = answers(root)
        (root / "past.jsonl").unlink(missing_ok=True)
        assert with_file == answers(root)


@pytest.mark.parametrize(
    "crawls", [pytest.param(KEPT + 2, id="a dozen"), pytest.param(1000, id="a thousand", marks=pytest.mark.slow)]
)
def test_a_night_reads_as_many_files_whatever_crawls_there_were(tmp_path, monkeypatch, crawls):
    history(tmp_path, crawls)
    opened: list[str] = []
    real = files.opened
    monkeypatch.setattr(files, "opened", lambda file: (opened.append(file.name), real(file))[1])
    journal = Journal(tmp_path)
    journal.last_visits()
    with journal.begin() as entry:
        entry.add([(unchanged(entry.number), "p1")])
        entry.end(ended(entry.number))
    journal.sum_up()
    told = Journal(tmp_path)
    numbers = [row.crawl for row in told.crawls()]
    assert (numbers, len(told.visits()), told.renames()) == ([*range(1, crawls + 2)], 2, ())
    assert len({name for name in opened if name[0].isdigit()}) == KEPT + 1


def test_a_night_adds_one_line(tmp_path):
    journal = history(tmp_path, KEPT + 2)
    before = (tmp_path / "past.jsonl").read_bytes()
    crawled(journal, ("a", "fresh", "p1"))
    after = (tmp_path / "past.jsonl").read_bytes()
    assert (after[: len(before)], after[len(before) :].count(b"\n")) == (before, 1)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-9])


def flip(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b"fresh", b"frosh", 1))


def empty(file: Path) -> None:
    file.write_bytes(b"")


def folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def foreign(file: Path) -> None:
    file.write_text(jsonl.line({"file": "000001.jsonl", "of": "another version"}))


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(Path.unlink, id="lost"),
        pytest.param(cut, id="cut short"),
        pytest.param(flip, id="of which a byte is another"),
        pytest.param(empty, id="empty"),
        pytest.param(folder, id="a folder"),
        pytest.param(foreign, id="of another version"),
    ],
)
def test_a_damaged_sum_is_made_again(tmp_path, damage):
    history(tmp_path, KEPT + 4)
    file, before = tmp_path / "past.jsonl", answers(tmp_path)
    whole = file.read_bytes()
    damage(file)
    meanwhile = answers(tmp_path)
    Journal(tmp_path).sum_up()
    assert (meanwhile, answers(tmp_path), file.read_bytes()) == (before, before, whole)


def test_a_past_crawl_that_was_changed_is_read_again(tmp_path):
    history(tmp_path, KEPT + 4)
    row = replace(ended(2), received=7)
    (tmp_path / "000002.jsonl").write_text(jsonl.line({"crawl": row}))
    received = [each.received for each in Journal(tmp_path).crawls()][:3]
    Journal(tmp_path).sum_up()
    assert (received, [each.received for each in Journal(tmp_path).crawls()][:3]) == ([100, 7, 100], [100, 7, 100])


def test_a_past_crawl_that_was_put_in_between_is_read(tmp_path):
    history(tmp_path, KEPT + 4)
    (tmp_path / "000003.jsonl").unlink()
    lacking = [each.crawl for each in Journal(tmp_path).crawls()]
    (tmp_path / "000003.jsonl").write_text(jsonl.line({"crawl": ended(3)}))
    assert (lacking, [each.crawl for each in Journal(tmp_path).crawls()]) == (
        [1, 2, *range(4, KEPT + 5)],
        [*range(1, KEPT + 5)],
    )


def test_of_a_past_crawl_that_cannot_be_read_each_build_tells(tmp_path):
    history(tmp_path, KEPT + 4)
    folder(tmp_path / "000002.jsonl")
    told = []
    for _ in range(2):
        journal = Journal(tmp_path)
        journal.crawls()
        told.append(journal.damage)
        Journal(tmp_path).sum_up()
    sentence = f"{tmp_path / '000002.jsonl'} cannot be read: Is a directory: what that crawl recorded is left out"
    assert told == [(sentence,), (sentence,)]


def test_no_message_stays_in_the_sum_that_is_withheld_now(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "KEPT", 1)
    journal = Journal(tmp_path)
    with journal.begin() as entry:
        entry.add([(replace(visit(1, "a", "down", "a secret"), first_at=hour(1)), None)])
        entry.end(ended(entry.number))
    crawled(journal, ("a", "new", "p1"))
    crawled(journal, ("a", "fresh", "p1"))
    had = b"secret" in (tmp_path / "past.jsonl").read_bytes()
    journal.clean("new", hush)
    assert (had, [file.name for file in tmp_path.iterdir() if b"secret" in file.read_bytes()]) == (True, [])


def test_a_crawl_is_shortened_once(tmp_path, monkeypatch):
    history(tmp_path, KEPT + 4)
    parsed: list[str] = []
    real = crawl_file.lines
    monkeypatch.setattr(crawl_file, "lines", lambda file, damage: (parsed.append(file.name), real(file, damage))[1])
    crawled(Journal(tmp_path), ("a", "fresh", "p1"))
    assert (set(parsed), PastCrawls(tmp_path).read([tmp_path / "000001.jsonl"])[0].crawl) == (
        {"000005.jsonl"},
        ended(1),
    )
