"""How much of a catalog a page shows: at the bound all of it, and one beyond it a count of the rest."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from catalog.database import database
from sites import site_pages as module
from sites.data import facts as data
from sites.data.rows import ProblemRow, StagePeriodRow
from sites.view_models.feeds import Feeds

CHURN = ("github.com/acme/churn", "churn")


@pytest.fixture(scope="module")
def facts(catalog_file: Path) -> Iterator[data.Facts]:
    with closing(database.connect(catalog_file)) as connection:
        yield data.read(connection)


def site(facts: data.Facts) -> module.SitePages:
    return module.SitePages(facts, {}, Feeds([], "x", None), "x", None)


def page(facts: data.Facts, **rows: list[Any]) -> dict[str, Any]:
    """What the page of an artifact is rendered from, when it has these rows."""
    (artifact,) = (one for one in facts.artifacts if (one.repo, one.artifact) == CHURN)
    return site(replace(facts, **{name: {CHURN: found} for name, found in rows.items()}))._model(artifact)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("count", "shown"),
    [
        pytest.param(module.OPEN, (module.OPEN, 0, 0), id="as many events as are in sight"),
        pytest.param(module.OPEN + 1, (module.OPEN, 1, 0), id="one that is a click away"),
        pytest.param(module.MOST, (module.OPEN, module.MOST - module.OPEN, 0), id="as many as the page has"),
        pytest.param(module.MOST + 1, (module.OPEN, module.MOST - module.OPEN, 1), id="one that is only counted"),
    ],
)
def test_the_events_of_an_artifact(facts, count, shown):
    found = page(facts, events=[facts.events[CHURN][0]] * count)
    assert (len(found["events"]), len(found["older"]), found["more_events"]) == shown


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are in sight", "one more"])
def test_the_stays_of_an_artifact_in_stages(facts, beyond):
    (stay, *_) = facts.terms.get(CHURN, [])
    assert isinstance(stay, StagePeriodRow)
    found = page(facts, terms=[stay] * (module.OPEN + beyond))
    assert (len(found["terms"]), found["more_terms"]) == (module.OPEN, beyond)


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as have a row", "one more"])
def test_the_versions_of_an_artifact(facts, beyond):
    version = facts.versions.get(CHURN, [])[1]
    versions = [version._replace(version=f"v9.{number}.0") for number in range(module.MOST_VERSIONS + beyond)]
    found = page(facts, versions=versions)
    assert (len(found["versions"]), [old.version.version for old in found["olds"]]) == (
        module.MOST_VERSIONS,
        [f"v9.{module.MOST_VERSIONS}.0"] * beyond,
    )


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are listed", "one more"])
def test_the_problems_on_the_page_of_the_status(facts, beyond):
    count = module.MOST_PROBLEMS + beyond
    problems = [ProblemRow(CHURN[0], "rule", f"{number}", "message", None) for number in range(count)]
    found = site(replace(facts, problems={CHURN[0]: problems}))._status()
    shown = [line for group in found["groups"] for kind in group.kinds for line in kind.problems]
    assert (len(shown), found["problem_count"]) == (module.MOST_PROBLEMS, count)
