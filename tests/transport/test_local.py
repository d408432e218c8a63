"""Repositories on disk, whole and damaged, however they are laid out."""

from __future__ import annotations

import shutil
import zlib
from contextlib import suppress
from hashlib import sha1
from subprocess import CalledProcessError
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import Gone, OriginError, Refused, TooBig
from catalog.transport.local import _MOST_DIGITS, MAX_GITFILE
from catalog.transport.local_objects import MAX_LOOSE
from catalog.transport.origin import GitConfig, Limits, open_origin
from support.loopback import git

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from catalog.git.snapshot import RefListing


def refs(path: Path | str, limits: Limits | None = None) -> RefListing:
    with open_origin(str(path), limits, git=GitConfig()) as origin:
        return origin.refs()


def clone(team: Path, path: Path, *options: str) -> Path:
    git(team, "clone", "-q", *options, f"file://{team}", str(path))
    return path


def working_tree(team: Path, tmp_path: Path) -> Path:
    return clone(team, tmp_path / "work")


def linked_tree(team: Path, tmp_path: Path) -> Path:
    git(working_tree(team, tmp_path), "worktree", "add", "-q", "--detach", str(tmp_path / "linked"), "main")
    return tmp_path / "linked"


def separate_folder(team: Path, tmp_path: Path) -> Path:
    return clone(team, tmp_path / "apart", "--separate-git-dir", str(tmp_path / "there.git"))


def partial(team: Path, tmp_path: Path) -> Path:
    return clone(team, tmp_path / "partial.git", "--bare", "--filter=blob:none")


LAYOUTS = {
    "a working tree": working_tree,
    "a linked working tree": linked_tree,
    "a working tree whose repository is elsewhere": separate_folder,
    "a partial clone": partial,
}


@pytest.mark.parametrize("lay", LAYOUTS.values(), ids=LAYOUTS)
def test_tags_are_found_in(lay: Callable[[Path, Path], Path], team: Path, tmp_path: Path) -> None:
    path = lay(team, tmp_path)

    assert refs(path).tags() == refs(team).tags()


def test_the_home_folder_is_known(team: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    clone(team, tmp_path / "mine", "--bare")

    assert refs("~/mine").tags() == refs(team).tags()


def test_what_a_shallow_or_partial_clone_lacks_is_absent(team: Path, tmp_path: Path) -> None:
    path = clone(team, tmp_path / "thin.git", "--bare", "--depth=1", "--filter=blob:none")
    names = ("main", "main^{tree}", "main:big", "main~1")

    with open_origin(str(path), git=GitConfig()) as origin:
        objects = origin.fetch([])
        found = [git(team, "rev-parse", name) in objects for name in names]

    assert found == [True, True, False, False]


def test_a_damaged_object_is_absent(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", ".")
    oids = [git(tmp_path, "hash-object", "-w", "--stdin", text=text) for text in ("one", "two", "three")]
    files = [tmp_path / "objects" / oid[:2] / oid[2:] for oid in oids]
    for file in files[1:]:
        file.chmod(0o600)
    files[1].write_bytes(files[0].read_bytes())
    files[2].write_bytes(b"garbage")

    with open_origin(str(tmp_path), git=GitConfig()) as origin:
        objects = origin.fetch([])
        found = [oid in objects for oid in [*oids, "../../config", ""]]

    assert found == [True, False, False, False, False]


def test_a_broken_ref_is_left_out(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", "-b", "main", ".")
    (tmp_path / "refs/heads/broken").write_text("garbage\n")
    (tmp_path / "refs/heads/empty").write_text("")

    assert refs(tmp_path).refs == ()


def test_refs_are_counted_on_disk_too(team: Path) -> None:
    with pytest.raises(TooBig) as caught:
        refs(team, Limits(max_refs=3))

    assert str(caught.value) == f"{team}: more than 3 refs, the limit max_refs"


@pytest.mark.slow
@pytest.mark.parametrize("depth", [1, 2, 1100], ids=["a tag", "a tag of a tag", "deeper than Python calls functions"])
def test_a_tag_of_tags_is_peeled_as_deep_as_git_peels_it(depth: int, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", ".")
    target, kind = git(tmp_path, "hash-object", "-w", "--stdin", text="x"), "blob"
    oid = target
    for _ in range(depth):
        text = f"object {oid}\ntype {kind}\ntag deep\ntagger A <a@example.com> 1600000000 +0000\n\nx\n".encode()
        oid, kind = write_loose(tmp_path, b"tag", text), "tag"
    git(tmp_path, "update-ref", "refs/tags/deep", oid)

    (tag,) = refs(tmp_path).refs
    assert tag.peeled == git(tmp_path, "rev-parse", "deep^{}") == target


def write_loose(repo: Path, kind: bytes, data: bytes) -> str:
    """Writes an object as a file of its own, and returns its name."""
    whole = b"%s %d\0%s" % (kind, len(data), data)
    oid = sha1(whole).hexdigest()
    file = repo / "objects" / oid[:2] / oid[2:]
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(zlib.compress(whole, 1))
    return oid


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "there"), [(MAX_LOOSE, True), (MAX_LOOSE + 1, False)], ids=["as big as is allowed", "one byte bigger"]
)
def test_a_loose_object_is_read(size: int, there: bool, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", ".")
    oid = write_loose(tmp_path, b"blob", bytes(size - len(f"blob {size}\0")))

    with open_origin(str(tmp_path), git=GitConfig()) as origin:
        assert (oid in origin.fetch([])) is there


def lengthened(file: Path, size: int) -> None:
    """Makes the path in a file of so many bytes, and leads where it led."""
    line = file.read_bytes().strip()
    start = line.index(b"/")
    file.write_bytes(line[:start] + b"/" * (size - len(line)) + line[start:])


@pytest.mark.parametrize("beyond", [0, 1], ids=["as long as is allowed", "one byte longer"])
@pytest.mark.parametrize(
    ("lay", "name"), [(separate_folder, ".git"), (linked_tree, "commondir")], ids=["a .git file", "a commondir file"]
)
def test_a_file_that_leads_elsewhere(
    lay: Callable[[Path, Path], Path], name: str, beyond: int, team: Path, tmp_path: Path
) -> None:
    path = lay(team, tmp_path)
    file = path / name if name == ".git" else tmp_path / "work/.git/worktrees/linked" / name
    lengthened(file, MAX_GITFILE + beyond)

    if not beyond:
        assert refs(path).tags() == refs(team).tags()
    else:
        with pytest.raises(Refused) as caught:
            refs(path)
        says = f"the repository cannot be opened: {name} has more than 4,096 bytes, expected a path"
        assert str(caught.value) == f"{path}: {says}"


NOTHING = {
    "an absent folder": (lambda path: path / "absent", Gone, "folder not found"),
    "an empty folder": (
        lambda path: path,
        Refused,
        "not a Git repository, expected a bare repository or a folder with .git",
    ),
    "a .git file of something else": (
        lambda path: (path / ".git").write_text("hello") and path,
        Refused,
        "not a Git repository: .git does not begin with 'gitdir:'",
    ),
}


@pytest.mark.parametrize(("make", "error", "says"), NOTHING.values(), ids=NOTHING)
def test_no_repository_is_an_outcome(
    make: Callable[[Path], Path], error: type[OriginError], says: str, tmp_path: Path
) -> None:
    path = make(tmp_path)

    with pytest.raises(error) as caught:
        refs(path)

    assert str(caught.value) == f"{path}: {says}"


FORMATS = [
    (version, extension, value)
    for version in (None, "0", "1", "2")
    for extension, value in (
        ("", ""),
        ("fakekey", "true"),
        ("FakeKey", "true"),
        ("noop", "1"),
        ("noop-v1", "1"),
        ("preciousObjects", "true"),
        ("partialClone", "origin"),
        ("worktreeConfig", "true"),
        ("objectFormat", "sha1"),
    )
]


@pytest.mark.one_in(3)
@pytest.mark.parametrize(("version", "extension", "value"), FORMATS)
def test_a_repository_is_refused_where_git_refuses_it(
    version: str | None, extension: str, value: str, tmp_path: Path
) -> None:
    git(tmp_path, "init", "-q", "--bare", ".")
    text = "[core]\n\tbare = true\n" + (f"\trepositoryformatversion = {version}\n" if version else "")
    (tmp_path / "config").write_text(text + (f"[extensions]\n\t{extension} = {value}\n" if extension else ""))

    assert reads(lambda: git(tmp_path, "for-each-ref")) == reads(lambda: refs(tmp_path))


def reads(read: Callable[[], object]) -> bool:
    try:
        read()
    except (Refused, CalledProcessError):
        return False
    return True


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ("[core]\nrepositoryformatversion = 1\n[extensions]\nx = 1\ny = 1\n", "has the extension 'x, y', expected one that is known"),
        ("[core]\nrepositoryformatversion = 0\n[extensions]\nrefStorage = files\n", "has the extension 'refstorage', expected none of it at format version 0"),
        ("[core]\nrepositoryformatversion = 2\n", "has format version '2', expected 0 or 1"),
        ("[core]\nrepositoryformatversion = soon\n", "has format version 'soon', expected 0 or 1"),
        (f"[core]\nrepositoryformatversion = {'0' * _MOST_DIGITS}1\n", f"has format version '{'0' * _MOST_DIGITS}1', expected 0 or 1"),
    ],
)  # fmt: skip
def test_what_is_refused_of_a_format_is_told(config: str, says: str, tmp_path: Path) -> None:
    git(tmp_path, "init", "-q", "--bare", ".")
    (tmp_path / "config").write_text(config)
    with pytest.raises(Refused) as caught:
        refs(tmp_path)
    assert str(caught.value) == f"{tmp_path}: the repository {says}"


@pytest.mark.parametrize("extension", ["refStorage = files", "relativeWorktrees = true", "compatObjectFormat = sha1"])
def test_extensions_of_newer_versions_of_git_are_known(extension: str, team: Path, tmp_path: Path) -> None:
    path = clone(team, tmp_path / "new.git", "--bare")
    (path / "config").write_text(f"[core]\nrepositoryformatversion = 1\n[extensions]\n{extension}\n")
    assert refs(path).tags() == refs(team).tags()


@pytest.fixture(scope="module")
def victim(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository to be damaged, all of it packed."""
    path = tmp_path_factory.mktemp("victim") / "team.git"
    shutil.copytree(folder / "team.git", path)
    git(path, "repack", "-adq")
    for file in path.glob("objects/pack/*"):
        file.chmod(0o600)
    return path


@given(st.data())
def test_a_damaged_repository_raises_nothing_but_origin_errors(victim: Path, data: st.DataObject) -> None:
    files = [victim / "HEAD", victim / "config", victim / "packed-refs", *sorted(victim.glob("objects/pack/*.[ip]*"))]
    file = data.draw(st.sampled_from(files))
    whole = file.read_bytes()
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    file.write_bytes(damaged)

    try:
        with suppress(OriginError), open_origin(str(victim), git=GitConfig()) as origin:
            [origin.fetch([]).get(ref.oid) for ref in origin.refs().refs]
    finally:
        file.write_bytes(whole)
