"""Where imported data came from, from rows: which repository of the catalog is the source, and which commit and file of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from catalog.schema.record import Record
from catalog.schema.tables.dvc import Import, Output
from catalog.schema.tables.git import Commit, Revision
from catalog.schema.tables.inventory import Repo
from database.test_lineage_imports import imported, output
from support.catalogs import asked, catalog_of

START = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Source:
    """A repository besides the one that imports; its read commits have the imported data at its paths, the earliest first."""

    name: str = "a"
    url: str = "https://git.example/{}/data"
    fork: bool | None = None
    read: tuple[str, ...] = ("locked",)
    known: tuple[str, ...] = ()
    paths: tuple[str, ...] = ("s",)


ELSEWHERE = "https://git.example/{}/elsewhere/"
CASES: dict[str, tuple[list[Source], list[tuple[str | None, str | None, str | None]]]] = {
    "no repository has the address or the commit": ([Source(url=ELSEWHERE, read=("other",))], [(None, None, None)]),
    "at its address": ([Source()], [("a", "locked", "s")]),
    "at its address, written otherwise": ([Source(url="git@git.example:{}/data.git")], [("a", "locked", "s")]),
    "two repositories have the address": (
        [Source(name="b", url="https://git.example/{}/data.git"), Source()],
        [("a", "locked", "s")],
    ),
    "the address goes before the commit": (
        [Source(name="b", read=("other",)), Source(url=ELSEWHERE)],
        [("b", "other", "s")],
    ),
    "another address, and the commit was read": ([Source(url=ELSEWHERE)], [("a", "locked", "s")]),
    "another address, and the commit is only known": (
        [Source(url=ELSEWHERE, read=("other",), known=("locked",))],
        [("a", "other", "s")],
    ),
    "a fork has the commit, too": (
        [Source(url=ELSEWHERE + "a", fork=True), Source(name="b", url=ELSEWHERE + "b", fork=False)],
        [("b", "locked", "s")],
    ),
    "no forge says whether it is a fork": (
        [Source(url=ELSEWHERE + "a"), Source(name="b", url=ELSEWHERE + "b", fork=False)],
        [("a", "locked", "s")],
    ),
    "the repository that imports has the commit itself": (
        [Source(name="user", url=ELSEWHERE, read=(), known=("locked",))],
        [(None, None, None)],
    ),
    "an earlier commit has the same data": ([Source(read=("earlier", "locked"))], [("a", "locked", "s")]),
    "the locked commit was not read, and two others have the data": (
        [Source(read=("earlier", "later"))],
        [("a", "earlier", "s")],
    ),
    "the same data lies at another path, too": ([Source(paths=("r", "s", "t"))], [("a", "locked", "s")]),
    "the data lies at another path only": ([Source(paths=("t",))], [("a", "locked", None)]),
}


def repository(number: int, source: Source, moments: dict[str, datetime]) -> dict[type[Record], list[Record]]:
    who: dict[str, Any] = {"author": "Ann", "author_email": "ann@git.example", "authored_at": None, "summary": ""}
    return {
        Revision: [
            Revision(commit=f"{number}:{commit}", reasons=("tag",), committed_at=moments[commit], signed=None, **who)
            for commit in source.read
        ],
        Commit: [Commit(commit=f"{number}:{commit}", parents=(), committed_at=None, **who) for commit in source.known],
        Output: [
            output(path, f"{path}.dvc", f"{number}:{commit}", f"{number}:data")
            for commit in source.read
            for path in source.paths
        ],
    }


def inventory(repo: str, url: str, *, fork: bool | None) -> Repo:
    facts = dict.fromkeys(("message", "visited_at", "read_at", "partition"))
    return Repo(repo=repo, url=url, outcome="new", stale=False, fork=fork, **facts)


@pytest.fixture(scope="module")
def sources() -> list[dict[str, Any]]:
    """Those of all cases, whose repositories, addresses and commits have the number of the case in their names."""
    moments = {name: START + timedelta(days=day) for day, name in enumerate(("earlier", "locked", "other", "later"))}
    repos: dict[str, dict[type[Record], Iterable[Record]]] = {}
    listed: list[Record] = []
    for number, (others, _) in enumerate(CASES.values()):
        user = Source(name="user", url="https://git.example/{}/user", read=("other",), paths=("d",))
        url, lock = f"https://git.example/{number}/data", f"{number}:locked"
        named = {user.name: user} | {source.name: source for source in others}
        for source in named.values():
            rows = repository(number, source, moments)
            repos[f"{number}/{source.name}"] = rows
            listed.append(inventory(f"{number}/{source.name}", source.url.format(number), fork=source.fork))
        own = repos[f"{number}/user"]
        repos[f"{number}/user"] = {
            **own,
            Output: [output("d", commit=f"{number}:other", content=f"{number}:data")],
            Import: [imported(commit=f"{number}:other", url=url, rev_lock=lock)],
        }
    return asked(
        catalog_of(repos, {Repo: listed}),
        """select i.repo, i.source_repo, c.commit, n.path from import_sources i
        left join lineage_commits c on c.revision = i.source_revision left join lineage_nodes n on n.node = i.source_node""",
    )


@pytest.mark.parametrize("case", CASES)
def test_where_imported_data_came_from(sources, case):
    number = list(CASES).index(case)
    _, found = CASES[case]
    shown = [tuple(row.values())[1:] for row in sources if row["repo"] == f"{number}/user"]
    bare = [(repo and repo.split("/")[1], commit and commit.split(":")[1], path) for repo, commit, path in shown]
    assert bare == found
