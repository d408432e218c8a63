"""Which entries the feeds have: a reader that polls after each crawl, or once a week, misses no event."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta

import duckdb
import pytest

from catalog.schema.tables.inventory import Crawl, Rename, Repo
from catalog.schema.tables.observations import Observation
from catalog.schema.tables.registry import Event
from sites.data.facts import rows
from sites.data.page_inputs import PageInputsRow
from sites.data.rows import NewsRow
from sites.view_models.feeds import Feeds
from support.catalog_files import repository
from support.catalogs import catalog_of
from support.visited_worlds import all_of, delete, register, visited_catalog
from support.worlds import START, World

REPO = "git.example/acme/churn"
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
LEAST, MOST = 50, 10_000
KINDS = ("all", "team", "repo", "artifact", "event", "person")


def crawl(number: int, begun: datetime) -> Crawl:
    return Crawl(crawl=number, started_at=begun, seconds=1.0, new=0, changed=1, fresh=0, failed=0, received=0)


def seen(oid: str, number: int, begun: datetime) -> Observation:
    return Observation(
        ref=f"refs/tags/{oid}", oid=oid, revision=None, unseen_at=None, first_seen=begun, last_seen=None, ended_at=None,
        first_crawl=number, ended_crawl=None, first_readable_at=begun, first_readable_crawl=number, event="registration",
    )  # fmt: skip


def registration(oid: str, at: datetime, artifact: str = "m") -> Event:
    return Event(
        oid=oid, tag=f"{artifact}@v1.{int(oid, 16)}.0", event="registration", artifact=artifact, version=f"v1.{int(oid, 16)}.0", precedence=oid,
        stage=None, commit=oid, created_at=at, utc_offset=0, author="Ann", author_email="a@x", counter=None, signed=None, message="",
    )  # fmt: skip


def entries(counts, *, every=DAY, ahead=timedelta(), clocks=None):
    """How many entries of each crawl each kind of feed has, if crawls found so many new events, dated ever earlier; `ahead`: all are dated so far after the first."""
    begun = clocks or [START + number * every for number in range(len(counts))]
    found = [(number, begun[number]) for number, count in enumerate(counts) for _ in range(count)]
    oids = [f"{place:040x}" for place in range(len(found))]
    connection = catalog_of(
        {
            REPO: {
                Event: [
                    registration(oid, START + ahead - place * SECOND * bool(not ahead))
                    for place, oid in enumerate(oids)
                ],
                Observation: [seen(oid, *crawled) for oid, crawled in zip(oids, found, strict=True)],
            }
        },
        {Crawl: [crawl(number, at) for number, at in enumerate(begun)]},
    )
    kept = Counter(
        (kind, row.crawl) for row in rows(connection, "site_feed_entries", NewsRow, None, None) for kind in row.feeds
    )
    return {kind: [kept[kind, number] for number in range(len(counts))] for kind in KINDS}


def each(kept):
    """The same of each kind of feed."""
    return dict.fromkeys(KINDS, kept)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("counts", "kept"),
    [
        pytest.param([LEAST], [LEAST], id="a first crawl of as many as are kept"),
        pytest.param([LEAST + 1], [LEAST], id="of a first crawl the newest alone"),
        pytest.param([LEAST + 1, 3], [LEAST - 3, 3], id="the first crawl fills up"),
        pytest.param([1, LEAST + 10], [0, LEAST + 10], id="more in one crawl than are kept otherwise"),
    ],
)
def test_a_feed_has_all_that_the_last_crawl_found(counts, kept):
    assert entries(counts) == each(kept)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("every", "counts", "kept"),
    [
        pytest.param(DAY, [1, 60, 60, 0, 60], [0, 60, 60, 0, 60], id="a week of crawls"),
        pytest.param(8 * DAY, [1, 60, 60, 49], [0, 0, 60, 49], id="a crawl is kept whole until it fills no feed"),
        pytest.param(8 * DAY, [1, 60, 60, 50], [0, 0, 0, 50], id="and no longer"),
        pytest.param(7 * DAY, [1, 60, 60], [0, 60, 60], id="seven days"),
        pytest.param(7 * DAY + SECOND, [1, 60, 60], [0, 0, 60], id="and no more"),
    ],
)
def test_what_was_found_in_a_week_stays(every, counts, kept):
    assert entries(counts, every=every) == each(kept)


@pytest.mark.slow
@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as may be", "one more"])
def test_a_feed_is_bounded(beyond):
    assert entries([1, MOST + beyond]) == each([0, MOST])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ahead", "kept"),
    [
        pytest.param(DAY, [1, 0, 0], id="a day"),
        pytest.param(DAY + SECOND, [0, 1, 0], id="more than a day, of which the next crawl brings it"),
        pytest.param(3 * DAY + SECOND, [0, 0, 0], id="too far even then"),
    ],
)
def test_an_event_that_is_dated_ahead_is_an_entry_of_the_crawl_to_which_it_is_news(ahead, kept):
    assert entries([1, 0, 0], ahead=ahead) == each(kept)


@pytest.mark.slow
def test_a_clock_that_was_years_ahead_ends_no_week():
    clocks = [START, START + 3650 * DAY, START + 2 * DAY, START + 3 * DAY]
    assert entries([1, 60, 60, 60], clocks=clocks) == each([0, 60, 60, 60])


@pytest.mark.slow
def test_a_repository_that_its_forge_renamed_brings_no_event_again():
    new, oid = "git.example/acme/attrition", "1".rjust(40, "0")
    of_former = repository(REPO, outcome="left", renamed_to=new)
    connection = catalog_of(
        {
            REPO: {Observation: [seen(oid, 1, START)]},
            new: {Event: [registration(oid, START)], Observation: [seen(oid, 2, START + DAY)]},
        },
        {Crawl: [crawl(1, START), crawl(2, START + DAY)], Repo: [of_former, repository(new)]},
    )
    read = rows(connection, "site_feed_entries", NewsRow, None, None)
    assert [(row.repo, row.crawl, row.first_repo) for row in read] == [(new, 1, REPO)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("first_crawl", "name"),
    [(1, "git.example/acme/a"), (2, "git.example/acme/b"), (3, REPO)],
    ids=["first", "second", "present"],
)
def test_an_entry_is_named_by_what_the_repository_was_called_at_first(first_crawl, name):
    renames = [
        Rename(crawl=2, repo=REPO, former="git.example/acme/a", name="git.example/acme/b"),
        Rename(crawl=3, repo=REPO, former="git.example/acme/b", name=REPO),
    ]
    oid = "1".rjust(40, "0")
    connection = catalog_of(
        {REPO: {Event: [registration(oid, START)], Observation: [seen(oid, first_crawl, START)]}},
        {Crawl: [crawl(number, START + number * DAY) for number in (1, 2, 3)], Rename: renames},
    )
    (entry,) = rows(connection, "site_feed_entries", NewsRow, None, None)
    assert (entry.repo, entry.first_repo) == (REPO, name)


def alias(world: World) -> None:
    """A second name of the tag object of a version."""
    world.refs["refs/tags/m@v1.0.1"] = world.refs["refs/tags/m@v1.0.0"]


# Both names of a tag object are there in the first crawl, and in the second neither is.
GONE = (
    all_of(register("m", "v1.0.0", 1), register("n", "v1.0.0", 2), alias),
    all_of(delete("m@v1.0.0"), delete("m@v1.0.1")),
    all_of(),
)


@pytest.fixture(scope="module")
def of_gone(tmp_path_factory):
    """A catalog in which tags were deleted, which may be changed."""
    file = visited_catalog(tmp_path_factory.mktemp("gone") / "catalog.duckdb", {REPO: GONE})
    with closing(duckdb.connect(str(file))) as connection:
        yield connection


@pytest.mark.slow
def test_two_tags_of_one_object_that_are_gone_are_two_entries(of_gone):
    feeds = Feeds(rows(of_gone, "site_page_inputs", PageInputsRow), "x", None)
    files = dict(feeds.files(["feeds/all.json"], rows(of_gone, "site_feed_entries", NewsRow, None, None)))
    items = json.loads(files["feeds/all.json"])["items"]
    assert (sorted(item["title"] for item in items), len({item["id"] for item in items})) == (
        ["m tag m@v1.0.0 deleted", "m tag m@v1.0.1 deleted", "n v1.0.0 registered"],
        3,
    )


@pytest.mark.slow
@pytest.mark.parametrize(("crawled", "name"), [(2, REPO), (3, "git.example/acme/a")], ids=["before", "afterwards"])
def test_a_tag_that_is_gone_is_named_by_what_the_repository_was_called_then(of_gone, crawled, name):
    of_gone.execute("delete from renames")
    of_gone.execute(
        "insert into renames by name select $crawl as crawl, $repo as repo, 'git.example/acme/a' as former, $repo as name, false as replaced",
        {"crawl": crawled, "repo": REPO},
    )
    entries = rows(of_gone, "site_feed_entries", NewsRow, None, None)
    assert {(row.event, row.first_repo) for row in entries if row.event == "deleted_tag"} == {("deleted_tag", name)}


@pytest.mark.slow
def test_signed_tags_have_a_feed():
    events = [registration("1".rjust(40, "0"), START), replace(registration("2".rjust(40, "0"), START), signed="ssh")]
    connection = catalog_of({REPO: {Event: events}})
    read = rows(connection, "site_feed_entries", NewsRow, None, None)
    assert {row.oid[-1]: "signed" in row.feeds for row in read} == {"1": False, "2": True}


@pytest.mark.slow
def test_entries_of_some_repositories_and_teams_are_read():
    repos = {name: f"{place:040x}" for place, name in enumerate(("a/x/m", "a/y/m", "b/x/sub/m", "alone"), 1)}
    connection = catalog_of({name: {Event: [registration(oid, START, name[0])]} for name, oid in repos.items()})
    read = rows(connection, "site_feed_entries", NewsRow, ["a/x/m"], ["b/x/sub"])
    assert {row.repo: row.feeds for row in read} == {
        "a/x/m": ["all", "artifact", "event", "person", "repo"],
        "a/y/m": ["all", "event", "person"],
        "b/x/sub/m": ["all", "event", "person", "team"],
        "alone": ["all", "event", "person"],
    }


@pytest.mark.slow
def test_a_team_is_of_one_folder_and_of_all_hosts():
    names = ("a.example/acme/x", "b.example/acme/y", "a.example/acme/risk/z", "a.example/x", "acme/w")
    repos = {name: f"{place:040x}" for place, name in enumerate(names, 1)}
    connection = catalog_of({name: {Event: [registration(oid, START)]} for name, oid in repos.items()})
    read = rows(connection, "site_feed_entries", NewsRow, None, ["acme"])
    assert {row.repo for row in read if "team" in row.feeds} == {"a.example/acme/x", "b.example/acme/y", "acme/w"}
