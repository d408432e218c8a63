"""A book writes one bare Git repository: objects are gathered in memory, then laid down as one pack and packed-refs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha1
from pathlib import Path

from dulwich.object_format import DEFAULT_OBJECT_FORMAT
from dulwich.objects import Commit, ObjectID, Tree
from dulwich.pack import UnpackedObject, write_pack_data, write_pack_index_v2
from dulwich.refs import HEADREF
from dulwich.repo import Repo

from catalog.demo.cast import Person

COMMIT, TREE, BLOB, TAG = 1, 2, 3, 4  # gitformat-pack(5)
_KINDS = {COMMIT: b"commit", TREE: b"tree", BLOB: b"blob", TAG: b"tag"}
_FILE = 0o100644
_LINK = 0o120000
_FOLDER = 0o40000
_CONFIG = b"[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n"
_PACKED_REFS = "# pack-refs with: peeled fully-peeled sorted \n"

Changes = Mapping[str, str | bytes | None]
Files = dict[str, tuple[int, str]]  # path → mode and blob


class Link(str):
    """The target of a symbolic link, in place of a file's content."""

    __slots__ = ()


class Book:
    """One repository in the making. `branch` is where HEAD points, and where commits go unless told otherwise."""

    def __init__(self, branch: str = "main") -> None:
        self.branch = branch
        self.refs: dict[str, str] = {}
        self._objects: dict[str, tuple[int, bytes]] = {}
        self._files: dict[str, Files] = {}
        self._peeled: dict[str, str] = {}  # tag object → what lies behind it, through tags of tags

    @classmethod
    def reopen(cls, path: Path) -> Book:
        """The book of a repository that `write` made; it writes only what is added from now on."""
        with Repo(str(path)) as repo:
            head = repo.refs.get_symrefs()[HEADREF]
            book = cls(head.decode().removeprefix("refs/heads/"))
            for name, oid in repo.get_refs().items():
                if name != HEADREF:
                    book.point(name.decode(), oid.decode(), repo.get_peeled(name).decode())
            tip = repo[repo.refs[head]]
            assert isinstance(tip, Commit)
            book._files[tip.id.decode()] = dict(_list_files(repo, tip.tree, ""))
        return book

    def tip(self) -> str:
        """The newest commit of the default branch."""
        return self.refs[f"refs/heads/{self.branch}"]

    def add(self, kind: int, data: bytes) -> str:
        """Any object, as bytes: also one that Git's own commands would refuse to write."""
        oid = sha1(b"%s %d\0%s" % (_KINDS[kind], len(data), data), usedforsecurity=False).hexdigest()
        self._objects[oid] = kind, data
        return oid

    def commit(
        self, changes: Changes, who: Person, when: str, message: str, *, ref: str | None = "", parent: str = ""
    ) -> str:
        """Commit `changes` (None deletes) on top of `parent`, and move `ref` there (None: no ref will hold it)."""
        ref = f"refs/heads/{self.branch}" if ref == "" else ref
        parent = parent or self.refs.get(f"refs/heads/{self.branch}", "")
        files = dict(self._files.get(parent, {}))
        for path, data in changes.items():
            if data is None:
                files.pop(path, None)
            else:
                mode = _LINK if isinstance(data, Link) else _FILE
                files[path] = mode, self.add(BLOB, data.encode() if isinstance(data, str) else data)
        return self._commit(files, who.sign(when), message, ref, parent)

    def tag(self, name: str, at: str, who: Person, when: str, message: str, *, ref: str = "") -> str:
        """An annotated tag; `ref` where the ref's name is not the one inside the tag."""
        kind = _KINDS[self._objects[at][0]] if at in self._objects else b"commit"
        head = f"object {at}\ntype {kind.decode()}\ntag {name}\ntagger ".encode()
        oid = self.add(TAG, head + who.sign(when) + f"\n\n{message}\n".encode())
        self.point(f"refs/tags/{ref or name}", oid, self._peeled.get(at, at))
        return oid

    def point(self, ref: str, oid: str, peeled: str = "") -> None:
        """Let a ref point at any object; `peeled` is what lies behind a tag object."""
        self.refs[ref] = oid
        if peeled:
            self._peeled[oid] = peeled

    def write(self, path: Path) -> Path:
        """Lay the repository down at `path`, or what is new of it where it is there already."""
        packs = path / "objects" / "pack"
        packs.mkdir(parents=True, exist_ok=True)
        (path / "refs").mkdir(exist_ok=True)  # Git wants the folder, even when it is empty
        _write_pack(packs, self._objects)
        (path / "HEAD").write_text(f"ref: refs/heads/{self.branch}\n")
        (path / "config").write_bytes(_CONFIG)
        (path / "packed-refs").write_text(_PACKED_REFS + "".join(self._ref_lines()))
        return path

    def _commit(self, files: Files, signature: bytes, message: str, ref: str | None, parent: str) -> str:
        tree = self._tree(sorted(files.items()), 0)
        parents = f"parent {parent}\n" if parent else ""
        head = f"tree {tree}\n{parents}author ".encode()
        oid = self.add(COMMIT, head + signature + b"\ncommitter " + signature + f"\n\n{message}\n".encode())
        self._files[oid] = files
        if ref:
            self.refs[ref] = oid
        return oid

    def _tree(self, files: list[tuple[str, tuple[int, str]]], start: int) -> str:
        """The tree of `files`, all of which share the first `start` characters of their paths."""
        entries: list[tuple[bytes, int, str]] = []
        below: dict[str, list[tuple[str, tuple[int, str]]]] = {}
        for path, entry in files:
            name, slash, _ = path[start:].partition("/")
            if slash:
                below.setdefault(name, []).append((path, entry))
            else:
                entries.append((name.encode(), *entry))
        entries += [(name.encode(), _FOLDER, self._tree(some, start + len(name) + 1)) for name, some in below.items()]
        entries.sort(key=lambda entry: entry[0] + b"/" if entry[1] == _FOLDER else entry[0])
        return self.add(TREE, b"".join(b"%o %s\0%s" % (mode, name, bytes.fromhex(oid)) for name, mode, oid in entries))

    def _ref_lines(self) -> Iterator[str]:
        for ref, oid in sorted(self.refs.items()):
            yield f"{oid} {ref}\n"
            peeled = self._peeled.get(oid, oid)
            if peeled != oid:
                yield f"^{peeled}\n"


def _list_files(repo: Repo, oid: ObjectID, prefix: str) -> Iterator[tuple[str, tuple[int, str]]]:
    tree = repo[oid]
    assert isinstance(tree, Tree)
    for name, mode, inner in tree.iteritems():
        path = prefix + name.decode()
        if mode == _FOLDER:
            yield from _list_files(repo, inner, path + "/")
        else:
            yield path, (mode, inner.decode())


def _write_pack(folder: Path, objects: Mapping[str, tuple[int, bytes]]) -> None:
    name = folder / f"pack-{sha1(''.join(sorted(objects)).encode(), usedforsecurity=False).hexdigest()}"
    with name.with_suffix(".pack").open("wb") as file:
        entries, checksum = write_pack_data(
            file.write, _records(objects), DEFAULT_OBJECT_FORMAT, num_records=len(objects)
        )
    rows: Iterable[tuple[bytes, int, int]] = sorted((oid, offset, crc) for oid, (offset, crc) in entries.items())
    with name.with_suffix(".idx").open("wb") as file:
        write_pack_index_v2(file, rows, checksum)


def _records(objects: Mapping[str, tuple[int, bytes]]) -> Iterator[UnpackedObject]:
    for oid, (kind, data) in objects.items():
        yield UnpackedObject(kind, sha=bytes.fromhex(oid), decomp_chunks=[data])
