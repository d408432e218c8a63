"""What sources list, over shards: each asks for itself, and the catalog goes by the last listing; a rename is one even from shard to shard."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.config.parse import Config
from catalog.crawl.crawl import crawl
from catalog.crawl.shard import Shard
from catalog.discovery.inventory import read_inventory
from catalog.discovery.listing_cache import read_states
from support.changes import base, register
from support.forging import Talk, config_of, forge, said
from support.shards import in_shards, merged, remembered, shard_folder

pytestmark = pytest.mark.slow

ORG = {"kind": "github", "org": "acme", "name": "s", "skip_unpushed": True, "full_check_days": 7}
LONG_AGO = "2023-01-02T03:04:05Z"
NAMES = [f"r{number}" for number in range(6)]


def entry(talk: Talk, name: str, number: int, **facts: object) -> dict[str, object]:
    given = {"id": number, "clone_url": f"{talk.url}/acme/{name}.git", "archived": False, "fork": False}
    return given | {"visibility": "public", "topics": ["ml"], "pushed_at": LONG_AGO, "created_at": LONG_AGO} | facts


@pytest.fixture
def forged(tmp_path):
    """A forge that lists `talk.entries`, with six repositories behind it."""
    for name in NAMES:
        base().write(tmp_path / "git" / "acme" / f"{name}.git")
    with forge(tmp_path / "git") as talk:
        talk.entries = [entry(talk, name, number) for number, name in enumerate(NAMES)]
        talk.answer = lambda request: said(talk.entries) if request.path.startswith("/api") else None
        yield talk


@pytest.fixture
def both(forged, tmp_path):
    """A catalog that is crawled at once, and one in shards; of the same forge."""
    for name in ("one", "many"):
        (tmp_path / name).mkdir()
    return [config_of(tmp_path / name, ORG | {"url": forged.url}) for name in ("one", "many")]


def night(both: list[Config], count: int = 3) -> None:
    one, many = both
    crawl(one, debug=True)
    in_shards(many, count)
    assert merged(many).complaints == ()


def inventory(config: Config) -> list[tuple[object, ...]]:
    """What is known of the repositories, without times."""
    return [
        (each.repo.name, each.has_left, each.known and each.known.left_because, each.known and each.known.renamed_to)
        for each in read_inventory(config).repositories
    ]


def found(config: Config) -> tuple[object, object]:
    return inventory(config), remembered(config, costs=False)


def test_what_is_listed_is_read_in_shards(both):
    night(both)
    assert found(both[1]) == found(both[0])


def test_what_leaves_its_source_and_returns(forged, both):
    night(both)
    left = forged.entries.pop()
    night(both)
    forged.entries.append(left)
    night(both)
    assert found(both[1]) == found(both[0])


def shard_of(name: str) -> int:
    return next(number for number in (1, 2, 3) if Shard(number=number, count=3).holds(f"127.0.0.1/acme/{name}"))


@pytest.mark.parametrize("elsewhere", [True, False], ids=["to another shard", "within its shard"])
def test_a_renamed_repository_keeps_its_history(forged, both, tmp_path, elsewhere):
    night(both)
    name = next(f"new{number}" for number in range(99) if (shard_of(f"new{number}") != shard_of("r0")) == elsewhere)
    (tmp_path / "git" / "acme" / "r0.git").rename(tmp_path / "git" / "acme" / f"{name}.git")
    forged.entries[0] = entry(forged, name, 0)
    night(both)
    night(both)
    assert (found(both[1]), f"127.0.0.1~acme~{name}.jsonl" in found(both[1])[1]["observations"]) == (
        found(both[0]),
        True,
    )


def test_another_repository_under_an_old_name_is_a_new_one(forged, both, tmp_path):
    night(both)
    git = tmp_path / "git" / "acme"
    (git / "r0.git").rename(git / "moved.git")
    other = base()
    register(other, 9)
    other.write(git / "r0.git")
    forged.entries[0] = entry(forged, "r0", 77)
    forged.entries.append(entry(forged, "moved", 0))
    night(both)
    assert found(both[1]) == found(both[0])


def test_a_source_that_fails_for_one_shard_is_listed_by_another(forged, both):
    many = both[1]
    in_shards(many, 3, 1, 2)
    forged.answer = lambda request: said({}, status=404) if request.path.startswith("/api") else None
    in_shards(many, 3, 3)
    merged(many)
    state = read_states(many)["s"]
    assert (state.outcome, len(state.listed), len(remembered(many)["last"])) == (
        "listed",
        6,
        sum(shard_of(name) != 3 for name in NAMES),
    )


def test_a_source_that_fails_for_all_keeps_its_listing_and_says_so(forged, both):
    night(both)
    forged.answer = lambda request: said({}, status=404) if request.path.startswith("/api") else None
    night(both)
    states = [read_states(config)["s"] for config in both]
    assert ([(state.outcome, state.message, len(state.listed)) for state in states], found(both[1])) == (
        [(states[0].outcome, states[0].message, 6)] * 2,
        found(both[0]),
    )


def test_what_nobody_pushed_to_is_not_asked_by_shards_either(both):
    night(both)
    reports = [crawl(both[1], shard=Shard(number=number, count=3), debug=True) for number in (1, 2, 3)]
    assert ([report.visits for report in reports], sum(report.unpushed for report in reports)) == ([()] * 3, 6)


def test_a_repository_that_left_before_the_first_merge_is_known(forged, both, tmp_path):
    away = replace(both[1], output=tmp_path / "away")
    in_shards(away, 1)
    forged.entries.pop()
    in_shards(away, 1)
    merged(both[1], shard_folder(away, 1, 1))
    assert [each for each in inventory(both[1]) if each[1]] == [("127.0.0.1/acme/r5", True, "no longer listed", None)]


def test_the_last_listing_of_all_shards_counts(forged, both):
    many = both[1]
    in_shards(many, 3, 2)
    gone = forged.entries.pop()
    in_shards(many, 3, 1)
    forged.entries.append(gone)
    in_shards(many, 3, 3)
    merged(many)
    assert len(read_states(many)["s"].listed) == 6


def test_what_the_catalog_alone_knows_of_a_source_stays_known(forged, both, tmp_path):
    many, away = both[1], replace(both[1], output=tmp_path / "away")
    crawl(many, debug=True)
    forged.entries.pop()
    crawl(many, debug=True)
    in_shards(away, 1)
    merged(many, away.output)
    assert [each for each in inventory(many) if each[1]] == [("127.0.0.1/acme/r5", True, "no longer listed", None)]


def test_another_request_of_a_source_is_no_listing_of_this_one(forged, both, tmp_path):
    many, away = both[1], config_of(tmp_path / "one", ORG | {"url": forged.url, "org": "other"})
    crawl(many, debug=True)
    before = read_states(many)
    in_shards(away, 1)
    merged(many, away.output)
    assert read_states(many) == before


def test_a_source_that_never_answered_a_shard_stays_as_it_was_listed(forged, both, tmp_path):
    many, away = both[1], replace(both[1], output=tmp_path / "away")
    crawl(many, debug=True)
    before = read_states(many)["s"]
    forged.answer = lambda request: said({}, status=404) if request.path.startswith("/api") else None
    in_shards(away, 1)
    merged(many, away.output)
    state = read_states(many)["s"]
    assert (state.outcome, state.listed, state.known, state.listed_at) == (
        "gone",
        before.listed,
        before.known,
        before.listed_at,
    )
