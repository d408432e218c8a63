"""Git's objects from their bytes: tags, commits, and what lies in a folder. Git allows more than its readers expect."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from dulwich.errors import ObjectFormatException
from dulwich.objects import Tag as GitTag
from dulwich.objects import parse_tree

from catalog.errors import MetafileError
from catalog.git.tag_fault import tag_fault
from catalog.text import quoted

# As Git writes them. What else there is, from other headers to faults, takes several times as long to read.
_WHO = rb"([^<\n]*<[^\n]*>) ([0-9]{1,12}) ([-+][0-9]{4})\n"
_COMMIT = re.compile(
    rb"tree ([0-9a-f]{40})\n((?:parent [0-9a-f]{40}\n)*)author " + _WHO + rb"committer " + _WHO + rb"\n"
)

# As Git reads them: `parse_commit_buffer` (commit.c), `parse_commit_header` (pretty.c), `split_ident_line` (ident.c).
_LINKS = re.compile(rb"tree ([0-9a-fA-F]{40})\n((?:parent [0-9a-fA-F]{40}\n)*)")
_PARENT_LINE = len(b"parent \n") + 40
_HEADER = re.compile(rb"^(author|committer) (.*)$", re.MULTILINE)
_PERSON = re.compile(rb"([^<]*)<([^>]*)>(?:.*>)?[ \t\r]*(?:([0-9]+)[ \t\r]*([-+][0-9]+))?", re.DOTALL)
_COMMIT_SIGNATURE = re.compile(rb"^gpgsig (.*(?:\n .*)*)", re.MULTILINE)

# As Git reads them: `parse_tag_buffer` (tag.c). Shorter tag objects it refuses.
_TAGGED = re.compile(rb"object ([0-9a-fA-F]{40})\ntype (commit|tag|tree|blob)\ntag [^\n]*\n")
_SHORTEST_TAG = 64  # bytes
_MOST_DIGITS = 18
MAX_TREE = 16 << 20  # bytes of the object of one folder; an entry has about 40
MAX_ENTRIES = 200_000  # of one folder

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
    """Who, and when: the author or committer of a commit, or the tagger of a tag. A claim, not a proof.

    `at` is None where Git finds no date, or one beyond the year 9999; only commits are read without one.
    """

    name: str
    email: str
    at: datetime | None
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
    """A commit object. `rule` and `problem` say what of its headers could not be read."""

    oid: str
    tree: str
    parents: tuple[str, ...]
    author: Signature
    committer: Signature
    message: str
    signed: str | None
    rule: str | None = None
    problem: str | None = None

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
    except (ObjectFormatException, ValueError, OverflowError, IndexError) as error:
        headers = decode(data.partition(b"\n\n")[0])
        message = f"the tag object is malformed: {tag_fault(headers)}"
        raise MetafileError(message, rule="malformed-tag") from error
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
    """A commit object from its bytes. Like Git, it refuses one without tree or with a bad parent, and nothing else."""
    plain = _COMMIT.match(data)
    if plain is None:
        return _parse_odd_commit(oid, data)
    tree, parents, *who = plain.groups()
    try:
        author, committer = _stated(who[:3], "author"), _stated(who[3:], "committer")
    except MetafileError:
        return _parse_odd_commit(oid, data)
    return CommitObject(
        oid=oid,
        tree=tree.decode("ascii"),
        parents=tuple(parents.decode("ascii").split()[1::2]),
        author=author,
        committer=committer,
        message=decode(data[plain.end() :]),
        signed=None,
    )


def _parse_odd_commit(oid: str, data: bytes) -> CommitObject:
    links = _LINKS.match(data)
    if links is None:
        raise MetafileError(f"commit {oid[:7]} is malformed: found no tree, expected one", rule="malformed-commit")
    if data.startswith(b"parent ", links.end()) and len(data) - links.end() >= _PARENT_LINE:
        raise MetafileError(
            f"commit {oid[:7]} is malformed: found a parent without object name, expected one", rule="malformed-commit"
        )
    header, _, message = data.partition(b"\n\n")
    stated = dict(_HEADER.findall(header))  # the last one counts
    signature = _COMMIT_SIGNATURE.search(header)
    faults: list[MetafileError] = []
    commit = CommitObject(
        oid=oid,
        tree=links[1].decode("ascii").lower(),
        parents=tuple(links[2].decode("ascii").lower().split()[1::2]),
        author=_person(stated.get(b"author"), "author", faults),
        committer=_person(stated.get(b"committer"), "committer", faults),
        message=decode(message),
        signed=_split_signature(signature[1].replace(b"\n ", b"\n"))[1] if signature else None,
    )
    if not faults:
        return commit
    return replace(commit, rule=faults[0].rule, problem=f"commit {oid[:7]}: {faults[0].message}")


def _person(line: bytes | None, role: str, faults: list[MetafileError]) -> Signature:
    """Who and when, as far as a header of a commit says; what it does not say is among the faults."""
    person = _PERSON.match(line or b"")
    if person is None or person[3] is None:
        fault = f"found no {role} line" if line is None else f"invalid {role} line {quoted(decode(line))}"
        faults.append(MetafileError(f"{fault}, expected `Name <e-mail> seconds +hhmm`", rule="malformed-commit"))
    name, email = (decode(person[group]).strip() if person else "" for group in (1, 2))
    if person is None or person[3] is None:
        return Signature(name=name, email=email, at=None, utc_offset=0)
    at = None
    try:
        at = _moment(_number(person[3]), role)
    except MetafileError as error:
        faults.append(error)
    return Signature(name=name, email=email, at=at, utc_offset=_offset(_seconds(person[4]), role))


def tagged(data: bytes) -> tuple[str, str] | None:
    """The kind and the name of the object that a tag object names; None where Git cannot read it."""
    match = _TAGGED.match(data) if len(data) >= _SHORTEST_TAG else None
    return match and (match[2].decode("ascii"), match[1].decode("ascii").lower())


def decode(raw: bytes) -> str:
    """Names as text: UTF-8, and what is not UTF-8 as visible escapes."""
    return raw.decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def parse_entries(data: bytes, prefix: str) -> tuple[tuple[str, int, str], ...]:
    """Names, modes and object ids of the entries of a folder."""
    if len(data) > MAX_TREE:
        message = f"the folder's tree has {len(data):,} bytes, expected at most {MAX_TREE:,}, the limit MAX_TREE"
        raise MetafileError(message, place=prefix, rule="too-big")
    try:
        entries = list(parse_tree(data, 20))
    except ObjectFormatException as error:
        message = (
            "the folder is malformed: found an entry that is cut short or has no mode, expected mode, name and object"
        )
        raise MetafileError(message, place=prefix, rule="malformed-tree") from error
    if len(entries) > MAX_ENTRIES:
        message = f"the folder has {len(entries):,} entries, expected at most {MAX_ENTRIES:,}, the limit MAX_ENTRIES"
        raise MetafileError(message, place=prefix, rule="too-big")
    return tuple((decode(name), mode, oid.decode("ascii")) for name, mode, oid in entries)


def _stated(who: Sequence[bytes], role: str) -> Signature:
    person, epoch, zone = who
    return _signature(person, int(epoch), _seconds(zone), role)


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


def _seconds(zone: bytes) -> int:
    """Seconds east of Greenwich, of a zone such as `+0530`."""
    hours, minutes = divmod(_number(zone[1:]), 100)
    return (hours * 60 + minutes) * (-60 if zone.startswith(b"-") else 60)


def _number(digits: bytes) -> int:
    """Their value, or one that is as absurd: of a million digits, Python refuses to say it."""
    return int(digits.lstrip(b"0")[:_MOST_DIGITS] or b"0")


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


def _strict(raw: bytes, field: str) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MetafileError(f"{field} is not UTF-8 text", rule="not-utf8") from error
