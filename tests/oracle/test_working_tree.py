"""Git as the judge of the bytes that a checkout writes."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.formats.attributes import attributes_of
from connectors.formats.working_tree import checked_out, conversion_of
from support.worlds import Content, World

CONFIGS = (["core.autocrlf=false", "core.eol=lf"], ["core.autocrlf=false", "core.eol=crlf"], ["core.autocrlf=true"])
BLOBS: tuple[bytes, ...] = (
    b"",
    b"a\nb\n",
    b"a\r\nb\r\n",
    b"a\r\nb\n",
    b"a\rb\n",
    b"a\0b\n",
    b"x" * 127 + b"\x01\n",
    b"x" * 128 + b"\x01\n",
    b"x" * 255 + b"\x7f\x02\n",
    b"x\n\x1a",
    b"x\x1b\b\t\f\n",
    "ä\n€\n".encode(),
    b"\xff\n",
    b"$Id$\n",
    b"$Id: 0123 $ and $Id:$ and $Id:x$\n",
    b"$Id: main.c 1.2 ann $\n",
    b"$Id: a\n$ $Id $Ids$ $Id: $ $Id:  $",
)
LINES = (
    "",
    "text",
    "-text",
    "!text",
    "text=auto",
    "text=input",
    "text=other",
    "binary",
    "binary text",
    "crlf",
    "-crlf",
    "crlf=input",
    "text=auto -crlf",
    "eol=lf",
    "eol=crlf",
    "eol=other",
    "-eol",
    "text eol=crlf",
    "-text eol=crlf",
    "text=auto eol=crlf",
    "text=auto eol=lf",
    "text=input eol=crlf",
    "ident",
    "-ident",
    "ident=yes",
    "ident eol=crlf",
    "working-tree-encoding=UTF-16LE",
    "working-tree-encoding=utf16be",
    "working-tree-encoding=UTF-16LE-BOM eol=crlf",
    "working-tree-encoding=UTF-16BE-BOM",
    "working-tree-encoding=UTF-32LE",
    "working-tree-encoding=utf-32be ident",
    "working-tree-encoding=UTF-8",
    "working-tree-encoding=utf8",
    "filter=lfs",
    "filter",
)
IN_ANY_ORDER = ("working-tree-encoding=UTF-16", "working-tree-encoding=utf-32")  # of bytes, as iconv likes
UNKNOWN = ("filter=crypt", "working-tree-encoding=latin1", "working-tree-encoding=UTF-7")


def checkouts(world: World, scratch: Path) -> list[Path]:
    """A working tree for each configuration."""
    bare = world.write(scratch / "bare")
    trees = [scratch / str(number) for number in range(len(CONFIGS))]
    for tree, config in zip(trees, CONFIGS, strict=True):
        options = [word for setting in config for word in ("-c", setting)]
        subprocess.run(["git", "clone", "--quiet", *options, str(bare), str(tree)], check=True, capture_output=True)
    return trees


def both_say(lines: tuple[str, ...], blobs: tuple[bytes, ...], scratch: Path) -> list[tuple[set[bytes], set[bytes]]]:
    """Of each line and blob, what Git writes by any configuration, and what the catalog expects."""
    files: dict[str, Content] = {
        f"{at}/f{number}": blob for at in range(len(lines)) for number, blob in enumerate(blobs)
    }
    world = World()
    world.commit({**files, ".gitattributes": "".join(f"{at}/* {line}\n" for at, line in enumerate(lines))})
    trees, revision = checkouts(world, scratch), world.revision()
    return [
        (
            {(tree / path).read_bytes() for tree in trees},
            {
                *checked_out(
                    revision.read(path) or b"", revision.files[path], conversion_of(attributes_of(revision, path))
                )
            },
        )
        for path in files
    ]


@pytest.mark.slow
def test_a_checkout_writes_what_git_writes(tmp_path: Path) -> None:
    for written, expected in both_say(LINES, BLOBS, tmp_path):
        assert expected == written


@pytest.mark.slow
def test_of_two_orders_of_bytes_git_writes_one(tmp_path: Path) -> None:
    for written, expected in both_say(IN_ANY_ORDER, BLOBS, tmp_path):
        assert expected >= written


@pytest.mark.parametrize("line", UNKNOWN)
def test_what_a_filter_or_another_encoding_writes_is_not_known(line: str) -> None:
    world = World()
    world.commit({"a": "a", ".gitattributes": f"a {line}\n"})
    assert not conversion_of(attributes_of(world.revision(), "a")).is_known


@pytest.mark.parametrize("line", [*LINES, *IN_ANY_ORDER])
def test_what_all_else_writes_is_known(line: str) -> None:
    world = World()
    world.commit({"a": "a", ".gitattributes": f"a {line}\n"})
    assert conversion_of(attributes_of(world.revision(), "a")).is_known


# A blank between keywords: what stands close to one, Git reads in one way where it also writes CRLF, and in another elsewhere.
PIECES = st.sampled_from(
    [
        b" $Id$ ",
        b" $Id: 0 $ ",
        b" $Id:$ ",
        b" $ ",
        b"\n",
        b"\r",
        b"x",
        b"\0",
        b"\x01",
        b"\x1a",
        b"\xc3\xa4",
        b"y" * 128,
    ]
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(PIECES, max_size=12).map(b"".join), min_size=5, max_size=30),
    st.lists(st.lists(st.sampled_from(LINES), max_size=3).map(" ".join), min_size=1, max_size=8),
)
def test_a_checkout_of_any_text_is_that_of_git(
    tmp_path_factory: pytest.TempPathFactory, blobs: list[bytes], lines: list[str]
) -> None:
    for written, expected in both_say(tuple(lines), tuple(blobs), tmp_path_factory.mktemp("git")):
        assert expected == written
