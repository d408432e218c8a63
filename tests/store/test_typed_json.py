"""Records as JSON and back, and files that earlier versions wrote."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.discovery import pushed_at
from catalog.discovery.listing_cache import CachedPage, ListedRepo, SourceState
from catalog.plugins.forge import Ask, Listed, ListPage
from catalog.schedule.health import Health, RunOutcome
from catalog.schema.tables.inventory import Crawl, Visit
from catalog.store.journal import Journal
from catalog.store.jsonl import line
from catalog.store.last_visit import LastVisit
from catalog.store.typed_json import dump, encoded, load

TIMES = st.datetimes(timezones=st.just(UTC))
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)

st.register_type_strategy(datetime, TIMES)
st.register_type_strategy(str, TEXTS)

LISTED = st.builds(Listed, topics=st.lists(TEXTS, max_size=2).map(tuple))
PAGES = st.builds(
    ListPage, listed=st.lists(LISTED, max_size=2).map(tuple), then=st.lists(st.builds(Ask), max_size=2).map(tuple)
)
RECORDS = st.one_of(
    st.builds(LastVisit),
    st.builds(Crawl, seconds=st.floats(0, 1e6)),
    st.builds(Visit, seconds=st.floats(0, 1e6)),
    st.builds(Health, outcome=st.none() | st.sampled_from(RunOutcome), **{
        name: st.none() | TIMES for name in ("started_at", "ended_at", "succeeded_at", "next_run_at")
    }),
    st.builds(
        SourceState,
        listed=st.lists(LISTED, max_size=2).map(tuple),
        known=st.dictionaries(TEXTS, st.builds(ListedRepo, listed=LISTED), max_size=2),
        answers=st.dictionaries(TEXTS, st.builds(CachedPage, page=PAGES), max_size=2),
    ),
    st.builds(pushed_at._Visit),
)  # fmt: skip


@given(RECORDS)
def test_what_is_dumped_is_loaded_again(record):
    assert load(type(record), dump(record)) == record


def test_half_a_character_is_loaded_again():
    found = LastVisit(outcome="bug", message="\udc80", visited_at=datetime(2026, 3, 1, tzinfo=UTC))
    assert load(LastVisit, dump(found)) == found


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        pytest.param(LastVisit, "{", id="no JSON"),
        pytest.param(LastVisit, b"\xff", id="no text"),
        pytest.param(LastVisit, "[]", id="a list"),
        pytest.param(LastVisit, '{"outcome": "new", "message": null}', id="a field too few"),
        pytest.param(LastVisit, '{"outcome": 1, "message": null, "visited_at": "2026-03-01T13:00:00+00:00"}', id="a number for a text"),
        pytest.param(LastVisit, '{"outcome": "new", "message": null, "visited_at": "noon"}', id="no time"),
        pytest.param(tuple[int, ...], "[1.5]", id="half a number"),
    ],
)  # fmt: skip
def test_another_shape_is_a_value_error(kind, text):
    with pytest.raises(ValueError, match=r"."):
        load(kind, text)


# As the version before this module wrote them.
CRAWL = (
    'f658855e {"partition": "p1", "visit": {"crawl": 1, "repo": "a/\\u00f6", "outcome": "new", "why": "new", "message": null, "started_at": "2026-03-01T13:00:00+00:00", '
    '"seconds": 0.5, "received": 100, "requests": 3, "first_at": null, "times": 1, "crawls": [], "turned": true}}\n'
    '9878c81c {"crawl": {"crawl": 1, "started_at": "2026-03-01T13:00:00.250000+00:00", "seconds": 1.5, "new": 1, "changed": 0, "fresh": 0, "failed": 0, "received": 100, '
    '"outcome": "complete"}}\n'
)
SUM = (
    '{"a/\\u00f6": {"outcome": "new", "message": null, "visited_at": "2026-03-01T13:00:00+00:00", "partition": "p1", '
    '"read_at": "2026-03-01T13:00:00+00:00"}, "": 1}'
)


NEW_SUM = SUM.replace(
    '"}, "": 1}', '", "read_crawl": 1, "first_at": "2026-03-01T13:00:00+00:00", "times": 1}, "": 2}'
)  # fields that an earlier version ignores


def test_a_journal_of_an_earlier_version_is_read_and_written_as_it_was(tmp_path):
    (tmp_path / "000001.jsonl").write_text(CRAWL)
    (tmp_path / "repos.json").write_text(SUM)
    journal = Journal(tmp_path)
    at = datetime(2026, 3, 1, 13, tzinfo=UTC)
    assert (
        journal.last_visits(),
        [(visit.repo, visit.started_at, visit.first_at, visit.turned) for visit in journal.visits()],
        [(crawl.crawl, crawl.started_at) for crawl in journal.crawls()],
    ) == (
        {"a/ö": LastVisit(outcome="new", message=None, visited_at=at, partition="p1", read_at=at)},
        [("a/ö", at, at, True)],
        [(1, at.replace(microsecond=250_000))],
    )
    (crawl,) = journal.crawls()
    with journal.begin() as entry:
        (visit,) = journal.visits()
        entry.add([(replace(visit, first_at=None, crawls=()), "p1")])
        entry.end(crawl)
    journal.sum_up()
    assert (tmp_path / "000002.jsonl").read_text() == CRAWL
    assert (tmp_path / "repos.json").read_text().partition(" ")[2] == NEW_SUM + "\n"


def test_a_whole_line_of_another_shape_is_damaged(tmp_path):
    (tmp_path / "000001.jsonl").write_text(line({"partition": None, "visit": {"repo": "a"}}) + CRAWL)
    journal = Journal(tmp_path)
    assert ([visit.repo for visit in journal.visits()], len(journal.damage)) == (["a/ö"], 1)


@pytest.mark.parametrize("text", ["plain", "höst", "half \ud800", "\x00"])
def test_for_a_digest_equal_records_and_no_others_have_the_same_bytes(text):
    last = LastVisit(outcome="down", message=text, visited_at=datetime(2026, 3, 1, tzinfo=UTC))
    assert (encoded([last]), encoded([last]) == encoded([replace(last, message=f"{text}.")])) == (
        encoded((replace(last),)),
        False,
    )
