"""A repository at one moment: its refs, and the objects that were fetched. Read-only, and without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from stat import S_ISDIR, S_ISREG
from types import MappingProxyType
from typing import Any, TypeVar, cast

from catalog.errors import MetafileError
from catalog.git.lfs import Pointer, parse_pointer
from catalog.git.objects import CommitObject, Objects, TagObject, parse_commit, parse_entries, parse_tag
from catalog.git.ref_fault import RefFault
from catalog.git.tree import MAX_FAULTS, Below, TreeEntry, entry_of, without_files

T = TypeVar("T")
Wants = Callable[[str], bool]
Turn = Callable[[], None]

MAX_TREE_DEPTH = 64  # folders in each other, below the root
MAX_FILES = 20_000  # wanted files of one revision
MAX_FOLDERS = 50_000  # of one revision: a dozen trees that name each other can be ten thousand million
MAX_WALKED = 1_000_000  # folders of all revisions; what they share counts once
OVERSIZED = "oversized"  # the kind of a blob that was not fetched because of its size
LFS = "lfs"  # the rule of a file that is a pointer of Git LFS
MAX_OBJECT = 1 << 20  # bytes of a tag, commit or metafile; the largest seen in public repositories is 11 KB

TAG_PREFIX = "refs/tags/"
BRANCH_PREFIX = "refs/heads/"
EXPERIMENT_PREFIX = "refs/exps/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Ref:
    """One line of a ref listing. `peeled` is the object behind an annotated tag, and None for all others.

    Where the object is known to be missing or damaged, it is the object itself: when it is mended, the listing differs.
    """

    name: str
    oid: str
    peeled: str | None = None

    @property
    def is_unreadable(self) -> bool:
        """The object is missing or damaged."""
        return self.peeled == self.oid


@dataclass(frozen=True, kw_only=True, slots=True)
class RefListing:
    """What a server answers when asked for its refs, in the order of their names.

    `head` is the ref that HEAD points at (`refs/heads/main`), None where HEAD is detached, unborn or absent.
    """

    refs: tuple[Ref, ...]
    head: str | None = None
    faults: tuple[RefFault, ...] = ()

    def tags(self) -> tuple[Ref, ...]:
        return tuple(ref for ref in self.refs if ref.name.startswith(TAG_PREFIX))

    def branches(self) -> tuple[Ref, ...]:
        return tuple(ref for ref in self.refs if ref.name.startswith(BRANCH_PREFIX))

    def others(self) -> tuple[Ref, ...]:
        """Neither branches nor tags: DVC's experiments."""
        return tuple(ref for ref in self.refs if ref.name.startswith(EXPERIMENT_PREFIX))

    def tip(self) -> str | None:
        """The commit at the tip of the default branch: where HEAD is."""
        return next((ref.oid for ref in self.refs if ref.name == "HEAD"), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class RevisionFiles:
    """A commit and its wanted files: path from the Git root → blob oid. Symlinks and submodules are not files."""

    commit: CommitObject
    files: Mapping[str, str]
    objects: Objects = field(repr=False)
    children: Callable[[str], Mapping[str, TreeEntry]] = field(repr=False)  # of a tree, by name
    faults: tuple[MetafileError, ...] = ()  # of folders whose files are not among these
    _cache: dict[Callable[[RevisionFiles], Any], Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def once(self, parse: Callable[[RevisionFiles], T], is_final: Callable[[T], bool]) -> T:
        """The result of `parse`, shared by all connectors; it is parsed again until it `is_final`, because more files may arrive."""
        if parse in self._cache:
            return cast("T", self._cache[parse])
        value = parse(self)
        if is_final(value):
            self._cache[parse] = value
        return value

    @property
    def is_whole(self) -> bool:
        """Every wanted file is at hand: itself, and not only its pointer of Git LFS."""
        return self.once(_is_whole, bool)

    def read(self, path: str) -> bytes | None:
        """The content of a file that was wanted, or None where this revision has no such file.

        MetafileError where it is not available: of rule `lfs` where Git has a pointer of Git LFS, whose content was not fetched.
        """
        data = self._blob(path)
        pointer = None if data is None else parse_pointer(data)
        if pointer is None:
            return data
        content = self.lfs_content(pointer)
        if content is None:
            message = f"found a pointer of Git LFS to {pointer.size:,} bytes, expected the file itself"
            raise MetafileError(message, rule=LFS)
        return content

    def pointer(self, path: str) -> Pointer | None:
        """The pointer of Git LFS that Git has at a path that was wanted; None for any other file, and for none."""
        data = self._blob(path)
        return None if data is None else parse_pointer(data)

    def lfs_content(self, pointer: Pointer) -> bytes | None:
        """The content of a file in Git LFS, or None where it was not requested, or not available."""
        raw = self.objects.get(pointer.key)
        return None if raw is None else raw.data

    def stored(self, md5: str) -> bytes | None:
        """The content of a file in DVC's storage, or None where it was not requested, or not available."""
        raw = self.objects.get(f"md5:{md5}")
        return None if raw is None else raw.data

    def entry(self, path: str) -> TreeEntry | None:
        """What Git has at a path from its root, itself the empty path; None for nothing. Links are not followed."""
        entry = TreeEntry("folder", self.commit.tree)
        for name in path.split("/") if path else ():
            inside = self.children(entry.oid) if entry.kind == "folder" else {}
            if name not in inside:
                return None
            entry = inside[name]
        return entry

    def below(self, folder: str) -> Iterator[tuple[str, TreeEntry]]:
        """Every file below a folder of Git, in the order of Git's trees. MetafileError where there are too many."""
        waiting = [(folder, entry)] if (entry := self.entry(folder)) and entry.kind == "folder" else []
        files = folders = 0
        while waiting:
            path, entry = waiting.pop()
            files, folders = files + (entry.kind == "file"), folders + (entry.kind == "folder")
            if files > MAX_FILES or folders > MAX_FOLDERS:
                message = f"the folder has more than {MAX_FILES:,} files or {MAX_FOLDERS:,} folders"
                raise MetafileError(message, place=folder, rule="too-big")
            if entry.kind == "file":
                yield path, entry
            elif entry.kind == "folder":
                if f"{path}/".count("/") > MAX_TREE_DEPTH:
                    message = f"folders are nested deeper than {MAX_TREE_DEPTH}"
                    raise MetafileError(message, place=path, rule="too-deep")
                inside = self.children(entry.oid)
                waiting += [(f"{path}/{name}" if path else name, inside[name]) for name in reversed([*inside])]

    def _blob(self, path: str) -> bytes | None:
        """What Git has at a path: perhaps a pointer of Git LFS."""
        oid = self.files.get(path)
        if oid is None:
            entry = self.entry(path)
            if entry is None or entry.kind != "file":
                return None
            oid = entry.oid
        raw = self.objects.get(oid)
        # The size may be known or not, depending on the request; the message must not depend on that.
        if raw is not None and (raw.kind == OVERSIZED or len(raw.data) > MAX_OBJECT):
            raise MetafileError(f"the file has more than {MAX_OBJECT:,} bytes", rule="too-big")
        if raw is None or raw.kind != "blob":
            raise MetafileError("the file's content could not be fetched", rule="missing-object")
        return raw.data


class Snapshot:
    """Refs and objects of one repository; `wants(path)` selects the files that its connectors read. `turn`, called for each folder, may end the visit."""

    def __init__(self, listing: RefListing, objects: Objects, wants: Wants, turn: Turn = lambda: None) -> None:
        self.listing = listing
        self.objects = objects
        self._wants, self._turn = wants, turn
        self._wanted: dict[tuple[str, str], Below] = {}  # by tree and place
        self._walked = 0  # folders
        self._children: dict[str, Mapping[str, TreeEntry]] = {}
        self._parsed: dict[str, tuple[tuple[str, int, str], ...]] = {}
        self._revisions: dict[str, RevisionFiles] = {}

    def tag(self, oid: str) -> TagObject:
        """The tag object `oid`; MetafileError where it is absent, or not what Git and GTO call a tag."""
        return parse_tag(oid, self._raw(oid, "tag"))

    def commit(self, oid: str) -> CommitObject:
        """The commit `oid`; MetafileError where it is absent or malformed."""
        return parse_commit(oid, self._raw(oid, "commit"))

    def revision(self, oid: str) -> RevisionFiles:
        """The commit `oid` with its wanted files; MetafileError where its tree cannot be read."""
        if oid not in self._revisions:
            self._revisions[oid] = self._revision(oid)
        return self._revisions[oid]

    def dates(self, refs: Iterable[Ref]) -> dict[str, datetime]:
        """When the commits that refs lead to were made, of those that are here and state it."""
        dates = {}
        for oid in (ref.peeled or ref.oid for ref in refs):
            with suppress(MetafileError):
                at = self.commit(oid).committer.at
                if at is not None:
                    dates[oid] = at
        return dates

    def children(self, tree: str) -> Mapping[str, TreeEntry]:
        """What lies in a folder, by name; MetafileError where it cannot be read."""
        entries = self._children.get(tree)
        if entries is None:
            here = {name: entry_of(mode, oid) for name, mode, oid in self._entries(tree, "")}
            entries = self._children[tree] = MappingProxyType(here)  # connectors share it
        return entries

    def _revision(self, oid: str) -> RevisionFiles:
        commit = self.commit(oid)
        below = self._find(commit.tree, "")
        files = MappingProxyType(dict(below.files))  # connectors share it
        return RevisionFiles(
            commit=commit, files=files, objects=self.objects, children=self.children, faults=below.faults
        )

    def _raw(self, oid: str, kind: str) -> bytes:
        raw = self.objects.get(oid)
        if raw is None:
            raise MetafileError(f"{kind} {oid[:7]} could not be fetched", rule="missing-object")
        if raw.kind != kind:
            raise MetafileError(f"object {oid[:7]} is a {raw.kind}, expected a {kind}", rule=f"not-a-{kind}")
        if kind != "tree" and len(raw.data) > MAX_OBJECT:
            message = f"{kind} {oid[:7]} has {len(raw.data):,} bytes, expected at most {MAX_OBJECT:,}"
            raise MetafileError(message, rule="too-big")
        return raw.data

    def _entries(self, tree: str, prefix: str) -> tuple[tuple[str, int, str], ...]:
        """Names, modes and object ids of the entries of a folder, parsed once for all callers and places."""
        entries = self._parsed.get(tree)
        if entries is None:
            entries = self._parsed[tree] = parse_entries(self._raw(tree, "tree"), prefix)
        return entries

    def _find(self, tree: str, prefix: str) -> Below:
        """Wanted files below a tree. Cached, because revisions share most of their subtrees."""
        below = self._wanted.get((tree, prefix))
        if below is None:
            below = self._wanted[tree, prefix] = self._walk(tree, prefix)
        return below

    def _walk(self, tree: str, prefix: str) -> Below:
        self._turn()
        self._walked += 1
        if self._walked > MAX_WALKED:
            raise MetafileError(f"the commits have more than {MAX_WALKED:,} folders", rule="too-big")
        files: list[tuple[str, str]] = []
        faults: list[MetafileError] = []
        folders = 1
        if prefix.count("/") > MAX_TREE_DEPTH:
            raise MetafileError(f"folders are nested deeper than {MAX_TREE_DEPTH}", place=prefix, rule="too-deep")
        for name, mode, oid in self._entries(tree, prefix):
            path = prefix + name
            if S_ISDIR(mode):
                below = self._below(oid, path)
                files += below.files
                folders += below.folders
                faults += below.faults[: MAX_FAULTS - len(faults)]
            elif S_ISREG(mode) and self._wants(path):
                files.append((path, oid))
            if len(files) > MAX_FILES or folders > MAX_FOLDERS:
                message = f"the commit has more than {MAX_FILES:,} metafiles or {MAX_FOLDERS:,} folders"
                raise MetafileError(message, rule="too-big")
        return Below(tuple(files), folders, tuple(faults))

    def _below(self, tree: str, path: str) -> Below:
        """A folder that is missing or damaged costs itself."""
        try:
            return self._find(tree, path + "/")
        except MetafileError as error:
            return without_files(path, error)


def _is_whole(revision: RevisionFiles) -> bool:
    objects = revision.objects
    for raw in map(objects.get, revision.files.values()):
        if raw is None or raw.kind != "blob":
            return False
        if (pointer := parse_pointer(raw.data)) and pointer.key not in objects:
            return False
    return True
