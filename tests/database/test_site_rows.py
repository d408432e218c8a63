"""Which repositories a site shows, and the rows of crawls without the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from catalog.config.model import SiteConfig
from catalog.database.site_rows import is_shown, rows_of_site
from catalog.schema.tables.inventory import Crawl, Rename, Repo, Source, Visit
from support.catalog_files import repository

NOON = datetime(2024, 6, 1, 12, tzinfo=UTC)
OPEN, SHUT = "h/acme/open", "h/acme/shut"


@pytest.mark.parametrize(
    ("rule", "shown"),
    [
        pytest.param({}, True, id="without a rule"),
        pytest.param({"include": ("acme/*",)}, True, id="included by the end of its name"),
        pytest.param({"include": ("other/*",)}, False, id="not included"),
        pytest.param({"include": ("acme/*",), "exclude": ("OPEN",)}, False, id="included and excluded, in any case"),
        pytest.param({"visibility": ("public",)}, True, id="of this visibility"),
        pytest.param({"visibility": ("private", "internal")}, False, id="of another visibility"),
        pytest.param({"labels": ("a", "x")}, True, id="with one of the labels"),
        pytest.param({"labels": ("x",)}, False, id="without the label"),
        pytest.param({"exclude_labels": ("b",)}, False, id="with a label that is excluded"),
        pytest.param({"labels": ("a",), "exclude_labels": ("b",)}, False, id="with both"),
    ],
)
def test_a_site_shows_what_all_its_rules_let_it_show(rule, shown):
    repo = repository(OPEN, visibility="public")
    assert is_shown(SiteConfig(name="s", **rule), repo, ["a", "b"]) is shown


def test_a_visibility_that_nobody_stated_is_not_shown():
    assert not is_shown(SiteConfig(name="s", visibility=("public",)), repository(OPEN), [])


def visit(repo: str, outcome: str, **said) -> Visit:
    values = {
        "crawl": 2,
        "why": None,
        "message": None,
        "started_at": NOON,
        "seconds": 1.0,
        "received": 10,
        "requests": 1,
    }
    return Visit(repo=repo, outcome=outcome, **values | said)


def test_rows_of_crawls_name_and_count_nothing_else():
    source = Source(
        source="acme", kind="github", url="https://api", outcome="listed", message="h/acme/odd: left out", asked_at=NOON,
        listed_at=NOON, listed=9, wanted=2,
    )  # fmt: skip
    crawl = Crawl(
        crawl=2, started_at=NOON, seconds=3.0, new=1, changed=0, fresh=1, failed=1, received=99, outcome="incomplete"
    )
    repo = repository(OPEN, source="acme", fork_of=SHUT, renamed_to=SHUT, left_because=f"renamed to {SHUT}")
    rename = {"crawl": 1, "former": "h/acme/old", "name": OPEN}
    rows = {
        Repo: [repo, repository(SHUT, source="acme")],
        Source: [source, replace(source, source="shut")],
        Crawl: [crawl],
        Visit: [visit(OPEN, "fresh", crawls=(1, 2)), visit(SHUT, "new"), visit(SHUT, "down")],
        Rename: [Rename(repo=OPEN, **rename), Rename(repo=SHUT, **rename)],
    }
    assert rows_of_site(rows, {OPEN}) == {
        Repo: [replace(repo, fork_of=None, renamed_to=None, left_because="renamed")],
        Source: [replace(source, message=None, listed=1, wanted=1)],
        Crawl: [replace(crawl, new=0, fresh=1, failed=0, received=10, outcome="complete")],
        Visit: [visit(OPEN, "fresh", crawls=(1, 2))],
        Rename: [Rename(repo=OPEN, **rename)],
    }
