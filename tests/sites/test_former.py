"""Addresses that had a page: what is gone says so, and a former name leads to the one that a repository has now."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

import duckdb
import pytest

from catalog.schema.tables.inventory import Crawl, Repo
from catalog.schema.tables.registry import Event
from sites.build import build
from support.catalog_files import repository, write_catalog
from support.layout_shifts import late, moved
from support.small_catalog import day, event

from .conftest import parse

pytestmark = pytest.mark.slow

REPO = "git.example/acme/churn"
ATOM = "{http://www.w3.org/2005/Atom}"

# Two tags that were deleted: of one another has the name since then, and the other was the last of its artifact.
_DELETED = """
insert into observations by name
select 'git.example/acme/churn' as repo, 'refs/tags/' || name || '@v1.0.0' as ref, repeat('3', 40) as oid, timestamp '2024-01-01' as first_seen,
    timestamp '2024-01-02 03:00' as last_seen, timestamp '2024-01-03 03:00' as ended_at, 1 as first_crawl, 2 as ended_crawl,
    'registration' as event, name as artifact, 'v1.0.0' as version, timestamp '2023-12-31' as created_at
from (select unnest(['churn', 'lost']) as name)
"""
_RENAMED = """
insert into renames by name
select 1 as crawl, 'git.example/acme/churn' as repo, unnest(['git.example/old/churn', 'git.example/acme/churn']) as former,
    'git.example/acme/churn' as name, false as replaced
"""
_REMOVED = """
insert into visits by name
select 'git.example/acme/churn' as repo, crawl, outcome, message, started_at, started_at as first_at, 1 as times, [crawl] as crawls, 1.0 as seconds,
    0 as received, 1 as requests, true as turned
from (values (1, 'new', null, timestamp '2024-01-01 12:00'), (2, 'fresh', null, timestamp '2024-01-02 12:00'),
    (3, 'removed', 'repos.toml no longer includes it', timestamp '2024-01-03 12:00')) t(crawl, outcome, message, started_at)
"""


def crawl(number: int) -> Crawl:
    return Crawl(crawl=number, started_at=day(number), seconds=1.0, new=0, changed=0, fresh=1, failed=0, received=0)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A catalog, and its site."""
    folder = tmp_path_factory.mktemp("former")
    rows = {REPO: {Event: [event("churn@v2.0.0", "1" * 40, day(1))]}}
    file = write_catalog(folder / "c.duckdb", rows, {Repo: [repository(REPO, f"https://{REPO}.git")]})
    with closing(duckdb.connect(str(file))) as connection:
        connection.execute(_DELETED)
        connection.execute(_RENAMED)
    build(file, folder / "site", title="x", site_url="https://models.example")
    return file, folder / "site"


def test_an_artifact_that_is_gone_says_since_when(built):
    page = parse((built[1] / "models/git.example~acme~churn/lost.html").read_text("utf-8"))
    assert page.text() == [
        "Models git.example/acme/churn lost",
        "lost",
        "Gone since 3 Jan 2024, 03:00 UTC; last seen 2 Jan 2024, 03:00 UTC. Its 1 registry tag was deleted in git.example/acme/churn , and no file declares it.",
        "The version that was registered last is v1.0.0. The view deleted_tags has what its tags said.",
    ]


@pytest.mark.parametrize(
    ("path", "to"),
    [
        ("repos/git.example~old~churn.html", "../repos/git.example~acme~churn.html"),
        ("models/git.example~old~churn/churn.html", "../../models/git.example~acme~churn/churn.html"),
    ],
)
def test_a_former_name_leads_to_the_new_one(built, path, to):
    page = parse((built[1] / path).read_text("utf-8"))
    (refresh,) = [found["content"] for element, found in page.elements if found.get("http-equiv") == "refresh"]
    assert (refresh, to in page.values("href"), (built[1] / path).parent.joinpath(to).exists()) == (
        f"0; url={to}",
        True,
        True,
    )


@pytest.mark.parametrize(
    ("path", "count"), [("repos/git.example~{}~churn.xml", 3), ("models/git.example~{}~churn/churn.xml", 2)]
)
def test_a_feed_goes_on_where_readers_know_it(built, path, count):
    feeds = [ET.parse(built[1] / "feeds" / path.format(team)).getroot() for team in ("acme", "old")]
    (page, ids), (former_page, former_ids) = ((link_of(feed, "alternate"), entry_ids(feed)) for feed in feeds)
    assert (page, ids, len(ids)) == (former_page, former_ids, count)
    assert link_of(feeds[1], "self") == f"https://models.example/feeds/{path.format('old')}"
    assert feeds[0].findtext(f"{ATOM}id") != feeds[1].findtext(f"{ATOM}id")


def entry_ids(feed):
    return [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]


def link_of(feed, relation):
    """The address to which a feed has a link."""
    (link,) = [link.get("href") for link in feed.findall(f"{ATOM}link") if link.get("rel") == relation]
    return urljoin(feed.get("{http://www.w3.org/XML/1998/namespace}base"), link)


def test_what_is_there_keeps_its_page_and_no_map_names_the_others(built):
    file, site = built
    assert parse((site / "models/git.example~acme~churn/churn.html").read_text("utf-8")).text()[1] == "churn"
    maps = "".join(path.read_text("utf-8") for path in site.glob("sitemap*"))
    assert ("lost.html" in maps, "~old~" in maps, "~acme~churn/churn.html" in maps) == (False, False, True)
    assert build(file, site, title="x", site_url="https://models.example").written == 0


def test_a_repository_that_was_taken_out_keeps_its_addresses(tmp_path):
    file = write_catalog(tmp_path / "c.duckdb", {}, {Crawl: [crawl(number) for number in (1, 2, 3)]})
    with closing(duckdb.connect(str(file))) as connection:
        connection.execute(_REMOVED)
        connection.execute(_DELETED)
    build(file, tmp_path / "site", title="x")
    pages = [
        tmp_path / "site" / path
        for path in ("repos/git.example~acme~churn.html", "models/git.example~acme~churn/lost.html")
    ]
    since = "Gone since 3 Jan 2024, 12:00 UTC; last seen 2 Jan 2024, 12:00 UTC."
    assert [parse(page.read_text("utf-8")).text()[:6] for page in pages] == [
        [
            f"Repositories {REPO}",
            REPO,
            f"{since} This repository is in the catalog no more: repos.toml no longer includes it.",
            "Artifacts that it had 2",
            "Artifact Registered last Versions",
            "churn v1.0.0 1",
        ],
        [
            f"Models {REPO} lost",
            "lost",
            f"{since} Its repository {REPO} is in the catalog no more: repos.toml no longer includes it.",
            "It was an artifact with 1 registered version; the version that was registered last is v1.0.0. The view known_events has what its tags said.",
        ],
    ]


@pytest.mark.browser
def test_nothing_moves_while_one_is_loaded(browser, built):
    page = "models/git.example~acme~churn/lost.html"
    assert "Gone since" in (built[1] / page).read_text("utf-8")
    with late(built[1]) as address:
        assert moved(browser, f"{address}/{page}") == {}
