"""Files written whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import StoreError
from catalog.store import files


def everything(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


@given(
    before=st.none() | st.binary(max_size=99), data=st.binary(max_size=99) | st.text(max_size=99), durable=st.booleans()
)
def test_a_file_holds_what_was_written_and_nothing_lies_beside_it(tmp_path_factory, before, data, durable):
    folder = tmp_path_factory.mktemp("files")
    if before is not None:
        (folder / "a.json").write_bytes(before)
    files.write(folder / "a.json", data, durable=durable)
    assert everything(folder) == {"a.json": data if isinstance(data, bytes) else data.encode()}


def test_missing_folders_are_made(tmp_path):
    files.write(tmp_path / "a" / "b" / "c.json", "{}")
    assert (tmp_path / "a" / "b" / "c.json").read_text() == "{}"


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o400])
def test_a_file_keeps_its_mode(tmp_path, mode):
    file = tmp_path / "a"
    file.touch()
    file.chmod(mode)
    files.write(file, "new")
    assert (file.stat().st_mode & 0o7777, file.read_text()) == (mode, "new")


def test_a_new_file_has_the_mode_of_the_umask(tmp_path):
    before = os.umask(0o027)
    try:
        files.write(tmp_path / "a", "new")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_what_a_killed_process_left_is_taken_over(tmp_path):
    files.temporary(tmp_path / "a").write_text("half of something that is much longer")
    files.write(tmp_path / "a", "whole")
    assert everything(tmp_path) == {"a": b"whole"}


def test_a_link_in_the_way_leads_nowhere(tmp_path):
    (tmp_path / "mine").write_text("mine")
    files.temporary(tmp_path / "a").symlink_to(tmp_path / "mine")
    with pytest.raises(OSError, match="symbolic links"):
        files.write(tmp_path / "a", "new")
    assert everything(tmp_path) == {"mine": b"mine"}


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        pytest.param(os.mkfifo, "It is a pipe or device", id="a pipe"),
        pytest.param(os.mkdir, "Is a directory", id="a folder"),
        pytest.param(lambda file: file.symlink_to("/dev/zero"), "It is a pipe or device", id="a link to a device"),
        pytest.param(
            lambda file: file.symlink_to(file.name), "Too many levels of symbolic links", id="a link to itself"
        ),
        pytest.param(lambda _: None, "No such file or directory", id="nothing"),
    ],
)
def test_what_is_no_file_is_not_read(make, expected, tmp_path):
    make(tmp_path / "a")
    with pytest.raises(OSError, match=expected):
        files.read(tmp_path / "a")


@pytest.mark.parametrize(
    ("target", "is_moved"),
    [
        pytest.param("nowhere", True, id="a link that leads nowhere"),
        pytest.param("a", True, id="a link to itself"),
        pytest.param("mine", False, id="a link to a file"),
    ],
)
def test_a_link_that_leads_nowhere_is_put_aside(target, is_moved, tmp_path):
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "a").symlink_to(target)
    files.clear(tmp_path / "a")
    files.clear(tmp_path / "a")
    links = {file.name: str(file.readlink()) for file in tmp_path.iterdir() if file.is_symlink()}
    assert links == ({"a.aside-1": target} if is_moved else {"a": target})


@pytest.mark.parametrize("target", ["nowhere", "a", "mine"])
def test_a_link_is_replaced_by_the_file(target, tmp_path):
    (tmp_path / "mine").write_text("mine")
    (tmp_path / "a").symlink_to(target)
    files.write(tmp_path / "a", "new")
    assert everything(tmp_path) == {"a": b"new", "mine": b"mine"}


# No file may grow beyond so many bytes: a write takes a part, and the next one nothing.
LIMITED = """
import resource, sys
from pathlib import Path
from catalog.store import files
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
try:
    files.write(Path(sys.argv[1]), b"x" * 1000)
except OSError as error:
    sys.exit(error.strerror)
"""


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("most", "said", "left"),
    [
        pytest.param(1000, "", b"x" * 1000, id="the file fits exactly"),
        pytest.param(999, "File too large\n", b"old", id="one byte too many"),
        pytest.param(0, "File too large\n", b"old", id="not a byte fits"),
    ],
)
def test_a_full_disk_leaves_the_old_file_and_nothing_beside_it(tmp_path, most, said, left):
    (tmp_path / "a").write_bytes(b"old")
    command = [sys.executable, "-c", LIMITED, tmp_path / "a", str(most)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stderr, everything(tmp_path)) == (said, {"a": left})


@pytest.fixture
def calls(monkeypatch):
    """The names of files and folders in the order in which they reach the disk, and of those that are renamed."""
    seen = []
    fsync, rename = os.fsync, os.replace
    monkeypatch.setattr(
        os, "fsync", lambda file: (seen.append(str(Path(f"/proc/self/fd/{file}").readlink())), fsync(file))[1]
    )
    monkeypatch.setattr(os, "replace", lambda old, new: (seen.append("rename"), rename(old, new))[1])
    return seen


@pytest.mark.parametrize(
    ("durable", "expected"),
    [
        pytest.param(True, ["/", "/d/.a.new", "rename", "/d"], id="the new folder's name, the file, the file's name"),
        pytest.param(False, ["rename"], id="nothing waits for the disk"),
    ],
)
def test_what_is_on_the_disk_before_a_write_returns(tmp_path, calls, durable, expected):
    files.write(tmp_path / "d" / "a", "x", durable=durable)
    assert [call.removeprefix(str(tmp_path)) or "/" for call in calls] == expected


def test_what_the_disk_refuses_names_the_folder(tmp_path):
    (tmp_path / "file").touch()
    with (
        pytest.raises(StoreError, match=r"^cannot write to .*/file: Not a directory$"),
        files.writing(tmp_path / "file"),
    ):
        files.write(tmp_path / "file" / "a", "x")
