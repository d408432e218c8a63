"""Merges: several stores make the catalog that one crawl would have made, in whatever order."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.config.parse import Config
from catalog.crawl.crawl import crawl
from catalog.crawl.shard import Shard
from catalog.database import database
from catalog.database.build import build
from catalog.store.journal import Journal
from support.changes import base
from support.shards import NAMES, Fleet, fleet, in_shards, merged, remembered, shard_folder


@pytest.fixture
def nightly(tmp_path):
    return Fleet(tmp_path)


def test_the_catalog_of_shards_is_that_of_one_crawl(nightly):
    crawl(nightly.one, debug=True)
    in_shards(nightly.many, 3)
    report = merged(nightly.many)
    assert (report.stores, len(report.crawls), report.complaints, remembered(nightly.many)) == (
        3,
        1,
        (),
        remembered(nightly.one),
    )


def test_what_was_merged_is_not_merged_again(nightly):
    in_shards(nightly.many, 3)
    merged(nightly.many)
    before = remembered(nightly.many)
    assert (merged(nightly.many).crawls, remembered(nightly.many)) == ((), before)


@pytest.mark.slow
def test_what_was_merged_is_known_after_more_crawls_than_are_kept(nightly):
    nightly.names = NAMES[:1]
    away = replace(nightly.many, output=nightly.folder / "away")
    in_shards(away, 1)
    merged(nightly.many, away.output)
    for _ in range(13):
        crawl(nightly.many, debug=True)
    assert merged(nightly.many, away.output).crawls == ()


@pytest.mark.slow
def test_shards_that_were_not_merged_for_some_nights_make_a_crawl_for_each(nightly):
    for number in range(3):
        nightly.change("r0", number)
        crawl(nightly.one, debug=True)
        in_shards(nightly.many, 3)
    merged(nightly.many)
    assert remembered(nightly.many) == remembered(nightly.one)


@pytest.mark.slow
def test_a_repository_that_was_taken_out_before_the_merge_was_there(nightly):
    for names in (NAMES[:3], NAMES[1:3]):
        nightly.names = names
        crawl(nightly.one, debug=True)
        in_shards(nightly.many, 2)
    assert (merged(nightly.many).complaints, remembered(nightly.many)) == ((), remembered(nightly.one))


@pytest.mark.slow
def test_what_came_is_dated_by_the_last_visit_before_it(nightly):
    for number in range(3):
        if number == 2:
            nightly.change("r0", 0)
        crawl(nightly.one, debug=True)
        in_shards(nightly.many, 2)
        merged(nightly.many)
    assert remembered(nightly.many) == remembered(nightly.one)


def test_a_merge_sums_up_what_the_next_one_begins_from(nightly):
    in_shards(nightly.many, 2)
    merged(nightly.many)
    for file in (crawls := nightly.many.output / "store" / "crawls").glob("0*.jsonl"):
        file.write_text("")
    assert [*Journal(crawls).last_visits()] == nightly.names


@pytest.mark.slow
def test_where_crawls_are_lost_the_next_number_is_that_of_what_was_observed_last(nightly):
    away = replace(nightly.many, output=nightly.folder / "away")
    for _ in range(2):
        crawl(nightly.many, debug=True)
    nightly.change("r0", 0)
    crawl(nightly.many, debug=True)
    shutil.rmtree(nightly.many.output / "store" / "crawls")
    in_shards(away, 1)
    assert [row.crawl for row in merged(nightly.many, away.output).crawls] == [4]


@pytest.mark.slow
def test_the_inventory_is_the_merge_s_business(nightly):
    for names in (NAMES[:3], NAMES[1:], NAMES[:2]):
        nightly.names = names
        crawl(nightly.one, debug=True)
        in_shards(nightly.many, 2)
        merged(nightly.many)
    assert remembered(nightly.many) == remembered(nightly.one)


night = st.tuples(
    st.lists(st.tuples(st.sampled_from(NAMES), st.integers(0, 50)), max_size=3),  # pushes
    st.sets(st.sampled_from(NAMES), max_size=2),  # repositories that are down
    st.sets(st.sampled_from(NAMES), min_size=1),  # those of repos.toml
    st.sampled_from([1, 3, 16]),  # shards
    st.sampled_from(["beside", "own", "nothing"]),  # what they begin from
)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.lists(night, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_nights_in_shards_are_remembered_as_nights_of_one_crawl(nights, chance):
    with TemporaryDirectory() as folder:
        nightly = Fleet(Path(folder))
        for pushes, down, names, count, begins in nights:
            for name, number in pushes:
                nightly.change(name, number)
            nightly.names = sorted(names)
            with nightly.down(down):
                crawl(nightly.one, debug=True)
                away = nightly.many if begins == "beside" else replace(nightly.many, output=nightly.folder / "away")
                if begins == "nothing":
                    shutil.rmtree(away.output, ignore_errors=True)
                numbers = [*range(1, count + 1)]
                chance.shuffle(numbers)
                in_shards(away, count, *numbers)
            chance.shuffle(numbers)
            report = merged(nightly.many, *(shard_folder(away, number, count) for number in numbers))
            assert report.complaints == ()
        assert remembered(nightly.many, costs=False) == remembered(nightly.one, costs=False)


WITH_CLOCKS = {
    "crawls", "crawl_times", "visits", "repos", "observations", "known_events", "time_skew", "rewritten_tags", "deleted_tags",
}  # fmt: skip
MACROS = (
    "changes_between(0, 1)",
    "changes_between(1, 2)",
    "changes_between(0, 2)",
    "stages_known_at(now(), 1)",
    "visits_in(2)",
)


def tables(config: Config) -> dict[str, list[tuple[Any, ...]]]:
    """Every table and view, and what changed when; of those that a clock goes into, what is no time."""
    with closing(database.connect(config.output / "catalog.duckdb")) as connection:

        def rows(query: str, *, has_clock: bool) -> list[tuple[Any, ...]]:
            described = connection.execute(f"describe {query}").fetchall()
            timeless = [f'"{name}"' for name, kind, *_ in described if "TIME" not in kind and name != "seconds"]
            return connection.execute(
                f"select {', '.join(timeless) if has_clock else '*'} from ({query}) order by all"
            ).fetchall()

        names = [name for name, *_ in connection.execute("from relations()").fetchall()]
        found = {name: rows(f'from "{name}"', has_clock=name in WITH_CLOCKS) for name in names}
        return found | {macro: rows(f"from {macro}", has_clock=True) for macro in MACROS}


@pytest.mark.slow
@pytest.mark.parametrize("count", [3, 16])
def test_the_database_of_shards_is_that_of_one_crawl(nightly, count):
    for number in range(2):
        crawl(nightly.one, debug=True)
        build(nightly.one)
        in_shards(nightly.many, count)
        merged(nightly.many)
        build(nightly.many)
        for each in range(number, number + 3):
            nightly.change("r0", each)
    found = tables(nightly.many)
    assert (found, [bool(found[macro]) for macro in MACROS]) == (tables(nightly.one), [True] * len(MACROS))


@pytest.mark.slow
def test_a_catalog_that_was_lost_is_made_again_from_its_shards(nightly):
    for number in range(3):
        nightly.change("r0", number)
        in_shards(nightly.many, 3)
        merged(nightly.many)
    before = remembered(nightly.many)
    shutil.rmtree(nightly.many.output / "store")
    merged(nightly.many)
    assert remembered(nightly.many) == before


@pytest.mark.slow
def test_merges_can_be_merged(nightly):
    regions = [replace(nightly.many, output=nightly.folder / name) for name in ("east", "west")]
    for region, numbers in zip(regions, [(1, 2), (3,)], strict=True):
        in_shards(region, 3, *numbers)
        merged(region)
    crawl(nightly.one, debug=True)
    assert merged(nightly.many, *(region.output for region in regions)).complaints == ()
    merged(nightly.many, *(region.output / "shards" for region in regions))  # brings visits that are known
    found, expected = remembered(nightly.many), remembered(nightly.one)
    assert [found[key] for key in ("visits", "last", "observations")] == [
        expected[key] for key in ("visits", "last", "observations")
    ]


@pytest.mark.slow
def test_bad_repositories_cost_themselves_in_shards_as_in_one_crawl(nightly):
    git = nightly.folder / "git"
    damaged, cut, bare = (base() for _ in range(3))
    nightly.urls |= fleet(git, {"damaged": damaged, "cut": cut, "bare": bare})
    for oid in damaged.objects:
        (git / "damaged" / "objects" / oid[:2] / oid[2:]).write_bytes(b"")
    (git / "cut" / "packed-refs").write_text((git / "cut" / "packed-refs").read_text()[:-9])
    (git / "bare" / "config").write_text("[core]\n\trepositoryformatversion = 9\n")
    (git / "folder").mkdir()
    nightly.urls |= {name: str(git / name) for name in ("folder", "nothing")} | {"port": "http://127.0.0.1:1/x"}
    nightly.names = sorted(nightly.urls)
    for _ in range(2):
        crawl(nightly.one)
        for number in (1, 2, 3):
            crawl(replace(nightly.many, processes=2), shard=Shard(number=number, count=3))  # two that read for each
        assert merged(nightly.many).complaints == ()
    found = remembered(nightly.many, costs=False)
    bad = {repo for repo, (outcome, *_) in found["last"].items() if outcome != "fresh"}
    assert (found, bad) == (
        remembered(nightly.one, costs=False),
        {"bare", "cut", "folder", "nothing", "port"},
    )
