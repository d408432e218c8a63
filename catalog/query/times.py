"""Questions about the past: what happened, which version was in which stage, what changed between crawls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from catalog.errors import Misuse
from catalog.query.answer import Answer
from catalog.query.arguments import Name, checked
from catalog.query.catalog_file import CatalogFile
from catalog.query.cloud_events import BEGINNING, Place, check, place
from catalog.query.moments import Moment, between, is_moment, moment
from catalog.query.time_range import Edge, Memory, crawl_range, in_utc, joined, range_note, suspect_clocks

_OF_STAGES = "some_repos := $repos, a_type := $type, a_raw_stage := $raw_stage, since := $since, until := $until"


@checked
class Times(CatalogFile):
    """Questions about events and moments."""

    def history(
        self,
        ref: str | None = None,
        *,
        repo: Name | None = None,
        type: Name | None = None,  # noqa: A002 - the column's name
        stage: Name | None = None,
        raw_stage: Name | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
    ) -> Answer:
        """What tags did, newest first: everywhere, to an artifact, to one version (`@`), or in one stage (`#`).

        `since` and `until` bound the taggers' clocks: dates, times, or text such as `7d`, `yesterday`, `2026-03`; a day or a month counts whole.
        """
        parameters = self._names.filters(repo=repo, type_=type, stage=stage, raw_stage=raw_stage)
        parameters |= {"artifact": None, "version": None}
        if ref is not None:
            parameters |= self._of_reference(ref, repo, stage, parameters)
        answer = self._ask(
            "from internal.list_events($repos, $artifact, $version, $stage, a_type := $type, since := $since, until := $until, "
            "a_raw_stage := $raw_stage)",
            **parameters,
            **between(since, until),
        )
        return answer if until is None else self._explained(answer, moment(until, "until"))

    def _explained(self, answer: Answer, until: datetime) -> Answer:
        """An answer without rows, with the reason where the first tag is of a later time."""
        rows = [] if answer.values else self._ask("from internal.first_event()").rows
        if not rows or until >= rows[0]["created_at"]:
            return answer
        return replace(answer, note=f"the first registry tag in this catalog is of {in_utc(rows[0]['created_at'])}")

    def _of_reference(
        self, ref: str, repo: str | None, stage: str | None, given: Mapping[str, Any]
    ) -> dict[str, object]:
        artifact, reference = self._names.artifact(ref)
        if given["repos"] is not None and artifact["repo"] not in given["repos"]:
            raise Misuse(f"invalid repo {repo!r}: expected the repository of {ref!r}, {artifact['repo']}, or None")
        named = self._names.stage(reference.stage)
        if None not in (named, given["stage"]) and named != given["stage"]:
            raise Misuse(f"invalid stage {stage!r}: expected the stage of {ref!r}, or None")
        version = None if reference.version is None else self._names.version(artifact, reference)["version"]
        return {
            "repos": [artifact["repo"]],
            "artifact": artifact["artifact"],
            "version": version,
            "stage": named or given["stage"],
        }

    def events(
        self,
        since: Moment | None = None,
        *,
        until: Moment | None = None,
        repo: Name | None = None,
        type: Name | None = None,  # noqa: A002 - the column's name
        stage: Name | None = None,
        raw_stage: Name | None = None,
    ) -> Answer:
        """Registry events as this catalog came to know them, after the one whose `cursor` is `since`; else `note` says from when on.

        `since` can be a moment, too: the events that were first seen from then on, and until `until`.
        """
        is_cursor = isinstance(since, str) and not is_moment(since)
        marked = self._place(str(since)) if is_cursor else BEGINNING
        answer = self._ask(
            "from internal.list_seen_events($crawl, $moment, $oid, $in_repo, since := $since, until := $until, "
            "within := $repos, a_type := $type, a_stage := $stage, a_raw_stage := $raw_stage)",
            crawl=marked.crawl,
            moment=marked.moment,
            oid=marked.oid,
            in_repo=marked.repo,
            **self._names.filters(repo=repo, type_=type, stage=stage, raw_stage=raw_stage),
            **between(None if is_cursor else since, until),
        )
        return answer if is_cursor else replace(answer, note=Memory(self._ask).start())

    def _place(self, cursor: str) -> Place:
        marked = place(cursor)
        rows = self._ask("from internal.find_seen($oid, $repo)", oid=marked.oid, repo=marked.repo).rows
        return check(cursor, marked, {(row["crawl"], row["readable_at"]): row["repo"] for row in rows})

    def at(  # noqa: PLR0913 - each is a filter of the question
        self,
        when: Moment,
        stage: Name | None = None,
        *,
        raw_stage: Name | None = None,
        repo: Name | None = None,
        type: Name | None = None,  # noqa: A002 - the column's name
        since: Moment | None = None,
        until: Moment | None = None,
        known_at: Edge | None = None,
    ) -> Answer:
        """Which version was in which stage at a moment (a bare date: at the end of that day, UTC), by GTO's rules.

        `when` is of the taggers' clocks, and so are `since` and `until`, between which the version was assigned. With `known_at`, the number of a crawl or a date, as this catalog could have known then:
        without tags that it saw later, and with those deleted or rewritten since. A date means the last crawl that had surely ended;
        `note` names it, and says where a clock was suspect and where memory begins.
        """
        question: dict[str, object] = {
            "moment": moment(when, "when").replace(tzinfo=None),
            **self._names.filters(repo=repo, type_=type, stage=stage, raw_stage=raw_stage),
            **between(since, until),
        }
        if known_at is None:
            answer = self._ask(f"from internal.list_stages_at($moment, $stage, {_OF_STAGES})", **question)
            return self._explained(answer, moment(when, "when"))
        memory = Memory(self._ask)
        known = memory.crawl(known_at, "known_at")
        answer = self._ask(
            f"from internal.list_stages_known_at($moment, $known, $stage, {_OF_STAGES})", known=known.crawl, **question
        )
        note = joined(known.note, suspect_clocks(known.suspects), memory.begins_after(known.crawl))
        return replace(answer, note=note)

    def diff(  # noqa: PLR0913 - each is a filter of the question
        self,
        start: Edge | None = None,
        end: Edge | None = None,
        *,
        since: Edge | None = None,
        until: Edge | None = None,
        repo: Name | None = None,
        type: Name | None = None,  # noqa: A002 - the column's name
        stage: Name | None = None,
        raw_stage: Name | None = None,
    ) -> Answer:
        """What changed between two moments, or crawls by number (the state that each left), as far as the catalog could have known.

        `start` and `end` are states, of a day that at its end; instead of them, `since` and `until` are the first and the last day
        (or month, or moment) of what is told. By default, until now, and from before the last crawl of the range. One row for each change; `kind` says which, `old` and
        `new` what was and is. `note` says how many there are from which crawl to which, and where a clock was suspect or memory begins
        later. NotFound for a crawl that there was not.
        """
        memory = Memory(self._ask)
        first, last = crawl_range(memory, start, end, since=since, until=until)
        answer = self._ask(
            "from changes_between($since, $until, some_repos := $repos, a_type := $type, a_stage := $stage, a_raw_stage := $raw_stage)",
            since=first.crawl,
            until=last.crawl,
            **self._names.filters(repo=repo, type_=type, stage=stage, raw_stage=raw_stage),
        )
        stated = start is not None or since is not None
        return replace(answer, note=range_note(memory, first, last, changes=len(answer.values), stated=stated))
