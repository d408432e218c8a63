"""What a build records of what it made, and the sentences for what differs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalog.database import build_record
from catalog.errors import StoreError
from catalog.store import file_stamps
from support.harm import cut, empty, flip

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


RECORD = build_record.BuildRecord(
    inputs="i",
    times="t",
    due=NOON,
    counts=build_record.BuildCounts(**dict.fromkeys(build_record.BuildCounts.__annotations__, 1)),
    database="1 2",
    exports={"a": "1 2"},
)


def of_another_version(file: Path) -> None:
    file.write_text(f'{{"format": {build_record.FORMAT + 1}, "digests": []}}')


def without_what_it_needs(file: Path) -> None:
    file.write_text(f'{{"format": {build_record.FORMAT}}}')


def a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (cut, "is damaged: its checksum does not fit"),
        (flip, "is damaged: its checksum does not fit"),
        (empty, "is damaged: its checksum does not fit"),
        (of_another_version, "is of another version"),
        (without_what_it_needs, "is damaged: Object missing required field `inputs`"),
        (a_folder, "cannot be read: Is a directory"),
        (Path.unlink, None),
    ],
)
def test_a_record_that_cannot_be_used_is_made_anew(tmp_path, harm, sentence):
    build_record.write(tmp_path, RECORD)
    assert build_record.read(tmp_path) == RECORD
    harm(tmp_path / build_record.FILE)
    said: list[str] = []
    assert build_record.read(tmp_path, said.append) is None
    told = f"{tmp_path / build_record.FILE} {sentence}: catalog and site are checked in full"
    assert said == ([told] if sentence else [])
    build_record.write(tmp_path, RECORD)
    assert build_record.read(tmp_path) == RECORD


@pytest.mark.parametrize(
    ("count", "named"),
    [
        pytest.param(0, "", id="none"),
        pytest.param(build_record._NAMED, "out: not as it was built: 0, 1, 2", id="as many as are named"),
        pytest.param(build_record._NAMED + 1, "out: not as it was built: 0, 1, 2 and 1 more", id="one more"),
    ],
)
def test_files_that_are_not_as_they_were_built_are_named(count, named):
    now = {str(number): "1 2" for number in range(count)}
    differing = [file_stamps.differing(before, now) for before in ({}, dict.fromkeys(now, "3 4"), now)]
    assert [build_record.not_as_built(Path("out"), names) for names in differing] == [named, named, ""]


def test_files_are_named_in_the_order_of_their_names():
    assert build_record.not_as_built(Path("out"), "cab", "damaged") == "out: damaged: a, b, c"


def test_a_record_that_cannot_be_written_is_a_store_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError):
        build_record.write(tmp_path / "file", RECORD)
