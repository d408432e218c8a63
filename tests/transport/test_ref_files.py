"""Packed refs that other programs, or a full disk, left behind: Git is the judge of what is read, and what is refused."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from catalog.errors import Down
from catalog.git.ref_fault import NO_OBJECT
from catalog.git.snapshot import RefListing
from catalog.transport.origin import open_origin
from catalog.transport.ref_files import MAX_FAULTS, MAX_LINE
from catalog.transport.wire import PREFIXES
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
    "a name that ends in a slash": OID + b" refs/tags/p/\n",
    "a name of nothing": OID + b" refs/\n",
    "a name of two slashes": OID + b" refs//\n",
    "a name with an empty folder first": OID + b" refs//tags/p\n",
    "a name with an empty folder": OID + b" refs/tags//p\n",
    "a name with a folder that is itself": OID + b" refs/./p\n",
    "a name that ends in its own folder": OID + b" refs/tags/.\n",
    "a name that ends in the folder above": OID + b" refs/tags/..\n",
    "a name of one word": OID + b" at\n",
    "a name of one sign": OID + b" @\n",
    "a name of a slash": OID + b" /p\n",
    "a locked name": OID + b" refs/tags/p.lock\n",
    "a name with a control character": OID + b" refs/tags/p\x07\n",
    "a name that is not UTF-8": OID + b" refs/tags/p\xff\n",
    "a name with a zero byte": OID + b" refs/tags/p\0q\n",
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
    """The refs with their objects, zeros for broken ones; None where Git fails."""
    done = subprocess.run(["git", "ls-remote", str(folder)], capture_output=True, text=True, errors="backslashreplace", check=False)  # fmt: skip
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    refs = {(name, oid) for oid, name in lines if name.startswith(PREFIXES) and not name.endswith("^{}")}
    return refs if done.returncode == 0 else None


def listed_by_us(folder: Path) -> RefListing | None:
    try:
        with open_origin(str(folder)) as origin:
            return origin.refs()
    except Down:
        return None


def named(listing: RefListing) -> set[tuple[str, str]]:
    refs = {(ref.name, ref.oid) for ref in listing.refs if ref.name != "HEAD"}
    broken = {fault.place.split()[0] for fault in listing.faults if fault.place.startswith(PREFIXES)}  # as in a packet
    return refs | {(name, NO_OBJECT) for name in broken}


def unread_lines(listing: RefListing) -> set[int]:
    places = (fault.place.removeprefix("packed-refs, line ") for fault in listing.faults)
    return {int(place) for place in places if place.isdecimal()}


@pytest.mark.one_in(4)
@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_packed_refs_are_read_as_git_reads_them_without_the_lines_at_which_it_stops(
    content: bytes, repository: tuple[Path, str]
) -> None:
    folder, commit = repository
    file = folder / "packed-refs"
    file.write_bytes(content.replace(OID, commit.encode()).replace(b"%(upper)s", commit.upper().encode()))
    at_once, listing = listed_by_git(folder), listed_by_us(folder)
    if listing is None:
        assert (at_once, content[-1:] != b"\n") == (None, True)
        return
    bad = unread_lines(listing)
    lines = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(line for number, line in enumerate(lines, start=1) if number not in bad))
    assert (named(listing), bad == set()) == (listed_by_git(folder), at_once is not None)


FILES = {
    "an object": OID + b"\n",
    "an object that does not end": OID,
    "an object in upper case": b"%(upper)s\n",
    "an object and a word": OID + b" x\n",
    "an object and a tab": OID + b"\tx\n",
    "an object and garbage on the next line": OID + b"\ngarbage\n",
    "an object and a zero byte": OID + b"\0x\n",
    "a line that ends as on Windows": OID + b"\r\n",
    "garbage": b"garbage\n",
    "nothing": b"",
    "an empty line": b"\n",
    "zeros": bytes(41),
    "a space before the object": b" " + OID + b"\n",
    "an object name that is too short": b"a" * 39 + b"\n",
    "an object name that is too long": b"a" * 42 + b"\n",
    "an object that is absent": b"a" * 40 + b"\n",
    "no object": b"0" * 40 + b"\n",
    "another ref": b"ref: refs/heads/main\n",
    "another ref without a space": b"ref:refs/heads/main\n",
    "another ref among spaces": b"ref:  refs/heads/main  \n",
    "another ref and another line": b"ref: refs/heads/main\nx\n",
    "a ref that is absent": b"ref: refs/heads/none\n",
    "itself": b"ref: refs/tags/p\n",
    "a path that leads out": b"ref: ../../x\n",
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_a_file_of_a_ref_is_read_as_git_reads_it(content: bytes, repository: tuple[Path, str]) -> None:
    folder, commit = repository
    (folder / "packed-refs").write_text(f"{commit} refs/tags/p\n")
    file = folder / "refs/tags/p"
    file.write_bytes(content.replace(OID, commit.encode()).replace(b"%(upper)s", commit.upper().encode()))
    (folder / "refs/tags/q").write_text("ref: refs/tags/p\n")
    ours, judge = listed_by_us(folder), listed_by_git(folder)
    file.unlink()
    (folder / "refs/tags/q").unlink()
    assert ours is not None
    assert named(ours) == judge


@pytest.mark.parametrize(
    ("size", "is_read"), [(MAX_LINE, True), (MAX_LINE + 1, False)], ids=["as long as is read", "a byte longer"]
)
def test_a_line_has_so_many_bytes(size: int, is_read: bool, repository: tuple[Path, str]) -> None:
    folder, commit = repository
    (folder / "packed-refs").write_bytes(f"{commit} refs/tags/".encode().ljust(size - 1, b"a") + b"\n")
    listing = listed_by_us(folder)
    assert (listing is not None and len(listing.tags()) == 1) == is_read


@pytest.mark.parametrize("count", [MAX_FAULTS, MAX_FAULTS + 1], ids=["as many as are reported", "one more"])
def test_so_many_lines_are_reported(count: int, repository: tuple[Path, str]) -> None:
    folder, _ = repository
    (folder / "packed-refs").write_bytes(b"garbage\n" * count)
    listing = listed_by_us(folder)
    assert listing is not None
    assert (len(listing.faults), count >= MAX_FAULTS) == (MAX_FAULTS, True)
