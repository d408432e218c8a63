"""What docs/memory.md promises, computed from the truth alone: what every repository had at each crawl, and which crawls there were.

Nothing here reads the catalog, its journals or its SQL. `Truth` is told what happened; its methods answer what the catalog is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

THERE, LOST, UNREAD, DEPARTED = "there", "lost", "unread", "departed"


class Named(NamedTuple):
    """What a tag names: its object, the commit, and what the tag does (`registration` or `assignment`; version or stage; when it was made)."""

    oid: str
    commit: str
    event: str
    what: str
    made: int


Tags = dict[str, Named]


@dataclass(kw_only=True, eq=False)
class History:
    """One repository, whatever it is called, as far as anything says that it is one: what each crawl found of it."""

    forge_id: str | None = None  # that its forge stated, be it long ago
    names: list[tuple[int, str]] = field(default_factory=list)  # since which crawl it has which name
    scans: list[tuple[int, Tags]] = field(default_factory=list)
    visits: list[tuple[int, str, datetime]] = field(default_factory=list)  # crawl, outcome, the machine's time

    @property
    def name(self) -> str:
        """The name that it has now."""
        return self.names[-1][1]

    def name_at(self, crawl: int) -> str | None:
        return next((name for since, name in reversed(self.names) if since <= crawl), None)

    def tags(self, crawl: int) -> Tags:
        """Those that the last scan until then found."""
        return next((tags for since, tags in reversed(self.scans) if since <= crawl), {})

    def outcome(self, crawl: int) -> str | None:
        return next((outcome for since, outcome, _ in reversed(self.visits) if since <= crawl), None)

    def state(self, crawl: int) -> str | None:
        outcome = self.outcome(crawl)
        if outcome in ("removed", "left"):
            return DEPARTED
        if outcome is None or outcome == "read":
            return outcome and THERE
        return LOST if self.was_read(crawl) else UNREAD

    def was_read(self, crawl: int) -> bool:
        return any(outcome == "read" and since <= crawl for since, outcome, _ in self.visits)


@dataclass(kw_only=True)
class Truth:
    """All repositories, and the machine's time at each crawl that left a trace."""

    histories: list[History] = field(default_factory=list)
    clocks: dict[int, datetime] = field(default_factory=dict)

    def take_listing(self, crawl: int, listing: dict[str, str | None]) -> dict[str, History]:
        """Whose history goes on under each name that is listed, with the id that its forge states, or None.

        An id tells, also one that a listing before this one did not state. Without an id, the name is all that is known.
        """
        by_id = {history.forge_id: history for history in self.histories if history.forge_id}
        found = {name: by_id[forge_id] for name, forge_id in listing.items() if forge_id and forge_id in by_id}
        named = {history.name: history for history in self.histories if history not in found.values()}
        for name, forge_id in listing.items() - {(name, listing[name]) for name in found}:
            history = named.get(name)
            if history is None or (forge_id and history.forge_id):
                self.histories.append(history := History())
            history.forge_id = history.forge_id or forge_id
            found[name] = history
        for history in self.histories:
            if history.names and history.name in found and history not in found.values():
                history.names.append((crawl, self._aside(history)))
        for name, history in found.items():
            if not history.names or history.name != name:
                history.names.append((crawl, name))
        return found

    def _aside(self, history: History) -> str:
        """What a repository is called while another one has its name."""
        taken = {other.name for other in self.histories if other.visits}
        ids = [history.forge_id] if history.forge_id else ["unknown", *(f"unknown-{number}" for number in range(2, 99))]
        return next(name for each in ids if (name := f"{history.name} (id {each})") not in taken)

    def suspects(self) -> set[int]:
        """Crawls whose time lies after that of a later crawl."""
        return {n for n, at in self.clocks.items() if any(m > n and later < at for m, later in self.clocks.items())}

    def crawl_at(self, when: datetime) -> int:
        """The last crawl that had surely ended: one by its own clock, or one before another that had begun, whose clock can be trusted.

        `when` is at least some minutes from each crawl.
        """
        trusted = [n for n in self.clocks if n not in self.suspects() and self.clocks[n] <= when]
        return max((n for n in self.clocks if n in trusted or any(n < m for m in trusted)), default=0)

    def rewritten(self) -> set[tuple[str, str, str, str, int]]:
        """Name of the repository, tag, the objects before and after, and the crawl that saw it."""
        found = set()
        for history in self.histories:
            objects: dict[str, str] = {}
            for crawl, tags in history.scans:
                for tag, named in tags.items():
                    if objects.get(tag, named.oid) != named.oid:
                        found.add((history.name, tag, objects[tag], named.oid, crawl))
                    objects[tag] = named.oid
        return found

    def deleted(self) -> set[tuple[str, str, str, int]]:
        """Name of the repository, tag, its object, and the first crawl that did not find it."""
        return {
            (history.name, tag, named.oid, crawl)
            for history in self.histories
            for (_, before), (crawl, after) in zip(history.scans, history.scans[1:], strict=False)
            for tag, named in before.items()
            if tag not in after
        }

    def prod(self, crawl: int) -> dict[str, str]:
        """Which version was in prod, by what was known when a crawl had ended: repository → version. Taken out of repos.toml: unknown."""
        return {
            history.name: found[0]
            for history in self.histories
            if history.outcome(crawl) != "removed" and (found := in_prod(history.tags(crawl)))
        }

    def lost_since(self, crawl: int) -> dict[str, tuple[datetime, int]]:
        """Repositories that could not be read at their last visit: the machine's time of the first visit that failed, and how many did."""
        found = {}
        for history in self.histories:
            failed: list[datetime] = []
            for since, outcome, at in history.visits:
                if since <= crawl:
                    failed = [*failed, at] if outcome == "failed" else []
            if failed:
                found[history.name] = (failed[0], len(failed))
        return found

    def visits(self, crawl: int) -> set[tuple[str, str]]:
        """How the visits of a crawl ended, and which repositories left with it."""
        return {
            (history.name, outcome)
            for history in self.histories
            for visited, outcome, _ in history.visits
            if visited == crawl
        }

    def outcomes(self, crawl: int) -> set[tuple[str, str]]:
        """How the last visit to each repository until then ended."""
        return {(history.name, outcome) for history in self.histories if (outcome := history.outcome(crawl))}

    def events(self, crawl: int) -> set[tuple[str, str]]:
        """Every event ever seen: name of the repository, tag object."""
        return {
            (history.name, named.oid)
            for history in self.histories
            for since, tags in history.scans
            if since <= crawl
            for named in tags.values()
        }

    def diff(self, a: int, b: int) -> set[tuple[str, ...]]:
        """What changed between the states that two crawls left, without what follows from clocks."""
        found: set[tuple[str, ...]] = set()
        for history in self.histories:
            found |= {(kind, history.name, *rest) for kind, *rest in _repository_changes(history, a, b)}
            if history.state(b) != DEPARTED:
                before, after = history.tags(a), history.tags(b)
                found |= {(kind, history.name, *rest) for kind, *rest in registry_changes(before, after)}
        found |= {("rewritten_tag", name, tag) for name, tag, _, _, crawl in self.rewritten() if a < crawl <= b}
        found |= {("deleted_tag", name, tag) for name, tag, _, crawl in self.deleted() if a < crawl <= b}
        return found


OPPOSITES = {"new_version": "lost_version", "new_artifact": "lost_artifact"}
LOGS = ("rewritten_tag", "deleted_tag")


def left_over(first: set[tuple[str, ...]], second: set[tuple[str, ...]]) -> set[tuple[str, ...]]:
    """What two differences in a row amount to: of versions, artifacts and single tags. What came and went leaves nothing."""
    opposites = OPPOSITES | {lost: new for new, lost in OPPOSITES.items()}

    def undone(change: tuple[str, ...], by: set[tuple[str, ...]]) -> bool:
        return (opposites.get(change[0], ""), *change[1:]) in by

    kept = {change for change in first if not undone(change, second)} | {
        change for change in second if not undone(change, first)
    }
    return {change for change in kept if change[0] in opposites or change[0] in LOGS}


def _repository_changes(history: History, a: int, b: int) -> set[tuple[str, ...]]:
    before, now = history.state(a), history.state(b)
    found: set[tuple[str, ...]] = set()
    if now == THERE and before != THERE:
        found.add(("found_repo",) if history.was_read(a) else ("new_repo",))
    if now == LOST and before in (None, THERE, UNREAD):
        found.add(("lost_repo",))
    if now == UNREAD and before is None:
        found.add(("unread_repo",))
    if now == DEPARTED and before in (THERE, LOST):
        found.add(("lost_repo",))
    old, new = history.name_at(a), history.name_at(b)
    if before is not None and now not in (None, DEPARTED) and old != new:
        found.add(("renamed_repo", str(old), str(new)))
    return found


def registry_changes(before: Tags, after: Tags) -> set[tuple[str, ...]]:
    """Changes of the one artifact that these stories have."""
    found: set[tuple[str, ...]] = set()
    if after and not before:
        found.add(("new_artifact",))
    if before and not after:
        found.add(("lost_artifact",))
    old, new = versions(before), versions(after)
    found |= {("new_version", version) for version in new.keys() - old.keys()}
    found |= {("lost_version", version) for version in old.keys() - new.keys()}
    was, now = in_prod(before), in_prod(after)
    if (was and was[1]) != (now and now[1]):
        found.add(("prod", str(was and was[0]), str(now and now[0])))
    return found


def versions(tags: Tags) -> dict[str, str]:
    """Registered versions and their commits."""
    return {named.what: named.commit for named in tags.values() if named.event == "registration"}


def in_prod(tags: Tags) -> tuple[str, str] | None:
    """GTO's rule for assignments alone: the latest counts, and means the highest version of its commit, or the commit. And the commit."""
    assigned = [named for named in tags.values() if named.event == "assignment"]
    if not assigned:
        return None
    commit = max(assigned, key=lambda named: named.made).commit
    registered = [version for version, at in versions(tags).items() if at == commit]
    return max(registered, default=commit), commit
