"""Memory over real crawls and builds: repositories that leave and return, more crawls than are kept, and folders of earlier versions."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from catalog.config.parse import Config
from catalog.crawl.crawl import crawl
from catalog.database import database
from catalog.database.build import build
from catalog.query import Catalog
from catalog.store import jsonl
from catalog.store.journal import Journal
from catalog.store.partitions import Store
from support.crawling import visited, wish
from support.worlds import World


def pushed(folder: Path, name: str) -> str:
    """A repository with a version in prod."""
    world = World()
    world.tag("m@v1.0.0", world.commit({"name": name}))
    world.tag("m#prod#1")
    return str(world.write(folder / name))


def crawled(config: Config) -> Config:
    crawl(config, debug=True)
    build(config)
    return config


def asked(config: Config, query: str) -> list[tuple[Any, ...]]:
    with closing(database.connect(config.output / "catalog.duckdb")) as connection:
        return connection.execute(query).fetchall()


def changes(config: Config, a: int, b: int) -> list[tuple[str, str]]:
    with Catalog.open(config.output / "catalog.duckdb") as catalog:
        return [(row["kind"], row["repo"]) for row in catalog.diff(a, b).rows]


def known(config: Config, at: int) -> list[str]:
    with Catalog.open(config.output / "catalog.duckdb") as catalog:
        return [row["repo"] for row in catalog.at("now", known_at=at).rows]


@pytest.fixture
def out_and_back(tmp_path):
    """Two repositories that were taken out of repos.toml before crawl 3, while a third stayed, and put back before crawl 4."""
    urls = {name: pushed(tmp_path / "git", name) for name in ("churn", "churn2", "other")}
    first = wish(tmp_path, {name: urls[name] for name in ("churn", "other")})
    both, none = wish(tmp_path, urls), wish(tmp_path, {"other": urls["other"]})
    for config in (first, both, none):
        crawled(config)
    return both


@pytest.mark.slow
def test_repositories_that_are_put_back_are_found(out_and_back):
    why = visited(out_and_back)
    build(out_and_back)
    assert (why["churn"], changes(out_and_back, 3, 4), changes(out_and_back, 2, 4)) == (
        ("changed", "listed_again"),
        [("found_repo", "churn"), ("found_repo", "churn2")],
        [],
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rows", "told"),
    [
        pytest.param(None, 0, id="rows that a build deleted"),
        pytest.param(b"damaged", 1, id="rows that are damaged"),
    ],
)
def test_rows_of_a_repository_that_is_put_back_are_not_called_lost(out_and_back, caplog, rows, told):
    if rows is not None:
        last = Journal(out_and_back.output / "store" / "crawls").last_visits()["churn"].partition
        file = Store(out_and_back.output / "store" / "rows").file_of("churn", last)
        file.parent.mkdir()
        file.write_bytes(rows)
    visited(out_and_back)
    assert caplog.text.count("churn: its rows in the store are lost or damaged") == told


@pytest.mark.slow
def test_repositories_that_are_taken_out_do_not_rewrite_the_past(out_and_back):
    new = ["new_repo", "new_artifact", "new_version", "promotion"]
    assert (
        changes(out_and_back, 1, 2),
        changes(out_and_back, 2, 3),
        changes(out_and_back, 1, 3),
        [known(out_and_back, at) for at in (0, 1, 2, 3)],
    ) == (
        [(kind, "churn2") for kind in new],
        [("lost_repo", "churn"), ("lost_repo", "churn2")],
        [("lost_repo", "churn")],
        [[], ["churn", "other"], ["churn", "churn2", "other"], ["other"]],
    )


@pytest.mark.slow
def test_a_repository_that_was_down_for_more_crawls_than_are_kept_is_found_again(tmp_path):
    url = pushed(tmp_path / "git", "churn")
    there, away = (wish(tmp_path, {"churn": address}) for address in (url, f"{url}-away"))
    crawl(there, debug=True)
    for _ in range(13):
        crawl(away, debug=True)
    build(away)
    since = "first_at between (select started_at from crawls where crawl = 2) and (select started_at from crawls where crawl = 3)"
    down = asked(away, f"select outcome, {since}, times from visits where crawl = 14")
    crawled(there)
    stood = [asked(there, f"select outcome, visited from visits_in({crawl})") for crawl in (5, 6)]
    assert (down, stood, changes(there, 13, 15), changes(there, 1, 14)) == (
        [("gone", True, 13)],
        [[("gone", None)], [("gone", True)]],  # the visits of ten crawls are kept one by one
        [("found_repo", "churn")],
        [("lost_repo", "churn")],
    )


def as_earlier_versions_wrote(output: Path) -> None:
    """Takes out of the journals what this version adds."""
    store = output / "store"
    (store / "observations" / "identities.json").unlink(missing_ok=True)
    for file in (store / "observations").glob("*.jsonl"):
        rewrite(file, lambda line: {key: value for key, value in line.items() if key != "before_crawl"})
    for file in (store / "crawls").glob("*.jsonl"):
        rewrite(
            file,
            lambda line: line | ({"visit": line["visit"] | {"first_at": None, "times": 1}} if "visit" in line else {}),
        )
    summary = json.loads((store / "crawls" / "repos.json").read_text().partition(" ")[2])
    for last in summary.values():
        for name in ("read_crawl", "first_at", "times"):
            if isinstance(last, dict):
                del last[name]
    (store / "crawls" / "repos.json").write_text(json.dumps(summary))


def rewrite(file: Path, change: Any) -> None:
    lines = [json.loads(text) for text in jsonl.texts(file)]
    file.write_text("".join(jsonl.line(change(line)) for line in lines))


@pytest.mark.slow
def test_the_folder_of_an_earlier_version_goes_on(tmp_path):
    world = World()
    world.tag("m@v1.0.0", world.commit({"x": "1"}))
    url = str(world.write(tmp_path / "git"))
    config = wish(tmp_path, {"m": url})
    crawled(config)
    crawled(wish(tmp_path, {"m": f"{url}-away"}))
    as_earlier_versions_wrote(config.output)
    old = build(config) and changes(config, 1, 2)
    world.tag("m@v1.0.0", world.commit({"x": "2"}))
    world.write(tmp_path / "git")
    crawled(config)
    rewritten = "select tag, crawl from rewritten_tags"
    assert (old, changes(config, 2, 3)[:2], asked(config, rewritten), known(config, 2)) == (
        [("lost_repo", "m")],
        [("found_repo", "m"), ("rewritten_tag", "m")],
        [("m@v1.0.0", 3)],
        [],
    )
