"""Fetches the files that other files name, round by round, and those that are in DVC's storage or Git LFS."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Protocol

from catalog.crawl.fetch_plan import FetchPlan, blob_plans, halves
from catalog.crawl.isolation import selecting
from catalog.errors import MetafileError, Oversized
from catalog.git.lfs import Pointer, parse_pointer
from catalog.git.named_files import NamedFile, PointerFile, StoredFile
from catalog.git.objects import Objects, RawObject
from catalog.git.snapshot import OVERSIZED, RevisionFiles
from catalog.plugins.connector import Connector, no_files
from catalog.transport.origin import ObjectSource

MAX_ROUNDS = 6  # files that name files that name files

_LFS_CONFIG = ".lfsconfig"

Asking = Sequence[Callable[[RevisionFiles], Iterable[NamedFile]]]
Missing = StoredFile | Pointer | None  # None: a blob


class FileSource(Protocol):
    """Files on the network that are not in Git."""

    def read(self, stored: StoredFile) -> RawObject | None:
        """The file in DVC's storage, or None where it is not available."""
        ...

    def read_lfs(self, pointers: Iterable[Pointer], config: bytes | None) -> Objects:
        """The files in Git LFS that are available, by the keys of their pointers; `config` is the repository's `.lfsconfig`."""
        ...


def fetch_named(
    origin: ObjectSource,
    remote: FileSource | None,
    revisions: Sequence[RevisionFiles],
    connectors: Sequence[Connector],
    layers: list[Objects],
) -> None:
    """The files that other files name, round by round, until no named file is missing. With `remote`, also those that are not in Git."""
    asking = [connector.wants_also for connector in connectors if connector.wants_also is not no_files]
    if remote:
        _fetch_lfs(
            origin, remote, [(revision, _pointers(revision, revision.files.values())) for revision in revisions], layers
        )
    pending = [(revision, frozenset[str]()) for revision in revisions] if asking else []
    for _ in range(MAX_ROUNDS):
        missing = [(revision, before, _missing(revision, asking, before, remote)) for revision, before in pending]
        missing = [each for each in missing if each[2]]
        if not missing:
            return
        files = {key: file for *_, absent in missing for key, file in absent.items()}
        fetch_blobs(origin, [oid for oid, file in files.items() if file is None], layers)
        if remote:
            stored = {key: file for key, file in files.items() if isinstance(file, StoredFile)}
            layers.append({key: raw for key, file in stored.items() if (raw := remote.read(file))})
            pointed = [
                (revision, [file for file in absent.values() if isinstance(file, Pointer)])
                for revision, _, absent in missing
            ]
            _fetch_lfs(origin, remote, pointed, layers)
        pending = [(revision, before.union(absent)) for revision, before, absent in missing]


def fetch_blobs(origin: ObjectSource, missing: Sequence[str], layers: list[Objects]) -> None:
    """Files by their object ids."""
    for plan in blob_plans(missing):
        layers.extend(_fetch_in_halves(origin, plan))


def _fetch_in_halves(origin: ObjectSource, plan: FetchPlan) -> Iterator[Objects]:
    """Trees state no sizes: where an answer is too big, its halves are requested, down to the single files that are too big."""
    try:
        yield plan.send(origin)
    except Oversized:
        if len(plan.wants) == 1:
            yield {plan.wants[0]: RawObject(OVERSIZED, b"")}
            return
        for half in halves(plan):
            yield from _fetch_in_halves(origin, half)


def _missing(
    revision: RevisionFiles, asking: Asking, before: frozenset[str], remote: FileSource | None
) -> dict[str, Missing]:
    """The named files that are not at hand and that were not requested `before`, by the keys of their objects."""
    return {
        key: file
        for key, file in _named_files(revision, asking, with_pointers=remote is not None)
        if (remote or file is None) and key not in revision.objects and key not in before
    }


def _named_files(revision: RevisionFiles, asking: Asking, *, with_pointers: bool) -> Iterator[tuple[str, Missing]]:
    with selecting():
        all_named = [named for wants_also in asking for named in wants_also(revision)]
    for named in all_named:
        if isinstance(named, StoredFile):
            yield f"md5:{named.md5}", named
            continue
        with suppress(MetafileError):
            entry = revision.entry(named.path if isinstance(named, PointerFile) else named)
            if entry and entry.kind == "file":
                yield entry.oid, None
                if with_pointers and not isinstance(named, PointerFile):
                    yield from ((pointer.key, pointer) for pointer in _pointers(revision, [entry.oid]))


def _pointers(revision: RevisionFiles, blobs: Iterable[str]) -> Iterator[Pointer]:
    """The pointers of Git LFS among the files that are at hand."""
    for raw in map(revision.objects.get, blobs):
        if raw is not None and raw.kind == "blob" and (pointer := parse_pointer(raw.data)):
            yield pointer


def _fetch_lfs(
    origin: ObjectSource,
    remote: FileSource,
    pointed: Iterable[tuple[RevisionFiles, Iterable[Pointer]]],
    layers: list[Objects],
) -> None:
    """What the pointers of each revision stand for, from the server that its own `.lfsconfig` names, as in a checkout of it."""
    by_config: dict[str | None, dict[Pointer, None]] = {}
    configs: Objects = {}
    for revision, pointers in pointed:
        if absent := {pointer: None for pointer in pointers if pointer.key not in revision.objects}:
            entry = revision.entry(_LFS_CONFIG)
            by_config.setdefault(entry.oid if entry and entry.kind == "file" else None, {}).update(absent)
            configs = revision.objects
    fetch_blobs(origin, [oid for oid in by_config if oid and oid not in configs], layers)
    for oid, absent in by_config.items():
        config = configs.get(oid) if oid else None
        layers.append(remote.read_lfs(absent, config.data if config and config.kind == "blob" else None))
