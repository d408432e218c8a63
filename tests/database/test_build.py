"""The build: what the crawl brought becomes one database and one folder of files, and what is gone goes."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from threading import enumerate as enumerate_threads

import pytest

from catalog.config.parse import Config, parse
from catalog.database import database, observations, prewarm, template
from catalog.database.build import _tables, build
from catalog.database.gathering import _crawl_rows
from catalog.errors import StoreError
from catalog.store.journal import Journal
from support.crawling import visited, wish
from support.exports import published
from support.worlds import World


def model(folder: Path, *tags: str) -> str:
    world = World()
    world.commit({"artifacts.yaml": "m:\n  type: model\n"})
    for tag in tags:
        world.tag(tag)
    return str(world.write(folder))


def asked(config: Config, query: str) -> list[tuple[object, ...]]:
    with closing(database.connect(config.output / "catalog.duckdb")) as connection:
        return connection.execute(query).fetchall()


def partitions(config: Config) -> list[str]:
    return sorted(folder.parent.name for folder in (config.output / "store" / "rows").glob("*/*"))


@pytest.mark.slow
def test_before_any_crawl_the_catalog_lists_the_repositories_and_says_never(tmp_path):
    config = parse('[[repo]]\nurl = "https://ann@host/o/m"', tmp_path / "repos.toml")
    built = build(config)
    columns = "repo, url, outcome, message, stale, visited_at, read_at, partition"
    assert (
        (built.counts.repos, built.counts.artifacts, built.counts.versions, built.incremental),
        asked(config, f"select {columns} from repos"),
    ) == (
        (0, 0, 0, False),
        [("host/o/m", "https://host/o/m", "never", None, False, None, None, None)],
    )


@pytest.mark.slow
def test_no_secret_of_a_url_reaches_the_catalog(tmp_path):
    build(config := parse('[[repo]]\nurl = "https://ann@host/o/m?access_token=t"', tmp_path / "repos.toml"))
    assert asked(config, "select url from repos") == [("https://host/o/m",)]


@pytest.mark.slow
def test_it_counts_what_it_made(tmp_path):
    urls = {
        "a": model(tmp_path / "a", "m@v1.0.0", "m@v2.0.0", "m@v2.0.0!#1", "n@v1.0.0", "n@deprecated", "o#prod"),
        "b": model(tmp_path / "b"),
    }
    config = wish(tmp_path, urls)
    visited(config)
    built = build(config)
    assert (built.database, built.counts.repos) == (config.output / "catalog.duckdb", 2)
    assert (built.counts.artifacts, built.counts.unregistered, built.counts.deprecated) == (4, 1, 1)
    assert (built.counts.versions, built.counts.deregistered, built.counts.not_registered) == (2, 1, 1)
    assert asked(config, "select count(*), (select sum(versions) from artifacts) from versions") == [(4, 2)]


@pytest.mark.slow
@pytest.mark.parametrize("count", [2, 3], ids=["as many journals as are in memory", "one more"])
def test_the_journals_of_every_repository_are_read(tmp_path, monkeypatch, count):
    monkeypatch.setattr(observations, "MOST_FILES", 2)  # of a real build, a hundred
    names = [f"r{number}" for number in range(count)]
    config = wish(tmp_path, {name: model(tmp_path / name, "m@v1.0.0") for name in names})
    visited(config)
    build(config)
    found = asked(config, "select distinct repo from observations where ref like 'refs/tags/%' order by all")
    assert found == [(name,) for name in names]


@pytest.mark.slow
def test_a_repository_that_left_the_file_leaves_the_catalog_and_the_store(tmp_path):
    urls = {name: model(tmp_path / name, "m@v1.0.0") for name in "abcde"}
    visited(wish(tmp_path, urls))
    build(wish(tmp_path, urls))
    del urls["c"]
    config = wish(tmp_path, urls)
    incremental = build(config).incremental
    assert (incremental, asked(config, "select repo from versions order by repo"), partitions(config)) == (
        True,
        [("a",), ("b",), ("d",), ("e",)],
        ["a", "b", "d", "e"],
    )


@pytest.mark.slow
def test_the_rows_of_a_repository_that_failed_stay_and_are_stale(tmp_path):
    config = wish(tmp_path, {"a": model(tmp_path / "a", "m@v1.0.0")})
    visited(config)
    (tmp_path / "a").rename(tmp_path / "elsewhere")
    visited(config)
    build(config)
    assert asked(
        config, "select outcome, stale, read_at < visited_at, version from repos join versions using (repo)"
    ) == [("gone", True, True, "v1.0.0")]


@pytest.mark.slow
def test_a_new_vocabulary_of_stages_reaches_every_repository(tmp_path):
    config = wish(tmp_path, {"a": model(tmp_path / "a", "m@v1.0.0", "m#live#1")})
    visited(config)
    found = []
    for stages in ("", "[stages]\nprod = ['live']\n", "[stages]\nonline = ['live']\n"):
        config = parse(f"{stages}[[repo]]\nname='a'\nurl='{tmp_path}/a'", tmp_path / "repos.toml")
        build(config)
        found += asked(config, "select stage, raw_stage, (select list(stage) from stages) from current_assignments")
    assert found == [("live", "live", ["live"]), ("prod", "live", ["prod"]), ("online", "live", ["online"])]


def test_the_order_of_stages_and_directions_is_that_of_the_file(tmp_path):
    text = "[stages]\nprod = ['live', 'online']\ndev = ['qa']\n[metrics]\nhigher = ['gain*']\nlower = ['cost']\n"
    rows = _tables(_crawl_rows(parse(text, tmp_path / "repos.toml"), Journal(tmp_path), [], []))
    assert (rows["stage_names"].to_pylist(), rows["metric_directions"].to_pylist()) == (
        [
            {"raw": "dev", "stage": "dev", "rank": 1},
            {"raw": "live", "stage": "prod", "rank": 0},
            {"raw": "online", "stage": "prod", "rank": 0},
            {"raw": "prod", "stage": "prod", "rank": 0},
            {"raw": "qa", "stage": "dev", "rank": 1},
        ],
        [{"pattern": "gain*", "direction": "higher", "rank": 0}, {"pattern": "cost", "direction": "lower", "rank": 1}],
    )


@pytest.mark.slow
def test_only_the_newest_rows_of_a_repository_are_kept(tmp_path):
    config = wish(tmp_path, {"a": model(tmp_path / "a", "m@v1.0.0")})
    visited(config)
    model(tmp_path / "a", "m@v1.0.0", "m@v1.1.0")
    visited(config)
    before = partitions(config)
    build(config)
    assert (before, partitions(config)) == (["a", "a"], ["a"])


@pytest.mark.slow
def test_rows_that_were_lost_cost_a_repository_its_rows_until_the_next_crawl(tmp_path):
    config = wish(tmp_path, {name: model(tmp_path / name, "m@v1.0.0") for name in "ab"})
    visited(config)
    for file in (config.output / "store" / "rows" / "a").iterdir():
        file.unlink()
    build(config)
    before = asked(config, "select repo from versions order by repo")
    visited(config)
    build(config)
    assert (before, asked(config, "select repo from versions order by repo")) == ([("b",)], [("a",), ("b",)])


@pytest.mark.slow
def test_everything_but_the_journal_can_be_made_again_byte_for_byte(tmp_path):
    config = wish(tmp_path, {name: model(tmp_path / name, "m@v1.0.0", "m#prod#1") for name in "ab"})
    visited(config)
    build(config)
    data = config.output / "data"
    first = published(data)
    for file in (*data.iterdir(), config.output / "catalog.duckdb"):
        file.unlink()
    build(config)
    assert published(data) == first


@pytest.mark.slow
def test_the_index_lists_every_table_and_view(tmp_path):
    config = wish(tmp_path, {})
    build(config)
    index = json.loads((config.output / "data" / "catalog.json").read_text())
    assert [(table["name"], table["kind"]) for table in index["tables"]] == asked(
        config, "select name, kind from relations()"
    )


def test_an_output_that_cannot_be_written_is_a_store_error(tmp_path):
    (tmp_path / "output").write_text("")
    with pytest.raises(StoreError, match=r"^cannot write to .*output: File exists$"):
        build(wish(tmp_path, {}))


@pytest.mark.slow
def test_what_a_killed_build_left_is_in_nobodys_way(tmp_path):
    config = wish(tmp_path, {"a": model(tmp_path / "a", "m@v1.0.0")})
    visited(config)
    for name in (".catalog.duckdb.new", ".catalog.duckdb.new.wal"):
        (config.output / name).write_bytes(b"half of it")
    versions = build(config).counts.versions
    assert (versions, [file.name for file in config.output.iterdir() if ".new" in file.name]) == (1, [])


@pytest.mark.slow
def test_a_build_uses_what_was_made_while_the_crawl_went_on(tmp_path):
    config = wish(tmp_path, {})
    template._templates.clear()
    prewarm.begin(config)
    for thread in enumerate_threads():
        if thread.name == "prewarm":
            thread.join()
    made = dict(template._templates)
    build(config)
    assert (len(made), template._templates == made) == (1, True)
