"""Pushes the tags of a plan. An existing tag is never moved: each command states what the server has to have, for a new tag nothing.

Several tags are pushed as one transaction where the server can do that; what was pushed in any other case is in the error.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.actions.plan import ActionPlan
from catalog.actions.receive_pack import PushReport, ReceivePack, RefCommand, pushing
from catalog.actions.signature import sign
from catalog.actions.tag_object import Tagger, object_name, pack, tag_data
from catalog.errors import Conflict, Down, OriginError, Refused
from catalog.git.ref_fault import NO_OBJECT
from catalog.git.snapshot import TAG_PREFIX
from catalog.transport.origin import Limits, Pool

# What Git's own server, and forges that run it, say of a ref that is not as it was listed (builtin/receive-pack.c, refs.c).
_TAKEN = re.compile(
    r"already exists|failed to update ref|cannot lock ref|reference already|stale|non-fast-forward|failed to lock|failed to delete"
)
_ABSENT = re.compile(r"missing necessary objects|bad pack|did not send all necessary objects")
_REMOTE = re.compile(r"^\s*(?:remote: ?)?", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class PushedTag:
    """A tag that is on the server now, and its object; without one, a tag that was deleted."""

    name: str
    oid: str | None


def push(
    connection: ReceivePack, refs: Mapping[str, str], plan: ActionPlan, by: Tagger, *, signed: bool, pool: Pool, limits: Limits
) -> tuple[PushedTag, ...]:  # fmt: skip
    """Makes the plan's tag objects and pushes them, or deletes its tags. `refs` are those of the connection's own advertisement.

    Conflict where a tag is there already or not any more, Refused where the server does not take it, Down where nothing of it arrived.
    """
    objects = {tag.name: tag_data(tag.name, tag.commit, tag.message, by, plan.at) for tag in plan.tags}
    if signed:
        objects = {name: sign(data, by, pool.git) for name, data in objects.items()}
    commands = [*_new(objects, refs), *_deleted(plan, refs)]
    try:
        report = connection.send(commands, pack([*objects.values()]) if objects else b"")
    except Down as error:
        _settle(connection.url, commands, error, pool, limits)
    else:
        _check(connection, commands, report)
    return tuple(
        PushedTag(name=command.name.removeprefix(TAG_PREFIX), oid=None if command.new == NO_OBJECT else command.new)
        for command in commands
    )


def _new(objects: Mapping[str, bytes], refs: Mapping[str, str]) -> list[RefCommand]:
    if taken := [name for name in objects if f"{TAG_PREFIX}{name}" in refs]:
        raise Conflict(f"the tag {taken[0]!r} is there already: it is not moved, and nothing was pushed")
    return [RefCommand(name=f"{TAG_PREFIX}{name}", new=object_name(data)) for name, data in objects.items()]


def _deleted(plan: ActionPlan, refs: Mapping[str, str]) -> list[RefCommand]:
    commands = [RefCommand(name=f"{TAG_PREFIX}{tag.name}", old=tag.oid) for tag in plan.deleted]
    if changed := [command for command in commands if refs.get(command.name) != command.old]:
        raise Conflict(f"the tag {changed[0].name.removeprefix(TAG_PREFIX)!r} is another now: nothing was deleted")
    return commands


def _check(connection: ReceivePack, commands: Sequence[RefCommand], report: PushReport) -> None:
    """Raises what the report means, unless all commands were carried out."""
    reasons = {
        command.name.removeprefix(TAG_PREFIX): report.refs.get(command.name, report.pack or "no word of it")
        for command in commands
        if command.name not in report.refs or report.refs[command.name] is not None or report.pack is not None
    }
    if not reasons:
        return
    # Of several commands, one has the reason and the others fall with it.
    name, reason = next((pair for pair in reasons.items() if "atomic" not in str(pair[1])), next(iter(reasons.items())))
    done = [
        each.name.removeprefix(TAG_PREFIX) for each in commands if each.name.removeprefix(TAG_PREFIX) not in reasons
    ]
    rest = f"; pushed were: {', '.join(done)}" if done else "; nothing was pushed"
    text = str(report.pack or reason)
    where = f"{connection.url}: the tag {name!r}"
    if _ABSENT.search(text):
        raise Conflict(f"{where} names a commit that the server does not have{rest}")
    if _TAKEN.search(text):
        raise Conflict(f"{where} was not taken: another push came first ({connection.quote(text)}){rest}")
    printed = connection.quote(_REMOTE.sub("", report.printed))
    raise Refused(
        f"{where} is refused: {connection.quote(text)!r}{f', and the server says {printed!r}' if printed else ''}{rest}"
    )


def _settle(url: str, commands: Sequence[RefCommand], error: Down, pool: Pool, limits: Limits) -> None:
    """The answer did not come: what the server has now says whether the push did. Raises the error unless all of it is there."""
    try:
        with pushing(url, pool, limits) as again:
            refs = again.refs()
    except OriginError:
        raise Down(f"{error}; whether the tags were pushed is not known: `git ls-remote` shows it") from error
    done = [command for command in commands if refs.get(command.name, NO_OBJECT) == command.new]
    if len(done) < len(commands):
        names = ", ".join(command.name.removeprefix(TAG_PREFIX) for command in done)
        raise Down(f"{error}; {f'pushed were: {names}' if done else 'nothing was pushed'}") from error
