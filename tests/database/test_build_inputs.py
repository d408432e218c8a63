"""The digests of what a build depends on: what changes which, and what changes none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from catalog.database import build_inputs
from catalog.database.build_inputs import inputs_digest, last_started, site_digest, times_digest
from catalog.schema.tables.inventory import Crawl, MetricDirection, Rename, Repo, Source, StageName, Visit

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
REPO = Repo(
    repo="r", url="u", outcome="changed", message=None, stale=False, visited_at=NOON, read_at=NOON, partition="p"
)
DOWN = replace(REPO, outcome="down", stale=True)
SOURCE = Source(source="s", kind="github", url=None, outcome="listed", message=None, asked_at=NOON, listed_at=NOON, listed=1, wanted=1)  # fmt: skip
STAGE = StageName(raw="live", stage="prod", rank=0)
DIRECTION = MetricDirection(pattern="auc", direction="higher", rank=0)
RENAME = Rename(crawl=1, repo="r", former="q", name="r")
VISIT = Visit(crawl=1, repo="r", outcome="new", why="new", message=None, started_at=NOON, seconds=1.0, received=1, requests=1)  # fmt: skip


def nth(number: int, outcome: str = "complete", *, after: timedelta | None = None) -> Crawl:
    """A crawl, a day after the one before it."""
    started = NOON + (timedelta(days=number) if after is None else after)
    return Crawl(crawl=number, started_at=started, seconds=1.0, new=1, changed=0, fresh=0, failed=0, received=1, outcome=outcome)  # fmt: skip


ROWS = {
    Repo: (REPO,),
    Source: (SOURCE,),
    StageName: (STAGE,),
    MetricDirection: (DIRECTION,),
    Rename: (RENAME,),
    Crawl: (nth(1), nth(2)),
    Visit: (VISIT,),
}
LATER = NOON + timedelta(days=1)


def digests(changes, observations=None, masking=("hide",)):
    rows = {**ROWS, **changes}
    return inputs_digest(rows, observations or {"r.jsonl": "1 2"}, masking), times_digest(rows)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({Repo: (replace(REPO, visited_at=LATER, read_at=LATER),)}, id="a repository was read again"),
        pytest.param({Repo: (replace(REPO, outcome="fresh"),)}, id="one that had changed has not changed since"),
        pytest.param({Source: (replace(SOURCE, asked_at=LATER, listed_at=LATER),)}, id="a source was asked again"),
        pytest.param({Crawl: (nth(1), nth(2), nth(3))}, id="a crawl was made"),
        pytest.param({Crawl: (nth(1), nth(2), nth(3, "incomplete"))}, id="one that could not read all, as before"),
        pytest.param({Crawl: (nth(1), replace(nth(2), crawl=3), nth(2))}, id="one that began when another did"),
    ],
)
def test_what_a_crawl_adds_though_nothing_changed(changes):
    (inputs, times), (inputs_before, times_before) = digests(changes), digests({})
    assert (inputs == inputs_before, times == times_before) == (True, False)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({Repo: (replace(REPO, partition="q"),)}, id="other rows"),
        pytest.param({Repo: (DOWN,)}, id="a repository could not be read"),
        pytest.param({Repo: (replace(REPO, url="v"),)}, id="another address"),
        pytest.param({Repo: (replace(REPO, topics=("nlp",)),)}, id="another topic at its forge"),
        pytest.param({Repo: (REPO, replace(REPO, repo="s"))}, id="one repository more"),
        pytest.param({Source: (replace(SOURCE, outcome="down"),)}, id="a source did not answer"),
        pytest.param({Source: (replace(SOURCE, listed=2),)}, id="a source lists more"),
        pytest.param({StageName: (replace(STAGE, stage="online"),)}, id="another name of a stage"),
        pytest.param({MetricDirection: (replace(DIRECTION, direction="lower"),)}, id="another direction of a metric"),
        pytest.param({Rename: ()}, id="a rename"),
        pytest.param({Crawl: (nth(1), nth(2), nth(3, "cut_short"))}, id="a crawl was cut short"),
        pytest.param({Crawl: (nth(1), nth(2, "cut_short"), nth(3))}, id="another one was cut short"),
        pytest.param({Crawl: (nth(1), nth(2), nth(3, after=timedelta(0)))}, id="a clock went back"),
    ],
)
def test_what_conclusions_follow_from(changes):
    assert digests(changes)[0] != digests({})[0]


def test_what_else_conclusions_and_exports_follow_from(monkeypatch):
    found = [
        digests({}),
        digests({}, {"r.jsonl": "2 3"}),
        digests({}, {"s.jsonl": "1 2"}),
        digests({}, masking=("show",)),
    ]
    monkeypatch.setattr(build_inputs, "code_digest", lambda: "other code")
    assert len({inputs for inputs, _ in [*found, digests({})]}) == 5


def test_of_what_could_not_be_read_pages_say_why_and_from_when_it_is():
    down, later, gone, again = (
        digests({Repo: (replace(DOWN, **said),)})[0]
        for said in ({}, {"read_at": LATER}, {"outcome": "gone"}, {"visited_at": LATER})
    )
    assert (len({down, later, gone}), down == again) == (3, True)


def test_a_crawl_that_was_cut_short_counts_with_the_next_whole_one():
    short = (nth(1), nth(2, "cut_short"))
    found = [digests({Crawl: rows})[0] for rows in (short, (*short, nth(3)), (*short, nth(3), nth(4)))]
    assert (found[0] == found[1], found[1] == found[2]) == (False, True)


def test_the_clocks_of_all_crawls_before_one_that_began_earlier_contradict_it():
    days = [(4, 5, 3), (2, 5, 3), (4, 2, 3), (2, 2, 3)]
    found = [
        digests({Crawl: tuple(nth(crawl, after=timedelta(days=day)) for crawl, day in enumerate(each, 1))})[0]
        for each in days
    ]
    assert len(set(found)) == len(days)


def test_what_pages_follow_from():
    found = [
        site_digest(*each)
        for each in [("i", "t", "u"), ("j", "t", "u"), ("i", "v", "u"), ("i", "t", None), ("i", "t", "u", "look")]
    ]
    assert (len(set(found)), site_digest("i", "t", "u")) == (5, found[0])


@pytest.mark.parametrize(("crawls", "expected"), [((), None), ((nth(1), nth(2)), NOON + timedelta(days=2))])
def test_when_the_last_crawl_began(crawls, expected):
    assert last_started({**ROWS, Crawl: crawls}) == expected
