"""Which repositories have another name, where the ids of some were never known."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from catalog.crawl.inventory_changes import inventory_moves
from catalog.store.identities import Move
from catalog.store.last_visit import LastVisit, renamed_to

SEEN = LastVisit(outcome="fresh", message=None, visited_at=datetime(2024, 5, 1, tzinfo=UTC))
RENAMED = LastVisit(outcome="left", message=renamed_to("b"), visited_at=SEEN.visited_at)
A_IS_B = Move(former="a", repo="b", replaced=False)


def set_aside(name: str) -> Move:
    return Move(former="b", repo=name, replaced=True)


@pytest.mark.parametrize(
    ("visits", "expected"),
    [
        pytest.param({"a": SEEN}, [A_IS_B], id="nothing is known of the name"),
        pytest.param({"a": SEEN, "b": SEEN}, [set_aside("b (id unknown)"), A_IS_B], id="another one without an id had it"),
        pytest.param({"b": SEEN}, [set_aside("b (id unknown)"), A_IS_B], id="and the renamed one was never visited"),
        pytest.param(
            {"a": SEEN, "b": SEEN, "b (id unknown)": SEEN},
            [set_aside("b (id unknown-2)"), A_IS_B],
            id="the second of that name",
        ),
        pytest.param({"a": RENAMED, "b": SEEN}, [A_IS_B], id="a crawl that was interrupted wrote the name down already"),
    ],
)  # fmt: skip
def test_a_name_whose_repository_has_no_known_id_is_left_before_it_is_taken(visits, expected):
    _, found = inventory_moves({"a": "h r 1"}, {"b": "h r 1"}, visits)
    assert [*found] == expected


@pytest.mark.parametrize(
    ("visits", "aliases", "expected"),
    [
        pytest.param({"a": SEEN}, {"a": "b"}, [A_IS_B], id="its new name was never visited"),
        pytest.param({"a": SEEN, "b": SEEN}, {"a": "b"}, [], id="both have a history"),
        pytest.param({}, {"a": "b"}, [], id="neither has"),
        pytest.param({"a": RENAMED, "b": SEEN}, {"a": "b"}, [], id="that was done"),
        pytest.param({"a": RENAMED, "b": SEEN}, {"b": "a"}, [Move(former="b", repo="a", replaced=False)], id="and back"),
        pytest.param({"a": SEEN, "c": SEEN}, {"a": "b", "c": "b"}, [A_IS_B], id="one history is taken"),
    ],
)  # fmt: skip
def test_a_former_name_that_repos_toml_states(visits, aliases, expected):
    assert inventory_moves({}, {}, visits, aliases) == ({}, tuple(expected))


def test_a_former_name_that_the_forge_knows_too_counts_once():
    assert inventory_moves({"a": "h r 1"}, {"b": "h r 1"}, {"a": SEEN}, {"a": "b"})[1] == (A_IS_B,)


def test_a_repository_whose_name_nobody_takes_keeps_it_when_its_id_becomes_known():
    assert inventory_moves({}, {"b": "h r 1"}, {"b": SEEN}) == ({}, ())
