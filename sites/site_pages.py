"""Renders each page of a site from the facts of its catalog: what every template is given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property

from catalog.query.labels import UNREAD
from sites import urls
from sites.data.facts import Facts, Key
from sites.data.groups import NEWEST, GroupRows
from sites.data.rows import ArtifactRow, ProblemRow, RepositoryRow
from sites.pages import (
    ABOUT,
    COMPARE,
    CRAWL,
    DATASETS,
    HOME,
    LICENCES,
    LINEAGE,
    LISTED,
    MISSING,
    MODEL,
    MODEL_NAMES,
    MODELS,
    PEOPLE,
    REPO,
    REPOS,
    STATUS,
    TEAM,
    TEAMS,
    Page,
)
from sites.published import model_files
from sites.published.json_ld import json_ld
from sites.render import Renderer, licences
from sites.view_models import as_of, experiments, feeds, groups, overview
from sites.view_models.feeds import Feeds
from sites.view_models.lineage_lists import lineage_lists
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
from sites.view_models.problems import NO_PROBLEMS, by_commit, kind_lines, problem_groups
from sites.view_models.registry import (
    OUTCOMES,
    ArtifactLine,
    MainMetric,
    artifact_lines,
    event_lines,
    foremost,
    icon,
    main_metrics,
    stage_cards,
    version_lines,
)
from sites.view_models.repository import details as repository_details
from sites.view_models.repository import repository_lines
from sites.view_models.week import week

MOST_PROBLEMS = 300  # on the page of the status; each repository's page has all of its own


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
    ) -> None:
        """`lists`: reads the rows of lists, where a page shows them."""
        self._facts = facts
        self._of_lists = lists
        self._plots = plots_by_model
        self._news = news
        self._render = render
        self._site_url = site_url
        self._repositories = {r.repo: r for r in facts.repositories}
        self._forges = {r.repo: urls.repository_links(r.page, r.commit_pages) for r in facts.repositories}

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
        yield from self._lists(stale, list(lines.values()))
        if MISSING.pattern in stale:
            yield MISSING.pattern, self._missing()
        yield from self._models(stale)
        of_repo = _grouped(lines.values(), lambda line: line.repo)
        for repository in self._facts.repositories:
            if (path := urls.repository(repository.repo)) in stale:
                yield path, self._render(REPO, self._repository(repository, of_repo.get(repository.repo, [])))

    def _lists(self, stale: Collection[str], lines: list[ArtifactLine]) -> Iterator[tuple[str, bytes]]:
        """Path and bytes of those pages that tell of several repositories."""
        of_team = _grouped(lines, lambda line: urls.team_of(line.repo))
        teams = sorted(of_team.items())
        contexts: Mapping[Page, Callable[[], dict[str, object]]] = {
            HOME: self._home,
            MODELS: lambda: {
                "lines": lines[:LISTED],
                "teams": teams if len(lines) > LISTED else [],
                "metrics": self._main_metrics,
                "counts": self._facts.counts,
                "older": overview.attention(self._facts.repositories, 0).older,
            },
            DATASETS: lambda: {"datasets": groups.dataset_lines(self._of_lists.datasets())},
            TEAMS: lambda: {
                "teams": groups.team_lines(self._of_lists.teams(), of_team.keys()),
                "without_team": len(of_team.get("", ())),
            },
            PEOPLE: lambda: {"people": groups.person_lines(self._of_lists.people())},
            REPOS: lambda: {"repositories": repository_lines(self._facts.repositories, of_team)},
            STATUS: self._status,
            CRAWL: dict,
            COMPARE: dict,
            LINEAGE: lambda: {"lists": lineage_lists(self._of_lists.users())},
            ABOUT: dict,
            LICENCES: lambda: {"licences": licences()},
        }
        for page, context in contexts.items():
            if page.pattern in stale:
                yield page.pattern, self._render(page, context())
        for team, own in teams:
            if (path := urls.team(team)) in stale:
                yield path, self._render(TEAM, self._team(team, own))
        if MODEL_NAMES in stale:
            yield MODEL_NAMES, model_data.names((a.repo, a.artifact, a.id) for a in self._facts.artifacts)

    def _missing(self) -> bytes:
        """The page that a server shows at any address: without `site_url` it has to find its way home."""
        search: dict[str, object] = {
            name: self._render.inline(f"404.{kind}")
            for name, kind in (("inline_style", "css"), ("inline_script", "js"))
        }
        return self._render(MISSING, {} if self._site_url else search, root=urls.absolute_root(self._site_url))

    def _models(self, stale: Collection[str]) -> Iterator[tuple[str, bytes]]:
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
    def _main_metrics(self) -> dict[Key, MainMetric]:
        return main_metrics(self._of_lists.models())

    @cached_property
    def _lines(self) -> dict[Key, ArtifactLine]:
        return artifact_lines(self._facts)

    def _home(self) -> dict[str, object]:
        facts, production = self._facts, self._of_lists.production()
        return {
            "in_prod": production[0].in_prod,
            "are_behind": production[0].are_behind,
            "behind": overview.behind(production),
            "trend": overview.trend(self._of_lists.weeks()),
            "counts": facts.counts,
            "tiles": overview.tiles(facts.types),
            "stages": overview.stage_bars(facts.stages),
            "attention": overview.sentences(overview.of_artifacts(facts.repositories)),
            "week": week(self._of_lists.week()),
            "recent": event_lines(facts.recent),
            "feeds": self._news.in_general(),
        }

    def _team(self, team: str, lines: list[ArtifactLine]) -> dict[str, object]:
        folders = sorted({line.repo.rpartition("/")[0] for line in lines})
        news = [event for folder in folders for event in self._of_lists.news.get(folder, [])]
        return {
            "team": team,
            "lines": lines,
            "metrics": self._main_metrics,
            "matrix": groups.matrix(lines, self._facts.assignments),
            "shares": groups.shares(lines, self._of_lists.completeness),
            "events": event_lines(sorted(news, key=lambda event: event.created_at, reverse=True)[:NEWEST]),
            "feeds": self._news.of(*dict.fromkeys(feeds.of_organisation(line.repo) for line in lines)),
        }

    def _status(self) -> dict[str, object]:
        failed = [r for r in self._facts.repositories if r.stale]
        every = [problem for problems in self._facts.problems.values() for problem in problems]
        return {
            "summary": as_of.summary(self._facts.crawls),
            "last_crawls": as_of.listed(self._facts.crawls),
            "failed": failed,
            "outcomes": OUTCOMES,
            "kinds": kind_lines(every),
            "groups": problem_groups(every, self._forges, MOST_PROBLEMS),
            "problem_count": len(every),
            "most": MOST_PROBLEMS,
        }

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
            "plots": self._plots.get(key),
            "unread": [(file, UNREAD.get(file.status, file.status)) for file in unread if file.role != "plots"],
            "undrawn": Counter(UNREAD.get(file.status, file.status) for file in unread if file.role == "plots"),
            "card": card,
            **cards.context(card, links, images),
            "other_cards": cards.others(card, facts.stage_cards.get(key, []), assignments, links, images),
            "picture": stage_timeline.stage_timeline(*past),
            "timeline": history.history(*past),
            "usages": usages(artifact, repository, assignments, facts.commands.get(key, []), links_of),
            "remarks": remarks(lookups),
        }


def _grouped(lines: Iterable[ArtifactLine], key: Callable[[ArtifactLine], str]) -> dict[str, list[ArtifactLine]]:
    groups: dict[str, list[ArtifactLine]] = {}
    for line in lines:
        groups.setdefault(key(line), []).append(line)
    return groups
