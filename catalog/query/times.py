"""Questions about the past: what happened, who was in which stage, what changed between crawls."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from catalog.errors import Misuse
from catalog.query.answer import Answer
from catalog.query.arguments import Name, checked
from catalog.query.catalog_file import CatalogFile
from catalog.query.cloud_events import BEGINNING, check, place
from catalog.query.moments import moment
from catalog.query.time_range import Edge, Memory, crawl_range, joined, range_note, suspect_clocks


@checked
class Times(CatalogFile):
    """Questions about events and moments."""

    def history(self, ref: str | None = None, *, repo: Name | None = None, stage: Name | None = None) -> Answer:
        """What tags did, newest first: everywhere, to an artifact, to one version (`@`), or in one stage (`#`)."""
        repos, in_stage = self._names.repos(repo), self._names.stage(stage)
        if ref is None:
            return self._events(repos, None, None, in_stage)
        artifact, reference = self._names.artifact(ref)
        if repos is not None and artifact["repo"] not in repos:
            raise Misuse(f"invalid repo {repo!r}: expected the repository of {ref!r}, {artifact['repo']}, or None")
        named = self._names.stage(reference.stage)
        if None not in (named, in_stage) and named != in_stage:
            raise Misuse(f"invalid stage {stage!r}: expected the stage of {ref!r}, or None")
        version = None if reference.version is None else self._names.version(artifact, reference)["version"]
        return self._events([artifact["repo"]], artifact["artifact"], version, named or in_stage)

    def events(self, since: str | None = None) -> Answer:
        """Registry events as this catalog came to know them, after the one whose `cursor` is `since`; else `note` says from when on."""
        marked = place(since) if since is not None else BEGINNING
        if since is not None:
            seen = self._ask("from find_seen($oid, $repo)", oid=marked.oid, repo=marked.repo).rows
            marked = check(since, marked, {(row["crawl"], row["told"]): row["repo"] for row in seen})
        parameters = {name: getattr(marked, name) for name in ("crawl", "moment", "oid", "repo")}
        answer = self._ask("from list_seen_events($crawl, $moment, $oid, $repo)", **parameters)
        return answer if since is not None else replace(answer, note=Memory(self._ask).start())

    def at(self, when: datetime | date | str, stage: Name | None = None, *, known_at: Edge | None = None) -> Answer:
        """Who was in which stage at a moment (a bare date: at the end of that day, UTC), by GTO's rules.

        `when` is of the taggers' clocks. With `known_at`, the number of a crawl or a date, as this catalog could have known then:
        without tags that it saw later, and with those deleted or rewritten since. A date means the last crawl that had surely ended;
        `note` names it, and says where a clock was suspect and where memory begins.
        """
        question = {"moment": moment(when, "when").replace(tzinfo=None), "stage": self._names.stage(stage)}
        if known_at is None:
            return self._ask("from list_stages_at($moment, $stage)", **question)
        memory = Memory(self._ask)
        known = memory.crawl(known_at, "known_at")
        answer = self._ask("from list_stages_known_at($moment, $known, $stage)", known=known.crawl, **question)
        note = joined(known.note, suspect_clocks(known.suspects), memory.begins_after(known.crawl))
        return replace(answer, note=note)

    def diff(self, since: Edge | None = None, until: Edge | None = None) -> Answer:
        """What changed between two moments, or crawls by number (the state that each left), as far as the catalog could have known.

        By default, until now, and from before the last crawl of the range. One row for each change; `kind` says which, `old` and
        `new` what was and is. `note` says how many there are from which crawl to which, and where a clock was suspect or memory begins
        later. NotFound for a crawl that there was not.
        """
        memory = Memory(self._ask)
        start, end = crawl_range(memory, since, until)
        answer = self._ask("from changes_between($since, $until)", since=start.crawl, until=end.crawl)
        return replace(answer, note=range_note(memory, start, end, changes=len(answer.values), since=since))

    def _events(self, repos: list[str] | None, artifact: str | None, version: str | None, stage: str | None) -> Answer:
        question = "from list_events($repos, $artifact, $version, $stage)"
        return self._ask(question, repos=repos, artifact=artifact, version=version, stage=stage)
