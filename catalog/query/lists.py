"""What lists of the catalog hold: artifacts, versions, stages, repositories and what belongs to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from catalog.query.answer import Answer
from catalog.query.arguments import Between, Name, checked
from catalog.query.catalog_file import CatalogFile
from catalog.query.moments import Moment, between

MOST_DAYS = 36_500  # that `stats` looks back


@checked
class Lists(CatalogFile):
    """Questions that list what the catalog has."""

    def artifacts(
        self,
        *,
        repo: Name | None = None,
        type: Name | None = None,  # noqa: A002 - the column's name
        stage: Name | None = None,
        raw_stage: Name | None = None,
        deprecated: bool = False,
        since: Moment | None = None,
        until: Moment | None = None,
    ) -> Answer:
        """The view `artifacts`, and `stages`: the version in each stage. Deprecated ones on request.

        `repo` is a repository or the end of its name, `stage` a stage by any name that repos.toml or tags give it, `raw_stage` one as
        the tags spell it.
        """
        return self._ask(
            "from internal.list_artifacts($repos, $type, $stage, $deprecated, since := $since, until := $until, a_raw_stage := $raw_stage)",
            deprecated=deprecated,
            **self._names.filters(repo=repo, type_=type, stage=stage, raw_stage=raw_stage),
            **between(since, until),
        )

    def models(
        self,
        *,
        repo: Name | None = None,
        type: Name | None = None,  # noqa: A002 - the column's name
        stage: Name | None = None,
        raw_stage: Name | None = None,
        deprecated: bool = False,
        since: Moment | None = None,
        until: Moment | None = None,
    ) -> Answer:
        """The same as `artifacts`, of any type: what `catalog ls models` lists."""
        return self.artifacts(
            repo=repo, type=type, stage=stage, raw_stage=raw_stage, deprecated=deprecated, since=since, until=until
        )

    def datasets(
        self,
        *,
        repo: Name | None = None,
        stage: Name | None = None,
        raw_stage: Name | None = None,
        deprecated: bool = False,
        since: Moment | None = None,
        until: Moment | None = None,
    ) -> Answer:
        """The artifacts of type dataset."""
        return self.artifacts(
            repo=repo, type="dataset", stage=stage, raw_stage=raw_stage, deprecated=deprecated, since=since, until=until
        )

    def versions(
        self,
        *,
        repo: Name | None = None,
        type: Name | None = None,  # noqa: A002 - the column's name
        stage: Name | None = None,
        raw_stage: Name | None = None,
        deprecated: bool = False,
        since: Moment | None = None,
        until: Moment | None = None,
    ) -> Answer:
        """The view `versions`, and `ref`, the version's full name; on request those deregistered, or of deprecated artifacts."""
        return self._ask(
            "from internal.list_versions($repos, $type, $stage, $deprecated, since := $since, until := $until, a_raw_stage := $raw_stage)",
            deprecated=deprecated,
            **self._names.filters(repo=repo, type_=type, stage=stage, raw_stage=raw_stage),
            **between(since, until),
        )

    def stages(self, *, repo: Name | None = None) -> Answer:
        """The view `stages`: those in use or allowed in each repository."""
        return self._ask("from internal.list_stages($repos)", repos=self._names.repos(repo))

    def repos(self, *, repo: Name | None = None) -> Answer:
        """The table `repos`, with what the last visit took and how many artifacts and problems there are."""
        return self._ask("from internal.list_repos($repos)", repos=self._names.repos(repo))

    def problems(self, *, repo: Name | None = None) -> Answer:
        """The view `open_problems`: what could not be read and is to be mended."""
        return self._ask("from internal.list_problems($repos)", repos=self._names.repos(repo))

    def releases(self, *, repo: Name | None = None) -> Answer:
        """Tags that GTO does not use and whose commits were read, newest first within each repository."""
        return self._ask("from internal.list_releases($repos)", repos=self._names.repos(repo))

    def experiments(self, *, repo: Name | None = None) -> Answer:
        """DVC's experiments, newest first within each repository, with the versions that they began from."""
        return self._ask("from internal.list_experiments($repos)", repos=self._names.repos(repo))

    def teams(self, *, repo: Name | None = None) -> Answer:
        """Teams: folders of repositories on their hosts, and those that CODEOWNERS names, with how much each has."""
        return self._ask("from list_teams($repos)", repos=self._names.repos(repo))

    def people(self, *, repo: Name | None = None) -> Answer:
        """People: authors of registry tags, and owners by CODEOWNERS, with what they did and own. E-mail addresses are those of the tags."""
        return self._ask("from list_people($repos)", repos=self._names.repos(repo))

    def stats(
        self,
        *,
        repo: Name | None = None,
        stage: Name | None = None,
        raw_stage: Name | None = None,
        days: Annotated[int, Between(least=1, most=MOST_DAYS)] = 365,
    ) -> Answer:
        """The registry in numbers: what is in `stage`, how long, how far behind, without owner or metric; promotions, rollbacks, lead time.

        `stage` is prod where it is not given; each row has the `stage` and the `days` that it is about. With `raw_stage`, the stage that tags spell so, and only where they do. `query` of each
        row names the query of `catalog queries` that has the same rows for this stage and these days, or is None.
        """
        named = self._names.stage(stage or self._names.raw_stage(raw_stage) or "prod")
        question = "select * exclude (place) from internal.list_stats($repos, $stage, $days, a_raw_stage := $raw_stage)"
        return self._ask(question, repos=self._names.repos(repo), stage=named, raw_stage=raw_stage, days=days)

    def last_crawl(self) -> Answer:
        """The newest row of `crawls`, or none."""
        return self._ask("from internal.last_crawl()")

    def short_names(self) -> dict[str, str]:
        """For each artifact's full name, the shortest reference that means it alone."""
        return self._names.short()

    def known_names(self, names: Sequence[str]) -> set[str]:
        """Which of these full names of repositories, artifacts and versions mean something here: `show` takes them."""
        return {row[0] for row in self._ask("from internal.known_names($names)", names=list(names)).values}
