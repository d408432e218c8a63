"""A repository at one moment: its refs, and the objects that were fetched. Read-only, and without a network."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from stat import S_ISDIR, S_ISREG
from typing import NamedTuple

from dulwich.errors import ObjectFormatException
from dulwich.objects import Commit as GitCommit
from dulwich.objects import Tag as GitTag
from dulwich.objects import parse_tree

from catalog.errors import MetafileError

MAX_TREE_DEPTH = 64
MAX_FILES = 20_000  # wanted files of one revision
MAX_OBJECT = 1 << 20  # bytes of a tag, commit or metafile; the largest seen in public repositories is 11 KB

TAG_PREFIX = "refs/tags/"
BRANCH_PREFIX = "refs/heads/"

# Git puts a signature at the end of the message, each kind behind its own marker (gitformat-signature(5)).
_SIGNATURE = re.compile(rb"^-----BEGIN (PGP|SSH|SIGNED) (?:SIGNATURE|MESSAGE)-----", re.MULTILINE)
_SIGNATURE_KINDS = {b"PGP": "pgp", b"SSH": "ssh", b"SIGNED": "x509"}


class RawObject(NamedTuple):
    """A Git object as it lies in the repository: `kind` is commit, tree, blob or tag."""

    kind: str
    data: bytes


Objects = Mapping[str, RawObject]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ref:
    """One line of a ref listing. `peeled` is the object behind an annotated tag, and None for all others."""

    name: str
    oid: str
    peeled: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """What a server answers when asked for its refs, in the order of their names.

    `head` is the ref that HEAD points at (`refs/heads/main`), None where HEAD is detached, unborn or absent.
    """

    refs: tuple[Ref, ...]
    head: str | None = None

    def tags(self) -> tuple[Ref, ...]:
        return tuple(ref for ref in self.refs if ref.name.startswith(TAG_PREFIX))

    def branches(self) -> tuple[Ref, ...]:
        return tuple(ref for ref in self.refs if ref.name.startswith(BRANCH_PREFIX))

    def tip(self) -> str | None:
        """The commit at the tip of the default branch: where HEAD is."""
        return next((ref.oid for ref in self.refs if ref.name == "HEAD"), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """Who, and when: the author or committer of a commit, or the tagger of a tag. A claim, not a proof."""

    name: str
    email: str
    at: datetime
    utc_offset: int  # minutes east of Greenwich

    @property
    def epoch(self) -> int:
        return int(self.at.timestamp())


@dataclass(frozen=True, kw_only=True, slots=True)
class Tag:
    """An annotated tag object. `name` is the name inside the object, which may differ from the ref's."""

    oid: str
    name: str
    target: str
    target_kind: str
    tagger: Signature
    message: str
    signed: str | None  # pgp, ssh or x509; the signature is recorded, not verified


@dataclass(frozen=True, kw_only=True, slots=True)
class Commit:
    """A commit object."""

    oid: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str
    signed: str | None

    @property
    def summary(self) -> str:
        return self.message.strip().partition("\n")[0][:200]


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """A commit and its wanted files: path from the Git root → blob oid. Symlinks and submodules are not files."""

    commit: Commit
    files: Mapping[str, str]
    objects: Objects = field(repr=False)

    def read(self, path: str) -> bytes | None:
        """The content of a wanted file, or None where this revision has no such file."""
        oid = self.files.get(path)
        if oid is None:
            return None
        raw = self.objects.get(oid)
        if raw is None or raw.kind != "blob":
            raise MetafileError("the file's content could not be fetched", rule="missing-object")
        if len(raw.data) > MAX_OBJECT:
            message = f"the file has {len(raw.data):,} bytes, expected at most {MAX_OBJECT:,}"
            raise MetafileError(message, rule="too-big")
        return raw.data


class Snapshot:
    """Refs and objects of one repository; `wants(path)` says which files its readers ask for."""

    def __init__(self, listing: Listing, objects: Objects, wants: Callable[[str], bool]) -> None:
        self.listing = listing
        self.objects = objects
        self._wants = wants
        self._wanted: dict[tuple[str, str], tuple[tuple[str, str], ...]] = {}

    def tag(self, oid: str) -> Tag:
        """The tag object `oid`; MetafileError where it is absent, or not what Git and GTO call a tag."""
        return parse_tag(oid, self._raw(oid, "tag"))

    def commit(self, oid: str) -> Commit:
        """The commit `oid`; MetafileError where it is absent or malformed."""
        return parse_commit(oid, self._raw(oid, "commit"))

    def revision(self, oid: str) -> Revision:
        """The commit `oid` with its wanted files; MetafileError where its tree cannot be read."""
        commit = self.commit(oid)
        files = dict(self._find(commit.tree, ""))
        if len(files) > MAX_FILES:
            message = f"the commit has {len(files):,} metafiles, expected at most {MAX_FILES:,}"
            raise MetafileError(message, rule="too-big")
        return Revision(commit=commit, files=files, objects=self.objects)

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

    def _find(self, tree: str, prefix: str) -> tuple[tuple[str, str], ...]:
        """Wanted files below a tree. Remembered, because revisions share most of their subtrees."""
        known = self._wanted.get((tree, prefix))
        if known is None:
            known = self._wanted[tree, prefix] = tuple(self._walk(tree, prefix))
        return known

    def _walk(self, tree: str, prefix: str) -> Iterator[tuple[str, str]]:
        if prefix.count("/") > MAX_TREE_DEPTH:
            raise MetafileError(f"folders are nested deeper than {MAX_TREE_DEPTH}", place=prefix, rule="too-deep")
        for name, mode, oid in _entries(self._raw(tree, "tree"), prefix):
            path = prefix + name
            if S_ISDIR(mode):
                yield from self._find(oid, path + "/")
            elif S_ISREG(mode) and self._wants(path):
                yield path, oid


def parse_tag(oid: str, data: bytes) -> Tag:
    """A tag object from its bytes. Git allows more than GTO survives; what GTO cannot read, we report."""
    tag = GitTag()
    try:
        tag.set_raw_string(data)
        kind, target = tag.object
        tagger, epoch, zone = tag.tagger, tag.tag_time, tag.tag_timezone
        name, body = tag.name, (tag.message or b"") + (tag.signature or b"")
    except (ObjectFormatException, ValueError, OverflowError) as error:
        raise MetafileError(f"the tag object is malformed: {error}", rule="malformed-tag") from error
    if tagger is None or epoch is None:
        raise MetafileError("the tag says nobody made it, expected a tagger line", rule="no-tagger")
    message, signed = _split_signature(body)
    return Tag(
        oid=oid,
        name=decode(name),
        target=target.decode("ascii"),
        target_kind=kind.type_name.decode("ascii"),
        tagger=_signature(tagger, epoch, zone or 0, "tagger"),
        message=_strict(message, "the tag's message").strip(),
        signed=signed,
    )


def parse_commit(oid: str, data: bytes) -> Commit:
    """A commit object from its bytes."""
    commit = GitCommit()
    try:
        commit.set_raw_string(data)
        return Commit(
            oid=oid,
            tree=commit.tree.decode("ascii"),
            parents=tuple(parent.decode("ascii") for parent in commit.parents),
            author=_signature(commit.author, commit.author_time, commit.author_timezone, "author"),
            committer=_signature(commit.committer, commit.commit_time, commit.commit_timezone, "committer"),
            message=decode(commit.message),
            signed=_commit_signature(commit.gpgsig),
        )
    except (ObjectFormatException, ValueError, OverflowError, AttributeError, TypeError) as error:
        raise MetafileError(f"commit {oid[:7]} is malformed: {error}", rule="malformed-commit") from error


def decode(raw: bytes) -> str:
    """Names as text: UTF-8, and what is not UTF-8 as visible escapes."""
    return raw.decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def _entries(data: bytes, prefix: str) -> Iterator[tuple[str, int, str]]:
    try:
        for name, mode, oid in parse_tree(data, 20):
            yield decode(name), mode, oid.decode("ascii")
    except ObjectFormatException as error:
        raise MetafileError(f"the folder is malformed: {error}", place=prefix, rule="malformed-tree") from error


def _signature(who: bytes, epoch: int, zone: int, role: str) -> Signature:
    name, _, rest = who.partition(b"<")
    return Signature(
        name=decode(name).strip(),
        email=decode(rest.partition(b">")[0]).strip(),
        at=_moment(epoch, role),
        utc_offset=_offset(zone, role),
    )


def _offset(zone: int, role: str) -> int:
    """Minutes east. Old commits have zones like `+51800`, which nobody asks for; GTO stops at those of taggers."""
    if abs(zone) < 24 * 60 * 60:
        return zone // 60
    if role == "tagger":
        message = f"the tagger's time zone is {zone // 3600:+} hours, expected less than 24"
        raise MetafileError(message, rule="absurd-time")
    return 0


def _moment(epoch: int, role: str) -> datetime:
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=epoch)
    except OverflowError as error:
        raise MetafileError(f"the {role}'s time {epoch} is no date", rule="absurd-time") from error


def _split_signature(body: bytes) -> tuple[bytes, str | None]:
    found = _SIGNATURE.search(body)
    if found is None:
        return body, None
    return body[: found.start()], _SIGNATURE_KINDS[found[1]]


def _commit_signature(raw: bytes | None) -> str | None:
    return _split_signature(raw)[1] if raw else None


def _strict(raw: bytes, what: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MetafileError(f"{what} is not UTF-8 text", rule="not-utf8") from error
