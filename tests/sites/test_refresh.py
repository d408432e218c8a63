"""The files that tell of the last crawls, where nothing else changed: as a build of the site makes them."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from catalog import __version__
from catalog.schema.tables.inventory import Crawl
from sites.build import build
from sites.data.facts import CRAWLS
from sites.data.rows import CrawlRow
from sites.manifest import MANIFEST
from sites.output import check
from sites.pages import AS_OF, STATUS
from sites.refresh import refresh
from sites.view_models import as_of
from support.catalog_files import write_catalog

from .conftest import NOON, whole

FILES = (AS_OF, STATUS.pattern)


def crawls(count: int) -> list[CrawlRow]:
    """The last first."""
    return [
        CrawlRow(crawl=number, started_at=(NOON + timedelta(days=number)).replace(tzinfo=None), seconds=2.25, new=0, changed=0, fresh=1234, failed=number % 2, received=4096)
        for number in range(count, 0, -1)
    ]  # fmt: skip


def site_of(folder: Path, rows: list[CrawlRow]) -> dict[str, bytes]:
    """The files of a catalog of three repositories after these crawls."""
    kept = [
        Crawl(**row._asdict() | {"started_at": row.started_at.replace(tzinfo=NOON.tzinfo)}) for row in reversed(rows)
    ]
    folder.mkdir()
    build(write_catalog(folder / "c.duckdb", {}, {**whole(), Crawl: kept}), folder / "site", title="x")
    return files(folder / "site")


def files(site: Path) -> dict[str, bytes]:
    return {name: (site / name).read_bytes() for name in FILES}


@pytest.mark.slow
@pytest.mark.parametrize("count", [1, CRAWLS, CRAWLS + 1])
def test_refreshed_files_are_those_of_a_build(tmp_path, count):
    site_of(tmp_path / "before", [])
    site = tmp_path / "before" / "site"
    wanted = site_of(tmp_path / "now", crawls(count))
    assert (refresh(site, crawls(count)), files(site)) == (FILES, wanted)
    assert (refresh(site, crawls(count)), files(site), check(site)) == ((), wanted, [])
    (site / MANIFEST).write_text("x")
    assert (refresh(site, crawls(count + 1)), files(site)) == (None, wanted)


@pytest.mark.parametrize("rows", [[], crawls(3)], ids=["before the first crawl", "after three"])
def test_what_stands_between_the_marks_is_replaced(rows):
    old, new = (f"<p>{as_of.summary(each)}<hr>{as_of.listed(each)}</p>" for each in (crawls(1), rows))
    assert as_of.updated(old, rows) == new


MARKED = as_of.summary([]) + as_of.listed([])


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("<p>last crawl</p>", id="of an earlier version"),
        pytest.param(MARKED + MARKED, id="more marks than there are pieces"),
        pytest.param(MARKED.replace(as_of._END, ""), id="beginnings without an end"),
        pytest.param(MARKED + as_of._END, id="one end more"),
    ],
)
def test_a_page_without_the_marks_is_not_refreshed(tmp_path, text):
    (tmp_path / STATUS.pattern).write_text(text)
    (tmp_path / AS_OF).write_bytes(as_of.script([]))
    before = files(tmp_path)
    assert (refresh(tmp_path, crawls(1)), files(tmp_path)) == (None, before)


@pytest.mark.parametrize("missing", FILES)
def test_a_site_without_one_of_the_files_is_not_refreshed(tmp_path, missing):
    (tmp_path / STATUS.pattern).write_text(MARKED)
    (tmp_path / AS_OF).write_bytes(as_of.script([]))
    (tmp_path / missing).unlink()
    assert refresh(tmp_path, crawls(1)) is None


@pytest.mark.parametrize(
    ("rows", "script"),
    [
        pytest.param([], 'S("as-of", null);\n', id="before the first crawl"),
        pytest.param(
            crawls(2),
            f'S("as-of", {{"crawled": "2024-06-03T12:00:00Z", "crawl": 2, "version": "{__version__}"}});\n',
            id="after two",
        ),
    ],
)
def test_the_script_has_the_last_crawl(rows, script):
    assert as_of.script(rows) == script.encode()
