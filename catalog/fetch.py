"""Which objects are missing, and asking for just those: commits and trees first, then the wanted files, then history."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from catalog.connector import Connector
from catalog.errors import MetafileError
from catalog.objects import Commit, Objects, RawObject, parse_commit
from catalog.origin import Origin
from catalog.snapshot import TAG_PREFIX, Listing, Ref, Snapshot

MAX_BLOBS = 5_000  # wants in one request


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """What the last partition already says, by object id: none of it is fetched or read again."""

    tags: Collection[str] = ()  # tag objects
    revisions: Collection[str] = ()  # commits whose files were read
    commits: dict[str, tuple[str, ...]] = field(default_factory=dict)  # commits of branches → their parents


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """The commits that branches reach: those already known, and those that were fetched. `complete`: no more exist."""

    known: tuple[str, ...]
    fetched: tuple[Commit, ...]
    complete: bool


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


def wanted_tags(listing: Listing, connectors: Sequence[Connector]) -> tuple[Ref, ...]:
    """The annotated tags that a connector asks for."""
    return tuple(
        ref
        for ref in listing.tags()
        if ref.peeled is not None and any(c.wants_tag(ref.name.removeprefix(TAG_PREFIX)) for c in connectors)
    )


def fetch(origin: Origin, listing: Listing, connectors: Sequence[Connector], known: Known) -> Snapshot:
    """Fetches tag objects, the commits that they need at depth 1, and of these the wanted files alone."""
    tags = [ref for ref in wanted_tags(listing, connectors) if ref.oid not in known.tags]
    tip = listing.tip()
    fresh = [ref.oid for ref in tags if ref.peeled not in known.revisions]
    fresh += [tip] if tip and tip not in known.revisions else []
    rest = [ref.oid for ref in tags if ref.peeled in known.revisions]
    layers: list[Objects] = []
    if fresh:
        layers.append(origin.fetch(_unique(fresh), filters="blob:none", depth=1))
    if rest:  # their commits were read before: just the tag objects, and commits without trees
        layers.append(origin.fetch(_unique(rest), filters="tree:0", depth=1))
    branches = listing.branches()
    if not layers and branches and not known.commits:  # `reach` must know whether the server honours filters
        layers.append(origin.fetch([branches[0].oid], filters="tree:0", depth=1))
    snapshot = Snapshot(listing, _Layers(layers), _any(connectors))
    commits = _unique(ref.peeled for ref in tags if ref.peeled and ref.peeled not in known.revisions)
    missing = _missing(snapshot, [*commits, *([tip] if tip and tip not in known.revisions else [])])
    layers.extend(origin.fetch(missing[start : start + MAX_BLOBS]) for start in range(0, len(missing), MAX_BLOBS))
    return snapshot


def reach(origin: Origin, listing: Listing, known: Known, limit: int, old_tips: Collection[str]) -> Reach:
    """The commits within `limit` generations of a branch. The server is told which it need not send: `old_tips`.

    A server that does not honour filters would send every file of every commit; its history is not read.
    """
    tips = _unique(ref.oid for ref in listing.branches())
    wants = [tip for tip in tips if tip not in known.commits]
    if not limit or not origin.filtered:
        return Reach(known=(), fetched=(), complete=False)
    haves = [tip for tip in old_tips if tip in known.commits]
    objects = origin.fetch(wants, filters="tree:0", depth=limit, haves=haves) if wants else {}
    found, absent = _walk(tips, objects, known, limit)
    if haves and absent:  # what was known then does not reach as far from the new tips
        objects = origin.fetch(tips, filters="tree:0", depth=limit)
        found, _ = _walk(tips, objects, known, limit)
    return found


def _walk(tips: Iterable[str], objects: Objects, known: Known, limit: int) -> tuple[Reach, bool]:
    """Breadth first, so that a commit counts at its least distance from any branch. And whether one within `limit` is absent."""
    seen: dict[str, Commit | None] = {}
    queue = deque((tip, 1) for tip in tips)
    cut = absent = False
    while queue:
        oid, generation = queue.popleft()
        if oid in seen:
            continue
        if generation > limit:
            cut = True
            continue
        parents = known.commits.get(oid)
        commit = None if parents is not None else _commit(objects, oid)
        if parents is None and commit is None:
            absent = True
            continue
        seen[oid] = commit
        queue.extend((parent, generation + 1) for parent in (commit.parents if commit else parents or ()))
    reach = Reach(
        known=tuple(oid for oid, commit in seen.items() if commit is None),
        fetched=tuple(commit for commit in seen.values() if commit is not None),
        complete=not (cut or absent),
    )
    return reach, absent


def _commit(objects: Objects, oid: str) -> Commit | None:
    raw = objects.get(oid)
    if raw is None or raw.kind != "commit":
        return None
    try:
        return parse_commit(oid, raw.data)
    except MetafileError:
        return None


def _missing(snapshot: Snapshot, commits: Iterable[str]) -> list[str]:
    """The blobs of wanted files that did not come with their trees."""
    missing: dict[str, None] = {}
    for oid in commits:
        try:
            files = snapshot.revision(oid).files
        except MetafileError:  # reading will meet it again, and say so
            continue
        missing.update(dict.fromkeys(blob for blob in files.values() if blob not in snapshot.objects))
    return list(missing)


def _any(connectors: Sequence[Connector]) -> Callable[[str], bool]:
    readers = [c.wants_file for c in connectors]
    return lambda path: any(wants(path) for wants in readers)


def _unique(oids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(oids))
