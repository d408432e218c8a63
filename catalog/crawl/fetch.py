"""Fetches the objects that a visit reads: commits and trees first, then the wanted files, and those that they name, and the ancestry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from catalog.crawl.ancestry import NOTHING, Past, Reach
from catalog.crawl.fetch_files import FileSource, fetch_blobs, fetch_named
from catalog.crawl.fetch_plan import (
    Known,
    ancestry_plan,
    bare_refs,
    dates_plan,
    files_plan,
    first_plan,
    revisions_plan,
    tags_plan,
    whole_ancestry_plan,
)
from catalog.crawl.isolation import ConnectorBug
from catalog.crawl.selection import RevisionSelection
from catalog.errors import RAISED, Absent, MetafileError, Oversized
from catalog.git.objects import Objects, RawObject
from catalog.git.snapshot import RefListing, RevisionFiles, Snapshot
from catalog.plugins.connector import Connector
from catalog.text import describe
from catalog.transport.origin import ObjectSource

MAX_GUESSES = 100  # files of a revision that are fetched before a connector requests them
MAX_PATHS = 10_000  # for which it is cached whether they are wanted


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """What there is to read, and the commits that branches reach."""

    snapshot: Snapshot
    reach: Reach


class _Layers(Mapping[str, RawObject]):
    """The objects of several fetches, looked up in turn; the list may grow while it is in use."""

    def __init__(self, layers: list[Objects], turn: Callable[[], None]) -> None:
        self._layers, self._turn = layers, turn

    def __getitem__(self, oid: str) -> RawObject:
        self._turn()
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
    origin: ObjectSource,
    listing: RefListing,
    connectors: Sequence[Connector],
    selection: RevisionSelection,
    known: Known,
    remote: FileSource | None = None,
    turn: Callable[[], None] = lambda: None,
) -> Fetched:
    """Fetches tag objects, the commits to read at depth 1, of these the wanted files and those that they name, and the ancestry.

    `remote` fetches files from DVC's storage and Git LFS; without it they are not read. `turn` is called in each turn of a loop over
    what the repository holds; it may end the visit.
    """
    layers: list[Objects] = []
    snapshot = Snapshot(listing, _Layers(layers, turn), _any_of([c.wants_file for c in connectors]), turn)
    tips = tuple(dict.fromkeys(ref.oid for ref in listing.branches()))
    past = Past(tips=tips, limit=selection.history, known=known.commits, old_tips=known.tips)
    commits = _fetch_commits(origin, snapshot, selection, known, layers)
    if not layers and tips and not known.commits:  # shows whether the server honours filters, which ancestry requires
        layers.append(first_plan(tips).send(origin))
    revisions = list(_revisions(snapshot, commits))
    guesses = Snapshot(listing, snapshot.objects, _any_of([c.guesses_file for c in connectors]), turn)
    requested = _fetch_files(origin, revisions, guesses, past, layers)
    fetch_named(origin, remote, revisions, connectors, layers)
    return Fetched(snapshot=snapshot, reach=_fetch_ancestry(origin, past, snapshot.objects, requested=requested))


def _fetch_commits(
    origin: ObjectSource, snapshot: Snapshot, selection: RevisionSelection, known: Known, layers: list[Objects]
) -> Sequence[str]:
    """The commits that are to be read, fetched with their trees; and tag objects, and dates, of commits that are not."""
    bare = bare_refs(selection, known)
    if dates := dates_plan(selection, bare):
        layers.append(dates.send(origin))
    commits = [oid for oid in selection.reasons({**known.dates, **snapshot.dates(bare)}) if oid not in known.revisions]
    plan = revisions_plan(commits, snapshot.listing, selection)
    layers.extend(each.send(origin) for each in (plan, tags_plan(selection, bare, plan)) if each)
    return commits


def _revisions(snapshot: Snapshot, commits: Iterable[str]) -> Iterator[RevisionFiles]:
    for oid in commits:
        with suppress(MetafileError):  # extract_rows() reports it
            yield snapshot.revision(oid)


def _missing(objects: Objects, blobs: Iterable[str]) -> list[str]:
    return [oid for oid in dict.fromkeys(blobs) if oid not in objects]


def _fetch_files(
    origin: ObjectSource, revisions: Sequence[RevisionFiles], guesses: Snapshot, past: Past, layers: list[Objects]
) -> bool:
    """The wanted files; in the same request those that they are likely to name, and the ancestry. True where that was requested.

    Haves would make the server leave out files that the old tips have, too; then the ancestry has a request of its own.
    """
    objects = guesses.objects
    sure = _missing(objects, (oid for revision in revisions for oid in revision.files.values()))
    if not sure:
        return False
    likely = _missing(objects, _likely(guesses, revisions))
    needs_ancestry = bool(past.limit and origin.filtered and not past.haves()) and past.walk(objects).broken
    if plan := files_plan(sure, likely, past if needs_ancestry else None):
        with suppress(Oversized, Absent):
            layers.append(plan.send(origin))
            return needs_ancestry
    fetch_blobs(origin, sure, layers)
    return False


def _likely(guesses: Snapshot, revisions: Iterable[RevisionFiles]) -> Iterator[str]:
    for revision in revisions:
        with suppress(MetafileError):  # too many folders within each other, or files
            files = guesses.revision(revision.commit.oid).files
            yield from islice(files.values(), MAX_GUESSES)


def _fetch_ancestry(origin: ObjectSource, past: Past, at_hand: Objects, *, requested: bool) -> Reach:
    """The commits within the limit. Fetches them where what is `at_hand` does not suffice, unless they were `requested` before.

    A server that does not honour filters would send every file of every commit; its ancestry is not read.
    """
    if not past.limit or not origin.filtered:
        return NOTHING
    reach = past.walk(at_hand)
    if reach.broken and not requested:
        if plan := ancestry_plan(past):
            reach = past.walk(plan.send(origin))
        if reach.broken and past.haves():
            reach = past.walk(whole_ancestry_plan(past).send(origin))
    return reach


def _any_of(choices: Sequence[Callable[[str], bool]]) -> Callable[[str], bool]:
    """Whether one of the choices would take a path. Revisions have most of their paths in common."""

    def wants(path: str) -> bool:
        try:
            return any(takes(path) for takes in choices)
        except RAISED as error:  # not `selecting()`, whose call for each path would cost more than the choices
            raise ConnectorBug(describe(error)) from error

    return lru_cache(MAX_PATHS)(wants)
