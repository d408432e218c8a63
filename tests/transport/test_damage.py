"""A ref whose object is missing or damaged is listed, as Git lists it: it must look neither deleted nor like the end of the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.errors import Down
from catalog.transport.origin import open_origin
from support.loopback import git
from support.worlds import World


@pytest.mark.parametrize("damage", [pytest.param(None, id="missing"), pytest.param(b"garbage", id="damaged")])
@pytest.mark.parametrize("lost", ["refs/tags/m@v1.0.0", "refs/heads/main"])
def test_a_ref_whose_object_cannot_be_read_is_listed(tmp_path: Path, lost: str, damage: bytes | None) -> None:
    world = World()
    world.commit({"a": ""})
    world.tag("m@v1.0.0")
    world.lightweight("other")
    world.write(tmp_path)
    oid = world.refs[lost]
    file = tmp_path / "objects" / oid[:2] / oid[2:]
    file.unlink()
    if damage is not None:
        file.write_bytes(damage)

    with open_origin(str(tmp_path)) as origin:
        refs = origin.refs().refs

    listed = [line.split("\t") for line in git(tmp_path, "ls-remote", ".").splitlines() if "^{}" not in line]
    assert [(ref.oid, ref.name) for ref in refs] == [tuple(pair) for pair in listed]
    assert {ref.name for ref in refs if ref.is_unreadable} == {
        name for name, named in world.refs.items() if named == oid
    } | ({"HEAD"} if lost == "refs/heads/main" else set())


BROKEN = {
    "a ring of symbolic refs": "ref: refs/heads/broken\n",
    "a symbolic ref to nothing": "ref: refs/heads/nowhere\n",
    "a name that is none": "garbage\n",
    "bytes that are no text": "\udcff\0",
    "an empty file": "",
    "a path out of the repository": "ref: ../../config\n",
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_a_broken_ref_costs_no_other(tmp_path: Path, text: str) -> None:
    world = World()
    world.commit({"a": ""})
    world.write(tmp_path)
    (tmp_path / "refs/heads").mkdir(parents=True, exist_ok=True)
    (tmp_path / "refs/heads/broken").write_text(text, "utf-8", "surrogateescape")
    with open_origin(str(tmp_path)) as origin:
        assert [ref.name for ref in origin.refs().refs] == ["HEAD", "refs/heads/main"]


def test_an_object_name_in_capitals_is_read_as_git_reads_it(tmp_path: Path) -> None:
    world = World()
    oid = world.commit({"a": ""})
    world.write(tmp_path)
    (tmp_path / "refs/heads").mkdir(parents=True, exist_ok=True)
    (tmp_path / "refs/heads/upper").write_text(oid.upper())
    with open_origin(str(tmp_path)) as origin:
        names = {ref.name: ref.oid for ref in origin.refs().refs}
    assert names["refs/heads/upper"] == git(tmp_path, "rev-parse", "upper") == oid


PACKED = b"# pack-refs with: peeled fully-peeled sorted\n"


def test_packed_refs_that_are_cut_short_are_told(tmp_path: Path) -> None:
    World().write(tmp_path)
    (tmp_path / "packed-refs").write_bytes(PACKED + b"a" * 40 + b" refs/tags/a")
    with open_origin(str(tmp_path)) as origin, pytest.raises(Down) as caught:
        origin.refs()
    assert str(caught.value) == f"{tmp_path}: the refs cannot be read: packed-refs ends inside of line 2"
