"""The state of one artifact as its tags make it: versions, stages, the latest. The rules are GTO's (gto/base.py, gto/tag.py of GTO 1.10).

Why not the views of the catalog: docs/decisions/33-acting.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from catalog.errors import Conflict
from catalog.git.tag_grammar import ParsedTagName, precedence
from catalog.schema.tables.registry import ASSIGNMENT, DEPRECATION, DEREGISTRATION, REGISTRATION, UNASSIGNMENT


@dataclass(frozen=True, kw_only=True, slots=True)
class TagEvent:
    """What one annotated tag says: the name inside it, the object that it names, and when it was made, in seconds."""

    name: str
    parsed: ParsedTagName
    oid: str
    commit: str
    kind: str = "commit"  # of what the tag names
    at: int


@dataclass(kw_only=True, slots=True)
class RegisteredVersion:
    """A version on a commit, and the events of it. One without registration or deregistration is called by its commit."""

    version: str
    commit: str
    direct: list[TagEvent] = field(default_factory=list)  # registrations and deregistrations
    stages: dict[str, list[TagEvent]] = field(default_factory=dict)

    @property
    def is_discovered(self) -> bool:
        """Only stages say that there is such a version."""
        return not self.direct

    @property
    def is_registered(self) -> bool:
        return any(event.parsed.event == REGISTRATION for event in self.direct)

    @property
    def is_active(self) -> bool:
        """Its newest event is a registration; of one second, the deregistration counts."""
        return not self.direct or _last(self.direct, DEREGISTRATION).parsed.event == REGISTRATION

    @property
    def created_at(self) -> int:
        """When it was last registered."""
        events = [event.at for event in self.direct if event.parsed.event == REGISTRATION]
        return max(events, default=0) if self.direct else max(event.at for event in self.events())

    def assigned_at(self, stage: str) -> int | None:
        """When the stage was last assigned; None where that is not in force."""
        events = self.stages.get(stage, [])
        if not events or _last(events, UNASSIGNMENT).parsed.event != ASSIGNMENT:
            return None
        return max(event.at for event in events if event.parsed.event == ASSIGNMENT)

    def events(self) -> list[TagEvent]:
        return [*self.direct, *(event for events in self.stages.values() for event in events)]


@dataclass(frozen=True, kw_only=True, slots=True)
class ArtifactState:
    """What the tags of one artifact say. `versions` are in the order of their first events."""

    versions: tuple[RegisteredVersion, ...]
    events: tuple[TagEvent, ...]

    @property
    def is_active(self) -> bool:
        """Its newest event is no deprecation; of one second, the other event counts."""
        newest = max(self.events, key=lambda event: (event.at, event.parsed.event != DEPRECATION), default=None)
        return newest is not None and newest.parsed.event != DEPRECATION

    @property
    def newest_at(self) -> int:
        """The time of the newest event, in seconds."""
        return max((event.at for event in self.events), default=0)

    @property
    def latest(self) -> str | None:
        """The greatest version that is registered."""
        candidates = [
            (precedence(version.version), number, version.version)
            for number, version in enumerate(self.versions)
            if version.is_registered and version.is_active
        ]
        return max(candidates)[2] if candidates else None

    def named(self, name: str) -> tuple[RegisteredVersion, ...]:
        """The versions of a name that was registered or deregistered: one, or one on each of several commits."""
        return tuple(version for version in self.versions if version.version == name and not version.is_discovered)

    def on(self, commit: str) -> tuple[RegisteredVersion, ...]:
        """The versions that were registered or deregistered on a commit."""
        return tuple(version for version in self.versions if version.commit == commit and not version.is_discovered)

    def in_stage(self, stage: str) -> tuple[RegisteredVersion, ...]:
        """The versions to which the stage is assigned, the one that is in the stage now first."""
        active = sorted((version for version in self.versions if version.is_active), key=lambda each: each.created_at)
        active = [version for version in reversed(active) if version.assigned_at(stage) is not None]
        return tuple(sorted(active, key=lambda version: version.assigned_at(stage) or 0)[::-1])

    def stages(self) -> tuple[str, ...]:
        """Every stage that some tag of the artifact names."""
        return tuple(sorted({stage for version in self.versions for stage in version.stages}))

    def last_commit(self) -> str | None:
        """What the newest tag names; of one second, GTO takes that of the last version."""
        at = self.newest_at
        commits = [version.commit for version in self.versions if any(event.at == at for event in version.events())]
        commits = commits or [event.commit for event in self.events if event.at == at]
        return commits[-1] if commits else None


def artifact_state(events: Iterable[TagEvent]) -> ArtifactState:
    """The state of the artifact that all these tags are of. Conflict where a stage is on a commit with two versions: GTO stops there."""
    unique = {event.oid: event for event in events}
    ordered = sorted(sorted(unique.values(), key=lambda event: event.name), key=lambda event: event.at)
    versions: dict[tuple[str, str], RegisteredVersion] = {}
    for event in ordered:
        if event.parsed.event in (REGISTRATION, DEREGISTRATION):
            _version(versions, str(event.parsed.version), event.commit).direct.append(event)
    for event in ordered:
        if event.parsed.event in (ASSIGNMENT, UNASSIGNMENT):
            name = _version_on(versions, event)
            _version(versions, name, event.commit).stages.setdefault(str(event.parsed.stage), []).append(event)
    return ArtifactState(versions=tuple(versions.values()), events=tuple(ordered))


def facts(state: ArtifactState) -> Mapping[str, str | None]:
    """What a reader of the registry sees of an artifact, by what it is about: for comparing two states."""
    seen: dict[str, str | None] = {
        f"version {version.version}": "registered" if version.is_active else "deregistered"
        for version in state.versions
        if version.is_registered
    }
    seen["latest"] = state.latest
    for stage in state.stages():
        current = state.in_stage(stage)
        seen[f"stage {stage}"] = current[0].version if current else None
        seen |= {f"{version.version} in {stage}": "assigned" for version in current}
    seen["artifact"] = ("active" if state.is_active else "deprecated") if state.events else None
    return seen


def _last(events: list[TagEvent], negative: str) -> TagEvent:
    return max(events, key=lambda event: (event.at, event.parsed.event == negative))


def _version(versions: dict[tuple[str, str], RegisteredVersion], name: str, commit: str) -> RegisteredVersion:
    return versions.setdefault((name, commit), RegisteredVersion(version=name, commit=commit))


def _version_on(versions: Mapping[tuple[str, str], RegisteredVersion], event: TagEvent) -> str:
    names = [version.version for version in versions.values() if version.commit == event.commit and version.direct]
    if len(names) > 1:
        raise Conflict(
            f"commit {event.commit[:7]} has the versions {', '.join(names)} of {event.parsed.artifact!r}, and the tag {event.name!r} "
            "gives a stage to one of them: GTO stops there, expected one version on a commit"
        )
    return names[0] if names else event.commit
