"""The Python API: `with Catalog.open() as catalog: catalog.show("churn#prod").rows`. The command line uses it, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

from catalog.errors import InvalidArgument, Misuse, NotFound
from catalog.query.answer import Answer, SqlError, select
from catalog.query.arguments import Between, Count, Name, checked
from catalog.query.catalog_file import CatalogFile
from catalog.query.cloud_events import BEGINNING, check, place
from catalog.query.content_hash import FEWEST_DIGITS, HASH, content_hashes
from catalog.query.reference import moment
from catalog.query.search.answers import FacetAnswer, SearchAnswer
from catalog.query.time_range import Edge, Memory, crawl_range, joined, range_note, suspect_clocks

__all__ = ["Answer", "Catalog", "FacetAnswer", "SearchAnswer", "SqlError"]

MOST_STEPS = 100  # of lineage: a longer chain is not a pipeline


@checked
class Catalog(CatalogFile):
    """A catalog, open for reading. Each method is a question and gives an `Answer`; several threads may ask at once.

    NotFound where a name means nothing here, Ambiguous (with `candidates`) where it means several things, Misuse for an invalid
    reference or date, StoreError where the file cannot be read.
    """

    def artifacts(
        self,
        *,
        repo: Name | None = None,
        type: Name | None = None,  # noqa: A002 - the column's name
        stage: Name | None = None,
        deprecated: bool = False,
    ) -> Answer:
        """The view `artifacts`, and `stages`: the version in each stage. Deprecated ones on request.

        `repo` is a repository or the end of its name, `stage` a stage by any name that repos.toml or tags give it.
        """
        return self._ask(
            "from list_artifacts($repos, $type, $stage, $deprecated)",
            repos=self._names.repos(repo),
            type=self._names.type(type),
            stage=self._names.stage(stage),
            deprecated=deprecated,
        )

    def versions(
        self,
        *,
        repo: Name | None = None,
        type: Name | None = None,  # noqa: A002 - the column's name
        stage: Name | None = None,
        deprecated: bool = False,
    ) -> Answer:
        """The view `versions`, and `ref`, the version's full name; on request those deregistered, or of deprecated artifacts."""
        return self._ask(
            "from list_versions($repos, $type, $stage, $deprecated)",
            repos=self._names.repos(repo),
            type=self._names.type(type),
            stage=self._names.stage(stage),
            deprecated=deprecated,
        )

    def stages(self, *, repo: Name | None = None) -> Answer:
        """The view `stages`: those in use or allowed in each repository."""
        return self._ask("from list_stages($repos)", repos=self._names.repos(repo))

    def repos(self, *, repo: Name | None = None) -> Answer:
        """The table `repos`, with what the last visit took and how many artifacts and problems there are."""
        return self._ask("from list_repos($repos)", repos=self._names.repos(repo))

    def problems(self, *, repo: Name | None = None) -> Answer:
        """The view `open_problems`: what could not be read and is to be mended."""
        return self._ask("from list_problems($repos)", repos=self._names.repos(repo))

    def releases(self, *, repo: Name | None = None) -> Answer:
        """Tags that GTO does not use and whose commits were read, newest first within each repository."""
        return self._ask("from list_releases($repos)", repos=self._names.repos(repo))

    def last_crawl(self) -> Answer:
        """The newest row of `crawls`, or none."""
        return self._ask("from last_crawl()")

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

    def show(self, ref: str | None = None) -> Answer:
        """What `ref` names, as one row: an artifact (with `assignments` and `all_versions`), or a version (with `assignments`).

        Where it names neither, a repository (with `all_artifacts`); else the rows that `identify` has of a commit, a hash or the
        beginning of one. Without `ref`, the artifacts that are not deprecated.
        """
        if ref is None:
            return self.artifacts()
        try:
            artifact, reference = self._names.artifact(ref)
        except NotFound:
            if (repo := self._names.repo(ref)) is not None:
                return self._ask("from show_repo($repo)", repo=repo)
            if HASH.fullmatch(ref.strip()) and (identified := self.identify(ref.strip())).values:
                return identified
            raise
        if reference.version is None and reference.stage is None:
            return self._ask(
                "from show_artifact($repo, $artifact)", repo=artifact["repo"], artifact=artifact["artifact"]
            )
        return self._ask(
            "from show_version($repo, $artifact, $version, $commit)", **self._names.version(artifact, reference)
        )

    def resolve(self, ref: str | None = None, *, tag: Name | None = None, repo: Name | None = None) -> Answer:
        """The one version that `ref` means (the latest, where it names none), as one row: its commit, tag, hash, size and addresses.

        With `tag` instead, what that registry tag did, and the version that it names: the answer of `gto check-ref`. `repo` says of
        which repository the tag is. `note` says where `dvc artifacts get` would take another commit.
        """
        from catalog.query.resolution import (
            resolve_reference,
            resolve_tag,
        )  # imported late: `show` resolves nothing more

        if (ref is None) == (tag is None):
            raise Misuse("resolve takes a reference or a tag, one of the two")
        if tag is not None:
            return resolve_tag(self._ask, tag, self._names.repos(repo))
        return resolve_reference(self._ask, self._names, str(ref))

    def metrics(self, ref: str, *, all_versions: bool = False) -> Answer:
        """The metrics of a version (without one in `ref`, the latest), or of all versions of its artifact.

        `direction` is `higher` or `lower`: what repos.toml, or else the metric's name, says is better. `of_project`: it
        is of the project, not of this artifact.
        """
        return self._ask(
            "from list_metrics($repo, $artifact, $version, $commit)", **self._wanted(ref, all_versions=all_versions)
        )

    def params(self, ref: str, *, all_versions: bool = False) -> Answer:
        """The parameters of a version (without one in `ref`, the latest), or of all versions of its artifact."""
        return self._ask(
            "from list_params($repo, $artifact, $version, $commit)", **self._wanted(ref, all_versions=all_versions)
        )

    def unread(
        self, ref: str, role: Literal["metrics", "params", "plots"] = "metrics", *, all_versions: bool = False
    ) -> Answer:
        """The files with measures of that role that could not be read; `status` says why, `in-dvc` for example."""
        question = "from list_unread($repo, $artifact, $version, $commit, $role)"
        return self._ask(question, role=role, **self._wanted(ref, all_versions=all_versions))

    def compare(self, *refs: str, baseline: Count = 1, changed: bool = False) -> Answer:
        """Versions beside each other: for each thing that any of them states, one row for each version.

        `delta` is the difference from the version at place `baseline` (from 1); `best` marks the best number where
        something says what is better; numbers of the project, not of the artifact (`of_project`), do not count. With `changed`, only what is not the same in all.
        """
        if not refs:
            raise InvalidArgument("refs", "()", "at least one reference")
        if baseline > len(refs):
            expected = f"a whole number from 1 to {len(refs)}, the place of a reference"
            raise InvalidArgument("baseline", str(baseline), expected)
        wanted = [self._wanted(ref, all_versions=False) for ref in refs]
        lists = {f"{key}s": [version[key] for version in wanted] for key in ("repo", "artifact", "version", "commit")}
        question = (
            "from list_compared($repos, $artifacts, $versions, $commits, $baseline) where differs or not $changed"
        )
        return self._ask(question, baseline=baseline, changed=changed, **lists)

    def reference(self, ref: str) -> str:
        """The full name of the version that `ref` means: `host/owner/name:artifact@version`."""
        version = self._wanted(ref, all_versions=False)
        return f"{version['repo']}:{version['artifact']}@{version['version']}"

    def repository(self, ref: str) -> str:
        """The full name of the repository that `ref`, of an artifact or a version, is in."""
        return str(self._names.artifact(ref)[0]["repo"])

    def lineage(
        self, ref: str, *, down: bool = False, depth: Annotated[int, Between(least=1, most=MOST_STEPS)] = 10
    ) -> Answer:
        """What a version is made from, or with `down` what is made from it: edges up to `depth` steps away, the nearest first."""
        version = self._wanted(ref, all_versions=False)
        question = f"from {'downstream' if down else 'upstream'}($repo, $artifact, $version, $depth)"
        return self._ask(
            question, repo=version["repo"], artifact=version["artifact"], version=version["version"], depth=depth
        )

    def identify(self, content: str | Path | Sequence[str]) -> Answer:
        """The versions, outputs and dependencies with a content: a hash, a commit or the beginning of one, several, or a `Path` to hash."""
        found = content_hashes(content).values() if isinstance(content, Path) else content
        hashes = [found] if isinstance(found, str) else [*found]
        for digits in hashes:
            if len(digits) < FEWEST_DIGITS:
                expected = f"a Path, or {FEWEST_DIGITS} or more digits of a hash or commit"
                raise InvalidArgument("content", repr(digits), expected)
        return self._ask("from identify_hashes($hashes)", hashes=sorted({*hashes}))

    def experiments(self, *, repo: Name | None = None) -> Answer:
        """DVC's experiments, newest first within each repository, with the versions that they began from."""
        return self._ask("from list_experiments($repos)", repos=self._names.repos(repo))

    def stages_at(
        self, when: datetime | date | str, stage: Name | None = None, *, known_at: Edge | None = None
    ) -> Answer:
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

    def sql(self, text: str, /, **parameters: object) -> Answer:
        """One SELECT; `$name` in it stands for a parameter. SqlError where DuckDB, or we, will not have it."""
        return select(self._connection, text, parameters, self._bounds)

    def search(self, query: str, *, limit: Count | None = 20) -> SearchAnswer:
        """What a query finds, the best first: artifacts, or with `is:version` versions. docs/search.md has the language.

        `why` in each row is the piece of text, or the field, by which it was found. At most `limit` rows, or all with None; `total` of
        the answer says how many there are, `note` what was searched instead. QueryError, which points at the column, for a wrong query.
        """
        from catalog.query.search.ask import search  # imported late: `show` searches nothing

        return search(self._ask, query, limit)

    def facets(self, query: str = "", *, fields: Sequence[str] = ()) -> FacetAnswer:
        """How many of the artifacts (or versions) that `search` finds have which `value` of which `field`; errors and `note` as there."""
        from catalog.query.search.ask import facets

        return facets(self._ask, query, fields)

    def short_names(self) -> dict[str, str]:
        """For each artifact's full name, the shortest reference that means it alone."""
        return self._names.short()

    def known_names(self, names: Sequence[str]) -> set[str]:
        """Which of these full names of repositories, artifacts and versions mean something here: `show` takes them."""
        return {row[0] for row in self._ask("from known_names($names)", names=list(names)).values}

    def _wanted(self, ref: str, *, all_versions: bool) -> dict[str, str | None]:
        artifact, reference = self._names.artifact(ref)
        if all_versions:
            return {"repo": artifact["repo"], "artifact": artifact["artifact"], "version": None, "commit": None}
        return self._names.version(artifact, reference)

    def _events(self, repos: list[str] | None, artifact: str | None, version: str | None, stage: str | None) -> Answer:
        question = "from list_events($repos, $artifact, $version, $stage)"
        return self._ask(question, repos=repos, artifact=artifact, version=version, stage=stage)
