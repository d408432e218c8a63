"""Plans a request with the refs of this moment, and pushes it: what `catalog register` and the other commands that write do.

The push plans again, with the refs that its own connection lists: it follows neither from the catalog nor from an earlier plan.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from catalog.actions.known import KnownObjects
from catalog.actions.plan import MAX_AHEAD, ActionPlan, Tags
from catalog.actions.push import PushedTag, push
from catalog.actions.receive_pack import pushing
from catalog.actions.repository import ServedRepository
from catalog.actions.tag_object import Tagger, checked_message, tagger
from catalog.errors import ConfigError, Conflict
from catalog.text import plural
from catalog.transport.origin import GitConfig, Limits, Pool

MOST_COMPLAINTS = 3  # of tags that are left out, in a refusal; a plan has all

Decide = Callable[[Tags, str | None], ActionPlan]


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """A request. `decide` makes the plan of the tags and the commit at `at`, where it `needs_commit`."""

    artifact: str
    decide: Decide
    needs_commit: bool = False
    at: str | None = None
    message: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedAction:
    """A plan, and what its reader wants to know besides. `pushed` are the tags that are on the server by it."""

    url: str
    plan: ActionPlan
    tagger: Tagger | None  # None where Git does not know who that is
    signed: bool
    summaries: dict[str, str]  # of the commits
    requests: int
    pushed: tuple[PushedTag, ...] = ()


class Changed(Conflict):
    """The repository is not what the plan was made for; `planned` is what the request comes to now. Nothing was pushed."""

    def __init__(self, planned: PlannedAction) -> None:
        self.planned = planned
        super().__init__(
            "the repository has changed since the plan was shown: nothing was pushed; the new plan is above"
        )


class Actor:
    """Acts on one repository, with credentials, identity and signing as Git is configured."""

    def __init__(self, url: str, known: KnownObjects, limits: Limits, pool: Pool, *, signed: bool) -> None:
        self._url, self._known, self._limits, self._pool, self._signed = url, known, limits, pool, signed
        self.has_pushed = False  # whether tags were pushed or deleted: also where `push` raised, and others were not

    def plan(self, action: Action, now: datetime) -> PlannedAction:
        """What a request comes to at this moment. Nothing is written, so a tagger need not be configured."""
        by, at = None, int(now.timestamp())
        notes: tuple[str, ...] = ()
        try:
            by = tagger(self._pool.git, now)
            at = by.at
        except ConfigError as error:
            notes = (f"before a push: {error}",)
        repository = ServedRepository(self._url, self._known, self._pool, self._limits)
        refs = {ref.name: ref.oid for ref in repository.listing().refs}
        planned = self._planned(action, repository, refs, at, now)
        return replace(planned, tagger=by, plan=replace(planned.plan, notes=(*planned.plan.notes, *notes)))

    def push(self, action: Action, now: datetime, shown: ActionPlan | None = None) -> PlannedAction:
        """Pushes what a request comes to at this moment. Changed where that is not the plan that was `shown`."""
        by = tagger(self._pool.git, now)
        repository = ServedRepository(self._url, self._known, self._pool, self._limits)
        with pushing(self._url, self._pool, self._limits) as connection:
            refs = connection.refs()
            planned = replace(self._planned(action, repository, refs, by.at, now), tagger=by)
            if shown is not None and not shown.is_same(planned.plan):
                raise Changed(planned)
            try:
                pushed = push(
                    connection, refs, planned.plan, by, signed=self._signed, pool=self._pool, limits=self._limits
                )
            finally:
                self.has_pushed = connection.has_pushed
            return replace(planned, pushed=pushed, requests=planned.requests + connection.requests)

    def _planned(
        self, action: Action, repository: ServedRepository, refs: dict[str, str], at: int, now: datetime
    ) -> PlannedAction:
        commit = repository.commit_at(action.at, refs) if action.needs_commit else None
        reading = repository.read(refs, action.artifact, commit, at)
        try:
            plan = action.decide(reading.tags, reading.commit)
        except Conflict as error:
            if not reading.complaints:
                raise
            raise Conflict("; ".join((str(error), *_first(reading.complaints)))) from error
        if action.message is not None:
            message = checked_message(action.message)
            plan = replace(
                plan,
                tags=tuple(replace(tag, message=message) for tag in plan.tags),
                gto=tuple(line and (*line, "--message", message) for line in plan.gto),
            )
        summaries = {tag.commit: self._known.summaries.get(tag.commit, "") for tag in plan.tags}
        if commit is not None and reading.summary is not None:
            summaries[commit] = reading.summary
        return PlannedAction(
            url=self._url,
            plan=replace(
                plan, notes=(*plan.notes, *reading.complaints, *(_notes_of_date(at, now) if plan.tags else ()))
            ),
            tagger=None,
            signed=self._signed,
            summaries=summaries,
            requests=repository.requests,
        )


def _first(complaints: Sequence[str]) -> list[str]:
    """As many as a refusal, which is one sentence, has room for."""
    more = len(complaints) - MOST_COMPLAINTS
    rest = [f"{plural(more, 'more tag')} left out"] if more > 0 else []
    return [*complaints[:MOST_COMPLAINTS], *rest]


def _notes_of_date(at: int, now: datetime) -> tuple[str, ...]:
    """A date far ahead, which only GIT_COMMITTER_DATE can state."""
    ahead = at - int(now.timestamp())
    if ahead < MAX_AHEAD:
        return ()
    until = datetime.fromtimestamp(at, UTC).date()
    what = f"GIT_COMMITTER_DATE dates the tags {ahead:,} s after the clock of this machine"
    return (f"{what}: until then ({until}), no later tag changes what they say",)


@contextmanager
def acting(url: str, known: KnownObjects, limits: Limits, *, signed: bool | None = None) -> Iterator[Actor]:
    """An actor on the repository at `url`. `signed` is what `tag.gpgSign` says, unless it is stated."""
    from catalog.actions.signature import is_wanted

    git = GitConfig.load()
    with Pool(git) as pool:
        yield Actor(url, known, limits, pool, signed=is_wanted(git) if signed is None else signed)
