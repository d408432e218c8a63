"""What each command means in GTO's terms: which events, of which versions, and what forbids them. No network, disk or clock."""

from __future__ import annotations

import re

from catalog.actions.names import FIRST_VERSION, checked_stage, checked_version
from catalog.actions.plan import ActionPlan, Tags, TagStep, make_deletion, make_plan
from catalog.actions.registry import ArtifactState, RegisteredVersion, artifact_state
from catalog.errors import Conflict, MetafileError
from catalog.git.tag_grammar import parse, precedence
from catalog.schema.tables.registry import ASSIGNMENT, DEPRECATION, DEREGISTRATION, REGISTRATION, UNASSIGNMENT

BUMPS = ("major", "minor", "patch")

_CORE = re.compile(r"v(\d+)\.(\d+)\.(\d+)")


def register(tags: Tags, commit: str, version: str | None = None, bump: str | None = None) -> ActionPlan:
    """Registers a version on a commit: `version`, or else the latest with one number greater, or the first.

    Conflict where the commit has a version, or the version is on another commit.
    """
    if version is not None:
        checked_version(version)
    state = tags.state
    here = state.on(commit)
    if active := [each.version for each in here if each.is_active]:
        raise Conflict(
            f"{commit[:7]} is {active[0]} of {tags.artifact!r} already: expected a commit without version, "
            "which --at BRANCH or --at COMMIT names"
        )
    if version is None and here and bump is None:
        version = here[-1].version
    name = version or _bumped(state, bump)
    checked_version(name)
    if here and name not in [each.version for each in here]:
        raise Conflict(
            f"{commit[:7]} was {here[0].version} of {tags.artifact!r}: GTO registers no other version there, expected that one"
        )
    if elsewhere := [each for each in state.named(name) if each.commit != commit]:
        what = "is" if elsewhere[0].is_active else "was"
        raise Conflict(
            f"{name} of {tags.artifact!r} {what} registered on {elsewhere[0].commit[:7]}: expected a version that is free"
        )
    step = TagStep(event=REGISTRATION, version=name, commit=commit)
    words = ("register", tags.artifact, commit, "--version", name)
    notes = []
    if state.latest is not None and precedence(name) < precedence(state.latest):
        notes.append(f"{name} is lower than {state.latest}, which stays the latest")
    if not state.events:
        notes.append(f"{tags.artifact} has no registry tag yet: this is its first")
    return make_plan(tags, (step,), (words,), notes)


def assign(tags: Tags, stage: str, version: str | None = None) -> ActionPlan:
    """Assigns a stage to a version; without one, to the latest. Conflict where it is in the stage, or `.gto` does not allow the stage."""
    state = tags.state
    name = version or state.latest
    if name is None:
        raise Conflict(f"{tags.artifact!r} has no registered version: expected one to assign {stage!r} to")
    step = _assignment(tags, state, stage, name)
    return make_plan(tags, (step,), (_assigning(tags.artifact, stage, name),), _notes_of_stage(tags, stage))


def unassign(tags: Tags, stage: str, version: str | None = None, *, delete: bool = False) -> ActionPlan:
    """Takes a stage from a version; without one, from the version that is in it. With `delete`, by deleting the tags of it."""
    state = tags.state
    checked_stage(stage)
    name = version or _current(tags, state, stage)
    if not any(each.assigned_at(stage) is not None for each in state.named(name)):
        raise Conflict(f"{name} of {tags.artifact!r} is not in {stage!r}: expected a version that is")
    words = ("deprecate", tags.artifact, name, stage)
    one = _one(tags, state, name)
    if delete:
        return make_deletion(tags, one.stages[stage], words)
    return make_plan(tags, (TagStep(event=UNASSIGNMENT, version=name, stage=stage, commit=one.commit),), (words,))


def deregister(tags: Tags, version: str, *, delete: bool = False) -> ActionPlan:
    """Deregisters a version: its stages are no longer in force. With `delete`, by deleting all tags of it."""
    state = tags.state
    one = _one(tags, state, version)
    words = ("deprecate", tags.artifact, version)
    if delete:
        return make_deletion(tags, one.events(), (*words, *_force(is_active=one.is_active)))
    if not one.is_active:
        raise Conflict(f"{version} of {tags.artifact!r} was deregistered already")
    return make_plan(tags, (TagStep(event=DEREGISTRATION, version=version, commit=one.commit),), (words,))


def deprecate(tags: Tags, *, delete: bool = False) -> ActionPlan:
    """Deprecates the artifact: it is listed no more, until another tag of it is made. With `delete`, by deleting all tags of it."""
    state = tags.state
    commit = state.last_commit()
    if commit is None:
        raise Conflict(f"{tags.artifact!r} has no registry tag: expected an artifact that has one")
    if delete:
        return make_deletion(tags, state.events, ("deprecate", tags.artifact, *_force(is_active=state.is_active)))
    if not state.is_active:
        raise Conflict(f"{tags.artifact!r} was deprecated already")
    return make_plan(tags, (TagStep(event=DEPRECATION, commit=commit),), (("deprecate", tags.artifact),))


def promote(tags: Tags, source: str, target: str) -> ActionPlan:
    """Assigns the stage `target` to the version that is in the stage `source`; it stays in that, too."""
    state = tags.state
    checked_stage(source)
    name = _current(tags, state, source)
    step = _assignment(tags, state, target, name)
    return make_plan(tags, (step,), (_assigning(tags.artifact, target, name),), _notes_of_stage(tags, target))


def rollback(tags: Tags, stage: str, version: str | None = None) -> ActionPlan:
    """Brings an earlier version back into a stage: `version`, or else the one that was there before the one that is.

    The stage is taken from every version that came after it, and is assigned again where it was taken from it.
    """
    state = tags.state
    checked_stage(stage)
    current = _current(tags, state, stage)
    name = version or _previous(tags, state, stage, current)
    one = _one(tags, state, name)
    if name == current:
        raise Conflict(f"{name} of {tags.artifact!r} is in {stage!r}: expected another version to go back to")
    if not one.is_active or stage not in one.stages:
        raise Conflict(
            f"{name} of {tags.artifact!r} was never in {stage!r}, or is deregistered: expected one to go back to"
        )
    since = one.assigned_at(stage)
    ahead = [each for each in state.in_stage(stage) if each is not one]
    if since is not None:
        ahead = ahead[: state.in_stage(stage).index(one)]
    steps = [
        TagStep(event=UNASSIGNMENT, version=each.version, stage=stage, commit=each.commit) for each in reversed(ahead)
    ]
    words = [_unassigning(tags.artifact, state, stage, each.version) for each in reversed(ahead)]
    if since is not None:
        note = f"none of these tags assigns {stage}: a job that deploys on assignments alone does not run"
        return make_plan(tags, steps, words, (note,))
    steps.append(_assignment(tags, state, stage, name))
    words.append(_assigning(tags.artifact, stage, name))
    return make_plan(tags, steps, words)


def _bumped(state: ArtifactState, bump: str | None) -> str:
    if state.latest is None:
        if bump is not None:
            raise Conflict(
                f"no version is registered yet: expected --version, or no --bump ({FIRST_VERSION} is the first)"
            )
        return FIRST_VERSION
    core = _CORE.match(state.latest)
    assert core is not None
    numbers = [int(number) for number in core.groups()]
    place = BUMPS.index(bump or "patch")
    numbers[place:] = [numbers[place] + 1, *(0 for _ in numbers[place + 1 :])]
    return "v" + ".".join(map(str, numbers))


def _assignment(tags: Tags, state: ArtifactState, stage: str, version: str) -> TagStep:
    checked_stage(stage, tags.stages)
    one = _one(tags, state, version)
    if not one.is_active:
        raise Conflict(f"{version} of {tags.artifact!r} was deregistered: expected a version that is registered")
    if one.assigned_at(stage) is not None:
        current = state.in_stage(stage)[0].version
        behind = "" if current == version else f", behind {current}: `catalog rollback` brings it back"
        raise Conflict(f"{version} of {tags.artifact!r} is in {stage!r} already{behind}")
    return TagStep(event=ASSIGNMENT, version=version, stage=stage, commit=one.commit)


def _notes_of_stage(tags: Tags, stage: str) -> tuple[str, ...]:
    """A stage that is new in the repository may be a typing error, or one that `.gto` does not allow."""
    unread = () if tags.is_config_read else (f".gto was not read: whether it allows the stage {stage} is not known",)
    if any(_stage_in(name) == stage for name in tags.oids):
        return unread
    return (*unread, f"the stage {stage} is new: no tag of the repository names it yet")


def _stage_in(name: str) -> str | None:
    """The stage that a tag names, also one with a counter that the catalog does not read."""
    try:
        parsed = parse(name)
    except MetafileError:
        return None if "@" in name else name.split("#")[1].removesuffix("!")
    return None if parsed is None else parsed.stage


def _assigning(artifact: str, stage: str, version: str) -> tuple[str, ...]:
    return ("assign", artifact, "--version", version, "--stage", stage)


def _force(*, is_active: bool) -> tuple[str, ...]:
    """Without it, GTO deletes no tags of what was deregistered or deprecated already."""
    return () if is_active else ("--force",)


def _unassigning(artifact: str, state: ArtifactState, stage: str, version: str) -> tuple[str, ...] | None:
    """None for a commit that has a stage and no version, and for a version on several commits: GTO refuses both."""
    return ("deprecate", artifact, version, stage) if len(state.named(version)) == 1 else None


def _one(tags: Tags, state: ArtifactState, version: str) -> RegisteredVersion:
    """The version of that name. Conflict where there is none, or GTO cannot tell which of several is meant."""
    matches = state.named(checked_version(version))
    if not matches:
        names = ", ".join(each.version for each in state.versions if each.is_registered) or "none"
        raise Conflict(f"{tags.artifact!r} has no version {version}: expected one of those registered ({names})")
    if len(matches) > 1:
        places = ", ".join(each.commit[:7] for each in matches)
        raise Conflict(
            f"{version} of {tags.artifact!r} is on the commits {places}: GTO refuses it, expected one commit"
        )
    if any(event.kind != "commit" for event in matches[0].events()):
        raise Conflict(
            f"{version} of {tags.artifact!r} is a tag of the tag {matches[0].commit[:7]}, expected one of a commit"
        )
    return matches[0]


def _current(tags: Tags, state: ArtifactState, stage: str) -> str:
    """The version that is in a stage now."""
    versions = state.in_stage(stage)
    if not versions:
        used = ", ".join(each for each in state.stages() if state.in_stage(each))
        others = f": expected a stage that has one ({used})" if used else ", nor in any other stage"
        raise Conflict(
            f"no version of {tags.artifact!r} is in {stage!r}{others}; `catalog assign` assigns {stage!r} to a version"
        )
    if versions[0].is_discovered:
        raise Conflict(
            f"{stage!r} of {tags.artifact!r} is on commit {versions[0].commit[:7]}, which has no version: register it"
        )
    return versions[0].version


def _previous(tags: Tags, state: ArtifactState, stage: str, current: str) -> str:
    """The version that was in the stage when the current one was assigned to it."""
    before, name = state, current
    while name == current:
        since = before.in_stage(stage)[0].assigned_at(stage) or 0
        before = artifact_state(event for event in state.events if event.at < since)
        versions = before.in_stage(stage)
        if not versions or versions[0].is_discovered:
            raise Conflict(f"no version of {tags.artifact!r} was in {stage!r} before {current}: expected --to VERSION")
        name = versions[0].version
    return name
