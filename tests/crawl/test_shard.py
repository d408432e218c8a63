"""A shard: which repositories it has, how it is written, and what its crawl begins from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.crawl.crawl import crawl
from catalog.crawl.shard import MOST_SHARDS, Shard
from catalog.errors import Misuse, NotFound, StoreError
from catalog.store.journal import Journal
from catalog.store.lock import lock
from catalog.store.observations import Observations
from support.changes import base, register
from support.crawling import wish
from support.shards import fleet, in_shards, merged, shard_folder

NAMES = ["r0", "r1", "r2", "r3"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("3/16", Shard(number=3, count=16), id="one of several"),
        pytest.param("1/1", Shard(number=1, count=1), id="all of it"),
        pytest.param("16/16", Shard(number=16, count=16), id="the last one"),
        pytest.param(f"1/{MOST_SHARDS}", Shard(number=1, count=MOST_SHARDS), id="as many as can be"),
    ],
)
def test_a_shard_is_written_so(text, expected):
    shard = Shard.parse(text)
    assert (shard, str(shard), Shard.of_folder(text.replace("/", "-of-"))) == (expected, text, expected)


@pytest.mark.parametrize(
    "text",
    ["0/4", "5/4", "a/b", "1/0", "0/0", "3/16/2", "3", "", "/4", "3/", "-1/4", "1/-4", "1 /4", "1.0/4", "³/4", "1/4\n", f"1/{MOST_SHARDS + 1}"],
)  # fmt: skip
def test_what_is_no_shard(text):
    with pytest.raises(Misuse) as refused:
        Shard.parse(text)
    assert str(refused.value) == (
        f"invalid shard {text!r}: expected K/N, such as 3/16, with K from 1 to N and N up to 9,999"
    )


@given(st.text(min_size=1), st.integers(1, 40))
def test_each_repository_belongs_to_one_shard_whatever_the_case_of_its_name(repo, count):
    shards = [Shard(number=number, count=count) for number in range(1, count + 1)]
    holding = [shard for shard in shards if shard.holds(repo)]
    assert (len(holding), [shard for shard in shards if shard.holds(repo.lower())]) == (1, holding)


def test_shards_stay_the_same_in_every_version():
    names = [f"github.com/acme/model-{number}" for number in range(8)]
    assert [next(n for n in range(1, 5) if Shard(number=n, count=4).holds(name)) for name in names] == [
        3, 2, 1, 1, 4, 1, 2, 2,
    ]  # fmt: skip


def test_shards_are_about_equal():
    names = [f"github.com/acme/model-{number}" for number in range(16_000)]
    sizes = [sum(map(Shard(number=number, count=16).holds, names)) for number in (1, 8, 16)]
    assert all(900 < size < 1100 for size in sizes)


@pytest.fixture
def config(tmp_path):
    worlds = {name: base() for name in NAMES}
    return wish(tmp_path, fleet(tmp_path / "git", worlds))


def whys(config, number: int, count: int) -> dict[str, str | None]:
    report = crawl(config, shard=Shard(number=number, count=count), debug=True)
    return {visit.repo: visit.why or visit.outcome for visit in report.visits}


def own(number: int, count: int) -> list[str]:
    return [name for name in NAMES if Shard(number=number, count=count).holds(name)]


def test_a_shard_visits_its_repositories_and_stores_them_apart(config):
    assert (whys(config, 1, 2), sorted(each.name for each in config.output.iterdir())) == (
        dict.fromkeys(own(1, 2), "new"),
        ["shards"],
    )


def test_a_shard_goes_on_from_its_own_store(config):
    whys(config, 1, 2)
    assert whys(config, 1, 2) == dict.fromkeys(own(1, 2), "fresh")


def test_a_shard_begins_from_the_merged_store(config):
    crawl(config, debug=True)
    found = whys(config, 1, 2)
    journal = Journal(shard_folder(config, 1, 2) / "store" / "crawls")
    assert (found, journal.last_number(), sorted(journal.last_visits())) == (
        dict.fromkeys(own(1, 2), "fresh"),
        2,
        own(1, 2),
    )


@pytest.mark.slow
def test_a_shard_whose_crawls_are_merged_begins_from_what_all_know(config):
    in_shards(config, 2)
    merged(config)
    crawl(config, debug=True)  # knows one crawl more
    whys(config, 1, 2)
    assert [row.crawl for row in Journal(shard_folder(config, 1, 2) / "store" / "crawls").crawls()] == [1, 2, 3]


def test_a_shard_whose_crawls_are_not_merged_goes_on_from_them(config):
    crawl(config, debug=True)
    whys(config, 1, 2)
    journal = Journal(shard_folder(config, 1, 2) / "store" / "crawls")
    before = journal.crawls()
    crawl(config, debug=True)
    assert (whys(config, 1, 2), journal.crawls()[:-1]) == (dict.fromkeys(own(1, 2), "fresh"), before)


def test_a_copy_that_was_interrupted_is_made_again(config):
    crawl(config, debug=True)
    left = shard_folder(config, 1, 2) / ".store.new" / "crawls"
    left.mkdir(parents=True)
    (left / "000001.jsonl").write_text("half")
    assert (whys(config, 1, 2), left.parent.exists()) == (dict.fromkeys(own(1, 2), "fresh"), False)


def test_what_a_shard_observes_does_not_touch_what_it_began_from(config, tmp_path):
    crawl(config, debug=True)
    file = config.output / "store" / "observations" / "r0.jsonl"
    before, world = file.read_bytes(), base()
    register(world, 9)
    world.write(tmp_path / "git" / "r0")
    in_shards(config, 1)
    theirs = Observations(shard_folder(config, 1, 1) / "store" / "observations").load("r0.jsonl")
    assert (file.read_bytes() == before, "refs/tags/m@v9.0.0" in theirs.now) == (True, True)


@pytest.mark.slow
def test_rows_that_no_crawl_begins_from_are_deleted(config, tmp_path):
    world = base()
    for number in (8, 9):
        whys(config, 1, 1)
        register(world, number)
        world.write(tmp_path / "git" / "r0")
    whys(config, 1, 1)
    assert (
        len([*(shard_folder(config, 1, 1) / "store" / "rows" / "r0").iterdir()]) == 2
    )  # of this crawl, and what it began from


def test_one_run_of_a_shard_at_a_time_and_others_beside_it(config):
    with lock(shard_folder(config, 1, 2)):
        in_shards(config, 2, 2)
        with pytest.raises(StoreError, match=r"1-of-2 is in use by process"):
            in_shards(config, 2, 1)


def test_a_repository_of_another_shard_is_not_found(config):
    with pytest.raises(NotFound, match=f"has no repository named '{own(2, 2)[0]}'"):
        crawl(config, only=own(2, 2)[:1], shard=Shard(number=1, count=2), debug=True)
