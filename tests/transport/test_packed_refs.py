"""Packed refs that other programs, or a full disk, left behind: Git is the judge of what is read, and what is refused."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from catalog.errors import Down
from catalog.transport.origin import open_origin
from support.worlds import World

HEADER = b"# pack-refs with: peeled fully-peeled sorted \n"
OID = b"%(oid)s"
CONTENTS = {
    "nothing": b"",
    "a header alone": HEADER,
    "a header that does not end": HEADER[:-1],
    "a header of no traits": b"# pack-refs with:\n" + OID + b" refs/tags/p\n",
    "a ref without a header": OID + b" refs/tags/p\n",
    "a ref that does not end": OID + b" refs/tags/p",
    "a peeled ref": HEADER + OID + b" refs/tags/p\n^" + OID + b"\n",
    "a peeled ref without a header": OID + b" refs/tags/p\n^" + OID + b"\n",
    "a peeled ref that does not end": HEADER + OID + b" refs/tags/p\n^" + OID,
    "two peeled objects of a ref": HEADER + OID + b" refs/tags/p\n^" + OID + b"\n^" + OID + b"\n",
    "what is peeled of nothing": HEADER + b"^" + OID + b"\n",
    "an empty line": b"\n",
    "an empty line behind the header": HEADER + b"\n" + OID + b" refs/tags/p\n",
    "an empty line at the end": HEADER + OID + b" refs/tags/p\n\n",
    "another comment": b"# comment\n" + OID + b" refs/tags/p\n",
    "a comment behind the header": HEADER + b"# comment\n" + OID + b" refs/tags/p\n",
    "garbage": b"garbage\n",
    "garbage behind a ref": OID + b" refs/tags/p\ngarbage\n",
    "an object name that is too short": b"a" * 39 + b" refs/tags/p\n",
    "an object name in upper case": b"%(upper)s refs/tags/p\n",
    "a tab": OID + b"\trefs/tags/p\n",
    "two spaces": OID + b"  refs/tags/p\n",
    "no name": OID + b" \n",
    "a name that is no ref's": OID + b" tags/p\n",
    "a broken name that is no ref's": OID + b" tags/..p\n",
    "a name that leads out": OID + b" refs/../p\n",
    "a broken name that leads back": OID + b" refs/a/../p\n",
    "a ref beside the others": OID + b" FETCH_HEAD\n",
    "a broken name": OID + b" refs/tags/..p\n" + OID + b" refs/tags/q\n",
    "lines that end as on Windows": OID + b" refs/tags/p\r\n",
    "a name with a space": OID + b" refs/tags/p q\n",
    "no object": b"0" * 40 + b" refs/tags/p\n",
    "refs that are not sorted": OID + b" refs/tags/q\n" + OID + b" refs/tags/p\n",
    "zeros": bytes(100),
}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A repository with a branch and a tag, not packed, and their commit."""
    folder = tmp_path_factory.mktemp("packed")
    world = World()
    commit = world.commit({"a": ""})
    world.lightweight("v1")
    return world.write(folder), commit


def listed_by_git(folder: Path) -> set[tuple[str, str]] | None:
    """The refs with their objects, but for broken ones; None where Git fails."""
    done = subprocess.run(["git", "ls-remote", str(folder)], capture_output=True, text=True, check=False)
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    return (
        {
            (name, oid)
            for oid, name in lines
            if oid != "0" * 40 and name.startswith("refs/") and not name.endswith("^{}")
        }
        if done.returncode == 0
        else None
    )


def listed_by_us(folder: Path) -> set[tuple[str, str]] | None:
    try:
        with open_origin(str(folder)) as origin:
            return {(ref.name, ref.oid) for ref in origin.refs().refs if ref.name.startswith("refs/")}
    except Down:
        return None


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_packed_refs_are_read_as_git_reads_them(content: bytes, repository: tuple[Path, str]) -> None:
    folder, commit = repository
    upper = commit.upper().encode()
    (folder / "packed-refs").write_bytes(content.replace(OID, commit.encode()).replace(b"%(upper)s", upper))
    assert listed_by_us(folder) == listed_by_git(folder)
