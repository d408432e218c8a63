"""Which repositories are copies of others: by the same tag objects, and by what forges declare."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from catalog.fleet_tables import Repo
from catalogs import asked, catalog_of, rows_of
from worlds import World


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


ONE, TWO = ("m@v1.0.0",), ("m@v1.0.0", "m@v2.0.0")
CASES = {
    "nothing is declared, so nothing is concluded": ({"a": ONE, "b": ONE}, {}, []),
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
        [("c", "b", 1, 0, True)],
    ),
    "the old name of a renamed one": ({"a": ONE, "b": ONE}, {"a": {"renamed_to": "b"}}, [("a", "b", 1, 0, True)]),
    "of two that call each other parent one stays": (
        {"a": ONE, "b": ONE},
        {"a": {"fork": True, "fork_of": "b"}, "b": {"fork": True, "fork_of": "a"}},
        [("b", "a", 1, 0, True)],
    ),
}


@pytest.mark.parametrize(("worlds", "facts", "copies"), CASES.values(), ids=CASES.keys())
def test_copies(worlds, facts, copies):
    rows = {}
    for name, tags in worlds.items():
        one = world(*tags)
        rows[name] = rows_of(one.listing(), one.objects)
    catalog = catalog_of(rows, {Repo: [repo(name, **facts.get(name, {})) for name in worlds]})
    assert [tuple(row.values()) for row in asked(catalog, "from copies order by repo")] == copies
