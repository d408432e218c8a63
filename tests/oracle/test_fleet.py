"""Real repositories, over real HTTP: the catalog says what GTO says of each."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from catalog.crawl.crawl import crawl
from catalog.database import database
from catalog.database.build import build
from conftest import FLEET
from support.crawling import wish
from support.gto_says import history_of_gto, history_of_ours, in_gto_order, shown_by_gto, shown_by_us
from support.loopback import environment, serve

BUNDLES = {str(bundle.relative_to(FLEET).with_suffix("")): bundle for bundle in FLEET.rglob("*.bundle")}
NAMES = sorted(BUNDLES)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not BUNDLES, reason=f"no bundles of public repositories in {FLEET}"),
]


@pytest.fixture(scope="module")
def mirrors(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundles as bare repositories."""
    folder = tmp_path_factory.mktemp("fleet")

    def clone(name: str) -> None:
        command = ["git", "clone", "--quiet", "--mirror", str(BUNDLES[name]), str(folder / name)]
        subprocess.run(command, env=environment({}), check=True, capture_output=True)

    with ThreadPoolExecutor(2) as workers:
        list(workers.map(clone, NAMES))
    return folder


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
