"""How observations end: kept from one crawl to the next, and never another end than that of the file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from catalog.store import files
from catalog.store.observation_ends import SOON
from catalog.store.observations import Observations
from tests.store.test_observations import REPO, saw, three_visits


def kept(root: Path, *, age: int = 2 * SOON) -> Observations:
    """Observations of three visits whose ends are kept, in files that were written so many nanoseconds before."""
    three_visits(root / "observations")
    (file,) = (root / "observations").iterdir()
    time = file.stat().st_mtime_ns - age
    os.utime(file, ns=(time, time))
    observations = again(root)
    observations.last_crawl()
    observations.save()
    return again(root)


def again(root: Path) -> Observations:
    return Observations(root / "observations", root / "ends.json")


def answers(observations: Observations) -> object:
    withheld = [*observations.withheld_otherwise(lambda _: "digest")]
    return observations.last_crawl(), withheld, [observations.holds(REPO, f"p{number}") for number in range(1, 5)]


def read_files(monkeypatch) -> list[str]:
    """The names of the files that are read from now on."""
    names: list[str] = []
    real = files.opened
    monkeypatch.setattr(files, "opened", lambda file: (names.append(file.suffix), real(file))[1])
    return names


def test_a_file_that_has_not_changed_is_not_read(tmp_path, monkeypatch):
    observations = kept(tmp_path)
    asked = answers(Observations(tmp_path / "observations"))
    names = read_files(monkeypatch)
    assert (answers(observations), names) == (asked, [".json"])


@pytest.mark.parametrize(
    ("age", "is_read"),
    [
        pytest.param(2 * SOON, False, id="two seconds before"),
        pytest.param(0, True, id="at the same time: it may have changed since"),
        pytest.param(-2 * SOON, True, id="later, by a wrong clock"),
    ],
)
def test_a_file_is_not_read_that_was_written_before_its_end_was_kept(tmp_path, monkeypatch, age, is_read):
    observations = kept(tmp_path, age=age)
    names = read_files(monkeypatch)
    observations.last_crawl()
    assert (".jsonl" in names) == is_read


def grow(root: Path) -> None:
    world = three_visits(root.parent / "another")
    world.tag("m@v9.0.0")
    saw(root, world, 9, last=3)


def cut(root: Path) -> None:
    (file,) = root.iterdir()
    file.write_bytes(file.read_bytes()[:-9])


def flip(root: Path) -> None:
    (file,) = root.iterdir()
    raw = bytearray(file.read_bytes())
    raw[-20] ^= 1
    file.write_bytes(raw)


def lose(root: Path) -> None:
    (file,) = root.iterdir()
    file.unlink()


def make_folder(root: Path) -> None:
    (file,) = root.iterdir()
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("change", [grow, cut, flip, lose, make_folder])
def test_a_file_that_has_changed_is_read_again(tmp_path, change):
    observations = kept(tmp_path)
    change(tmp_path / "observations")
    now = answers(observations)
    observations.save()
    anew = answers(Observations(tmp_path / "observations"))
    assert (now, answers(again(tmp_path))) == (anew, anew)


@pytest.mark.parametrize(
    "damaged",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"00000000 {}\n", id="with another checksum"),
        pytest.param(b'{"a.jsonl": {"stamp": "1 2"}}', id="of another version"),
        pytest.param(b'{"a.jsonl": 1}', id="with something else"),
        pytest.param(None, id="a folder"),
    ],
)
def test_a_damaged_file_of_ends_is_made_again(tmp_path, damaged):
    observations = kept(tmp_path)
    before, whole, file = answers(observations), (tmp_path / "ends.json").read_bytes(), tmp_path / "ends.json"
    file.unlink()
    if damaged is None:
        file.mkdir()
    else:
        file.write_bytes(damaged)
    found = again(tmp_path)
    assert answers(found) == before
    found.save()
    assert file.read_bytes() == whole


def test_where_no_file_was_read_nothing_is_written(tmp_path):
    observations = kept(tmp_path)
    before = (tmp_path / "ends.json").stat().st_mtime_ns
    answers(observations)
    observations.save()
    assert (tmp_path / "ends.json").stat().st_mtime_ns == before
