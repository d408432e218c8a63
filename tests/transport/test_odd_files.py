"""A repository on disk whose files are pipes, devices, or links to files of this machine: nothing waits, and no message quotes them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from catalog.errors import Down, Refused
from catalog.git.ref_fault import BROKEN
from catalog.transport.origin import Limits, open_origin
from support.worlds import World

SECRET = "s3cret-of-this-machine"


def made(folder: Path) -> tuple[World, Path]:
    world = World()
    world.commit({"a": "1"})
    world.tag("v1")
    return world, world.write(folder)


def told(path: Path, limits: Limits | None = None) -> str:
    """The error of a visit."""
    with pytest.raises((Down, Refused)) as caught, open_origin(str(path), limits) as origin:
        origin.refs()
    return str(caught.value).removeprefix(f"{path}: ")


def test_a_pipe_in_the_place_of_a_ref_is_a_broken_ref(tmp_path: Path) -> None:
    _, path = made(tmp_path)
    os.mkfifo(path / "refs/heads/pipe")
    with open_origin(str(path)) as origin:
        listing = origin.refs()
    assert [(fault.place, fault.rule) for fault in listing.faults] == [("refs/heads/pipe", BROKEN)]
    assert [ref.name for ref in listing.refs] == ["HEAD", "refs/heads/main", "refs/tags/v1"]


def test_a_pipe_in_the_place_of_an_object_is_no_object(tmp_path: Path) -> None:
    world, path = made(tmp_path)
    oid = world.tip()
    file = path / "objects" / oid[:2] / oid[2:]
    file.unlink()
    os.mkfifo(file)
    with open_origin(str(path)) as origin:
        unreadable = [ref.name for ref in origin.refs().refs if ref.is_unreadable]
        assert oid not in origin.fetch([])
    assert unreadable == ["HEAD", "refs/heads/main"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("packed-refs", "the refs cannot be read: "),
        ("objects/pack/x.pack", "the repository cannot be opened: x.pack is not a file"),
        ("objects/info/alternates", "the repository cannot be opened: alternates is not a file"),
    ],
)
def test_a_pipe_in_the_place_of(name: str, says: str, tmp_path: Path) -> None:
    _, path = made(tmp_path)
    (path / name).parent.mkdir(parents=True, exist_ok=True)
    (path / name).unlink(missing_ok=True)
    os.mkfifo(path / name)
    assert told(path).startswith(says)


def test_a_device_without_end_is_no_file_of_refs(tmp_path: Path) -> None:
    _, path = made(tmp_path)
    (path / "packed-refs").unlink()
    (path / "packed-refs").symlink_to("/dev/urandom")
    assert told(path).startswith("the refs cannot be read: ")


@pytest.mark.parametrize("end", ["", "\n"], ids=["without a line end", "with a line end"])
@pytest.mark.parametrize("name", ["packed-refs", "config", "HEAD", "commondir", "refs/heads/link"])
def test_no_message_quotes_a_file_of_this_machine(name: str, end: str, tmp_path: Path) -> None:
    _, path = made(tmp_path / "git")
    (tmp_path / "secret").write_text(SECRET + end)
    (path / name).unlink(missing_ok=True)
    (path / name).symlink_to(tmp_path / "secret")
    try:
        with open_origin(str(path)) as origin:
            said = str(origin.refs())
    except (Down, Refused) as error:
        said = str(error)
    assert SECRET not in said


@pytest.mark.parametrize(("refs", "fits"), [(3, True), (2, False)], ids=["as many as may be", "one more"])
def test_packed_refs_are_counted_while_they_are_read(refs: int, fits: bool, tmp_path: Path) -> None:
    world, path = made(tmp_path)
    (path / "packed-refs").write_text(f"{world.tip()} refs/heads/main\n" + f"{world.tip()} refs/heads/x\n" * 1)
    limits = Limits(max_refs=refs)
    if fits:
        with open_origin(str(path), limits) as origin:
            assert len(origin.refs().refs) == refs
    else:
        with pytest.raises(Exception, match="the limit max_refs"), open_origin(str(path), limits) as origin:
            origin.refs()
