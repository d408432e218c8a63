"""A plan: the tags that a request means, their names and messages as GTO's own, and what changes by them. No network, disk or clock."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from catalog.actions.names import checked_artifact
from catalog.actions.registry import ArtifactState, TagEvent, artifact_state, facts
from catalog.errors import Conflict, MetafileError
from catalog.git.tag_grammar import ParsedTagName, format, parse  # noqa: A004 - the grammar's own name
from catalog.schema.tables.registry import ASSIGNMENT, DEPRECATION, DEREGISTRATION, REGISTRATION, UNASSIGNMENT

MAX_AHEAD = 60  # seconds by which a tag is dated after the clock, so that it follows the newest one

# With a counter in any case, as `gto assign` and `gto deprecate NAME VERSION STAGE` write them.
_COUNTED = (ASSIGNMENT, UNASSIGNMENT)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewTag:
    """A tag to push. `commit` is what it names."""

    name: str
    event: str
    version: str | None
    stage: str | None
    commit: str
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DeletedTag:
    """A tag to delete, and the object that it names now."""

    name: str
    oid: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """What changes for those who read the registry: of `what` (`stage prod`, `latest`), from `before` to `after`."""

    what: str
    before: str | None
    after: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ActionPlan:
    """What a request comes to, with the tags of this moment.

    `gto` are the commands that do the same in a clone: one for each new tag, None where GTO has none, or one that deletes.
    """

    artifact: str
    tags: tuple[NewTag, ...]
    deleted: tuple[DeletedTag, ...] = ()
    effects: tuple[Effect, ...]
    notes: tuple[str, ...] = ()
    gto: tuple[tuple[str, ...] | None, ...]
    at: int  # when the tags are dated, in seconds

    def is_same(self, other: ActionPlan) -> bool:
        """Whether both change the same in the same way; the time does not count."""
        return replace(self, at=0, notes=()) == replace(other, at=0, notes=())


@dataclass(frozen=True, kw_only=True, slots=True)
class Tags:
    """The tags of a repository: the names and objects of all, and the events of one artifact."""

    artifact: str
    oids: dict[str, str]
    events: tuple[TagEvent, ...]
    now: int  # seconds
    stages: tuple[str, ...] | None = None  # that `.gto` allows
    is_config_read: bool = True  # whether that is known

    @property
    def state(self) -> ArtifactState:
        return artifact_state(self.events)


@dataclass(frozen=True, kw_only=True, slots=True)
class TagStep:
    """One event of a plan, before its tag has a name."""

    event: str
    version: str | None = None
    stage: str | None = None
    commit: str

    def message(self, artifact: str) -> str:
        """GTO's words (gto/registry.py), quotes and all."""
        return {
            REGISTRATION: f"Registering artifact {artifact} version {self.version}",
            DEREGISTRATION: f"Deregistering artifact {artifact} version {self.version}",
            ASSIGNMENT: f"Assigning stage {self.stage} to artifact {artifact} version {self.version}",
            UNASSIGNMENT: f"Unassigning stage '{self.stage}' to artifact '{artifact}' version '{self.version}'",
            DEPRECATION: f"Deprecating artifact '{artifact}'",
        }[self.event]


def make_plan(
    tags: Tags, steps: Iterable[TagStep], words: Iterable[tuple[str, ...] | None], notes: Sequence[str] = ()
) -> ActionPlan:
    """The plan of new tags, one for each step; `words` are the commands of GTO that make the same. Conflict where a tag would change nothing."""
    checked_artifact(tags.artifact)
    names, new = set(tags.oids), []
    for step in steps:
        name = _free_name(tags.artifact, step, names)
        names.add(name)
        message = step.message(tags.artifact)
        new.append(NewTag(name=name, event=step.event, version=step.version, stage=step.stage, commit=step.commit, message=message))  # fmt: skip
    at = _moment(tags)
    after = (*tags.events, *(_event_of(tag, at) for tag in new))
    _check_effect(tags, new, artifact_state(after))
    effects = _effects(tags.events, after)
    counted = any(tag.event not in _COUNTED and "#" in tag.name for tag in new)
    return ActionPlan(
        artifact=tags.artifact,
        tags=tuple(new),
        effects=effects,
        notes=(*notes, *_clock_note(tags)),
        gto=tuple(line and ("gto", *line, *(("--simple", "false") if counted else ())) for line in words),
        at=at,
    )


def make_deletion(tags: Tags, events: Iterable[TagEvent], words: tuple[str, ...]) -> ActionPlan:
    """Deletes the tags of these events, by every name that they have."""
    objects = {event.oid for event in events}
    deleted = tuple(DeletedTag(name=name, oid=oid) for name, oid in sorted(tags.oids.items()) if oid in objects)
    rest = tuple(event for event in tags.events if event.oid not in objects)
    return ActionPlan(
        artifact=tags.artifact,
        tags=(),
        deleted=deleted,
        effects=_effects(tags.events, rest),
        notes=("deleting a tag deletes history: no record stays that it was there, nor who made it",),
        gto=(("gto", *words, "--delete"),),
        at=_moment(tags),
    )


def _free_name(artifact: str, step: TagStep, names: Collection[str]) -> str:
    """GTO's name: without a counter where it is free, and the event has none in any case; else with the next number of the artifact."""
    plain = ParsedTagName(artifact=artifact, event=step.event, version=step.version, stage=step.stage)
    name = format(plain)
    if step.event in _COUNTED or name in names:
        name = format(replace(plain, counter=1 + max((_counter(artifact, each) for each in names), default=0)))
    for other in names:
        if other.startswith(f"{name}/") or name.startswith(f"{other}/"):
            raise Conflict(
                f"the tag {name!r} cannot be beside the tag {other!r}: Git keeps one as a folder of the other"
            )
    return name


def _counter(artifact: str, name: str) -> int:
    """The number at the end of a tag of the artifact, also of a lightweight one; 0 for all other tags."""
    try:
        parsed = parse(name)
    except MetafileError:
        return 0
    return (parsed.counter or 0) if parsed is not None and parsed.artifact == artifact else 0


def _event_of(tag: NewTag, at: int) -> TagEvent:
    parsed = parse(tag.name)
    assert parsed is not None
    return TagEvent(name=tag.name, parsed=parsed, oid=f"new {tag.name}", commit=tag.commit, at=at)


def _effects(before: Iterable[TagEvent], after: Iterable[TagEvent]) -> tuple[Effect, ...]:
    old, new = facts(artifact_state(before)), facts(artifact_state(after))
    return tuple(
        Effect(what=what, before=old.get(what), after=new.get(what))
        for what in sorted({*old, *new}, key=lambda what: (not what.startswith("version"), what))
        if old.get(what) != new.get(what)
    )


def _moment(tags: Tags) -> int:
    """Now, or a second after the newest tag where that is of this second, or less than a minute ahead of this machine's clock: in one second, GTO lets an unassignment win over an assignment."""
    newest = tags.state.newest_at
    return newest + 1 if tags.now <= newest < tags.now + MAX_AHEAD else tags.now


def _clock_note(tags: Tags) -> tuple[str, ...]:
    ahead = tags.state.newest_at - tags.now
    if ahead < MAX_AHEAD:
        return ()
    return (
        f"the newest tag of {tags.artifact} is dated {ahead:,} s after the new one: one clock is wrong, or GIT_COMMITTER_DATE was stated",
    )


def _check_effect(tags: Tags, new: Sequence[NewTag], after: ArtifactState) -> None:
    """Conflict where a later tag keeps a new one from doing what it is for."""
    for tag in new:
        if not _is_in_force(tag, after):
            raise Conflict(
                f"{tag.name!r} would change nothing: a tag of {tags.artifact!r} is dated later than the new one would be, "
                "by the clock of this machine or GIT_COMMITTER_DATE"
            )


def _is_in_force(tag: NewTag, state: ArtifactState) -> bool:
    versions = [version for version in state.versions if (version.version, version.commit) == (tag.version, tag.commit)]
    match tag.event:
        case "registration":
            return versions[0].is_active
        case "deregistration":
            return not versions[0].is_active
        case "assignment":
            return state.in_stage(str(tag.stage))[:1] == (versions[0],)
        case "unassignment":
            return versions[0].assigned_at(str(tag.stage)) is None
    return not state.is_active
