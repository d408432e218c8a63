"""The lists over all repositories, from rows: what each leaves out, and the order in which equals are told apart."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from catalog.database import database
from catalog.schema.record import Record
from catalog.schema.tables.inventory import Crawl, Repo, StageName, Visit
from catalog.schema.tables.problems import Problem
from catalog.schema.tables.registry import Annotation, Event, GtoConfig
from support.catalog_files import write_catalog
from support.catalogs import asked, catalog_of
from support.small_catalog import day, event

C1, C2, C3, C4, C5, C6 = "123456"


def tagged(tag: str, commit: str, when: int, number: str = "0", precedence: str | None = None) -> Event:
    """The event of a tag whose object begins with a number."""
    made = event(tag, commit, day(when))
    return replace(made, oid=number + made.oid[1:], precedence=precedence or made.precedence)


def annotated(artifact: str, commit: str, kind: str) -> Annotation:
    facts: dict[str, Any] = dict.fromkeys(("path", "description"))
    return Annotation(commit=commit, file="dvc.yaml", source="dvc.yaml", artifact=artifact, type=kind, labels=(), meta={}, **facts)  # fmt: skip


def problem(connector: str, place: str, rule: str, message: str, commit: str | None = None) -> Problem:
    return Problem(connector=connector, place=place, rule=rule, message=message, commit=commit)


def repository(name: str, year: int) -> Repo:
    facts = dict.fromkeys(("message", "visited_at", "read_at", "partition"))
    founded = datetime(year, 1, 1, tzinfo=UTC)
    return Repo(repo=name, url=name, outcome="new", stale=False, founded_at=founded, **facts)


def visit(repo: str, crawl: int, why: str) -> Visit:
    return Visit(crawl=crawl, repo=repo, outcome="new", why=why, message=None, started_at=day(1), seconds=crawl, received=1, requests=1)  # fmt: skip


ORIGINAL = tagged("m@v10.0.0", C2, 1, precedence="2")
ROWS: dict[str, list[Record]] = {
    "b": [
        tagged("k@v1.0.0", C1, 6, "2"), tagged("k@v1.0.0", C2, 6, "1"), tagged("k@v2.0.0", C3, 6), tagged("k@v2.0.0!", C3, 6),
        tagged("k@deprecated", C3, 6), tagged("k#prod#1", C1, 6), tagged("k#dev#2", C1, 6), tagged("k#dev!#3", C1, 6),
        tagged("j@v1.0.0", C1, 5), tagged("j#prod#1", C1, 5), problem("dvc", "a", "r", "m"),
    ],
    # A copy of what `a` has.
    "c": [ORIGINAL],
    "a": [
        tagged("k@v0.1.0", C4, 7), tagged("k@v1.0.0", C1, 6), tagged("k#production#1", C1, 6),
        ORIGINAL, tagged("m@v9.0.0", C1, 2, precedence="1"), tagged("m@v9.0.0", C5, 2, "1", "1"), tagged("m@v9.0.0", C6, 5, "2", "1"),
        *(tagged("m@v9.0.0", commit, 2, commit, "1") for commit in "987"),
        tagged("m#prod#1", C3, 3), tagged("m#prod#3", C6, 5), tagged("m#dev#2", C4, 4), tagged("j@v1.0.0", C1, 5),
        tagged("n@v1.0.0", C1, 1), tagged("n#prod#1", C1, 1), tagged("n@deprecated", C1, 2),
        annotated("m", C2, "model"), annotated("m", C1, "dataset"),
        problem("dvc", "z", "r", "m"), problem("gto", "a", "z", "m"), problem("gto", "b", "a", "z"), problem("gto", "b", "b", "a", C2),
        problem("gto", "b", "b", "b", C1), problem("gto", "b", "b", "b", C2),
    ],
}  # fmt: skip
WHOLE: dict[type[Record], list[Record]] = {
    Repo: [repository(name, 2021 if name == "c" else 2020) for name in "dcba"],
    StageName: [StageName(raw=raw, stage="prod", rank=0) for raw in ("prod", "production")],
    Visit: [visit("a", 2, "newest"), visit("a", 1, "first"), visit("b", 1, "only"), visit("b", 3, "newest")],
    Crawl: [Crawl(crawl=number, started_at=day(number), seconds=1, new=0, changed=0, fresh=0, failed=0, received=0) for number in (1, 3, 2)],
}  # fmt: skip

ARTIFACT = "concat_ws(' ', id, stages)"
VERSION = "concat_ws(' ', ref, commit)"
EVENT = "concat_ws(' ', id, tag, oid[1])"
OF_A = [
    "a:j@v1.0.0 1",
    "a:k@v1.0.0 1",
    "a:k@v0.1.0 4",
    "a:m@v10.0.0 2",
    "a:m@v9.0.0 6",
    *(f"a:m@v9.0.0 {commit}" for commit in "15789"),
    "a:m@4 4",
    "a:m@3 3",
]
OF_B = ["b:j@v1.0.0 1", "b:k@v1.0.0 1", "b:k@v1.0.0 2"]
EVENTS = [
    "a:k k@v0.1.0 0", "b:k k#dev!#3 0", "a:k k#production#1 0", "b:k k#prod#1 0", "b:k k#dev#2 0", "b:k k@v2.0.0! 0", "a:k k@v1.0.0 0",
    "b:k k@v2.0.0 0", "b:k k@v1.0.0 1", "b:k k@v1.0.0 2", "b:k k@deprecated 0",
]  # fmt: skip
A_J, A_K, A_M, A_N = "a:j {}", "a:k {prod=v1.0.0}", "a:m {dev=4, prod=v9.0.0}", "a:n {prod=v1.0.0}"
B_J, B_K = "b:j {prod=v1.0.0}", "b:k {prod=v1.0.0}"
# The columns and the call of each case, and what is listed.
CASES: dict[str, tuple[str, str, list[str]]] = {
    "artifacts": (ARTIFACT, "internal.list_artifacts(null, null, null, false)", [A_J, A_K, A_M, B_J, B_K]),
    "deprecated artifacts, too": (ARTIFACT, "internal.list_artifacts(null, null, null, true)", [A_J, A_K, A_M, A_N, B_J, B_K]),
    "artifacts of some repositories": (ARTIFACT, "internal.list_artifacts(['c', 'b'], null, null, false)", [B_J, B_K, "c:m {}"]),
    "artifacts of a type": (ARTIFACT, "internal.list_artifacts(null, 'model', null, false)", [A_M]),
    "artifacts in a stage": (ARTIFACT, "internal.list_artifacts(null, null, 'dev', false)", [A_M]),
    "artifacts in a stage, by another of its names": (ARTIFACT, "internal.list_artifacts(null, null, 'production', false)", [A_K, A_M, B_J, B_K]),
    "artifacts in a stage, as tags spell it": (
        ARTIFACT,
        "internal.list_artifacts(null, null, null, false, a_raw_stage := 'production')",
        [A_K],
    ),
    "versions": (VERSION, "internal.list_versions(null, null, null, false)", [*OF_A, *OF_B]),
    "versions that are not in use, too": (
        VERSION,
        "internal.list_versions(null, null, null, true)",
        [*OF_A, "a:n@v1.0.0 1", "b:j@v1.0.0 1", "b:k@v2.0.0 3", *OF_B[1:]],
    ),
    "versions of some repositories": (VERSION, "internal.list_versions(['c', 'b'], null, null, false)", [*OF_B, "c:m@v10.0.0 2"]),
    "versions of a type": (VERSION, "internal.list_versions(null, 'dataset', null, false)", ["a:m@v9.0.0 1"]),
    "versions in a stage": (
        VERSION,
        "internal.list_versions(null, null, 'production', false)",
        ["a:k@v1.0.0 1", "a:m@v9.0.0 6", "b:j@v1.0.0 1", "b:k@v1.0.0 1"],
    ),
    "versions in a stage, as tags spell it": (
        VERSION,
        "internal.list_versions(null, null, null, false, a_raw_stage := 'production')",
        ["a:k@v1.0.0 1"],
    ),
    "the history of an artifact within a second": (
        "concat_ws(' ', repo || ':' || artifact, tag, oid[1])",
        "history('b', 'k')",
        [line for line in EVENTS if line[0] == "b"],
    ),
    "the history of an artifact": ("tag", "history('a', 'n')", ["n@deprecated", "n#prod#1", "n@v1.0.0"]),
    "events of all artifacts of a name": (EVENT, "internal.list_events(null, 'k', null, null)", EVENTS),
    "events of a version": (EVENT, "internal.list_events(null, null, 'v2.0.0', null)", ["b:k k@v2.0.0! 0", "b:k k@v2.0.0 0"]),
    "events of a stage": (EVENT, "internal.list_events(null, 'k', null, 'production')", ["a:k k#production#1 0", "b:k k#prod#1 0"]),
    "events of a stage, as tags spell it": (
        EVENT,
        "internal.list_events(null, 'k', null, 'prod', a_raw_stage := 'prod')",
        ["b:k k#prod#1 0"],
    ),
    "events of some repositories": (EVENT, "internal.list_events(['c'], null, null, null)", ["c:m m@v10.0.0 0"]),
    "events of artifacts of a type, from a moment until another": (
        EVENT,
        "internal.list_events(null, null, null, null, a_type := 'model', since := '2024-01-03', until := '2024-01-04 23:59')",
        ["a:m m#dev#2 0", "a:m m#prod#1 0"],
    ),
    "events of all that is no copy": (EVENT, "internal.list_events(null, null, 'v10.0.0', null)", ["a:m m@v10.0.0 0"]),
    "repositories": (
        "concat_ws(' ', repo, why, artifacts, problems)",
        "internal.list_repos(null)",
        ["a newest 4 6", "b newest 2 1", "c 1 0", "d 0 0"],
    ),
    "some repositories": ("repo", "internal.list_repos(['c', 'a'])", ["a", "c"]),
    "problems": (
        "concat_ws(' ', repo, connector, place, rule, message, commit)",
        "internal.list_problems(null)",
        ["a dvc z r m", "a gto a z m", "a gto b a z", "a gto b b a 2", "a gto b b b 1", "a gto b b b 2", "b dvc a r m"],
    ),
    "problems of some repositories": ("repo", "internal.list_problems(['b'])", ["b"]),
    "the newest crawl": ("crawl::varchar", "internal.last_crawl()", ["3"]),
}  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict[str, list[str]]:
    """What all cases list, of a catalog in a file: without materialized views, each list costs all that it follows from again."""
    repos = {repo: {kind: [row for row in rows if type(row) is kind] for kind in map(type, rows)} for repo, rows in ROWS.items()}  # fmt: skip
    path = write_catalog(tmp_path_factory.mktemp("lists") / "c.duckdb", repos, WHOLE)
    with closing(database.connect(path)) as connection:
        return {
            case: [row["shown"] for row in asked(connection, f"select {columns} as shown from {call}")]
            for case, (columns, call, _) in CASES.items()
        }


@pytest.mark.parametrize("case", CASES)
def test_what_is_listed_and_in_which_order(found, case):
    assert found[case] == CASES[case][2]


def test_types_are_those_in_use_those_allowed_and_the_usual_ones():
    rows = {
        Event: [tagged("a@v1.0.0", C1, 1)],
        Annotation: [annotated("a", C1, "encoder")],
        GtoConfig: [GtoConfig(commit=C1, stages=None, types=("tokenizer", "model"), index=None)],
    }
    types = [row["type"] for row in asked(catalog_of({"r": rows}), "from internal.list_types()")]
    assert types == ["dataset", "encoder", "model", "tokenizer"]
