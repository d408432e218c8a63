"""What repositories have from each other, from rows: each case is a few repositories, whose contents no other case has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any

import duckdb
import pytest

from catalog.database import database
from catalog.schema.record import Record
from catalog.schema.tables.dvc import Output
from catalog.schema.tables.inventory import Repo
from database.test_import_sources import inventory
from database.test_lineage_imports import imported
from database.test_lineage_steps import added, made, revision
from support.catalog_files import write_catalog
from support.catalogs import asked

DVC_2: dict[str, Any] = {"hash_kind": "md5-dos2unix"}


def from_a(lock: str = "c", **more: Any) -> Record:
    """An import of `out` of the repository `a`."""
    return imported(**{"url": "https://git.example/#/a", "source_path": "out", "rev": None, "rev_lock": lock} | more)


def mine(**more: Any) -> Output:
    """The output that `from_a` states."""
    return added("d", **more)


# The repositories of each case; the links between them, by which lineage is walked; and the rows of `lineage`.
CASES: dict[str, tuple[Mapping[str, list[Record]], list[str], list[str]]] = {
    "one has what another made": ({"a": [made()], "b": [added()]}, ["content a:out@c -> b:out"], ["content a:out -> b:out"]),
    "at other paths": (
        {"a": [made("x"), made("y")], "b": [added("z")]},
        ["content a:x@c -> b:z", "content a:y@c -> b:z"],
        ["content a:x -> b:z", "content a:y -> b:z"],
    ),
    "of two others": (
        {"a": [made()], "b": [added()], "e": [made()]},
        ["content a:out@c -> b:out", "content e:out@c -> b:out"],
        ["content a:out -> b:out", "content e:out -> b:out"],
    ),
    "the earliest commit that has it counts": (
        {"a": [made(), made(commit="b")], "b": [added()]},
        ["content a:out@b -> b:out"],
        ["content a:out -> b:out"],
    ),
    "one hash is of DVC 2": ({"a": [made(**DVC_2)], "b": [added()]}, ["value a:out@c -> b:out"], ["value a:out -> b:out"]),
    "both are": ({"a": [made(**DVC_2)], "b": [added(**DVC_2)]}, ["content a:out@c -> b:out"], ["content a:out -> b:out"]),
    "nobody made it": ({"a": [added()], "b": [added()]}, [], []),
    "both made it": ({"a": [made()], "b": [made()]}, [], []),
    "one repository made and added it": ({"a": [made("x"), added()]}, [], []),
    "other content": ({"a": [made()], "b": [added(content="other")]}, [], []),
    "little content": ({"a": [made(size=31)], "b": [added(size=31)]}, [], []),
    "an import": (
        {"a": [added()], "b": [mine(), from_a()]},
        ["import a:out@c -> b:d@c"],
        ["import a:out -> b:d"],
    ),
    "an import of what another made": (
        {"a": [made()], "b": [mine(), from_a(rev="m@v1.0.0")]},
        ["content a:out@c -> b:d", "version a:out@c -> b:d@c"],
        ["version a:out m@v1.0.0 -> b:d"],
    ),
    "an import of what two others made": (
        {"a": [made()], "b": [mine(), from_a()], "e": [made()]},
        ["content a:out@c -> b:d", "content e:out@c -> b:d", "import a:out@c -> b:d@c"],
        ["content e:out -> b:d", "import a:out -> b:d"],
    ),
    "an import of one, and equal data of nobody's import": (
        {"a": [made()], "b": [mine(), from_a(), added("copy")]},
        ["content a:out@c -> b:copy", "content a:out@c -> b:d", "import a:out@c -> b:d@c"],
        ["content a:out -> b:copy", "import a:out -> b:d"],
    ),
    "an import at two commits": (
        {"a": [added()], "b": [row for commit in "bc" for row in (mine(commit=commit), from_a(commit=commit))]},
        ["import a:out@c -> b:d@b", "import a:out@c -> b:d@c"],
        ["import a:out -> b:d"],
    ),
    "two files state an import": (
        {"a": [added()], "b": [mine(), from_a(), mine(metafile="e.dvc"), from_a(metafile="e.dvc")]},
        ["import a:out@c -> b:d@c"],
        ["import a:out -> b:d"],
    ),
    "two files state it, one of them at a version's tag": (
        {"a": [added()], "b": [mine(), from_a(), mine(metafile="e.dvc"), from_a(metafile="e.dvc", rev="m@v1.0.0")]},
        ["import a:out@c -> b:d@c", "version a:out@c -> b:d@c"],
        ["import a:out -> b:d", "version a:out m@v1.0.0 -> b:d"],
    ),
    "several imports at several commits": (
        {"a": [added()], "b": [row for commit in "abc" for path in "pqrs" for row in (added(path, commit=commit), from_a(path=path, metafile=f"{path}.dvc", commit=commit))]},
        [f"import a:out@c -> b:{path}@{commit}" for path in "pqrs" for commit in "abc"],
        [f"import a:out -> b:{path}" for path in "pqrs"],
    ),
    "an import of a commit that was not read": (
        {"a": [added(commit="b")], "b": [mine(), from_a("z")]},
        ["import a:out@b -> b:d@c"],
        ["import a:out -> b:d"],
    ),
    "an import of other data than the source has": (
        {"a": [added(content="other")], "b": [mine(), from_a()]},
        ["import ?@c -> b:d@c"],
        ["import a:out -> b:d"],
    ),
    "an import of a commit that was not read, and other data": (
        {"a": [added(content="other")], "b": [mine(), from_a("z")]},
        ["import ? -> b:d@c"],
        ["import a:out -> b:d"],
    ),
    "an import from elsewhere": (
        {"b": [mine(), from_a("#z")]},
        ["import ? -> b:d@c"],
        [],
    ),
    "an import from a URL": (
        {"a": [made()], "b": [mine(), from_a(kind="url", source_path=None)]},
        ["content a:out@c -> b:d", "url ? -> b:d@c"],
        ["content a:out -> b:d"],
    ),
    "two that import one commit from elsewhere": (
        {"a": [added()], "b": [mine(), from_a("#c", url="https://git.example/#/x")], "e": [mine(), from_a("#c", url="https://git.example/#/x")],
         "f": [revision("#c", 0)]},
        ["import ?@#c -> b:d@c", "import ?@#c -> e:d@c"],
        ["import f:out -> b:d", "import f:out -> e:d"],
    ),
    "two of which one has the commit that both import": (
        {"b": [mine(), from_a("#d", url="https://git.example/#/x"), revision("#d", 0)],
         "e": [mine(), from_a("#d", url="https://git.example/#/x")]},
        ["import ? -> b:d@c", "import ?@#d -> e:d@c"],
        ["import b:out -> e:d"],
    ),
    "imports of two commits from elsewhere": (
        {"b": [mine(), from_a("#f", url="https://git.example/#/x"), added("e"), from_a("#g", url="https://git.example/#/x", path="e", metafile="e.dvc")],
         "f": [revision("#f", 0)], "g": [revision("#g", 0)]},
        ["import ?@#f -> b:d@c", "import ?@#g -> b:e@c"],
        ["import f:out -> b:d", "import g:out -> b:e"],
    ),
    "a URL that has the commit of another import": (
        {"b": [mine(), from_a("#e", url="https://git.example/#/x"), mine(metafile="e.dvc"),
               from_a("#e", kind="url", metafile="e.dvc", source_path=None)],
         "f": [revision("#e", 0)]},
        ["import ?@#e -> b:d@c", "url ? -> b:d@c"],
        ["import f:out -> b:d"],
    ),
}  # fmt: skip


def of_case(row: Record, number: int) -> Record:
    """The row with the number of its case in its content, its addresses and, where these are marked, its commits."""
    facts = {name: getattr(row, name, None) for name in ("hash", "url", "rev_lock", "commit")}
    told = {name: text.replace("#", str(number)) for name, text in facts.items() if isinstance(text, str)}
    return replace(row, **told | ({"hash": f"{number}:{facts['hash']}"} if facts["hash"] else {}))


# Repositories that all made the same, by the days of their commits, and two that have it.
ORIGINS = {"old": 0, **{f"a{number}": 1 for number in range(10)}, "late": 2, "without a date": 3}
USERS = ("u", "v")


def split(rows: Iterable[Record]) -> dict[type[Record], list[Record]]:
    by_table: dict[type[Record], list[Record]] = {}
    for row in rows:
        by_table.setdefault(type(row), []).append(row)
    return by_table


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The repositories of all cases, in a file: without materialized views, each link costs its data again."""
    repos: dict[str, dict[type[Record], list[Record]]] = {}
    for number, (worlds, _, _) in enumerate(CASES.values()):
        for name, rows in worlds.items():
            commits = [revision(commit, day) for day, commit in enumerate("abc")]
            repos[f"{number}/{name}"] = split(of_case(row, number) for row in [*rows, *commits])
    for name, day in ORIGINS.items():
        commit = replace(revision("c", day), **({"committed_at": None} if name == "without a date" else {}))
        paths = "xyz" if name == "old" else "xy"  # an odd number: the twentieth is one of two of a repository
        repos[f"many/{name}"] = split([*(made(path, "many") for path in paths), commit])
    repos |= {f"many/{name}": split([added("in", "many"), revision("c", 0)]) for name in USERS}
    listed = [inventory(repo, f"https://git.example/{repo}", fork=None) for repo in repos]
    path = write_catalog(tmp_path_factory.mktemp("links") / "c.duckdb", repos, {Repo: listed})
    with closing(database.connect(path)) as connection:
        yield connection


@pytest.fixture(scope="module")
def found(catalog) -> list[list[dict[str, Any]]]:
    """The links and the rows of `lineage` of all cases."""
    links = """
        select t.repo, concat(l.kind, ' ', coalesce(f.repo || ':' || f.path, '?'), '@' || s.commit, ' -> ', t.repo, ':', t.path, '@' || c.commit) as shown
        from lineage_links l
        left join lineage_nodes f on f.node = l.from_node and f.home = l.from_home
        left join lineage_nodes t on t.node = l.to_node and t.home = l.to_home
        left join lineage_commits s on s.revision = l.from_revision
        left join lineage_commits c on c.revision = l.revision
        where (s.commit is null) = (l.from_revision = 0) and (c.commit is null) = (l.revision = 0)
        order by shown
    """
    rows = "select to_repo as repo, concat(kind, ' ', from_repo, ':', from_path, ' ' || rev, ' -> ', to_repo, ':', to_path) as shown from lineage order by shown"
    return [asked(catalog, query) for query in (links, rows)]


@pytest.mark.parametrize("case", CASES)
def test_what_repositories_have_from_each_other(found, case):
    _, links, rows = CASES[case]
    prefix = f"{list(CASES).index(case)}/"
    shown = [[row["shown"].replace(prefix, "") for row in told if row["repo"].startswith(prefix)] for told in found]
    assert shown == [[link.replace("#", prefix[:-1]) for link in links], rows]


def test_of_many_origins_the_earliest_twenty_are_linked_to(catalog):
    """Two of a day are told apart by their repositories' numbers, and two of a repository by those of their data."""
    nodes = asked(catalog, "select repo, home, node from lineage_nodes where repo like 'many/%' and what = 'data'")
    origins = sorted(
        (ORIGINS[name], row["home"], row["node"])
        for row in nodes
        if (name := row["repo"].removeprefix("many/")) in ORIGINS
    )
    links = """
        select l.to_home, from_home, from_node from lineage_links l
        where to_node in (select node from lineage_nodes where repo in ('many/u', 'many/v')) order by all
    """
    users = sorted(row["home"] for row in nodes if row["repo"].removeprefix("many/") in USERS)
    assert [tuple(row.values()) for row in asked(catalog, links)] == [
        (home, *origin) for home in users for origin in sorted((home, node) for _, home, node in origins[:20])
    ]


@pytest.mark.parametrize(
    ("view", "columns"),
    [
        ("lineage_links", "to_home, to_node, from_home, from_node, revision, kind"),
        ("import_sources", "home, revision, node"),
    ],
)
def test_what_a_walk_reads_together_lies_together(catalog, view, columns):
    rows = catalog.execute(f"select {columns} from {view}").fetchall()
    assert rows == sorted(rows, key=lambda row: [(cell is None, cell) for cell in row])
