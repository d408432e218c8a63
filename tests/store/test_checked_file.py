"""What can be made again is read as it was written, or not at all."""

from __future__ import annotations

import pytest

from catalog.store import checked_file
from catalog.store.typed_json import dump

RECORD = {"acme/churn": "github 1 7", "ö": "\ud800"}


def test_what_is_written_is_read_again(tmp_path):
    checked_file.write(tmp_path / "a.json", RECORD)
    assert checked_file.read(tmp_path / "a.json", dict[str, str]) == RECORD


def test_no_flipped_bit_is_another_record(tmp_path):
    checked_file.write(tmp_path / "a.json", RECORD)
    whole = (tmp_path / "a.json").read_bytes()
    for place in range(len(whole) - 1):  # the last byte ends the line
        for bit in range(8):
            (tmp_path / "a.json").write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
            with pytest.raises(ValueError, match=r"^is damaged: "):
                checked_file.read(tmp_path / "a.json", dict[str, str])


def test_what_was_cut_short_is_no_record(tmp_path):
    checked_file.write(tmp_path / "a.json", RECORD)
    whole = (tmp_path / "a.json").read_bytes()
    for size in range(len(whole) - 1):
        (tmp_path / "a.json").write_bytes(whole[:size])
        with pytest.raises(ValueError, match=r"^is damaged: "):
            checked_file.read(tmp_path / "a.json", dict[str, str])


def test_what_an_earlier_version_wrote_is_read(tmp_path):
    (tmp_path / "a.json").write_text(dump(RECORD))
    assert checked_file.read(tmp_path / "a.json", dict[str, str]) == RECORD


def test_a_file_that_is_not_there_is_not_damaged(tmp_path):
    with pytest.raises(FileNotFoundError):
        checked_file.read(tmp_path / "a.json", dict[str, str])


def test_a_folder_in_its_place_is_put_aside(tmp_path):
    (tmp_path / "a.json").mkdir()
    with pytest.raises(ValueError, match=r"^cannot be read: Is a directory$"):
        checked_file.read(tmp_path / "a.json", dict[str, str])
    checked_file.write(tmp_path / "a.json", RECORD)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.json", "a.json.aside-1"]
