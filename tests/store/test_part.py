"""A part of a store: what is linked, what is copied, and what a disk without links does."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from catalog.crawl.crawl import crawl
from catalog.schema.tables.inventory import Rename
from catalog.store.crawl_file import Line, digest
from catalog.store.identities import Identities
from catalog.store.journal import Journal
from catalog.store.part import copy_part, link
from support.changes import base
from support.crawling import wish
from support.shards import fleet

ELSEWHERE = Path("/dev/shm")


@pytest.fixture
def config(tmp_path):
    made = wish(tmp_path, fleet(tmp_path / "git", {name: base() for name in ("a", "b")}))
    crawl(made, debug=True)
    return made


def names(folder: Path) -> list[str]:
    return sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())


def test_a_part_has_what_is_of_its_repositories(config, tmp_path):
    store, part = config.output / "store", tmp_path / "part"
    copy_part(store, part, lambda repo: repo == "a")
    rows = next((store / "rows" / "a").iterdir())
    assert names(part) == ["crawls/000001.jsonl", "observations/a.jsonl", f"rows/a/{rows.name}"]


def test_rows_are_linked_and_observations_are_copied(config, tmp_path):
    store, part = config.output / "store", tmp_path / "part"
    copy_part(store, part, lambda _: True)
    rows = next(file.relative_to(store) for file in (store / "rows" / "a").iterdir())
    observations = Path("observations/a.jsonl")
    assert [(part / file).samefile(store / file) for file in (rows, observations)] == [True, False]


def test_a_crawl_is_known_again_in_a_part_of_it(config, tmp_path):
    store, part = config.output / "store", tmp_path / "part"
    copy_part(store, part, lambda repo: repo == "a")
    assert [*map(digest, Journal(part / "crawls").crawls())] == [*map(digest, Journal(store / "crawls").crawls())]


def test_a_crawl_that_was_cut_short_is_known_again_too(config, tmp_path):
    store, part = config.output / "store", tmp_path / "part"
    file = store / "crawls" / "000001.jsonl"
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:-1]))
    copy_part(store, part, lambda repo: repo == "a")
    assert Journal(part / "crawls").digests() == Journal(store / "crawls").digests()


def test_a_part_knows_the_ids_and_renames_of_its_repositories_alone(config, tmp_path):
    store, part = config.output / "store", tmp_path / "part"
    Identities(store / "observations").write({}, {"a": "h r 1", "b": "h r 2"})
    moves = [("x", "a"), ("a", "b"), ("b", "z")]
    renames = [Rename(crawl=2, repo=name, former=former, name=name) for former, name in moves]
    row = replace(Journal(store / "crawls").crawls()[0], crawl=2)
    Journal(store / "crawls").add(row, [Line(rename=rename) for rename in renames])
    copy_part(store, part, lambda repo: repo in ("a", "x"))
    journal = Journal(part / "crawls")
    assert (
        Identities(part / "observations").read(),
        [each.former for each in journal.renames()],
        [*journal.last_visits()],
    ) == (
        {"a": "h r 1"},
        ["x"],
        ["a"],
    )


def test_a_part_replaces_what_was_there(config, tmp_path):
    part = tmp_path / "part"
    part.mkdir()
    (part / "old").touch()
    copy_part(config.output / "store", part, lambda _: False)
    assert names(part) == ["crawls/000001.jsonl"]


def test_what_cannot_be_read_is_left_out(config, tmp_path):
    store, part = config.output / "store", tmp_path / "part"
    (store / "observations" / "a.jsonl").unlink()
    (store / "observations" / "a.jsonl").mkdir()
    copy_part(store, part, lambda repo: repo == "a")
    assert "observations/a.jsonl" not in names(part)


@pytest.mark.skipif(
    not ELSEWHERE.is_dir() or os.stat(ELSEWHERE).st_dev == os.stat("/tmp").st_dev,  # noqa: PTH116 - which disk it is
    reason="there is no other disk",
)
def test_rows_are_copied_to_another_disk(config):
    store = config.output / "store"
    with TemporaryDirectory(dir=ELSEWHERE) as folder:
        part = Path(folder) / "part"
        copy_part(store, part, lambda repo: repo == "a")
        rows = next(file.relative_to(store) for file in (store / "rows" / "a").iterdir())
        link(store / rows, Path(folder) / "linked")
        assert (part / rows).read_bytes() == (Path(folder) / "linked").read_bytes() == (store / rows).read_bytes()
