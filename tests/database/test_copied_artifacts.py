"""Which artifacts of a copy are the original's, from rows: the tags of each repository, by their objects."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from catalog.schema.tables.git import Revision
from catalog.schema.tables.inventory import Repo
from catalog.schema.tables.registry import Annotation, Event
from support.catalogs import asked, catalog_of
from support.small_catalog import event

ONE, BOTH = ("m@v1.0.0",), ("m@v1.0.0", "n@v1.0.0")
# The tags of repositories, of which a is the oldest; what stands before a `/` makes it another tag of that name.
# A name without a version is only annotated.
CASES: dict[str, tuple[dict[str, tuple[str, ...]], list[tuple[str, str, str]]]] = {
    "all of it": ({"a": BOTH, "b": BOTH}, [("b", "m", "a"), ("b", "n", "a")]),
    "but not an artifact with a version of its own": ({"a": BOTH, "b": (*BOTH, "m@v2.0.0")}, [("b", "n", "a")]),
    "nor one with the same version by a tag of its own": ({"a": BOTH, "b": ("n@v1.0.0", "own/m@v1.0.0")}, [("b", "n", "a")]),
    "beside an artifact of its own": ({"a": ONE, "b": (*ONE, "x@v1.0.0")}, [("b", "m", "a")]),
    "another copy's own version is not its own": (
        {"a": BOTH, "b": ONE, "c": (*BOTH, "m@v2.0.0")},
        [("b", "m", "a"), ("c", "n", "a")],
    ),
    "a version of its own that another copy has, too": (
        {"a": BOTH, "b": (*BOTH, "m@v2.0.0"), "c": ("x@v1.0.0", "m@v2.0.0")},
        [("b", "n", "a"), ("c", "m", "b")],
    ),
    "nor one that only others than the original have": (
        {"a": ONE, "b": (*ONE, "z"), "c": ("own/z@v1.0.0",)},
        [("b", "m", "a")],
    ),
    "nothing of what is no copy": ({"a": ONE, "b": ("own/m@v1.0.0",)}, []),
}  # fmt: skip


def tagged(number: int, tag: str) -> Event:
    prefix, _, name = tag.rpartition("/")
    made = event(name, "c", datetime(2024, 1, 1, tzinfo=UTC))
    return replace(made, oid=f"{number}{prefix}{made.oid}")


def annotated(artifact: str) -> Annotation:
    facts: dict[str, Any] = dict.fromkeys(("path", "type", "description"))
    return Annotation(commit="c", file="dvc.yaml", source="dvc.yaml", artifact=artifact, labels=(), meta={}, **facts)


TIP = Revision(
    commit="c",
    reasons=("tip",),
    author="",
    author_email="",
    authored_at=None,
    committed_at=None,
    summary="",
    signed=None,
)


def repository(name: str, year: int) -> Repo:
    facts = dict.fromkeys(("message", "visited_at", "read_at", "partition"))
    return Repo(repo=name, url=name, outcome="new", stale=False, founded_at=datetime(year, 1, 1, tzinfo=UTC), **facts)


@pytest.fixture(scope="module")
def catalog() -> dict[str, list[dict[str, Any]]]:
    """Artifacts of all cases, whose repositories and tag objects have the number of the case in their names."""
    repos, events = [], {}
    for number, (tags, _) in enumerate(CASES.values()):
        for year, (name, own) in enumerate(tags.items(), 2020):
            repos.append(repository(f"{number}/{name}", year))
            events[f"{number}/{name}"] = {
                Event: [tagged(number, tag) for tag in own if "@" in tag],
                Annotation: [annotated(name) for name in own if "@" not in name],
                Revision: [TIP],
            }
    connection = catalog_of(events, {Repo: repos})
    names = ("artifacts", "copied_artifacts", "original_artifacts")
    return {name: asked(connection, f"from {name} order by repo, artifact") for name in names}


def of_case(rows: list[dict[str, Any]], case: str, *columns: str) -> list[tuple[str, ...]]:
    """The rows of its repositories, without its number."""
    prefix = f"{list(CASES).index(case)}/"
    return [
        tuple(row[column].removeprefix(prefix) for column in columns) for row in rows if row["repo"].startswith(prefix)
    ]


@pytest.mark.parametrize("case", CASES)
def test_what_of_a_copy_is_the_original_s(catalog, case):
    assert of_case(catalog["copied_artifacts"], case, "repo", "artifact", "of_repo") == CASES[case][1]


@pytest.mark.parametrize("case", CASES)
def test_all_else_is_original(catalog, case):
    every, original = (of_case(catalog[name], case, "repo", "artifact") for name in ("artifacts", "original_artifacts"))
    assert sorted([*original, *((repo, artifact) for repo, artifact, _ in CASES[case][1])]) == every
