"""What a request needs of a repository at this moment: its refs from the server, and the objects that the catalog does not hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from catalog.actions.known import KnownObjects
from catalog.actions.plan import Tags
from catalog.actions.registry import TagEvent
from catalog.errors import Conflict, MetafileError, Unheld
from catalog.git.objects import Objects, parse_commit, parse_tag
from catalog.git.snapshot import BRANCH_PREFIX, TAG_PREFIX, RefListing
from catalog.git.tag_grammar import CREATION, parse
from catalog.naming import public_url
from catalog.text import quoted
from catalog.transport.address import GitServer, parse_address
from catalog.transport.origin import Limits, Pool, open_origin

MIN_DIGITS = 7  # of a commit that is named by its beginning

HEAD = "HEAD"

_WHOLE = re.compile(r"[0-9a-f]{40}")
_BEGINNING = re.compile(rf"[0-9a-f]{{{MIN_DIGITS},39}}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """The tags of one artifact, and the commit that was asked for with its summary."""

    tags: Tags
    commit: str | None = None
    summary: str | None = None
    complaints: tuple[str, ...] = ()  # tags that are left out, and why


class ServedRepository:
    """One repository on its server. Every method may raise OriginError."""

    def __init__(self, url: str, known: KnownObjects, pool: Pool, limits: Limits) -> None:
        self._url, self._known, self._pool, self._limits = url, known, pool, limits
        self._shown = public_url(url)
        self.requests = 0
        address = parse_address(pool.git.rewrite(url))
        if isinstance(address, GitServer):
            pool.learn_filters(address.site)  # one that does not know them says so, and is asked without

    def listing(self) -> RefListing:
        """The refs, as for a fetch: the right to read the repository is enough."""
        with open_origin(self._url, self._limits, pool=self._pool) as origin:
            try:
                return origin.refs()
            finally:
                self.requests += origin.requests

    def read(self, refs: Mapping[str, str], artifact: str, commit: str | None, now: int) -> Reading:
        """The tags of the artifact among `refs`, and a commit. Conflict where the server does not have that commit."""
        oids = {name.removeprefix(TAG_PREFIX): oid for name, oid in refs.items() if name.startswith(TAG_PREFIX)}
        ours = {name: oid for name, oid in oids.items() if _is_of(artifact, name)}
        known = self._known
        wants = {oid for oid in ours.values() if oid not in known.events and oid not in known.lightweight}
        if commit is not None and commit not in known.summaries:
            wants.add(commit)
        objects = self._fetch(sorted(wants), commit) if wants else {}
        events, complaints = self._events(ours, objects, artifact)
        return Reading(
            tags=Tags(
                artifact=artifact,
                oids=oids,
                events=tuple(events),
                now=now,
                stages=known.stages,
                is_config_read=known.is_config_read,
            ),
            commit=commit,
            summary=None if commit is None else self._summary(commit, objects),
            complaints=(*_huge_numbers(artifact, oids), *complaints),
        )

    def commit_at(self, at: str | None, refs: Mapping[str, str]) -> str:
        """The commit that a branch, or the beginning of its id, names; without either, or by `HEAD`, that of HEAD. Conflict where there is none."""
        if at is None or at == HEAD:
            return self._head(refs)
        if (oid := refs.get(f"{BRANCH_PREFIX}{at.removeprefix(BRANCH_PREFIX)}")) is not None:
            return oid
        name = at.lower()
        if _WHOLE.fullmatch(name):
            return name
        if _BEGINNING.fullmatch(name):
            tips = [oid for ref, oid in refs.items() if ref.startswith(BRANCH_PREFIX)]
            candidates = {oid for oid in (*self._known.summaries, *tips) if oid.startswith(name)}
            if len(candidates) == 1:
                return candidates.pop()
        raise Conflict(
            f"{self._shown} has no branch {at!r}, and not exactly one known commit begins so: expected a branch, or all 40 digits"
        )

    def _head(self, refs: Mapping[str, str]) -> str:
        listing = self.listing()
        commit = refs.get(listing.head or "") or listing.tip()
        if commit is None:
            raise Conflict(f"{self._shown} has no commit at HEAD: expected --at BRANCH or --at COMMIT")
        return commit

    def _fetch(self, wants: Sequence[str], commit: str | None) -> Objects:
        with open_origin(self._url, self._limits, pool=self._pool) as origin:
            try:
                objects = origin.fetch(wants, filters="tree:0", depth=1)
                return {oid: raw for oid in wants if (raw := objects.get(oid)) is not None}
            except Unheld as error:
                if commit is not None and error.oid == commit:
                    raise Conflict(f"{self._shown} does not have commit {commit[:7]}: push the commit first") from error
                raise
            finally:
                self.requests += origin.requests

    def _events(self, ours: Mapping[str, str], objects: Objects, artifact: str) -> tuple[list[TagEvent], list[str]]:
        events, complaints = [], []
        for name, oid in ours.items():
            event = self._known.events.get(oid)
            if event is None and oid in objects and objects[oid].kind == "tag":
                try:
                    event = _parsed(oid, objects[oid].data)
                except MetafileError as error:
                    complaints.append(_left_out(name, error))
            if event is not None and event.parsed.artifact == artifact and event.parsed.event != CREATION:
                events.append(event)
        return events, complaints

    def _summary(self, commit: str, objects: Objects) -> str:
        if (summary := self._known.summaries.get(commit)) is not None:
            return summary
        raw = objects.get(commit)
        if raw is None:
            raise Conflict(f"{self._shown} does not have commit {commit[:7]}: push the commit first")
        if raw.kind != "commit":
            raise Conflict(f"{commit[:7]} is a {raw.kind}, expected a commit")
        try:
            return parse_commit(commit, raw.data).summary
        except MetafileError as error:
            raise Conflict(f"{commit[:7]} cannot be read: {error.message}") from error


def _is_of(artifact: str, name: str) -> bool:
    try:
        parsed = parse(name)
    except MetafileError:
        return False
    return parsed is not None and parsed.artifact == artifact


def _huge_numbers(artifact: str, names: Iterable[str]) -> Iterator[str]:
    """What is said of the artifact's tags with a number that the catalog does not read. Artifacts have neither `#` nor `@` in their names."""
    marked = tuple(f"{artifact.replace(':', '=')}{mark}" for mark in "#@")
    for name in sorted(names):
        if name.startswith(marked):
            try:
                parse(name)
            except MetafileError as error:
                yield _left_out(name, error)


def _left_out(name: str, error: MetafileError) -> str:
    gto = "though GTO may read it" if error.rule == "huge-number" else "GTO cannot read it"
    return f"the tag {quoted(name)} is left out, {gto}: {error.message}"


def _parsed(oid: str, data: bytes) -> TagEvent | None:
    tag = parse_tag(oid, data)
    parsed = parse(tag.name)
    if parsed is None:
        raise MetafileError("the name inside it is no registry tag's")
    assert tag.tagger.at is not None  # `parse_tag` raises for a tag without
    at = int(tag.tagger.at.timestamp())
    return TagEvent(name=tag.name, parsed=parsed, oid=oid, commit=tag.target, kind=tag.target_kind, at=at)
