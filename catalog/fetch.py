"""Which objects are missing, and asking for just those: commits and trees first, then the wanted files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Protocol

from catalog.choice import Choice
from catalog.connector import Connector, no_files
from catalog.errors import MetafileError, Oversized
from catalog.objects import Objects, RawObject
from catalog.origin import Origin
from catalog.snapshot import OVERSIZED, Listing, Revision, Snapshot, Stored

MAX_BLOBS = 2_000  # wants in one request
MAX_ANSWER = 8 << 20  # bytes of one answer: a metafile of 11 KB is a large one
MAX_BLOB = 2 << 20  # bytes of an answer with a single file
MAX_ROUNDS = 6  # files that name files that name files


class Storage(Protocol):
    """DVC's storage on the network."""

    def read(self, stored: Stored) -> RawObject | None:
        """The file, or None where it cannot be had."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What the last partition already says, by object id: none of it is fetched or read again."""

    tags: Collection[str] = ()  # tag objects
    revisions: Collection[str] = ()  # commits whose files were read
    refs: Collection[tuple[str, str]] = ()  # experiments, and their commits
    commits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # commits of branches → their parents
    dates: Mapping[str, datetime] = field(default_factory=dict)  # commits → when they were made


class _Layers(Mapping[str, RawObject]):
    """What several fetches brought, looked up in turn; the list may grow while it is in use."""

    def __init__(self, layers: list[Objects]) -> None:
        self._layers = layers

    def __getitem__(self, oid: str) -> RawObject:
        for layer in self._layers:
            raw = layer.get(oid)
            if raw is not None:
                return raw
        raise KeyError(oid)

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(oid for layer in self._layers for oid in layer))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def fetch(
    origin: Origin,
    listing: Listing,
    connectors: Sequence[Connector],
    choice: Choice,
    known: Known,
    storage: Storage | None = None,
) -> Snapshot:
    """Fetches tag objects, the commits to read at depth 1, and of these the wanted files and those that they name.

    `storage` is asked for files that are in DVC's storage; without one they stay there.
    """
    layers: list[Objects] = []
    snapshot = Snapshot(listing, _Layers(layers), _any(connectors))
    bare = [ref for ref in choice.tags if ref.oid not in known.tags and ref.peeled in known.revisions]
    bare += [ref for ref in choice.experiments if (ref.name, ref.oid) not in known.refs]
    bare += [ref for ref in choice.undated() if (ref.peeled or ref.oid) not in known.dates]
    dates = choice.undated() != ()
    if dates and bare:
        layers.append(origin.fetch(_unique(ref.oid for ref in bare), filters="tree:0", depth=1))
    commits = [oid for oid in choice.reasons({**known.dates, **snapshot.dates(bare)}) if oid not in known.revisions]
    fresh = _leading_to(commits, listing, choice)
    if fresh:
        layers.append(origin.fetch(fresh, filters="blob:none", depth=1))
    rest = [] if dates else _unique(ref.oid for ref in bare if ref.oid not in set(fresh))
    if rest:  # their commits were read before: just the tag objects, and commits without trees
        layers.append(origin.fetch(rest, filters="tree:0", depth=1))
    branches = listing.branches()
    if not layers and branches and not known.commits:  # `reach` must know whether the server honours filters
        layers.append(origin.fetch([branches[0].oid], filters="tree:0", depth=1))
    revisions = list(_revisions(snapshot, commits))
    _fetch_blobs(origin, _missing(snapshot, (oid for revision in revisions for oid in revision.files.values())), layers)
    _fetch_also(origin, storage, revisions, connectors, layers)
    return snapshot


def _leading_to(commits: Sequence[str], listing: Listing, choice: Choice) -> list[str]:
    """What to ask for: the objects that refs name, which every server gives, rather than the commits behind them."""
    wanted = set(commits)
    refs = (*choice.tags, *choice.releases, *choice.experiments)
    found = [ref.oid for ref in refs if (ref.peeled or ref.oid) in wanted]
    tip = listing.tip()
    return _unique([*found, *([tip] if tip in wanted and tip else [])])


def _revisions(snapshot: Snapshot, commits: Iterable[str]) -> Iterator[Revision]:
    for oid in commits:
        with suppress(MetafileError):  # reading will meet it again, and say so
            yield snapshot.revision(oid)


def _missing(snapshot: Snapshot, blobs: Iterable[str]) -> list[str]:
    return [oid for oid in dict.fromkeys(blobs) if oid not in snapshot.objects]


def _fetch_blobs(origin: Origin, missing: Sequence[str], layers: list[Objects]) -> None:
    for start in range(0, len(missing), MAX_BLOBS):
        layers.extend(_carefully(origin, missing[start : start + MAX_BLOBS]))


def _carefully(origin: Origin, wants: Sequence[str]) -> Iterator[Objects]:
    """Trees do not tell sizes: where an answer is too big, its halves are asked for, down to the files that are at fault."""
    try:
        yield origin.fetch(wants, most=MAX_ANSWER if len(wants) > 1 else MAX_BLOB)
    except Oversized:
        if len(wants) == 1:
            yield {wants[0]: RawObject(OVERSIZED, b"")}
            return
        for half in (wants[: len(wants) // 2], wants[len(wants) // 2 :]):
            yield from _carefully(origin, half)


def _fetch_also(
    origin: Origin,
    storage: Storage | None,
    revisions: Iterable[Revision],
    connectors: Sequence[Connector],
    layers: list[Objects],
) -> None:
    """The files that other files name, round by round, until those that came name nothing new."""
    asking = [connector.wants_also for connector in connectors if connector.wants_also is not no_files]
    pending = [(revision, frozenset[str]()) for revision in revisions] if asking else []
    for _ in range(MAX_ROUNDS):
        wished: dict[str, Stored | None] = {}
        growing = []
        for revision, before in pending:
            keys = dict(_wishes(revision, asking))
            wished |= {key: stored for key, stored in keys.items() if key not in revision.objects}
            if not before.issuperset(keys):
                growing.append((revision, before.union(keys)))
        if not growing:
            return
        _fetch_blobs(origin, [oid for oid, stored in wished.items() if stored is None], layers)
        if storage:
            layers.append({key: raw for key, stored in wished.items() if stored and (raw := storage.read(stored))})
        pending = growing


def _wishes(
    revision: Revision, asking: Sequence[Callable[[Revision], Iterable[str | Stored]]]
) -> Iterator[tuple[str, Stored | None]]:
    for wish in chain.from_iterable(wants_also(revision) for wants_also in asking):
        if isinstance(wish, Stored):
            yield f"md5:{wish.md5}", wish
            continue
        with suppress(MetafileError):
            entry = revision.entry(wish)
            if entry and entry.kind == "file":
                yield entry.oid, None


def _any(connectors: Sequence[Connector]) -> Callable[[str], bool]:
    readers = [c.wants_file for c in connectors]
    return lambda path: any(wants(path) for wants in readers)


def _unique(oids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(oids))
