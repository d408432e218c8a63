"""Which repositories are copies of others: by the same tag objects, and by what forges declare."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from catalog.schema.tables.inventory import Crawl, Repo
from catalog.schema.tables.observations import Observation
from catalog.store.observations import Observations, RefScan
from support.catalogs import asked, catalog_of, rows_of
from support.worlds import World


def world(*tags: str) -> World:
    made = World()
    made.commit({"a": "1"})
    for tag in tags:
        made.tag(tag)
    return made


def repo(name: str, **facts: object) -> Repo:
    given = {"repo": name, "url": name, "outcome": "new", "message": None, "stale": False}
    return Repo(**given | {"visited_at": None, "read_at": None, "partition": None} | facts)  # type: ignore[arg-type]


def made(year: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC)


ONE, TWO, OTHER = ("m@v1.0.0",), ("m@v1.0.0", "m@v2.0.0"), ("x@v1.0.0", "m@v1.0.0")
CASES = {
    "nothing is declared": ({"a": ONE, "b": ONE}, {}, [("b", "a", 1, 0, True)]),
    "nothing is declared, and one has all of the other's": ({"a": ONE, "b": TWO}, {}, [("a", "b", 1, 0, True)]),
    "nothing is declared, and each has some of its own": (
        {"a": TWO, "b": ("m@v1.0.0", "n@v1.0.0")},
        {},
        [("b", "a", 1, 1, False)],
    ),
    "they have the same names, and are others' tags": ({"a": ONE, "b": OTHER}, {}, []),
    "a declared fork": ({"a": ONE, "b": ONE}, {"b": {"fork": True}}, [("b", "a", 1, 0, True)]),
    "a fork with a tag of its own": ({"a": ONE, "b": TWO}, {"b": {"fork": True}}, [("b", "a", 1, 1, False)]),
    "a fork that has not all of its parent's": ({"a": TWO, "b": ONE}, {"b": {"fork": True}}, [("b", "a", 1, 0, True)]),
    "a fork without tags": ({"a": ONE, "b": ()}, {"b": {"fork": True}}, []),
    "the younger of two": (
        {"a": ONE, "b": ONE},
        {"a": {"founded_at": made(2024)}, "b": {"founded_at": made(2023)}},
        [("a", "b", 1, 0, True)],
    ),
    "the declared parent goes before an older one": (
        {"a": ONE, "b": ONE, "c": ONE},
        {"c": {"fork": True, "fork_of": "b"}},
        [("b", "a", 1, 0, True), ("c", "b", 1, 0, True)],
    ),
    "the old name of a renamed one": ({"a": ONE, "b": ONE}, {"a": {"renamed_to": "b"}}, [("a", "b", 1, 0, True)]),
    "a fork of which only the parent is declared": (
        {"a": ONE, "b": ONE},
        {"a": {"fork_of": "b"}},
        [("a", "b", 1, 0, True)],
    ),
    "one whose age nobody states counts as younger": (
        {"a": ONE, "b": ONE},
        {"b": {"founded_at": made(2024)}},
        [("a", "b", 1, 0, True)],
    ),
    "one that has them all goes before the declared parent": (
        {"a": ONE, "b": TWO, "c": TWO},
        {"c": {"fork": True, "fork_of": "a"}},
        [("a", "b", 1, 0, True), ("c", "b", 2, 0, True)],
    ),
    "the new name goes before an older one": (
        {"a": ONE, "b": ONE, "c": ONE},
        {"a": {"renamed_to": "c"}},
        [("a", "c", 1, 0, True), ("c", "b", 1, 0, True)],
    ),
    "of two that have some of them the one that has more": (
        {"a": ("m@v1.0.0", "a@v1.0.0", "a@v2.0.0"), "b": (*TWO, "b@v1.0.0"), "c": (*TWO, "c@v1.0.0")},
        {},
        [("b", "a", 1, 2, False), ("c", "b", 2, 1, False)],
    ),
    "of three alike the first is the original of both others": (
        {"a": ONE, "b": ONE, "c": ONE},
        {},
        [("b", "a", 1, 0, True), ("c", "a", 1, 0, True)],
    ),
    "of two that call each other parent one stays": (
        {"a": ONE, "b": ONE},
        {"a": {"fork": True, "fork_of": "b"}, "b": {"fork": True, "fork_of": "a"}},
        [("b", "a", 1, 0, True)],
    ),
}


def catalog(worlds, facts, met=(), crawls=0):
    """A catalog of worlds by their tags; `met` are the repositories in the order in which it met them, in that many whole crawls."""
    rows = {}
    for name, tags in worlds.items():
        one = world(*tags)
        rows[name] = {
            **rows_of(one.listing(), one.objects),
            Observation: [seen(met.index(name))] if name in met else [],
        }
    whole = [Crawl(crawl=number, **ENDED) for number in range(crawls)]
    return catalog_of(rows, {Repo: [repo(name, **facts.get(name, {})) for name in worlds], Crawl: whole})


ENDED = {"started_at": made(2024), "seconds": 1.0, "new": 1, "changed": 0, "fresh": 0, "failed": 0, "received": 0}


def seen(crawl):
    at = made(2024)
    return Observation(
        ref="refs/heads/main",
        oid="0" * 40,
        revision=None,
        unseen_at=None,
        first_seen=at,
        last_seen=at,
        ended_at=None,
        first_crawl=crawl,
        ended_crawl=None,
    )


@pytest.mark.one_in(4)
@pytest.mark.parametrize(("worlds", "facts", "copies"), CASES.values(), ids=CASES.keys())
def test_copies(worlds, facts, copies):
    found = asked(catalog(worlds, facts), "from copies order by repo")
    assert [tuple(row.values()) for row in found] == copies


@pytest.mark.parametrize(
    ("met", "crawls"),
    [
        pytest.param(("b", "a"), 0, id="met first"),
        pytest.param(("b", "a"), 2, id="met first, in whole crawls"),
        pytest.param(("b",), 0, id="the other was never met"),
    ],
)
def test_of_two_of_which_nobody_says_anything_the_one_that_was_met_first_is_the_original(met, crawls):
    found = asked(catalog({"a": ONE, "b": ONE}, {}, met, crawls), "select repo, of_repo from copies")
    assert found == [{"repo": "a", "of_repo": "b"}]


def test_a_tag_object_that_two_refs_name_counts_once():
    copy, original = world(*ONE), world(*ONE)
    copy.refs["refs/tags/backup"] = copy.refs["refs/tags/m@v1.0.0"]
    rows = {name: rows_of(made.listing(), made.objects) for name, made in (("b", copy), ("a", original))}
    found = asked(catalog_of(rows, {Repo: [repo("a"), repo("b")]}), "from copies")
    assert [tuple(row.values()) for row in found] == [("b", "a", 1, 0, True)]


def test_what_has_another_name_now_was_met_under_the_old_one():
    facts = {"old": {"renamed_to": "new"}}
    found = asked(
        catalog({"a": ONE, "new": ONE, "old": ONE}, facts, met=("old", "a", "new")),
        "select repo, of_repo from copies order by repo",
    )
    assert found == [{"repo": "a", "of_repo": "new"}, {"repo": "old", "of_repo": "new"}]


@pytest.mark.slow
def test_what_is_told_again_under_a_new_name_is_told_as_a_copy():
    names = {"new": ("m@v1.0.0", "m@v2.0.0"), "old": ONE}
    rows = {name: told(world(*tags), crawl) for crawl, (name, tags) in enumerate(reversed(names.items()), 1)}
    found = asked(
        catalog_of(rows, {Repo: [repo("old", renamed_to="new"), repo("new")]}),
        "select repo, tag, copy_of from internal.list_seen_events(0, 0, '', '')",
    )
    assert [tuple(row.values()) for row in found] == [
        ("old", "m@v1.0.0", None),
        ("new", "m@v1.0.0", "old"),
        ("new", "m@v2.0.0", None),
    ]


def told(one, crawl):
    """The rows of a world, and what a first visit in a crawl remembers of it."""
    with TemporaryDirectory() as folder:
        observations = Observations(Path(folder))
        sight = RefScan(repo="r", crawl=crawl, at=made(2024), partition="p")
        observations.record(sight, one.listing, one.rows)
        return {**rows_of(one.listing(), one.objects), Observation: list(observations.load("r.jsonl").rows())}


def test_a_crawl_that_was_cut_short_and_the_next_one_met_their_repositories_together():
    crawls = [Crawl(crawl=0, **ENDED, outcome="cut_short"), Crawl(crawl=1, **ENDED)]
    rows = {
        name: {**rows_of(world(*ONE).listing(), world(*ONE).objects), Observation: [seen(place)]}
        for place, name in enumerate("ba")
    }
    found = asked(catalog_of(rows, {Repo: [repo("a"), repo("b")], Crawl: crawls}), "select repo, of_repo from copies")
    assert found == [{"repo": "b", "of_repo": "a"}]


BOTH = ("m@v1.0.0", "n@v1.0.0")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("own", "copied"),
    [
        ((), [("b", "m", "a"), ("b", "n", "a")]),
        (("m@v2.0.0",), [("b", "n", "a")]),
        (("x@v1.0.0",), [("b", "m", "a"), ("b", "n", "a")]),
    ],
    ids=["all of it", "but not a model with a version of its own", "beside a model of its own"],
)
def test_what_of_a_fork_is_its_parent_s(own, copied):
    found = asked(catalog({"a": BOTH, "b": BOTH + own}, {"b": {"fork": True}}), "from copied_artifacts order by all")
    assert [tuple(row.values()) for row in found] == copied


@pytest.mark.slow
def test_an_artifact_that_only_the_fork_annotates_is_its_own():
    one, fork = world(*ONE), world(*ONE)
    fork.commit({"artifacts.yaml": "z: {type: model}\n"})
    rows = {name: rows_of(each.listing(), each.objects) for name, each in (("a", one), ("b", fork))}
    found = asked(catalog_of(rows, {Repo: [repo("a"), repo("b", fork=True)]}), "select artifact from copied_artifacts")
    assert found == [{"artifact": "m"}]
