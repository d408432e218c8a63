"""Repositories in memory, made of real Git objects; `write` puts one on disk, for git, gto and dvc to read.

    world = World()
    first = world.commit({"dvc.yaml": "artifacts: ..."})      # changes to the files of the branch's tip; None deletes one
    world.tag("churn@v1.0.0")                                 # annotated; at the tip of the branch, unless told
    world.tag("churn#prod#1", first, at=60, who="Bo <bo@example.com>", zone="+0200")
    world.lightweight("v1")
    world.raw_tag("churn@v1.1.0", b"object ...")              # any bytes, for what `git tag` would not write
    world.events(), world.problems()                          # what the installed speakers of GTO make of it
    world.listing(), world.objects, world.snapshot()          # what a server would send, and what is read from it
    world.write(tmp_path)                                     # a bare repository

Every method that makes an object returns its id. Times are `at` seconds after START; each object is made one second
after the one before, unless told. The same calls give the same ids.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha1
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from catalog.crawl.ancestry import Reach
from catalog.crawl.extract import extract_rows
from catalog.crawl.previous import PreviousRows
from catalog.git.objects import RawObject
from catalog.git.snapshot import Ref, RefListing, RevisionFiles, Snapshot
from catalog.plugins.connector import Connector
from catalog.schema.record import Record
from catalog.schema.tables.git import Tag
from catalog.schema.tables.problems import Problem
from catalog.schema.tables.registry import Annotation, Event, GtoConfig
from connectors.artifacts import annotations
from connectors.gto import tags as gto

R = TypeVar("R", bound=Record)

START = datetime(2024, 1, 1, tzinfo=UTC)
EPOCH = int(START.timestamp())
ANN = "Ann <ann@example.com>"
SPEAKERS: tuple[Connector, ...] = (annotations.CONNECTOR, gto.CONNECTOR)


class Link(NamedTuple):
    """A symbolic link, among the files of a commit."""

    to: str


class Submodule(NamedTuple):
    """A submodule, among the files of a commit."""

    commit: str


Content = str | bytes | Link | Submodule | None


class World:
    """One repository. HEAD is on the branch `main`."""

    def __init__(self) -> None:
        self.objects: dict[str, RawObject] = {}
        self.refs: dict[str, str] = {}
        self.head: str | None = "refs/heads/main"
        self._files: dict[str, dict[str, Content]] = {}
        self._now = -1

    def commit(
        self,
        changes: Mapping[str, Content] | None = None,
        *,
        branch: str = "main",
        parents: tuple[str, ...] | None = None,
        at: int | None = None,
        who: str = ANN,
        message: str = "work",
    ) -> str:
        """A commit on the branch: the first parent's files with the changes. With `parents`, the branch starts anew there."""
        ref = f"refs/heads/{branch}"
        if parents is None:
            parents = (self.refs[ref],) if ref in self.refs else ()
        files = dict(self._files[parents[0]]) if parents else {}
        files.update(changes or {})
        files = {path: content for path, content in files.items() if content is not None}
        signature = f"{who} {self._at(at)} +0000"
        lines = [f"tree {self.tree(files)}", *(f"parent {parent}" for parent in parents)]
        lines += [f"author {signature}", f"committer {signature}", "", message, ""]
        oid = self.add("commit", "\n".join(lines).encode())
        self._files[oid] = files
        self.refs[ref] = oid
        return oid

    def tag(
        self,
        name: str,
        target: str | None = None,
        *,
        at: int | None = None,
        who: str | None = ANN,
        message: str | bytes = "",
        inner: str | None = None,
        zone: str = "+0000",
    ) -> str:
        """An annotated tag. `inner` is the name inside the object, where it is another; `who` is None for no tagger line."""
        target = target or self.tip()
        header = f"object {target}\ntype {self.objects[target].kind}\ntag {inner or name}\n"
        tagger = "" if who is None else f"tagger {who} {self._at(at)} {zone}\n"
        body = message if isinstance(message, bytes) else f"{message or name}\n".encode()
        return self.raw_tag(name, f"{header}{tagger}\n".encode() + body)

    def raw_tag(self, name: str, data: bytes) -> str:
        """A tag object of any bytes."""
        oid = self.add("tag", data)
        self.refs[f"refs/tags/{name}"] = oid
        return oid

    def lightweight(self, name: str, target: str | None = None) -> str:
        """A tag without an object of its own: its ref names the target. Of a tag object, it is an alias."""
        oid = self.refs[f"refs/tags/{name}"] = target or self.tip()
        return oid

    def tip(self, branch: str = "main") -> str:
        """The commit at the tip of a branch."""
        return self.refs[f"refs/heads/{branch}"]

    def add(self, kind: str, data: bytes) -> str:
        """Any object: its kind, and its bytes."""
        oid = sha1(_framed(kind, data), usedforsecurity=False).hexdigest()
        self.objects[oid] = RawObject(kind, data)
        return oid

    def tree(self, files: Mapping[str, Content]) -> str:
        """A folder, with its folders."""
        entries: dict[bytes, bytes] = {}
        inside: dict[str, dict[str, Content]] = {}
        for path, content in files.items():
            name, _, rest = path.partition("/")
            if rest:
                inside.setdefault(name, {})[rest] = content
            else:
                entries[name.encode()] = self._entry(name, content)
        for name, below in inside.items():
            # Git sorts a folder as if its name ended in a slash.
            entries[name.encode() + b"/"] = b"40000 %s\0" % name.encode() + bytes.fromhex(self.tree(below))
        return self.add("tree", b"".join(entries[name] for name in sorted(entries)))

    def listing(self) -> RefListing:
        """What the server answers when asked for its refs."""
        found = [Ref(name=name, oid=oid, peeled=self._peeled(oid)) for name, oid in sorted(self.refs.items())]
        if self.head in self.refs:
            found.insert(0, Ref(name="HEAD", oid=self.refs[self.head]))
        return RefListing(refs=tuple(found), head=self.head)

    def snapshot(self, wants: Callable[[str], bool] = lambda _: True) -> Snapshot:
        """The repository as readers see it; every file is wanted, unless told."""
        return Snapshot(self.listing(), self.objects, wants)

    def revision(self, oid: str | None = None) -> RevisionFiles:
        """A commit and all of its files; the tip of `main`, unless told."""
        return self.snapshot().revision(oid or self.tip())

    def rows(self, table: type[R], *connectors: Connector) -> list[R]:
        """The rows of one table, from all refs, as the connectors read them."""
        speakers = connectors or SPEAKERS
        snapshot = self.snapshot(lambda path: any(speaker.wants_file(path) for speaker in speakers))
        nothing = Reach(known=(), fetched=(), complete=False)
        found: Any = extract_rows(snapshot, nothing, speakers, PreviousRows(rows={}))
        return [*found[table]]

    def tags(self) -> list[Tag]:
        return self.rows(Tag)

    def events(self) -> list[Event]:
        return self.rows(Event)

    def annotations(self) -> list[Annotation]:
        return self.rows(Annotation)

    def configs(self) -> list[GtoConfig]:
        return self.rows(GtoConfig)

    def problems(self) -> list[Problem]:
        return self.rows(Problem)

    def write(self, path: Path) -> Path:
        """A bare repository in a folder, which may exist: loose objects, packed refs."""
        for folder in ("objects", "refs/heads", "refs/tags"):
            (path / folder).mkdir(parents=True, exist_ok=True)
        for oid, raw in self.objects.items():
            file = path / "objects" / oid[:2] / oid[2:]
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(zlib.compress(_framed(*raw), 1))
        (path / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
        (path / "packed-refs").write_text("".join(f"{oid} {name}\n" for name, oid in sorted(self.refs.items())))
        (path / "HEAD").write_text(f"ref: {self.head}\n" if self.head else f"{self.tip()}\n")
        return path

    def _at(self, at: int | None) -> int:
        self._now = self._now + 1 if at is None else at
        return EPOCH + self._now

    def _entry(self, name: str, content: Content) -> bytes:
        match content:
            case Submodule(commit=oid):
                mode = "160000"
            case Link(to=to):
                mode, oid = "120000", self.add("blob", to.encode())
            case _:
                data = content.encode() if isinstance(content, str) else content or b""
                mode, oid = "100644", self.add("blob", data)
        return f"{mode} {name}".encode() + b"\0" + bytes.fromhex(oid)

    def _peeled(self, oid: str) -> str | None:
        """The object behind a tag object, and behind a tag of a tag; None for what is no tag."""
        found = None
        while oid in self.objects and self.objects[oid].kind == "tag":
            found = oid = self.objects[oid].data.partition(b"\n")[0].removeprefix(b"object ").decode("utf-8", "replace")
        return found


def _framed(kind: str, data: bytes) -> bytes:
    return b"%s %d\0%s" % (kind.encode(), len(data), data)
