"""Questions about the past: what happened, which version was in which stage, what changed between crawls."""

from __future__ import annotations

from dataclasses import replace

from catalog.errors import Misuse
from catalog.query.answer import Answer
from catalog.query.arguments import Name, checked
from catalog.query.catalog_file import CatalogFile
from catalog.query.cloud_events import BEGINNING, Place, check, place
from catalog.query.moments import Moment, between, is_moment, moment
from catalog.query.time_range import Edge, Memory, crawl_range, joined, range_note, suspect_clocks


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
        since: Moment | None = None,
        until: Moment | None = None,
    ) -> Answer:
        """What tags did, newest first: everywhere, to an artifact, to one version (`@`), or in one stage (`#`).

        `since` and `until` bound the taggers' clocks: dates, times, or text such as `7d`, `yesterday`, `2026-03`; a day or a month counts whole.
        """
        repos, in_stage = self._names.repos(repo), self._names.stage(stage)
        parameters: dict[str, object] = {
            "repos": repos,
            "artifact": None,
            "version": None,
            "stage": in_stage,
            "type": type,
        }
        if ref is not None:
            parameters |= self._of_reference(ref, repo, repos, stage, in_stage)
        return self._ask(
            "from internal.list_events($repos, $artifact, $version, $stage, a_type := $type, since := $since, until := $until)",
            **parameters,
            **between(since, until),
        )

    def _of_reference(
        self, ref: str, repo: str | None, repos: list[str] | None, stage: str | None, in_stage: str | None
    ) -> dict[str, object]:
        artifact, reference = self._names.artifact(ref)
        if repos is not None and artifact["repo"] not in repos:
            raise Misuse(f"invalid repo {repo!r}: expected the repository of {ref!r}, {artifact['repo']}, or None")
        named = self._names.stage(reference.stage)
        if None not in (named, in_stage) and named != in_stage:
            raise Misuse(f"invalid stage {stage!r}: expected the stage of {ref!r}, or None")
        version = None if reference.version is None else self._names.version(artifact, reference)["version"]
        return {
            "repos": [artifact["repo"]],
            "artifact": artifact["artifact"],
            "version": version,
            "stage": named or in_stage,
        }

    def events(
        self,
        since: Moment | None = None,
        *,
        until: Moment | None = None,
        repo: Name | None = None,
        type: Name | None = None,  # noqa: A002 - the column's name
        stage: Name | None = None,
    ) -> Answer:
        """Registry events as this catalog came to know them, after the one whose `cursor` is `since`; else `note` says from when on.

        `since` can be a moment, too: the events that were first seen from then on, and until `until`.
        """
        is_cursor = isinstance(since, str) and not is_moment(since)
        marked = self._place(str(since)) if is_cursor else BEGINNING
        answer = self._ask(
            "from internal.list_seen_events($crawl, $moment, $oid, $in_repo, since := $since, until := $until, "
            "within := $repos, a_type := $type, a_stage := $stage)",
            crawl=marked.crawl,
            moment=marked.moment,
            oid=marked.oid,
            in_repo=marked.repo,
            repos=self._names.repos(repo),
            type=type,
            stage=self._names.stage(stage),
            **between(None if is_cursor else since, until),
        )
        return answer if is_cursor else replace(answer, note=Memory(self._ask).start())

    def _place(self, cursor: str) -> Place:
        marked = place(cursor)
        rows = self._ask("from internal.find_seen($oid, $repo)", oid=marked.oid, repo=marked.repo).rows
        return check(cursor, marked, {(row["crawl"], row["readable_at"]): row["repo"] for row in rows})

    def at(
        self,
        when: Moment,
        stage: Name | None = None,
        *,
        repo: Name | None = None,
        type: Name | None = None,  # noqa: A002 - the column's name
        known_at: Edge | None = None,
    ) -> Answer:
        """Which version was in which stage at a moment (a bare date: at the end of that day, UTC), by GTO's rules.

        `when` is of the taggers' clocks. With `known_at`, the number of a crawl or a date, as this catalog could have known then:
        without tags that it saw later, and with those deleted or rewritten since. A date means the last crawl that had surely ended;
        `note` names it, and says where a clock was suspect and where memory begins.
        """
        question = {
            "moment": moment(when, "when").replace(tzinfo=None),
            "stage": self._names.stage(stage),
            "repos": self._names.repos(repo),
            "type": type,
        }
        if known_at is None:
            return self._ask(
                "from internal.list_stages_at($moment, $stage, some_repos := $repos, a_type := $type)", **question
            )
        memory = Memory(self._ask)
        known = memory.crawl(known_at, "known_at")
        answer = self._ask(
            "from internal.list_stages_known_at($moment, $known, $stage, some_repos := $repos, a_type := $type)",
            known=known.crawl,
            **question,
        )
        note = joined(known.note, suspect_clocks(known.suspects), memory.begins_after(known.crawl))
        return replace(answer, note=note)

    def diff(
        self,
        since: Edge | None = None,
        until: Edge | None = None,
        *,
        repo: Name | None = None,
        type: Name | None = None,  # noqa: A002 - the column's name
        stage: Name | None = None,
    ) -> Answer:
        """What changed between two moments, or crawls by number (the state that each left), as far as the catalog could have known.

        By default, until now, and from before the last crawl of the range. One row for each change; `kind` says which, `old` and
        `new` what was and is. `note` says how many there are from which crawl to which, and where a clock was suspect or memory begins
        later. NotFound for a crawl that there was not.
        """
        memory = Memory(self._ask)
        start, end = crawl_range(memory, since, until)
        answer = self._ask(
            "from changes_between($since, $until, some_repos := $repos, a_type := $type, a_stage := $stage)",
            since=start.crawl,
            until=end.crawl,
            repos=self._names.repos(repo),
            type=type,
            stage=self._names.stage(stage),
        )
        return replace(answer, note=range_note(memory, start, end, changes=len(answer.values), since=since))
