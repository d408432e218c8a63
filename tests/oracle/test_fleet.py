"""Real repositories, over real HTTP: the catalog says what GTO says of each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from catalog.crawl.crawl import crawl
from catalog.database import database
from catalog.database.build import build
from support.bundles import NAMES, NEEDED, mirror
from support.crawling import wish
from support.gto_says import history_of_gto, history_of_ours, in_gto_order, shown_by_gto, shown_by_us
from support.loopback import serve

pytestmark = [pytest.mark.slow, NEEDED]


@pytest.fixture(scope="module")
def mirrors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundles as bare repositories."""
    return mirror(tmp_path_factory.mktemp("fleet"))


@pytest.fixture(scope="module")
def catalog(mirrors: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The catalog of all of them."""
    folder = tmp_path_factory.mktemp("catalog")
    with serve(mirrors) as site:
        config = wish(folder, {name: f"{site}/{name}" for name in NAMES})
        report = crawl(config, debug=True)
        assert [(visit.repo, visit.outcome) for visit in report.visits] == [(name, "new") for name in NAMES]
        again = crawl(config, debug=True)
        assert [(visit.outcome, visit.requests) for visit in again.visits] == [("fresh", 1)] * len(NAMES)
    build(config)
    with closing(database.connect(config.output / "catalog.duckdb")) as connection:
        yield connection


@pytest.mark.parametrize("name", NAMES)
def test_show_is_that_of_gto(catalog, mirrors, name):
    assert shown_by_us(catalog, name) == shown_by_gto(mirrors / name)


@pytest.mark.parametrize("name", NAMES)
def test_history_is_that_of_gto(catalog, mirrors, name):
    assert in_gto_order(history_of_ours(catalog, name)) == in_gto_order(history_of_gto(mirrors / name))
