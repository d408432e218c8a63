"""A site of which only some pages are made again has the bytes of one that is built from nothing."""

from __future__ import annotations

import random
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from sites.build import build
from sites.manifest import MANIFEST
from support.site_worlds import NAMES, Fleet, assign, commit_and_register, crawl, move, pages, run
from support.visited_worlds import CHURN as STORY
from support.visited_worlds import visited_catalog

CHURN, ADS, PAPER, _ = NAMES


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_a_site_of_many_changes_is_that_of_a_build_from_nothing(tmp_path, seed):
    chance, fleet, site = random.Random(seed), Fleet(tmp_path), tmp_path / "site"
    fleet.build(site)
    wrong = []
    for number in range(8):
        changes = [fleet.step(chance) for _ in range(chance.randrange(1, 4))]
        fleet.build(site)
        if differences := fleet.differences(site):
            wrong.append((number, changes, differences))
    assert wrong == []


def times(site: Path) -> dict[str, int]:
    files = (file for file in site.rglob("*") if file.is_file() and file.name != MANIFEST)
    return {str(file.relative_to(site)): file.stat().st_mtime_ns for file in files}


@pytest.mark.slow
def test_a_change_makes_the_pages_of_its_repository_and_the_lists(tmp_path):
    fleet, site, chance = Fleet(tmp_path), tmp_path / "site", random.Random(1)
    whole = fleet.build(site)
    before = times(site)
    made = []
    for change in (assign, move):
        change(fleet, chance, CHURN)
        made.append(fleet.build(site).rendered)
    written = {path.split("/")[-1] for path, time in times(site).items() if before.get(path) != time}
    assert (whole.pages, whole.rendered, made, fleet.differences(site)) == (27, 27, [14, 14], [])
    assert {path for path in written if "ads" in path or "paper" in path} == set()


@pytest.mark.slow
def test_a_crawl_that_found_nothing_makes_the_page_of_the_status(tmp_path):
    fleet, site = Fleet(tmp_path), tmp_path / "site"
    made = []
    for _ in range(2):
        made += [fleet.build(site).rendered, fleet.build(site).rendered]
        crawl(fleet, random.Random(1), CHURN)
    assert made == [27, 0, 1, 0]


@pytest.mark.slow
def test_a_page_links_to_the_first_version_elsewhere_that_has_its_bytes(tmp_path):
    """The link goes with it: the page is made again, though its own repository did not change."""
    fleet, site = Fleet(tmp_path), tmp_path / "site"
    fleet.build(site)
    page = site / "models" / PAPER.replace("/", "~") / "model.html"
    before = page.read_bytes()
    for name in (CHURN, ADS):
        del fleet.worlds[name], fleet.said[name]
    fleet.build(site)
    assert (b"The same bytes as" in before, page.read_bytes() != before, fleet.differences(site)) == (True, True, [])


@pytest.mark.slow
def test_a_page_names_the_version_elsewhere_that_is_its_input(tmp_path):
    fleet, site = Fleet(tmp_path), tmp_path / "site"
    fleet.worlds[CHURN].commit(run(2))
    fleet.worlds[CHURN].tag("data@v2.0.0")
    fleet.worlds[PAPER].commit(run(2))
    fleet.worlds[PAPER].tag("model@v2.0.0")
    fleet.build(site)
    page = site / "models" / PAPER.replace("/", "~") / "model.html"
    before = page.read_bytes()
    del fleet.worlds[CHURN].refs["refs/tags/data@v2.0.0"]
    fleet.build(site)
    link = b"forge.example~acme~churn/data.html#v2.0.0"
    assert (link in before, link in page.read_bytes(), fleet.differences(site)) == (True, False, [])


@pytest.mark.slow
def test_an_event_that_becomes_news_makes_the_feeds_of_its_repository(tmp_path):
    fleet, site = Fleet(tmp_path), tmp_path / "site"
    fleet.worlds[CHURN].tag("model@v2.0.0", at=int(timedelta(days=4).total_seconds()))
    found = []
    for crawls in (1, 2, 3):
        fleet.crawls = crawls
        fleet.build(site)
        found.append(b"v2.0.0" in (site / "feeds" / "all.json").read_bytes())
        assert fleet.differences(site) == []
    assert found == [False, False, True]


@pytest.mark.slow
def test_events_that_were_observed_otherwise_make_the_feeds_of_their_repository(tmp_path):
    """The repository has the same rows: its observations were lost, so all of its events are those of a later crawl."""
    file = visited_catalog(tmp_path / "catalog.duckdb", {CHURN: STORY})
    build(file, tmp_path / "site", title="x")
    before = pages(tmp_path / "site")
    with closing(duckdb.connect(str(file))) as connection:
        connection.execute("update observations set first_readable_crawl = 4 where event is not null")
    for site in ("site", "anew"):
        build(file, tmp_path / site, title="x")
    now, anew = pages(tmp_path / "site"), pages(tmp_path / "anew")
    assert (now["feeds/all.xml"] != before["feeds/all.xml"], now) == (True, anew)


@pytest.mark.slow
@pytest.mark.parametrize("deleted", [True, False], ids=["deleted", "edited"])
def test_a_page_that_was_changed_by_hand_is_made_again_and_said(tmp_path, caplog, deleted):
    fleet, site = Fleet(tmp_path), tmp_path / "site"
    fleet.build(site)
    page = site / "repos" / f"{CHURN.replace('/', '~')}.html"
    page.unlink() if deleted else page.write_text("mine")
    report = fleet.build(site)
    said = f"{site}: not as it was built, and made again: repos/{page.name}"
    assert (report.rendered, report.written, fleet.differences(site)) == (1, 1, [])
    assert [record.getMessage() for record in caplog.records] == [said]


@pytest.mark.slow
def test_an_image_that_was_deleted_is_written_again(tmp_path):
    fleet, site = Fleet(tmp_path), tmp_path / "site"
    fleet.build(site)
    (image,) = (site / "plots").iterdir()
    image.unlink()
    assert ((report := fleet.build(site)).rendered, report.written, fleet.differences(site)) == (0, 1, [])


@pytest.mark.slow
def test_an_image_goes_with_the_last_page_that_shows_it(tmp_path):
    fleet, site = Fleet(tmp_path), tmp_path / "site"
    fleet.build(site)
    for name in (CHURN, ADS, PAPER):
        fleet.worlds[name].commit({"dvc.yaml": "artifacts: {}\n", "plot.png": None})
        fleet.worlds[name].refs = {"refs/heads/main": fleet.worlds[name].tip()}
        commit_and_register(fleet, random.Random(1), name)
    fleet.build(site)
    assert ((site / "plots").exists(), fleet.differences(site)) == (False, [])
