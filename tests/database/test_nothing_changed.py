"""Where nothing changed, nothing is built: what decides that, and that readers see what a build from nothing gives."""

from __future__ import annotations

import os
import shutil
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.config.parse import Config
from catalog.crawl.crawl import crawl
from catalog.database import build_record, code_digest, database, export, last_build, rebuild
from catalog.database.build import build
from catalog.query import Catalog
from catalog.store import checked_file, file_stamps
from catalog.store.journal import Journal
from support.changes import base, register
from support.crawling import wish
from support.harm import cut, empty, flip
from support.once import once
from support.worlds import START, World

pytestmark = pytest.mark.slow

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_the_digest_of_code_is_that_of_names_and_bytes(tmp_path):
    (tmp_path / "a" / "sql").mkdir(parents=True)
    (tmp_path / "a" / "m.py").write_text("x = 1\n")
    (tmp_path / "a" / "sql" / "v.sql").write_text("select 1")
    moved = tmp_path / "elsewhere" / "a"
    shutil.copytree(tmp_path / "a", moved)
    (moved / "__pycache__").mkdir()
    (moved / "__pycache__" / "m.pyc").write_bytes(b"compiled")
    found = [code_digest.files_digest(["1.0"], [root]) for root in (tmp_path / "a", moved)]
    found.append(code_digest.files_digest(["1.1"], [moved]))
    for name, text in (("sql/v.sql", "select 2"), ("m.py", "x = 2\n"), ("n.py", "")):
        (moved / name).write_text(text)
        found.append(code_digest.files_digest(["1.0"], [moved]))
    assert (found[0] == found[1], len(set(found))) == (True, 5)


def test_our_packages_are_part_of_the_code():
    assert [[root.name for root in code_digest._roots(name)] for name in code_digest.PACKAGES] == [
        ["catalog"],
        ["connectors"],
        ["sites"],
    ]


def made(folder: Path, *worlds: World) -> Config:
    """Repositories that were crawled, and their catalog."""
    repos = {f"r{number}": str(world.write(folder / f"r{number}")) for number, world in enumerate(worlds)}
    config = wish(folder, repos)
    again(config)
    return config


def one(folder: Path) -> Config:
    """A repository that was crawled, and its catalog: copies of what lies in the folder of all processes."""
    first = once("nothing-changed", lambda place: made(place, base()))
    shutil.copytree(first / "output", folder / "output")
    return wish(folder, {"r0": str(first / "r0")})


def again(config: Config, said=None):
    crawl(config, debug=True)
    return build(config, tell=(said if said is not None else []).append)


def seen(path: Path):
    """All rows of a catalog."""
    with closing(database.connect(path)) as connection:
        names = [name for name, *_ in connection.execute("from relations()").fetchall()]
        return {name: connection.execute(f'from "{name}" order by all').fetchall() for name in names}


def from_nothing(config: Config, folder: Path):
    """All rows of a catalog that is built of the same store."""
    shutil.copytree(config.output / "store", folder / "store")
    build(replace(config, output=folder))
    return seen(folder / "catalog.duckdb")


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 2])
def test_a_crawl_in_which_nothing_changed_writes_no_export_and_readers_know_of_it(tmp_path, times):
    config = one(tmp_path)
    exports = file_stamps.stamps_below(config.output / "data")
    said: list[str] = []
    reports = [again(config, said) for _ in range(times)]
    assert ([report.unchanged for report in reports], said) == ([True] * times, [])
    assert file_stamps.stamps_below(config.output / "data") == exports
    assert seen(config.output / "catalog.duckdb") == from_nothing(config, tmp_path / "other")
    with Catalog.open(config.output / "catalog.duckdb") as catalog:
        assert catalog.sql("select max(crawl) from crawls").values == ((times + 1,),)
        assert catalog.diff().values == ()


def test_a_build_after_a_build_leaves_the_database_alone(tmp_path):
    config = one(tmp_path)
    before = file_stamps.stamps_below(config.output)
    report = build(config)
    after = file_stamps.stamps_below(config.output)
    assert (report.unchanged, after | {".lock": ""}) == (True, before | {".lock": ""})


@pytest.mark.slow
def test_visits_that_are_forgotten_are_as_in_a_build_from_nothing(tmp_path, monkeypatch):
    """Runs that ended tell of their first visit, once the crawls after it are many: here two."""
    monkeypatch.setattr("catalog.store.journal.KEPT", 2)
    world = base()
    config = made(tmp_path, world)
    for number in range(3):
        again(config)
        register(world, number + 5)
        world.write(tmp_path / "r0")
        again(config)
    reports = [again(config) for _ in range(4)]
    assert all(report.unchanged for report in reports)
    assert seen(config.output / "catalog.duckdb") == from_nothing(config, tmp_path / "other")


@pytest.mark.slow
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_any_sequence_of_crawls_is_what_a_build_from_nothing_gives(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("law")
    worlds = [base(), base()]
    config = made(folder, *worlds)
    for number, step in enumerate(
        data.draw(st.lists(st.sampled_from(["nothing", "push", "lost", "build"]), max_size=6))
    ):
        if step == "push":
            register(worlds[0], number + 5)
        if step == "lost":
            shutil.rmtree(folder / "r1")
        else:
            worlds[1].write(folder / "r1")
        worlds[0].write(folder / "r0")
        if step != "build":
            crawl(config)
        build(config)
    assert seen(config.output / "catalog.duckdb") == from_nothing(config, folder / "other")


@pytest.mark.slow
def test_a_database_does_not_grow_by_crawls_in_which_nothing_changed(tmp_path):
    config = one(tmp_path)
    again(config)
    size = (config.output / "catalog.duckdb").stat().st_size
    for _ in range(20):
        again(config)
    assert (config.output / "catalog.duckdb").stat().st_size <= 1.1 * size


@pytest.mark.slow
def test_after_a_kill_the_database_before_and_that_with_the_times_are_as_they_were_built(tmp_path):
    config = one(tmp_path)
    file, before = config.output / "catalog.duckdb", tmp_path / "before"
    shutil.copyfile(file, before)
    assert again(config).unchanged
    found = [last_build.is_as_built(file)]
    for harm in (lambda: shutil.copyfile(before, file), lambda: flip(file)):
        harm()
        found.append(last_build.is_as_built(file))
    assert found == [True, True, False]


def rewritten(file: Path) -> None:
    """The same bytes, written by another program."""
    os.utime(file, ns=(1, 1))


@pytest.mark.slow
@pytest.mark.parametrize("harm", [flip, cut, empty, Path.unlink])
@pytest.mark.parametrize("name", ["catalog.duckdb", "data/crawls.parquet", "data/catalog.json"])
def test_an_output_that_is_not_as_it_was_built_is_made_again_and_named_once(tmp_path, caplog, harm, name):
    config = one(tmp_path)
    harm(config.output / name)
    said: list[str] = []
    report = build(config, tell=said.append)
    place, file = (config.output / name).parent, Path(name).name
    assert (report.unchanged, said[0], caplog.messages) == (
        False,
        f"{place}: not as it was built: {file}; catalog and exports are checked in full",
        [],
    )
    assert build(config).unchanged
    with Catalog.open(config.output / "catalog.duckdb") as catalog:
        assert len(catalog.versions().values) == 2


@pytest.mark.slow
def test_what_has_the_same_size_and_time_is_found_by_a_check(tmp_path):
    config = one(tmp_path)
    for file in (config.output / "data" / "versions.parquet", config.output / "catalog.duckdb"):
        stat = file.stat()
        flip(file)
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert build(config).unchanged
    said: list[str] = []
    build(config, tell=said.append, check=True)
    assert said == [
        f"{config.output / 'data'}: not as it was built: versions.parquet",
        f"{config.output / 'catalog.duckdb'} is not as it was built: it is built anew",
    ]
    said.clear()
    build(config, tell=said.append, check=True)
    assert said == []


@pytest.mark.slow
def test_a_database_that_cannot_be_changed_is_built(tmp_path):
    """Damage that has the size and time of the database shows when it is changed, or at a check."""
    config = one(tmp_path)
    file = config.output / "catalog.duckdb"
    stat = file.stat()
    file.write_bytes(b"\0" * stat.st_size)
    os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert not again(config).unchanged
    assert seen(file) == from_nothing(config, tmp_path / "other")


@pytest.mark.slow
def test_a_moved_output_and_a_copy_with_other_times_are_as_they_were_built(tmp_path):
    config = one(tmp_path)
    moved = replace(config, output=tmp_path / "moved")
    config.output.rename(moved.output)
    copied = replace(config, output=tmp_path / "copied")
    shutil.copytree(moved.output, copied.output)
    for name in ("catalog.duckdb", *(f"data/{path}" for path in file_stamps.stamps_below(copied.output / "data"))):
        rewritten(copied.output / name)
    said: list[str] = []
    assert [build(config, tell=said.append).unchanged for config in (moved, copied, copied)] == [True] * 3
    build(copied, tell=said.append, check=True)
    for file in (copied.output / "store").rglob("*.jsonl"):  # of which the database has the times
        rewritten(file)
    build(copied, tell=said.append)
    assert said == []


@pytest.mark.slow
def test_the_database_before_the_last_one_is_not_taken_for_a_copy_of_it(tmp_path):
    """Both are as they were built, and mostly of one size."""
    config = one(tmp_path)
    file = config.output / "catalog.duckdb"
    before = file.read_bytes()
    again(config)
    file.write_bytes(before)
    assert (last_build.is_as_built(file), last_build.has(file, last_build.sealed(file))) == (True, False)
    assert not build(config).unchanged
    assert seen(file) == from_nothing(config, tmp_path / "other")


@pytest.mark.slow
def test_the_database_of_a_killed_build_is_not_taken_for_that_of_the_record(tmp_path):
    """It is from another configuration, which has been taken back since."""
    config = one(tmp_path)
    record = build_record.read(config.output)
    build(replace(config, stages={**config.stages, "live": "prod"}))
    file, data = config.output / "catalog.duckdb", config.output / "data"
    of_one_size = {"database": f"{file.stat().st_size} 1", "exports": file_stamps.stamps_below(data)}
    build_record.write(config.output, replace(record, **of_one_size))  # as if that build had not come so far
    assert not build(config).unchanged
    assert seen(file) == from_nothing(config, tmp_path / "other")


@pytest.mark.slow
def test_the_exports_of_another_build_are_not_taken_for_those_of_the_record(tmp_path):
    """Their manifest says how they are: of what was killed since, or copied from elsewhere."""
    config = one(tmp_path)
    file, manifest = config.output / "data" / "versions.parquet", config.output / "data" / export.MANIFEST
    flip(file)
    stated = checked_file.read(manifest, export.ExportManifest)
    other = replace(stated.files[file.name], sha256=sha256(file.read_bytes()).hexdigest())
    checked_file.write(manifest, replace(stated, files={**stated.files, file.name: other}))
    assert export.damaged(config.output / "data") == frozenset()
    assert not build(config).unchanged


@pytest.mark.slow
def test_rows_that_were_damaged_at_a_build_are_loaded_when_they_are_read_again(tmp_path):
    """They have the name that they had."""
    config = made(tmp_path, base(), base())
    (config.output / "catalog.duckdb").unlink()
    flip(next((config.output / "store" / "rows" / "r0").iterdir()))
    build(config)
    before = seen(config.output / "catalog.duckdb")["events"]
    again(config)
    assert (len(before), len(seen(config.output / "catalog.duckdb")["events"])) == (3, 6)


@pytest.mark.slow
def test_an_event_becomes_news_when_a_crawl_begins_less_than_a_day_before_it(tmp_path, monkeypatch):
    world = World()
    world.commit({"artifacts.yaml": "m:\n  type: model\n"})
    ahead = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    world.tag("m@v1.0.0", at=int((ahead - START).total_seconds()))
    config = made(tmp_path, world)
    record = build_record.read(config.output)
    assert record is not None
    assert (record.due, again(config).unchanged) == (ahead - timedelta(days=1), True)
    journal = config.output / "store" / "crawls"
    rows = Journal(journal).crawls()
    monkeypatch.setattr(Journal, "crawls", lambda _: (*rows, replace(rows[-1], crawl=9, started_at=ahead - timedelta(days=1))))  # fmt: skip
    assert not build(config).unchanged
    assert build(config).unchanged


def test_a_full_disk_is_not_taken_for_damage(tmp_path, monkeypatch):
    config = one(tmp_path)
    crawl(config, debug=True)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(rebuild.shutil, "copyfile", full)
    with pytest.raises(Exception, match="No space left on device"):
        build(config)


def test_a_damaged_line_of_a_crawl_is_told_by_the_build_that_finds_it_alone(tmp_path, caplog):
    config = one(tmp_path)
    file = config.output / "store" / "crawls" / "000001.jsonl"
    file.write_bytes(file.read_bytes().replace(b'"new"', b'"old"', 1))
    build(config)
    again(config)
    told = f"{file} has 1 damaged line: what was recorded there is lost"
    known = build_record.read(config.output)
    assert (caplog.messages, known and known.damage) == ([told], (told,))
