"""Git's objects from their bytes: tags, commits, and what lies in a folder. Git allows more than its readers expect."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from dulwich.errors import ObjectFormatException
from dulwich.objects import Commit as GitCommit
from dulwich.objects import Tag as GitTag
from dulwich.objects import parse_timezone, parse_tree

from catalog.errors import MetafileError

# As Git writes them. What else there is, from other headers to faults, dulwich reads at five times the cost.
_WHO = rb"([^\n]*>) ([0-9]{1,12}) ([-+][0-9]{4})\n"
_COMMIT = re.compile(
    rb"tree ([0-9a-f]{40})\n((?:parent [0-9a-f]{40}\n)*)author " + _WHO + rb"committer " + _WHO + rb"\n"
)
_TAG = re.compile(rb"object ([0-9a-f]{40})\ntype (commit|tag|tree|blob)\ntag ([^\n]+)\ntagger " + _WHO + rb"\n")

# Git puts a signature at the end of the message, each kind behind its own marker (gitformat-signature(5)).
_SIGNATURE = re.compile(rb"^-----BEGIN (PGP|SSH|SIGNED) (?:SIGNATURE|MESSAGE)-----", re.MULTILINE)
_START = datetime(1970, 1, 1, tzinfo=UTC)
_SIGNATURE_KINDS = {b"PGP": "pgp", b"SSH": "ssh", b"SIGNED": "x509"}


class RawObject(NamedTuple):
    """A Git object as it lies in the repository: `kind` is commit, tree, blob or tag."""

    kind: str
    data: bytes


Objects = Mapping[str, RawObject]


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """Who, and when: the author or committer of a commit, or the tagger of a tag. A claim, not a proof."""

    name: str
    email: str
    at: datetime
    utc_offset: int  # minutes east of Greenwich


@dataclass(frozen=True, kw_only=True, slots=True)
class TagObject:
    """An annotated tag object. `name` is the name inside the object, which may differ from the ref's."""

    oid: str
    name: str
    target: str
    target_kind: str
    tagger: Signature
    message: str
    signed: str | None  # pgp, ssh or x509; the signature is recorded, not verified


@dataclass(frozen=True, kw_only=True, slots=True)
class CommitObject:
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


def parse_tag(oid: str, data: bytes) -> TagObject:
    """A tag object from its bytes. Git allows more than GTO can read; what GTO cannot read raises MetafileError."""
    plain = _TAG.match(data)
    if plain:
        target, kind, name, *who = plain.groups()
        return _tag(oid, name, target, kind, _stated(who, "tagger"), data[plain.end() :])
    tag = GitTag()
    try:
        tag.set_raw_string(data)
        kind, target = tag.object
        tagger, epoch, zone = tag.tagger, tag.tag_time, tag.tag_timezone
        name, body = tag.name, (tag.message or b"") + (tag.signature or b"")
    except (ObjectFormatException, ValueError, OverflowError) as error:
        raise MetafileError(f"the tag object is malformed: {error}", rule="malformed-tag") from error
    if tagger is None or epoch is None:
        raise MetafileError("found no tagger line, expected one", rule="no-tagger")
    return _tag(oid, name, target, kind.type_name, _signature(tagger, epoch, zone or 0, "tagger"), body)


def _tag(oid: str, name: bytes, target: bytes, kind: bytes, tagger: Signature, body: bytes) -> TagObject:
    message, signed = _split_signature(body)
    return TagObject(
        oid=oid,
        name=decode(name),
        target=target.decode("ascii"),
        target_kind=kind.decode("ascii"),
        tagger=tagger,
        message=_strict(message, "the tag's message").strip(),
        signed=signed,
    )


def parse_commit(oid: str, data: bytes) -> CommitObject:
    """A commit object from its bytes."""
    plain = _COMMIT.match(data)
    if plain:
        tree, parents, *who = plain.groups()
        return CommitObject(
            oid=oid,
            tree=tree.decode("ascii"),
            parents=tuple(parents.decode("ascii").split()[1::2]),
            author=_stated(who[:3], "author"),
            committer=_stated(who[3:], "committer"),
            message=decode(data[plain.end() :]),
            signed=None,
        )
    commit = GitCommit()
    try:
        commit.set_raw_string(data)
        return CommitObject(
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


def parse_entries(data: bytes, prefix: str) -> Iterator[tuple[str, int, str]]:
    try:
        for name, mode, oid in parse_tree(data, 20):
            yield decode(name), mode, oid.decode("ascii")
    except ObjectFormatException as error:
        raise MetafileError(f"the folder is malformed: {error}", place=prefix, rule="malformed-tree") from error


def _stated(who: Sequence[bytes], role: str) -> Signature:
    person, epoch, zone = who
    return _signature(person, int(epoch), parse_timezone(zone)[0], role)


def _signature(who: bytes, epoch: int, zone: int, role: str) -> Signature:
    name, _, email = who.partition(b"<")
    return Signature(
        name=decode(name).strip(),
        email=decode(email.partition(b">")[0]).strip(),
        at=_moment(epoch, role),
        utc_offset=_offset(zone, role),
    )


def _offset(zone: int, role: str) -> int:
    """Minutes east. Old commits have zones like `+51800`, which are not used; GTO stops at those of taggers."""
    if abs(zone) < 24 * 60 * 60:
        return zone // 60
    if role == "tagger":
        message = f"the tagger's time zone is {zone // 3600:+} hours, expected less than 24"
        raise MetafileError(message, rule="absurd-time")
    return 0


def _moment(epoch: int, role: str) -> datetime:
    try:
        return _START + timedelta(seconds=epoch)
    except OverflowError as error:
        raise MetafileError(
            f"invalid {role} time {epoch}: expected seconds within the years 1 to 9999", rule="absurd-time"
        ) from error


def _split_signature(body: bytes) -> tuple[bytes, str | None]:
    match = _SIGNATURE.search(body)
    if match is None:
        return body, None
    return body[: match.start()], _SIGNATURE_KINDS[match[1]]


def _commit_signature(raw: bytes | None) -> str | None:
    return _split_signature(raw)[1] if raw else None


def _strict(raw: bytes, field: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MetafileError(f"{field} is not UTF-8 text", rule="not-utf8") from error
