"""Stamps of files: what they are, their digest, what differs, and when the bytes of a file are compared."""

from __future__ import annotations

import os

import pytest

from catalog.store import file_stamps


def test_the_stamps_of_files_are_in_the_order_of_their_paths_and_lead_nowhere_else(tmp_path):
    for name in ("b", "c", "a/d"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(name)
        os.utime(file, ns=(7, 9))
    (tmp_path / "e").symlink_to("a")
    (tmp_path / "f").symlink_to("nowhere")
    found = file_stamps.stamps_below(tmp_path)
    sizes = {path: stamp.partition(" ")[0] for path, stamp in found.items()}
    assert [*sizes.items()] == [("a/d", "3"), ("b", "1"), ("c", "1"), ("e", "1"), ("f", "7")]
    assert found["b"] == file_stamps.stamp_of(tmp_path / "b") == "1 9"


def test_what_is_not_there_has_no_stamp(tmp_path):
    assert (file_stamps.stamp_of(tmp_path / "a"), file_stamps.stamps_below(tmp_path / "a")) == (None, {})


def test_the_digest_of_stamps_is_that_of_names_and_stamps_in_any_order():
    stamps = {"a": "1 2", "b": "3 4", "\udcff": "5 6"}  # the last name is a byte that is no text
    others = [dict(reversed(stamps.items())), {**stamps, "a": "1 3"}, {"a": "1 2", "c": "3 4", "\udcff": "5 6"}]
    found = [file_stamps.digest(each) for each in (stamps, *others)]
    assert (found[0] == found[1], len({*found})) == (True, 3)


@pytest.mark.parametrize(
    ("before", "now", "expected"),
    [
        pytest.param("1 2", "1 3", True, id="another time"),
        pytest.param("1 2", "1 2", False, id="the same"),
        pytest.param("1 2", "2 2", False, id="another size"),
        pytest.param(None, "1 2", False, id="it was not there"),
        pytest.param("1 2", None, False, id="it is not there"),
    ],
)
def test_whether_a_file_has_another_time_alone(before, now, expected):
    assert file_stamps.has_other_time(before, now) is expected


@pytest.mark.parametrize(
    ("stated", "thorough", "is_same", "expected"),
    [
        pytest.param((2, 9), False, False, (9, 0), id="as it was left: it is not read"),
        pytest.param((2, 9), True, True, (9, 1), id="as it was left, and compared all the same"),
        pytest.param((2, 9), True, False, (None, 1), id="other bytes of that time"),
        pytest.param((2, 8), False, True, (9, 1), id="a copy"),
        pytest.param((2, 8), False, False, (None, 1), id="other bytes of another time"),
        pytest.param((3, 9), True, True, (None, 0), id="another size"),
    ],
)
def test_the_bytes_of_a_file_are_compared_where_its_time_is_another(stated, thorough, is_same, expected, tmp_path):
    file, compared = tmp_path / "file", []
    file.write_text("ab")
    os.utime(file, ns=(7, 9))
    time = file_stamps.time_if_unchanged(str(file), *stated, lambda: compared.append(1) or is_same, thorough=thorough)
    assert (time, len(compared)) == expected


@pytest.mark.parametrize("kind", ["folder", "missing"])
def test_what_is_no_file_is_not_as_it_was_left(kind, tmp_path):
    place = tmp_path if kind == "folder" else tmp_path / "missing"
    size = place.stat().st_size if kind == "folder" else 0
    assert file_stamps.time_if_unchanged(str(place), size, 0, lambda: True) is None
