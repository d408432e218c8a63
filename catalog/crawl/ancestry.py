"""The commits that branches reach: which are missing, and what follows from those that came."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from catalog.errors import MetafileError
from catalog.git.objects import CommitObject, Objects, parse_commit


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """The commits that branches reach: those with stored rows, and those that were fetched. `complete`: no more exist.

    `broken`: the object of one of them is missing.
    """

    known: tuple[str, ...]
    fetched: tuple[CommitObject, ...]
    complete: bool
    broken: bool = False


NOTHING = Reach(known=(), fetched=(), complete=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """The wanted ancestry of branches: their commits within `limit` generations of a tip, where 0 means none.

    `known`: commits that have rows → their parents; `old_tips`: the tips of the last visit, whose ancestry is not fetched again.
    """

    tips: tuple[str, ...]
    limit: int
    known: Mapping[str, tuple[str, ...]]
    old_tips: tuple[str, ...] = ()
    _parsed: dict[str, CommitObject] = field(default_factory=dict, repr=False)  # a walk often follows another

    def wants(self) -> list[str]:
        """The tips without stored rows."""
        return [tip for tip in self.tips if tip not in self.known]

    def haves(self) -> list[str]:
        """The commits that are announced as present, each with its whole ancestry."""
        return [tip for tip in self.old_tips if tip in self.known]

    def walk(self, objects: Objects) -> Reach:
        """Breadth first, so that a commit counts at its least distance from any branch."""
        reached: dict[str, CommitObject | None] = {}
        queue = deque((tip, 1) for tip in self.tips)
        cut = broken = False
        while queue:
            oid, generation = queue.popleft()
            if oid in reached:
                continue
            if generation > self.limit:
                cut = True
                continue
            parents = self.known.get(oid)
            commit = None if parents is not None else self._commit(objects, oid)
            if parents is None and commit is None:
                broken = True
                continue
            reached[oid] = commit
            queue.extend((parent, generation + 1) for parent in (commit.parents if commit else parents or ()))
        return Reach(
            known=tuple(oid for oid, commit in reached.items() if commit is None),
            fetched=tuple(commit for commit in reached.values() if commit is not None),
            complete=not (cut or broken),
            broken=broken,
        )

    def _commit(self, objects: Objects, oid: str) -> CommitObject | None:
        commit = self._parsed.get(oid)
        raw = None if commit else objects.get(oid)
        if raw is not None and raw.kind == "commit":
            with suppress(MetafileError):
                commit = self._parsed[oid] = parse_commit(oid, raw.data)
        return commit
