"""Which objects are missing, and asking for just those: commits and trees first, then the wanted files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from itertools import chain, islice
from typing import Protocol

from catalog.crawl.ancestry import FILTER, Past, Reach, reach
from catalog.crawl.selection import Choice
from catalog.errors import Absent, MetafileError, Oversized
from catalog.git.objects import Objects, RawObject
from catalog.git.snapshot import OVERSIZED, Listing, Revision, Snapshot, Stored
from catalog.plugins.connector import Connector, no_files
from catalog.transport.origin import Origin

MAX_BLOBS = 2_000  # wants in one request
MAX_ANSWER = 8 << 20  # bytes of one answer: a metafile of 11 KB is a large one
MAX_BLOB = 2 << 20  # bytes of an answer with a single file
MAX_GUESSES = 100  # files of a revision that are fetched before anybody asked for them
MAX_PATHS = 10_000  # about which it is remembered whether they are wanted
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
    tips: tuple[str, ...] = ()  # of branches
    dates: Mapping[str, datetime] = field(default_factory=dict)  # commits → when they were made


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """What there is to read, and the commits that branches reach."""

    snapshot: Snapshot
    reach: Reach


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
) -> Fetched:
    """Fetches tag objects, the commits to read at depth 1, of these the wanted files and those that they name, and the history.

    `storage` is asked for files that are in DVC's storage; without one they stay there.
    """
    layers: list[Objects] = []
    snapshot = Snapshot(listing, _Layers(layers), _any_of([c.wants_file for c in connectors]))
    tips = tuple(_unique(ref.oid for ref in listing.branches()))
    past = Past(tips=tips, limit=choice.history, known=known.commits, old_tips=known.tips)
    commits = _fetch_commits(origin, snapshot, choice, known, layers)
    if not layers and tips and not known.commits:  # `reach` must know whether the server honours filters
        layers.append(origin.fetch([tips[0]], filters=FILTER, depth=1))
    revisions = list(_revisions(snapshot, commits))
    guesses = Snapshot(listing, snapshot.objects, _any_of([c.guesses_file for c in connectors]))
    asked = _fetch_files(origin, revisions, guesses, past, layers)
    _fetch_also(origin, storage, revisions, connectors, layers)
    return Fetched(snapshot=snapshot, reach=reach(origin, past, snapshot.objects, asked=asked))


def _fetch_commits(
    origin: Origin, snapshot: Snapshot, choice: Choice, known: Known, layers: list[Objects]
) -> Sequence[str]:
    """The commits that are to be read, fetched with their trees; and tag objects, and dates, of commits that are not."""
    bare = [ref for ref in choice.tags if ref.oid not in known.tags and ref.peeled in known.revisions]
    bare += [ref for ref in choice.experiments if (ref.name, ref.oid) not in known.refs]
    bare += [ref for ref in choice.undated() if (ref.peeled or ref.oid) not in known.dates]
    dates = choice.undated() != ()
    if dates and bare:
        layers.append(origin.fetch(_unique(ref.oid for ref in bare), filters=FILTER, depth=1))
    commits = [oid for oid in choice.reasons({**known.dates, **snapshot.dates(bare)}) if oid not in known.revisions]
    fresh = _leading_to(commits, snapshot.listing, choice)
    if fresh:
        layers.append(origin.fetch(fresh, filters="blob:none", depth=1))
    rest = [] if dates else _unique(ref.oid for ref in bare if ref.oid not in set(fresh))
    if rest:  # their commits were read before: just the tag objects, and commits without trees
        layers.append(origin.fetch(rest, filters=FILTER, depth=1))
    return commits


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


def _missing(objects: Objects, blobs: Iterable[str]) -> list[str]:
    return [oid for oid in dict.fromkeys(blobs) if oid not in objects]


def _fetch_files(
    origin: Origin, revisions: Sequence[Revision], guesses: Snapshot, past: Past, layers: list[Objects]
) -> bool:
    """The wanted files; in the same request those that they are likely to name, and the history. True where that was asked for.

    Haves would make the server leave out files that the old tips have, too; then the history waits for a request of its own.
    """
    objects = guesses.objects
    sure = _missing(objects, (oid for revision in revisions for oid in revision.files.values()))
    if sure:
        guessed = _missing(objects, _likely(guesses, revisions))[: max(0, MAX_BLOBS - len(sure))]
        asks = bool(past.limit and origin.filtered and not past.haves()) and past.walk(objects).broken
        wants = _unique([*sure, *guessed, *(past.wants() if asks else ())])
        if len(wants) > len(sure) and len(sure) <= MAX_BLOBS:
            filters, depth = (FILTER, past.limit) if asks else (None, None)
            with suppress(Oversized, Absent):
                layers.append(origin.fetch(wants, filters=filters, depth=depth, most=MAX_ANSWER))
                return asks
    _fetch_blobs(origin, sure, layers)
    return False


def _likely(guesses: Snapshot, revisions: Iterable[Revision]) -> Iterator[str]:
    for revision in revisions:
        with suppress(MetafileError):  # too many folders within each other, or files
            files = guesses.revision(revision.commit.oid).files
            yield from islice(files.values(), MAX_GUESSES)


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
    """The files that other files name, round by round, until those that came name nothing that is not at hand."""
    asking = [connector.wants_also for connector in connectors if connector.wants_also is not no_files]
    pending = [(revision, frozenset[str]()) for revision in revisions] if asking else []
    for _ in range(MAX_ROUNDS):
        wished: dict[str, Stored | None] = {}
        growing = []
        for revision, before in pending:
            wishes = dict(_wishes(revision, asking))
            absent = {
                key: stored for key, stored in wishes.items() if key not in revision.objects and key not in before
            }
            if absent:
                wished |= absent
                growing.append((revision, before.union(absent)))
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


def _any_of(choices: Sequence[Callable[[str], bool]]) -> Callable[[str], bool]:
    """Whether one of the choices would take a path. Revisions have most of their paths in common."""
    return lru_cache(MAX_PATHS)(lambda path: any(takes(path) for takes in choices))


def _unique(oids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(oids))
