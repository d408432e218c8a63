"""How a visit that another store made is told: by what the catalog knew of the repository."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from catalog.crawl.taken_visit import judged
from catalog.schema.tables.inventory import Visit
from catalog.store.last_visit import LastVisit

NOON, EVENING = datetime(2026, 3, 1, 12, tzinfo=UTC), datetime(2026, 3, 1, 18, tzinfo=UTC)
VISIT = Visit(
    crawl=3, repo="r", outcome="new", why="new", message=None, started_at=EVENING, seconds=0.5, received=1, requests=1, turned=True
)  # fmt: skip
KNOWN = LastVisit(
    outcome="fresh",
    message=None,
    visited_at=NOON,
    partition="a-p-r",
    read_at=NOON,
    read_crawl=6,
    first_at=NOON,
    times=2,
)


def told(outcome: str, why: str | None, partition: str | None, last: LastVisit | None, *, had_rows: bool = True):
    visit = judged(replace(VISIT, outcome=outcome, why=why), partition, last, 7, had_rows=had_rows)
    return visit.outcome, visit.why, visit.crawl, visit.times, visit.first_at, visit.turned


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param(told("new", "new", "a-p-r", None), ("new", "new", 7, 1, EVENING, True), id="new to both"),
        pytest.param(told("fresh", None, "a-p-r", None), ("new", "new", 7, 1, EVENING, True), id="new to the catalog alone"),
        pytest.param(told("new", "new", "a-p-r", KNOWN), ("fresh", None, 7, 3, NOON, False), id="new to the store alone"),
        pytest.param(
            told("new", "new", "a-p-r", KNOWN, had_rows=False), ("changed", "rows_missing", 7, 1, EVENING, False), id="the rows were lost"
        ),
        pytest.param(
            told("new", "new", "a-p-r", replace(KNOWN, outcome="removed"), had_rows=False),
            ("changed", "listed_again", 7, 1, EVENING, True),
            id="it was away, with its rows",
        ),
        pytest.param(told("fresh", None, "a-p-r", KNOWN), ("fresh", None, 7, 3, NOON, False), id="fresh to both"),
        pytest.param(
            told("changed", "incomplete", "b-p-r", KNOWN), ("changed", "incomplete", 7, 1, EVENING, False), id="changed: the store says why"
        ),
        pytest.param(
            told("fresh", None, "b-p-r", KNOWN), ("changed", "refs_changed", 7, 1, EVENING, False), id="changed since the catalog's visit"
        ),
        pytest.param(
            told("new", "new", "b-q-r", KNOWN), ("changed", "reader_changed", 7, 1, EVENING, False), id="by other rules, too"
        ),
        pytest.param(
            told("down", None, None, KNOWN), ("down", None, 7, 1, EVENING, True), id="down"
        ),
        pytest.param(
            told("down", None, None, replace(KNOWN, outcome="down")), ("down", None, 7, 3, NOON, False), id="down as before"
        ),
        pytest.param(
            told("new", "new", "a-p-r", replace(KNOWN, outcome="down", partition=None)),
            ("new", "new", 7, 1, EVENING, True),
            id="the catalog met it, and never read it",
        ),
        pytest.param(
            told("fresh", None, "a-p-r", replace(KNOWN, first_at=None)), ("fresh", None, 7, 3, NOON, False), id="a summary of an earlier version"
        ),
    ],
)  # fmt: skip
def test_how_a_visit_of_another_store_is_told(found, expected):
    assert found == expected
