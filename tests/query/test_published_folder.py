"""A published folder on this machine: its database is compared with catalog.json, and read again only where it may have changed."""

from __future__ import annotations

import os
import re
import shutil

import duckdb
import pytest

import catalog
from catalog.errors import Down, NotFound, StoreError
from catalog.query.published import disk_folder
from catalog.query.published.cache import cache_folder
from support.publishing import published_in
from support.small_catalog import small_catalog


@pytest.fixture
def whole() -> bytes:
    return small_catalog().read_bytes()


@pytest.fixture
def hashed(monkeypatch) -> list[str]:
    """The files whose bytes were compared."""
    digest, names = disk_folder.file_digest, []

    def noted(file, algorithm):
        names.append(file.name)
        return digest(file, algorithm)

    monkeypatch.setattr(disk_folder, "file_digest", noted)
    return names


def artifacts(place) -> int:
    with catalog.open(place) as opened:
        return len(opened.artifacts())


def test_the_folder_and_the_one_above_are_read_by_the_index(tmp_path, whole):
    (tmp_path / "data").mkdir()
    published_in(tmp_path / "data", whole)
    assert artifacts(tmp_path) == artifacts(tmp_path / "data") == 4


def test_a_database_that_is_as_it_was_is_compared_once(tmp_path, whole, hashed):
    published_in(tmp_path, whole)
    assert (artifacts(tmp_path), artifacts(tmp_path), len(hashed)) == (4, 4, 1)


def test_a_file_in_its_place_of_the_same_size_and_time_is_compared_again(tmp_path, whole, hashed):
    file = published_in(tmp_path, whole)
    artifacts(tmp_path)
    shutil.copy2(file, tmp_path / "copy")
    (tmp_path / "copy").replace(file)
    assert (artifacts(tmp_path), len(hashed)) == (4, 2)


def test_another_database_is_compared_and_only_the_last_one_is_recorded(tmp_path, whole, hashed):
    published_in(tmp_path, whole)
    artifacts(tmp_path)
    published_in(tmp_path, whole + bytes(16_384))
    assert (artifacts(tmp_path), len(hashed)) == (4, 2)
    assert len([file for file in cache_folder().rglob("*") if file.is_file()]) == 1


def test_without_a_cache_folder_it_is_compared_each_time(tmp_path, whole, hashed, monkeypatch):
    published_in(tmp_path, whole)
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert (artifacts(tmp_path), artifacts(tmp_path), len(hashed)) == (4, 4, 2)


def test_a_record_that_is_damaged_is_made_anew(tmp_path, whole, hashed):
    published_in(tmp_path, whole)
    artifacts(tmp_path)
    (record,) = (cache_folder() / "checked").iterdir()
    record.write_text("x")
    assert (artifacts(tmp_path), artifacts(tmp_path), len(hashed)) == (4, 4, 2)


def _cut_short(file, whole):
    file.write_bytes(whole[:-1])


def _change_a_byte(file, whole):
    file.write_bytes(whole[:5000] + b"x" + whole[5001:])


def _lose(file, _):
    file.unlink()


def _pipe(file, _):
    file.unlink()
    os.mkfifo(file)


@pytest.mark.parametrize(
    ("harm", "error", "sentence"),
    [
        pytest.param(_cut_short, Down, "{index} states {size:,} bytes for {name}, which has {less:,}: it is cut short, or being replaced now", id="cut short"),
        pytest.param(_change_a_byte, Down, "{index} states another SHA-256 for {name}: its bytes are damaged, or those of another catalog", id="a byte changed"),
        pytest.param(_lose, Down, "{index} names {name}, which is not there: it is not copied whole", id="not there"),
        pytest.param(_pipe, StoreError, "{folder}/{name} cannot be read: It is a pipe or device", id="a pipe"),
    ],
)  # fmt: skip
def test_a_database_that_is_not_what_the_index_states(tmp_path, whole, harm, error, sentence):
    file = published_in(tmp_path, whole)
    artifacts(tmp_path)  # what was recorded of it before does not count
    harm(file, whole)
    with pytest.raises(error) as caught:
        catalog.open(tmp_path)
    values = {"index": tmp_path / "catalog.json", "name": file.name, "folder": tmp_path, "size": len(whole)}
    assert str(caught.value) == sentence.format(**values, less=len(whole) - 1)


def test_what_is_no_database_is_not_said_to_be_built_here(tmp_path):
    file = published_in(tmp_path, b"x" * 5000)
    with pytest.raises(
        StoreError,
        match=f"^{re.escape(str(file))}: its database cannot be opened .*expected a catalog that this version",
    ):
        catalog.open(tmp_path)


def test_a_database_of_another_program(tmp_path):
    with duckdb.connect(tmp_path / "x.duckdb") as other:
        other.execute("create table t as select 1")
    file = published_in(tmp_path, (tmp_path / "x.duckdb").read_bytes())
    with catalog.open(tmp_path) as opened, pytest.raises(NotFound, match=f"^{re.escape(str(file))} is not a catalog"):
        opened.artifacts()


def test_a_future_catalog_is_not_said_to_be_built_here(tmp_path):
    with duckdb.connect(tmp_path / "x.duckdb") as future:
        future.execute(f"attach '{small_catalog()}' as today (read_only)")
        future.execute("create schema internal")
        future.execute("create table internal.making as from today.internal.making")
    published_in(tmp_path, (tmp_path / "x.duckdb").read_bytes())
    with (
        catalog.open(tmp_path) as opened,
        pytest.raises(StoreError, match="expected a catalog that this version") as caught,
    ):
        opened.artifacts()
    assert "build" not in str(caught.value)


def test_an_index_has_at_most_so_many_bytes(tmp_path, whole, monkeypatch):
    published_in(tmp_path, whole)
    monkeypatch.setattr(disk_folder, "MAX_INDEX", (tmp_path / "catalog.json").stat().st_size)
    assert artifacts(tmp_path) == 4
    with (tmp_path / "catalog.json").open("a") as file:
        file.write(" ")
    with pytest.raises(NotFound, match=r"catalog\.json is not the catalog\.json of a catalog: it has more than"):
        catalog.open(tmp_path)


def test_another_programs_index(tmp_path):
    (tmp_path / "catalog.json").write_text("[]")
    with pytest.raises(NotFound, match=r"is not the catalog\.json of a catalog: expected an object with 'tables'"):
        catalog.open(tmp_path)
