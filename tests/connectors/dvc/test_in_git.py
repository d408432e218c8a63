"""Which files in Git are compared with locks, and how. tests/oracle/test_status.py has DVC as the judge."""

from __future__ import annotations

from hashlib import md5

import pytest

from catalog.schema.tables.dvc import Dependency, Output
from connectors.dvc.in_git import _HEAD, _MOST_OTHERS, MAX_FILES, MAX_SIZE, compared_files
from connectors.dvc.metafiles import read_revision
from connectors.formats.gitattributes import MAX_RULES
from support.worlds import Link, Submodule, World

TEXT = "a = 1\nb = 2\n"
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 12\n"


def digest(text: str) -> str:
    return md5(text.encode()).hexdigest()


def world(files, *paths, size=12, text=TEXT, hash_kind="hash: md5, "):
    """A pipeline that took in files of one content."""
    entries = "".join(
        f"    - {{path: {path}, {hash_kind}md5: {digest(text)}{'' if size is None else f', size: {size}'}}}\n"
        for path in paths
    )
    made = World()
    made.commit(
        {
            ".dvc/config": "",
            "dvc.yaml": f"stages:\n  s:\n    cmd: c\n    deps: [{', '.join(paths)}]\n",
            "dvc.lock": f"schema: '2.0'\nstages:\n  s:\n    cmd: c\n    deps:\n{entries}",
        }
        | files
    )
    return made


def hashes(made):
    return [row.git_hash for row in read_revision(made.revision()) if isinstance(row, Dependency | Output)]


@pytest.mark.parametrize(
    ("made", "found"),
    [
        pytest.param(world({"a": TEXT}, "a"), digest(TEXT), id="what the stage took in"),
        pytest.param(world({"a": "c"}, "a"), digest("c"), id="something else"),
        pytest.param(world({}, "a"), None, id="nothing"),
        pytest.param(world({"a/b": TEXT}, "a"), None, id="a folder"),
        pytest.param(world({"a": Link("b")}, "a"), None, id="a link is not followed"),
        pytest.param(world({"a": POINTER}, "a"), None, id="a pointer of Git LFS stands for other content"),
        pytest.param(
            world({"a": TEXT}, "a", text=TEXT.replace("\n", "\r\n")),
            digest(TEXT.replace("\n", "\r\n")),
            id="text that ended its lines as on Windows when the stage ran",
        ),
        pytest.param(
            world({"a": TEXT, ".gitattributes": "a eol=crlf\n"}, "a"),
            digest(TEXT.replace("\n", "\r\n")),
            id="text that a checkout writes with CRLF",
        ),
        pytest.param(
            world({"a": TEXT, ".gitattributes": "a filter=crypt\n"}, "a"),
            digest(TEXT),
            id="what a filter leaves as it is",
        ),
        pytest.param(world({"a": "c", ".gitattributes": "a filter=crypt\n"}, "a"), None, id="what a filter makes"),
        pytest.param(
            world({"a": "c", ".gitattributes": "a x\n" * (MAX_RULES + 1)}, "a"),
            None,
            id="attributes that cannot be read",
        ),
        pytest.param(world({"a": TEXT}, "a", size=MAX_SIZE), digest(TEXT), id="as large as is compared"),
        pytest.param(world({"a": TEXT}, "a", size=MAX_SIZE + 1), None, id="one byte larger"),
        pytest.param(world({"a": TEXT}, "a", size=None), None, id="of a size that the lock does not state"),
    ],
)
def test_what_git_has_where_a_lock_states_an_input(made, found):
    assert hashes(made) == [found]


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are compared", "one more"])
def test_so_many_files_of_a_revision_are_compared(beyond):
    paths = [f"f{number:02}" for number in range(MAX_FILES + beyond)]
    made = world(dict.fromkeys(paths, TEXT), *paths)
    assert (list(compared_files(made.revision())), hashes(made)) == (
        paths[:MAX_FILES],
        [digest(TEXT)] * MAX_FILES + [None] * beyond,
    )


def tracked(made):
    return [row.tracked_by for row in read_revision(made.revision()) if isinstance(row, Dependency) and row.hash]


DVC_FOLDER = {"d.dvc": f"outs:\n- {{path: d, hash: md5, md5: {digest(TEXT)}.dir, size: 12, nfiles: 1}}\n"}


@pytest.mark.parametrize(
    ("made", "found"),
    [
        pytest.param(world({"a": TEXT}, "a"), "git", id="a file in Git"),
        pytest.param(world({"a/b": TEXT}, "a"), "git", id="a folder in Git"),
        pytest.param(
            world({"a": TEXT, ".gitattributes": "a filter=crypt\n"}, "a"), "filter", id="a file behind a filter"
        ),
        pytest.param(
            world({"a/b": TEXT, ".gitattributes": "a filter=crypt\n"}, "a"), "git", id="a folder has no filter"
        ),
        pytest.param(
            world({"a": TEXT, ".gitattributes": "a x\n" * (MAX_RULES + 1)}, "a"),
            "filter",
            id="a file whose attributes cannot be read",
        ),
        pytest.param(world({}, "a"), "nothing", id="a path that nobody has"),
        pytest.param(world({"a/c": TEXT}, "a/b"), "nothing", id="a file gone from its folder"),
        pytest.param(world({"a": TEXT}, "a/b"), "nothing", id="a file where the folder was"),
        pytest.param(world({"a": Link("c")}, "a/b"), None, id="behind a link, which is not followed"),
        pytest.param(world({"a": Submodule("1" * 40)}, "a/b"), None, id="in a submodule"),
        pytest.param(world(DVC_FOLDER, "d"), "dvc", id="an output of DVC"),
        pytest.param(world(DVC_FOLDER, "d/x/y"), "dvc", id="a file of an output"),
        pytest.param(
            world({"e/d.dvc": DVC_FOLDER["d.dvc"]}, "e", text=TEXT),
            "git",
            id="a folder of Git with an output of DVC in it",
        ),
        pytest.param(
            world({"f.dvc": "outs:\n- {path: e/d}\n"}, "e"), "dvc", id="a folder of nothing but outputs of DVC"
        ),
        pytest.param(world(DVC_FOLDER, "dd"), "nothing", id="a name that begins like an output's"),
        pytest.param(world({}, "/data/a"), None, id="a path of some machine"),
        pytest.param(world({}, "s3://bucket/a"), None, id="a URL"),
    ],
)
def test_who_has_what_a_lock_states_as_an_input(made, found):
    assert tracked(made) == [found]


HUNDRED = 100  # bytes
OTHERS = round(_MOST_OTHERS * HUNDRED)


@pytest.mark.parametrize(
    ("start", "is_text"),
    [
        pytest.param("a" * _HEAD + "\0", True, id="a NUL behind the bytes that DVC looks at"),
        pytest.param("a" * (_HEAD - 1) + "\0", False, id="a NUL in the last of them"),
        pytest.param("\x01" * OTHERS + "a" * (HUNDRED - OTHERS - 2), True, id="as many other bytes as a text has"),
        pytest.param("\x01" * (OTHERS + 1) + "a" * (HUNDRED - OTHERS - 3), False, id="one more"),
    ],
)
def test_line_ends_of_a_text_do_not_count_in_dvc_2(start, is_text):
    made = world({"a": f"{start}\r\n"}, "a", hash_kind="")
    assert hashes(made) == [digest(f"{start}\n" if is_text else f"{start}\r\n")]
