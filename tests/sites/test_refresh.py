"""The pages that tell of the last crawls, where nothing else changed: as a build of the site makes them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from catalog.schema.tables.inventory import Crawl
from sites.build import build
from sites.data.facts import CRAWLS
from sites.data.rows import CrawlRow
from sites.manifest import MANIFEST
from sites.output import check
from sites.pages import CRAWL, HOME
from sites.refresh import refresh
from sites.view_models import as_of
from support.catalog_files import write_catalog

from .conftest import NOON, whole

PAGES = (HOME.pattern, CRAWL.pattern)


def crawls(count: int) -> list[CrawlRow]:
    """The last first."""
    return [
        CrawlRow(crawl=number, started_at=(NOON + timedelta(days=number)).replace(tzinfo=None), seconds=2.25, new=0, changed=0, fresh=1234, failed=number % 2, received=4096)
        for number in range(count, 0, -1)
    ]  # fmt: skip


def site_of(folder: Path, rows: list[CrawlRow]) -> dict[str, bytes]:
    """The pages of a catalog of three repositories after these crawls."""
    kept = [
        Crawl(**row._asdict() | {"started_at": row.started_at.replace(tzinfo=NOON.tzinfo)}) for row in reversed(rows)
    ]
    folder.mkdir()
    build(write_catalog(folder / "c.duckdb", {}, {**whole(), Crawl: kept}), folder / "site", title="x")
    return pages(folder / "site")


def pages(site: Path) -> dict[str, bytes]:
    return {name: (site / name).read_bytes() for name in PAGES}


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, CRAWLS, CRAWLS + 1])
def test_refreshed_pages_are_those_of_a_build(tmp_path, count):
    site_of(tmp_path / "before", [])
    site = tmp_path / "before" / "site"
    wanted = site_of(tmp_path / "now", crawls(count))
    assert (refresh(site, crawls(count)), pages(site)) == (PAGES, wanted)
    assert (refresh(site, crawls(count)), pages(site), check(site)) == ((), wanted, [])
    (site / MANIFEST).write_text("x")
    assert (refresh(site, crawls(count + 1)), pages(site)) == (None, wanted)


@pytest.mark.parametrize("rows", [[], crawls(3)], ids=["before the first crawl", "after three"])
def test_what_stands_between_the_marks_is_replaced(rows):
    pieces = {HOME.pattern: (as_of.at_home,), CRAWL.pattern: (as_of.summary, as_of.listed)}
    old, new = ({name: f"<p>{'<hr>'.join(piece(each) for piece in made)}</p>" for name, made in pieces.items()} for each in (crawls(1), rows))  # fmt: skip
    assert {name: as_of.updated(name, text, rows) for name, text in old.items()} == new


MARKED = as_of.at_home([])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("<p>last crawl</p>", id="of an earlier version"),
        pytest.param(MARKED + MARKED, id="more marks than there are pieces"),
        pytest.param(MARKED.replace(as_of._END, ""), id="a beginning without an end"),
        pytest.param(MARKED + as_of._END, id="two ends"),
    ],
)
def test_a_page_without_the_marks_is_not_refreshed(tmp_path, text):
    (tmp_path / HOME.pattern).write_text(text)
    (tmp_path / CRAWL.pattern).write_text(as_of.summary([]) + as_of.listed([]))
    before = pages(tmp_path)
    assert (refresh(tmp_path, crawls(1)), pages(tmp_path)) == (None, before)


@pytest.mark.parametrize("missing", PAGES)
def test_a_site_without_one_of_the_pages_is_not_refreshed(tmp_path, missing):
    (tmp_path / HOME.pattern).write_text(MARKED)
    (tmp_path / CRAWL.pattern).write_bytes(b"\xff")
    (tmp_path / missing).unlink()
    assert refresh(tmp_path, crawls(1)) is None
