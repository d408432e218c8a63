"""Used by: production first, and no more than a page holds."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from sites.data.detail_rows import UserRow
from sites.view_models.model.used_by import MOST_USERS, used_by


def user(name, *stages, in_prod=False):
    at = [{"stage": stage, "rank": None, "version": "v1.0.0"} for stage in stages]
    return UserRow("r", "data", "u", name, 1, at, in_prod)


def shown(users, files=()):
    facts = SimpleNamespace(users={("r", "data"): users}, files={("r", "data"): [*files]}, graphs={"r"})
    return used_by(facts, SimpleNamespace(repo="r", artifact="data", latest="v1.0.0"), [])


def test_what_is_in_production_comes_first():
    used = shown([user("a"), user("b", "dev"), user("c", "dev", "live-eu", in_prod=True)])
    assert ([line.name for line in used.lines], used.in_prod, used.total, used.ref, used.version) == (
        ["u:c", "u:b", "u:a"], 1, 3, "r:data@v1.0.0", "v1.0.0",
    )  # fmt: skip


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are shown", "one more"])
def test_the_first_are_shown(beyond):
    used = shown([user(f"{number:03}") for number in range(MOST_USERS + beyond)])
    assert (len(used.lines), used.total) == (MOST_USERS, MOST_USERS + beyond)


@pytest.mark.parametrize(("path", "known"), [("a.csv", True), (None, False)])
def test_without_users_there_is_a_graph_where_a_version_has_a_file(path, known):
    assert (shown([], [SimpleNamespace(path=path)]) is not None) is known
