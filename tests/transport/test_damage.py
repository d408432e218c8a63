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
