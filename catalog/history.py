"""The commits that branches reach: which are missing, and what follows from those that came."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from catalog.errors import MetafileError
from catalog.objects import Commit, Objects, parse_commit
from catalog.origin import Origin
from catalog.snapshot import Listing


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """The commits that branches reach: those already known, and those that were fetched. `complete`: no more exist."""

    known: tuple[str, ...]
    fetched: tuple[Commit, ...]
    complete: bool


def reach(
    origin: Origin, listing: Listing, known: Mapping[str, tuple[str, ...]], limit: int, old_tips: Collection[str]
) -> Reach:
    """The commits within `limit` generations of a branch. The server is told which it need not send: `old_tips`.

    A server that does not honour filters would send every file of every commit; its history is not read.
    """
    tips = list(dict.fromkeys(ref.oid for ref in listing.branches()))
    wants = [tip for tip in tips if tip not in known]
    if not limit or not origin.filtered:
        return Reach(known=(), fetched=(), complete=False)
    haves = [tip for tip in old_tips if tip in known]
    objects = origin.fetch(wants, filters="tree:0", depth=limit, haves=haves) if wants else {}
    found, absent = _walk(tips, objects, known, limit)
    if haves and absent:  # what was known then does not reach as far from the new tips
        objects = origin.fetch(tips, filters="tree:0", depth=limit)
        found, _ = _walk(tips, objects, known, limit)
    return found


def _walk(
    tips: Iterable[str], objects: Objects, known: Mapping[str, tuple[str, ...]], limit: int
) -> tuple[Reach, bool]:
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
        parents = known.get(oid)
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
