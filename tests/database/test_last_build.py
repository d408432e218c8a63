"""Whether the last database is as it was built, and the rows that it alone still has."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from catalog.database import last_build
from catalog.database.shapes import partition_shapes
from catalog.database.statements import named
from support.harm import cut, empty, flip
from support.small_catalog import CHURN, VISION, small_catalog

SQL = named("build")
UNREADABLE = Path("/proc/self/mem")  # of Linux: its first byte is in no memory

SHAPES = {name: partition_shapes()[name] for name in ("events", "branches")}


def swapped_in(path: Path, content: bytes, last: str | None = None) -> None:
    """A database, or what stands for it, takes the place of the last one, which has this checksum."""
    new = path.with_name("new")
    new.write_bytes(content)
    last_build.seal(path, new, last_build.current(path) if last is None else last)
    new.replace(path)


@pytest.fixture
def path(tmp_path):
    """The second of two databases, longer than what is read of one at once."""
    path = tmp_path / "catalog.duckdb"
    for content in (b"first", b"s" * (last_build._CHUNK + 9)):
        swapped_in(path, content)
    return path


def sums(path: Path) -> list[str]:
    return path.with_name(".catalog.duckdb.sum").read_text().splitlines()


def before(path: Path) -> None:
    path.write_bytes(b"first")


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def sums_are(content: bytes):
    return lambda path: path.with_name(".catalog.duckdb.sum").write_bytes(content)


def sums_are_a_folder(path: Path) -> None:
    path.with_name(".catalog.duckdb.sum").unlink()
    path.with_name(".catalog.duckdb.sum").mkdir()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(lambda _: None, True, id="the last one"),
        pytest.param(before, True, id="the one before it, as after a crash"),
        pytest.param(cut, False, id="a shorter one"),
        pytest.param(flip, False, id="another byte"),
        pytest.param(empty, False, id="nothing"),
        pytest.param(Path.unlink, True, id="there is none"),
        pytest.param(pipe, True, id="what is no file, so that there is none"),
        pytest.param(sums_are_a_folder, True, id="an earlier version wrote no checksum"),
        pytest.param(sums_are(b"\xff\n"), False, id="checksums that are damaged"),
        pytest.param(sums_are(b""), False, id="checksums that are lost"),
    ],
)
def test_whether_it_is_as_it_was_built(path, change, expected):
    change(path)
    assert last_build.is_as_built(path) is expected


@pytest.mark.skipif(not UNREADABLE.is_file(), reason="no file that fails when it is read")
def test_a_database_that_cannot_be_read_is_not_as_it_was_built(path):
    path.unlink()
    path.symlink_to(UNREADABLE)
    assert (last_build.is_as_built(path), last_build.has(path, sums(path)[0])) == (False, False)


def test_which_checksum_is_known_without_reading_the_database(path):
    last, first = sums(path)
    found = [last_build.sealed(path), last_build.has(path, last), last_build.has(path, first)]
    path.unlink()
    found += [last_build.sealed(path), last_build.has(path, last)]
    path.with_name(".catalog.duckdb.sum").write_bytes(b"\xff\n")
    assert found == [last, True, False, last, False]
    assert last_build.sealed(path) == "\ufffd"


@pytest.mark.parametrize(("last", "sealed"), [("5ea1", ["5ea1"]), ("", [])], ids=["known", "not as it was built"])
def test_the_checksum_of_the_last_one_is_kept_where_it_is_as_it_was_built(path, last, sealed):
    swapped_in(path, b"third", last)
    assert sums(path) == [last_build.current(path), *sealed]


def test_the_first_database_has_no_one_before_it(tmp_path):
    path = tmp_path / "catalog.duckdb"
    assert (last_build.sealed(path), last_build.has(path, "")) == ("", False)
    swapped_in(path, b"first")
    assert (len(sums(path)), last_build.is_as_built(path)) == (1, True)


def test_a_folder_in_the_place_of_checksums_is_put_aside(path):
    sums_are_a_folder(path)
    swapped_in(path, b"third", "")
    assert (len(sums(path)), last_build.is_as_built(path)) == (1, True)


@pytest.fixture(scope="module")
def catalog():
    """The small catalog, and the recipe that it is made by."""
    path = small_catalog()
    with closing(duckdb.connect(str(path), read_only=True)) as connection:
        ((recipe, _),) = connection.execute(SQL["making"]).fetchall()
    return path, recipe


def test_the_rows_that_the_last_database_still_has(catalog):
    saved = last_build.saved_rows(*catalog, SHAPES, ["unknown", VISION, CHURN])
    assert [(repo, list(each.rows), each.rows["events"]["repo"].unique().to_pylist()) for repo, each in saved.items()] == [
        (CHURN, ["events", "branches"], [CHURN]),
        (VISION, ["events", "branches"], [VISION]),
    ]  # fmt: skip
    assert all(each.rows["events"].column_names == SHAPES["events"].names for each in saved.values())
    with closing(duckdb.connect()) as connection:
        connection.execute("create schema internal")
        connection.execute(SQL["make_partitions"])
        assert [*last_build.load_saved(connection, saved)] == [each.rows for each in saved.values()]
        recorded = connection.execute(SQL["partitions"]).fetchall()
    with closing(duckdb.connect(str(catalog[0]), read_only=True)) as connection:
        stated = dict(connection.execute(SQL["partitions"]).fetchall())
    assert recorded == [(repo, stated[repo]) for repo in (CHURN, VISION)]


@pytest.mark.parametrize(
    ("harm", "recipe"),
    [
        pytest.param(lambda _: None, "other", id="it has other tables"),
        pytest.param(lambda file: file.write_bytes(b"no database"), None, id="it cannot be read"),
        pytest.param(Path.unlink, None, id="there is none"),
        pytest.param(pipe, None, id="there is a pipe, of which nothing ever comes"),
    ],
)
def test_of_another_database_no_rows_are_saved(catalog, tmp_path, harm, recipe):
    (path := tmp_path / "catalog.duckdb").write_bytes(catalog[0].read_bytes())
    harm(path)
    assert last_build.saved_rows(path, recipe or catalog[1], SHAPES, [CHURN]) == {}


def test_a_name_of_a_database_may_have_quotes(catalog, tmp_path):
    (path := tmp_path / "its 'own' name").write_bytes(catalog[0].read_bytes())
    assert last_build.saved_rows(path, catalog[1], SHAPES, [CHURN]).keys() == {CHURN}


def test_of_a_database_that_does_not_say_how_it_was_made_no_rows_are_saved(tmp_path):
    path = tmp_path / "catalog.duckdb"
    with closing(duckdb.connect(str(path))) as connection:
        connection.execute("create schema internal")
        for name in ("make_making", "make_partitions"):
            connection.execute(SQL[name])
    assert last_build.saved_rows(path, "r", {}, [CHURN]) == {}
