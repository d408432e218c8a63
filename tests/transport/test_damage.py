"""A damaged repository on disk must not look like one whose tags somebody deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.errors import Down
from catalog.transport.origin import open_origin
from support.worlds import World


@pytest.mark.parametrize("lost", ["refs/tags/m@v1.0.0", "refs/heads/main"])
def test_a_ref_whose_object_is_gone_is_a_failure(tmp_path: Path, lost: str) -> None:
    world = World()
    world.commit({"a": ""})
    world.tag("m@v1.0.0")
    world.write(tmp_path)
    oid = world.refs[lost]
    (tmp_path / "objects" / oid[:2] / oid[2:]).unlink()
    with open_origin(str(tmp_path)) as origin, pytest.raises(Down, match=f"{oid[:7]}, which is missing or damaged"):
        origin.refs()


PACKED = b"# pack-refs with: peeled fully-peeled sorted\n"
LOOP = "leads back to itself, or through too many others"
SAID = {
    "no object name": ("packed-refs", PACKED + b"xyz refs/tags/a\n", "Invalid hex sha 'xyz'"),
    "a quote in the name": ("packed-refs", PACKED + b"a" * 40 + b" refs/tags/it's..b\n", "invalid ref name \"refs/tags/it's..b\""),
    "both quotes": ("packed-refs", PACKED + b"a" * 40 + b" refs/tags/'\".b..c\n", "invalid ref name 'refs/tags/\\'\".b..c'"),
    "a name beyond ASCII": ("packed-refs", PACKED + b"a" * 40 + b" refs/tags/\xc3\xa9..b\n", "invalid ref name 'refs/tags/\u00e9..b'"),
    "what looks like bytes in text": ("packed-refs", PACKED + b"b'x' refs\n", "Invalid hex sha \"b'x'\""),
    "a symbolic ref to itself": ("refs/heads/\u00e9", b"ref: refs/heads/\xc3\xa9\n", f"the symbolic ref 'refs/heads/\u00e9' {LOOP}"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "content", "said"), SAID.values(), ids=SAID)
def test_what_cannot_be_read_of_refs_is_told_as_text(tmp_path: Path, file: str, content: bytes, said: str) -> None:
    World().write(tmp_path)
    (tmp_path / "packed-refs").write_bytes(PACKED)
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_bytes(content)
    with open_origin(str(tmp_path)) as origin, pytest.raises(Down) as caught:
        origin.refs()
    assert str(caught.value) == f"{tmp_path}: the refs cannot be read: {said}"
