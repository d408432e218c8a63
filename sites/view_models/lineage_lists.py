"""The lists of the page of lineage: what was made with each artifact, and what each was made from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sites import urls
from sites.data.detail_rows import UserRow

MOST = 300  # artifacts of a list
MOST_OTHERS = 12  # artifacts beside one


class LineageName(NamedTuple):
    """An artifact, and where the page of it is."""

    path: str
    repo: str
    artifact: str


class LineageLine(NamedTuple):
    """An artifact, the first of those on the other side of the steps, and how many more there are."""

    own: LineageName
    others: list[LineageName]
    more: int


class LineageLists(NamedTuple):
    """Downstream: what was made with each artifact. Upstream: what each was made from. `more`: how many artifacts are left out of each."""

    downstream: list[LineageLine]
    upstream: list[LineageLine]
    more_downstream: int
    more_upstream: int


def lineage_lists(users: Iterable[UserRow]) -> LineageLists:
    """The lists of these steps, by the names of artifacts."""
    down: dict[LineageName, set[LineageName]] = {}
    up: dict[LineageName, set[LineageName]] = {}
    for row in users:
        used, user = _name(row.repo, row.artifact), _name(row.user_repo, row.user_artifact)
        down.setdefault(used, set()).add(user)
        up.setdefault(user, set()).add(used)
    return LineageLists(_lines(down), _lines(up), max(0, len(down) - MOST), max(0, len(up) - MOST))


def _lines(steps: dict[LineageName, set[LineageName]]) -> list[LineageLine]:
    return [
        LineageLine(own, sorted(steps[own], key=_order)[:MOST_OTHERS], max(0, len(steps[own]) - MOST_OTHERS))
        for own in sorted(steps, key=_order)[:MOST]
    ]


def _order(name: LineageName) -> tuple[str, str]:
    return (name.artifact, name.repo)


def _name(repo: str, artifact: str) -> LineageName:
    return LineageName(urls.model(repo, artifact), repo, artifact)
