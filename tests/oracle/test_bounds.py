"""Honest repositories are nowhere near a bound: crawled as they come, and again without bounds, they have the same rows."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from catalog.config.parse import Config
from catalog.crawl.crawl import crawl
from catalog.demo.fleet import make_fleet
from catalog.schema.record import Record
from catalog.schema.tables import PARTITION
from catalog.schema.tables.problems import Problem
from catalog.store.journal import Journal
from catalog.store.partitions import Partition, Store
from support.bundles import NAMES, NEEDED, mirror
from support.crawling import wish
from support.loopback import serve

pytestmark = pytest.mark.slow

DEMO, MANY_BOUNDS, MANY_ROWS = 40, 50, 1_000

# What `[crawl]` bounds, as far as it goes.
RAISED = ("timeout = 1000000", "processor_time = 1000000", "max_bytes = '1024 GiB'", "max_memory = '1024 GiB'", "max_refs = 1000000000", "history = 1000000000")  # fmt: skip
BOUND_RULES = {"too-big", "too-deep", "too-many", "huge-number", "endless"}
_BOUND = re.compile(r"_?(?:MAX|MOST)_[A-Z_]+")
SHAPES = {"MAX_LISTED"}  # what a message lists


def without_bounds(monkeypatch: pytest.MonkeyPatch) -> int:
    """Makes each bound of our modules a thousand times as high, wherever it is imported; says how many there are."""
    bounds = [
        (module, name, value)
        for module in [*sys.modules.values()]
        if module.__name__.startswith(("catalog.", "connectors."))
        for name, value in [*vars(module).items()]
        if _BOUND.fullmatch(name) and name not in SHAPES and type(value) is int
    ]
    for module, name, value in bounds:
        monkeypatch.setattr(module, name, value * 1000)
    return len(bounds)


def rows_of(config: Config) -> dict[tuple[str, str], list[Record]]:
    """Every row of the last visits, by repository and table."""
    store, last = Store(config.output / "store" / "rows"), Journal(config.output / "store" / "crawls").last_visits()
    found = {}
    for repo, visit in last.items():
        assert visit.partition is not None
        stored = Partition(store.file_of(repo, visit.partition))
        found |= {(repo, table.TABLE): [*stored.rows(table)] for table in PARTITION}
    return found


def outcomes_of(config: Config) -> dict[str, str]:
    """How the visits of a crawl ended."""
    return {visit.repo: visit.outcome for visit in crawl(config, debug=True).visits}


def assert_same_rows(tmp_path: Path, urls: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    usual, unbounded = wish(tmp_path / "usual", urls), wish(tmp_path / "unbounded", urls, *RAISED)
    assert {*outcomes_of(usual).values()} == {"new"}
    assert without_bounds(monkeypatch) > MANY_BOUNDS
    assert {*outcomes_of(unbounded).values()} == {"new"}
    rows = rows_of(usual)
    assert rows == rows_of(unbounded)
    assert sum(map(len, rows.values())) > MANY_ROWS
    problems = [row for table in rows.values() for row in table if isinstance(row, Problem)]
    assert [row for row in problems if row.rule in BOUND_RULES] == []


@NEEDED
def test_no_public_repository_loses_a_row_to_a_bound(tmp_path, monkeypatch):
    with serve(mirror(tmp_path / "git")) as site:
        assert_same_rows(tmp_path, {name: f"{site}/{name}" for name in NAMES}, monkeypatch)


def test_no_repository_of_the_demo_loses_a_row_to_a_bound(tmp_path, monkeypatch):
    git = tmp_path / "git"
    paths = make_fleet(git, repos=DEMO)
    honest = [path for path in paths if path.parent.name != "labs"]  # those show what is odd and hostile
    assert_same_rows(tmp_path, {str(path.relative_to(git)): str(path) for path in honest}, monkeypatch)
