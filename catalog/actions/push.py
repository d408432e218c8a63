"""Pushes the tags of a plan. An existing tag is never moved: each command states what the server has to have, for a new tag nothing.

Several tags are pushed as one transaction where the server can do that; what was pushed in any other case is in the error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.actions.plan import ActionPlan
from catalog.actions.receive_pack import PushReport, ReceivePack, RefCommand, one_sentence, pushing
from catalog.actions.signature import sign
from catalog.actions.tag_object import Tagger, object_name, pack, tag_data
from catalog.errors import Conflict, Down, OriginError, Refused
from catalog.git.ref_fault import NO_OBJECT
from catalog.git.snapshot import TAG_PREFIX
from catalog.schema.tables.registry import ASSIGNMENT
from catalog.transport.origin import Limits, Pool

# What Git's own server, and forges that run it, say of a ref that is not as it was listed (builtin/receive-pack.c, refs.c).
_TAKEN = re.compile(r"already exists|reference already")
# And where the ref is another, or a lock or the disk fails.
_LOCKED = re.compile(
    r"failed to update ref|cannot lock ref|failed to lock|failed to delete|incorrect old value|stale|non-fast-forward"
)
_ABSENT = re.compile(r"missing necessary objects|bad pack|did not send all necessary objects")


@dataclass(frozen=True, kw_only=True, slots=True)
class PushedTag:
    """A tag that is on the server now, and its object; without one, a tag that was deleted."""

    name: str
    oid: str | None


def push(
    connection: ReceivePack, refs: Mapping[str, str], plan: ActionPlan, by: Tagger, *, signed: bool, pool: Pool, limits: Limits
) -> tuple[PushedTag, ...]:  # fmt: skip
    """Makes the plan's tag objects and pushes them, or deletes its tags. `refs` are those of the connection's own advertisement.

    Conflict where a tag is there already or not any more, Refused where the server does not take it, Down where its answer is lost and not all of it is there.
    """
    objects = {tag.name: tag_data(tag.name, tag.commit, tag.message, by, plan.at) for tag in plan.tags}
    if signed:
        objects = {name: sign(data, by, pool.git) for name, data in objects.items()}
    commands = [*_new(objects, refs), *_deleted(plan, refs)]
    try:
        report = connection.send(commands, pack([*objects.values()]) if objects else b"")
    except OriginError as error:
        if not connection.is_undecided:
            raise
        _settle(connection, commands, error, pool, limits)
    else:
        _check(connection, plan, commands, report, pool, limits)
    return tuple(
        PushedTag(name=_tag(command), oid=None if command.new == NO_OBJECT else command.new) for command in commands
    )


def _new(objects: Mapping[str, bytes], refs: Mapping[str, str]) -> list[RefCommand]:
    if taken := [name for name in objects if f"{TAG_PREFIX}{name}" in refs]:
        raise Conflict(f"the tag {taken[0]!r} is there already: it is not moved, and nothing was pushed")
    return [RefCommand(name=f"{TAG_PREFIX}{name}", new=object_name(data)) for name, data in objects.items()]


def _deleted(plan: ActionPlan, refs: Mapping[str, str]) -> list[RefCommand]:
    commands = [RefCommand(name=f"{TAG_PREFIX}{tag.name}", old=tag.oid) for tag in plan.deleted]
    if changed := [command for command in commands if refs.get(command.name) != command.old]:
        raise Conflict(f"the tag {_tag(changed[0])!r} is another now: nothing was deleted")
    return commands


def _check(
    connection: ReceivePack, plan: ActionPlan, commands: Sequence[RefCommand], report: PushReport, pool: Pool, limits: Limits
) -> None:  # fmt: skip
    """Raises what the report means, unless all commands were carried out."""
    failed = [each for each in commands if report.pack or report.refs.get(each.name, "") is not None]
    connection.has_pushed = len(failed) < len(commands)
    reasons = {_tag(each): reason for each in failed if (reason := report.pack or report.refs.get(each.name))}
    if not failed:
        return
    if not reasons:
        error = Refused(f"{connection.url}: the tag {_tag(failed[0])!r}: the server does not report what became of it")
        _settle(connection, commands, error, pool, limits)
        return
    # Of several commands, one has the reason and the others fall with it.
    name, reason = next((pair for pair in reasons.items() if "atomic" not in pair[1]), next(iter(reasons.items())))
    rest = _outcome([each for each in commands if each not in failed], commands)
    where = f"{connection.url}: the tag {name!r}"
    if _ABSENT.search(reason):
        raise Conflict(f"{where} names a commit that the server does not have{rest}")
    if _TAKEN.search(reason) or (_LOCKED.search(reason) and _have_changed(connection, failed, pool, limits)):
        raise Conflict(f"{where} was not taken: another push came first ({connection.quote(reason)}){rest}")
    printed = connection.quote(one_sentence(report.printed))
    raise Refused(
        f"{where} is refused: {connection.quote(reason)!r}{f', and the server says {printed!r}' if printed else ''}{rest}{_emptied(plan, failed)}"
    )


def _emptied(plan: ActionPlan, failed: Sequence[RefCommand]) -> str:
    """The stage that a rollback has taken from every version, where only its assignment failed."""
    names = {_tag(command) for command in failed}
    missing, done = ([tag for tag in plan.tags if (tag.name in names) is is_failed] for is_failed in (True, False))
    if not done or [tag.event for tag in missing] != [ASSIGNMENT]:
        return ""
    version, stage = missing[0].version, missing[0].stage
    return f"; no version is in {stage!r} now: `catalog assign` assigns it to {version}"


def _have_changed(connection: ReceivePack, commands: Sequence[RefCommand], pool: Pool, limits: Limits) -> bool:
    """Whether a ref is not what its command states: a lock that cannot be taken may as well be a full disk."""
    try:
        refs = _listed_again(connection, pool, limits)
    except OriginError:
        return False
    return any(refs.get(command.name, NO_OBJECT) != command.old for command in commands)


def _settle(
    connection: ReceivePack, commands: Sequence[RefCommand], error: OriginError, pool: Pool, limits: Limits
) -> None:
    """The answer is lost: what the server has now says whether the push was done. Raises Down unless all of it is there."""
    try:
        refs = _listed_again(connection, pool, limits)
    except OriginError:
        raise Down(
            f"{error}; whether the tags were {_verb(commands)} is not known: `git ls-remote` shows it"
        ) from error
    done = [command for command in commands if refs.get(command.name, NO_OBJECT) == command.new]
    connection.has_pushed = bool(done)
    if done and len(done) < len(commands):
        raise Down(f"{error}{_outcome(done, commands)}; `git ls-remote` shows what becomes of the others") from error
    if not done and _verb(commands) == "deleted":
        raise Down(f"{error}; the server lists all of the tags still: `git ls-remote` shows whether they go") from error
    if not done:
        raise Down(
            f"{error}; the server lists none of the tags now: `git ls-remote` shows whether they come"
        ) from error


def _listed_again(connection: ReceivePack, pool: Pool, limits: Limits) -> dict[str, str]:
    """The refs as another connection lists them. Its URL is the stated one: as that is rewritten, so is this."""
    with pushing(connection.stated, pool, limits) as again:
        return again.refs()


def _outcome(done: Sequence[RefCommand], commands: Sequence[RefCommand]) -> str:
    """The end of a sentence: which commands were carried out."""
    verb = _verb(commands)
    return f"; {verb} were: {', '.join(map(_tag, done))}" if done else f"; nothing was {verb}"


def _verb(commands: Sequence[RefCommand]) -> str:
    """A plan makes tags or deletes them."""
    return "deleted" if commands[0].new == NO_OBJECT else "pushed"


def _tag(command: RefCommand) -> str:
    return command.name.removeprefix(TAG_PREFIX)
