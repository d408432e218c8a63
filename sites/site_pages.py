"""Renders each page of a site from the facts of its catalog: what the templates of artifacts and repositories are given, and all others by `sites.list_pages`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import cached_property

from catalog.query.labels import UNREAD
from sites import urls
from sites.data.facts import Facts, Key
from sites.data.groups import GroupRows
from sites.data.rows import ArtifactRow, ProblemRow, RepositoryRow
from sites.list_pages import ListPages, grouped
from sites.pages import MISSING, MODEL, REPO
from sites.published import model_files
from sites.published.json_ld import json_ld
from sites.render import Renderer
from sites.view_models import experiments, feeds, overview
from sites.view_models.feeds import Feeds
from sites.view_models.model import (
    badges,
    cards,
    history,
    metrics,
    model_data,
    plots,
    stage_timeline,
    version_details,
    version_table,
)
from sites.view_models.model.commands import plain_id, remarks, usages
from sites.view_models.model.plots import Plots
from sites.view_models.model.summary import summary
from sites.view_models.model.used_by import used_by
from sites.view_models.problems import NO_PROBLEMS, by_commit, problem_groups
from sites.view_models.registry import (
    OUTCOMES,
    ArtifactLine,
    artifact_lines,
    foremost,
    icon,
    stage_cards,
    version_lines,
)
from sites.view_models.repository import details as repository_details


class SitePages:
    """The pages of one catalog, rendered one by one as they are asked for."""

    def __init__(
        self,
        facts: Facts,
        plots_by_model: Mapping[Key, Plots],
        news: Feeds,
        render: Renderer,
        site_url: str | None,
        lists: GroupRows,
        host: str = "",
    ) -> None:
        """`lists`: reads the rows of lists, where a page shows them; `host`: with what the names of all repositories begin, which lists leave out."""
        self._facts = facts
        self._plots = plots_by_model
        self._news = news
        self._render = render
        self._site_url = site_url
        self._repositories = {r.repo: r for r in facts.repositories}
        self._forges = {r.repo: urls.repository_links(r.page, r.commit_pages) for r in facts.repositories}
        self.lists = ListPages(facts, news, render, lists, self._forges, host)

    def images(self) -> dict[str, tuple[str, ...]]:
        """The paths of the images of each page that has some."""
        of_cards = self._facts.card_images
        every = {
            key: plots.paths(self._plots.get(key)) + cards.paths(of_cards.get(key, []))
            for key in sorted({*self._plots, *of_cards})
        }
        return {urls.model(*key): tuple(sorted({*paths})) for key, paths in every.items() if paths}

    def pages(self, stale: Collection[str]) -> Iterator[tuple[str, bytes]]:
        """Path and bytes of those pages that are among these paths."""
        if not stale:
            return
        lines = self._lines
        yield from self.lists.pages(stale, [*lines.values()])
        if MISSING.pattern in stale:
            yield MISSING.pattern, self._missing()
        yield from self.models(stale)
        of_repo = grouped(lines.values(), lambda line: line.repo)
        for repository in self._facts.repositories:
            if (path := urls.repository(repository.repo)) in stale:
                yield path, self._render(REPO, self._repository(repository, of_repo.get(repository.repo, [])))

    def _missing(self) -> bytes:
        """The page that a server shows at any address: without `site_url` it has to find its way home."""
        search: dict[str, object] = {
            name: self._render.inline(f"404.{kind}")
            for name, kind in (("inline_style", "css"), ("inline_script", "js"))
        }
        return self._render(MISSING, {} if self._site_url else search, root=urls.absolute_root(self._site_url))

    def models(self, stale: Collection[str]) -> Iterator[tuple[str, bytes]]:
        """Path and bytes of the pages of artifacts, and of the scripts with their data, that are among these paths."""
        for artifact in sorted(self._facts.artifacts, key=lambda row: (row.repo, row.artifact)):
            yield from model_files.of_model(self._facts, artifact, stale)
            if (path := urls.model(artifact.repo, artifact.artifact)) in stale:
                yield path, self._render(MODEL, self._model(artifact))
            if (path := urls.model_data(artifact.repo, artifact.artifact)) in stale:
                plots_of_model = self._plots.get((artifact.repo, artifact.artifact))
                problems = self._problems.get(artifact.repo, NO_PROBLEMS)
                links = self._forges.get(artifact.repo)
                yield path, model_data.model_data(self._facts, artifact, plots_of_model, problems, links)

    @cached_property
    def _problems(self) -> dict[str, dict[str, list[ProblemRow]]]:
        """The problems of each repository, by commit."""
        return {repo: by_commit(rows) for repo, rows in self._facts.problems.items()}

    @cached_property
    def _lines(self) -> dict[Key, ArtifactLine]:
        return artifact_lines(self._facts)

    def _repository(self, repository: RepositoryRow, artifacts: list[ArtifactLine]) -> dict[str, object]:
        links = self._forges[repository.repo]
        return {
            "repository": repository,
            "original": urls.repository(repository.copy_of) if repository.copy_of else "",
            "feeds": self._news.of(feeds.repository(repository.repo)),
            "outcome": OUTCOMES[repository.outcome],
            "forge": links,
            "lines": artifacts,
            "experiments": experiments.experiment_table(self._facts, repository.repo, links),
            **repository_details(self._facts.details, repository.repo),
            "releases": version_details.release_lines(self._facts.releases.get(repository.repo, []), links),
            "groups": problem_groups(self._facts.problems.get(repository.repo, []), self._forges),
        }

    def _model(self, artifact: ArtifactRow) -> dict[str, object]:
        key = (artifact.repo, artifact.artifact)
        facts, links = self._facts, self._forges.get(artifact.repo)
        repository = self._repositories.get(artifact.repo)
        assignments = facts.assignments.get(key, [])
        lookups = facts.lookups.get(key, [])
        versions = version_lines(facts.versions.get(key, []), assignments, links)
        card = next(iter(facts.cards.get(key, [])), None)
        images = facts.card_images.get(key, [])
        storage = version_details.storage_of(facts, key)
        links_of = {at: its.link for at, its in storage.items() if its.link}
        begun = version_details.begun_from(facts.experiments.get(artifact.repo, []), artifact.id)
        past = (facts.events.get(key, []), facts.terms.get(key, []), facts.gone_tags.get(key, []))
        unread, measured = facts.unread.get(key, []), facts.metrics.get(key, [])
        plots_of_model = self._plots.get(key)
        return {
            "artifact": artifact,
            "is_dataset": (artifact.type or "").lower() in overview.DATASETS,
            "summary": summary(artifact, assignments),
            "data": urls.model_data(*key),
            "json_ld": json_ld(artifact, self._site_url),
            "record": urls.record(*key).rpartition("/")[2],  # beside the page
            "feeds": self._news.of(feeds.model(*key)),
            "badges": badges.badges(artifact, assignments, self._site_url),
            "plain_id": plain_id(artifact),
            "icon": icon(artifact.type),
            "repository": repository,
            "forge": links,
            "cards": stage_cards(assignments, links),
            "table": version_table.version_table(versions, measured, storage),
            "details": version_details.version_details(
                facts, key, versions, storage, foremost(assignments), self._problems.get(artifact.repo, NO_PROBLEMS)
            ),
            "used_by": used_by(facts, artifact, assignments),
            "metrics": metrics.metrics(measured, versions, assignments),
            "baseline": metrics.baseline(assignments) if measured else "",
            "stage_metrics": metrics.stage_metrics(measured, assignments),
            "begun": version_details.experiment_lines(begun, links),
            "begun_of": len(facts.experiments.get(artifact.repo, [])),
            "plots": plots_of_model if plots_of_model and plots_of_model.figures else None,
            "unread": [(file, UNREAD.get(file.status, file.status)) for file in unread if file.role != "plots"],
            "undrawn": Counter(UNREAD.get(file.status, file.status) for file in unread if file.role == "plots"),
            "card": card,
            **cards.context(card, links, images),
            "other_cards": cards.others(card, facts.stage_cards.get(key, []), assignments, links, images),
            "stage_timeline": stage_timeline.stage_timeline(*past),
            "history": history.history(*past),
            "usages": usages(artifact, repository, assignments, facts.commands.get(key, []), links_of),
            "remarks": remarks(lookups),
        }
