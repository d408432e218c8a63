"""Builds the static site from catalog.duckdb alone: the same catalog gives the same bytes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from time import perf_counter

from catalog.database import database as catalog_database
from catalog.privacy.emails import Mask, hide
from catalog.query.labels import UNREAD
from sites import output as site_folder
from sites import urls
from sites.data.facts import Facts, Key, read
from sites.data.masking import MaskedConnection
from sites.data.rows import ArtifactRow, RepositoryRow
from sites.pages import CRAWL, HOME, MISSING, MODEL, MODELS, REPO, REPOS
from sites.render import Renderer, assets
from sites.view_models import as_of, feeds, plots, version_details
from sites.view_models.commands import plain_id, remarks, snippets
from sites.view_models.feeds import Feeds
from sites.view_models.plots import Plots
from sites.view_models.registry import (
    OUTCOMES,
    ArtifactLine,
    artifact_lines,
    event_lines,
    icon,
    problem_lines,
    stage_cards,
    stage_period_lines,
    version_lines,
)

OPEN = 8  # events, and stays in stages, of an artifact that are in sight
MOST = 10  # events, with those that are a click away; `catalog history` has all
MOST_VERSIONS = 24  # of an artifact, each with a row of its own, besides those in a stage
MOST_PROBLEMS = 300  # on the page of the crawl; each repository's page has all of its own


@dataclass(frozen=True, kw_only=True, slots=True)
class SiteReport:
    """What a build made: pages of the site, files written, left as they were and removed; and the seconds that it took."""

    pages: int
    written: int
    unchanged: int
    removed: int
    seconds: float


def build(database: Path, folder: Path, *, title: str, site_url: str | None = None, mask: Mask = hide) -> SiteReport:
    """Makes the site of a catalog in `folder`; NotFound where there is no catalog, StoreError where the disk or a file is in the way.

    `mask` says what becomes of e-mail addresses. `site_url` is where the site will be, for what cannot know where it is shown from: the page 404.html, and feeds.
    """
    clock = perf_counter()
    with closing(catalog_database.connect(database, max_memory=catalog_database.FOR_ALL)) as unmasked:
        connection = MaskedConnection(unmasked, mask)
        facts = read(connection)
        drawn = plots.read(connection, facts)
        news = Feeds(facts, title, site_url)
        site = _Site(facts, drawn, news, title, site_url)
        static = assets()
        done = site_folder.write_site(
            folder,
            chain(static.items(), plots.images(connection, drawn, folder), site.pages(), news.files()),
            [*static, *plots.paths(drawn), *site.paths(), *news.paths()],
        )
    return SiteReport(
        pages=len(site.paths()),
        written=done.written,
        unchanged=done.unchanged,
        removed=done.removed,
        seconds=round(perf_counter() - clock, 3),
    )


class _Site:
    """The pages of one catalog, rendered one by one as they are asked for."""

    def __init__(self, facts: Facts, drawn: Mapping[Key, Plots], news: Feeds, title: str, site_url: str | None) -> None:
        self._facts = facts
        self._drawn = drawn
        self._news = news
        self._render = Renderer(title)
        self._site_url = site_url
        self._lines = artifact_lines(facts)
        self._repositories = {r.repo: r for r in facts.repositories}
        self._forges = {r.repo: urls.repository_links(r.url) for r in facts.repositories}

    def paths(self) -> list[str]:
        """Where the pages lie, from the root of the site."""
        single = [page.pattern for page in (HOME, MODELS, REPOS, CRAWL, MISSING)]
        models = [line.path for line in self._lines.values()]
        return [*single, *models, *(urls.repository(repo) for repo in self._repositories)]

    def pages(self) -> Iterator[tuple[str, bytes]]:
        """Path and bytes of every page."""
        everything = list(self._lines.values())
        yield HOME.pattern, self._render(HOME, self._home())
        yield MODELS.pattern, self._render(MODELS, {"lines": everything, "counts": self._facts.counts})
        yield REPOS.pattern, self._render(REPOS, {"repositories": self._facts.repositories, "outcomes": OUTCOMES})
        yield CRAWL.pattern, self._render(CRAWL, self._crawl())
        yield MISSING.pattern, self._render(MISSING, {}, root=urls.absolute_root(self._site_url))
        for artifact in sorted(self._facts.artifacts, key=lambda row: (row.repo, row.artifact)):
            line = self._lines[artifact.repo, artifact.artifact]
            yield line.path, self._render(MODEL, self._model(artifact))
        of_repo: dict[str, list[ArtifactLine]] = {}
        for line in everything:
            of_repo.setdefault(line.repo, []).append(line)
        for repository in self._facts.repositories:
            context = self._repository(repository, of_repo.get(repository.repo, []))
            yield urls.repository(repository.repo), self._render(REPO, context)

    def _home(self) -> dict[str, object]:
        facts = self._facts
        return {
            "counts": facts.counts,
            "types": facts.types,
            "stages": facts.stages,
            "recent": event_lines(facts.recent),
            "last_crawl": as_of.at_home(facts.crawls),
            "feeds": self._news.in_general(),
        }

    def _crawl(self) -> dict[str, object]:
        failed = [r for r in self._facts.repositories if r.stale]
        every = [problem for problems in self._facts.problems.values() for problem in problems]
        return {
            "summary": as_of.summary(self._facts.crawls),
            "last_crawls": as_of.listed(self._facts.crawls),
            "failed": failed,
            "outcomes": OUTCOMES,
            "problems": problem_lines(every[:MOST_PROBLEMS], self._forges),
            "problem_count": len(every),
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
            "experiments": version_details.experiment_lines(self._facts.experiments.get(repository.repo, []), links),
            "releases": version_details.release_lines(self._facts.releases.get(repository.repo, []), links),
            "problems": problem_lines(self._facts.problems.get(repository.repo, []), self._forges),
        }

    def _model(self, artifact: ArtifactRow) -> dict[str, object]:
        key = (artifact.repo, artifact.artifact)
        facts, links = self._facts, self._forges.get(artifact.repo)
        repository = self._repositories.get(artifact.repo)
        assignments = facts.assignments.get(key, [])
        lookups = facts.lookups.get(key, [])
        events = event_lines(facts.events.get(key, []))
        terms = stage_period_lines(facts.terms.get(key, []))
        versions = version_lines(facts.versions.get(key, []), assignments, links)
        storage = version_details.storage_of(facts, key)
        unread = facts.unread.get(key, [])
        return {
            "artifact": artifact,
            "feeds": self._news.of(feeds.model(*key), feeds.repository(artifact.repo)),
            "plain_id": plain_id(artifact),
            "icon": icon(artifact.type),
            "repository": repository,
            "forge": links,
            "cards": stage_cards(assignments, links),
            "versions": [v for place, v in enumerate(versions) if place < MOST_VERSIONS or v.stages],
            "olds": [v for v in versions[MOST_VERSIONS:] if not v.stages],
            "bytes_of": storage,
            "made": version_details.version_details(facts, key, versions, storage),
            "metrics": version_details.metrics(facts, key, versions),
            "begun": version_details.begun_from(facts.experiments.get(artifact.repo, []), artifact.id),
            "plots": self._drawn.get(key),
            "unread": [(file, UNREAD.get(file.status, file.status)) for file in unread if file.role != "plots"],
            "undrawn": Counter(UNREAD.get(file.status, file.status) for file in unread if file.role == "plots"),
            "card": next(iter(facts.cards.get(key, [])), None),
            "terms": terms[:OPEN],
            "more_terms": len(terms[OPEN:]),
            "events": events[:OPEN],
            "older": events[OPEN:MOST],
            "more_events": len(events[MOST:]),
            "snippets": snippets(artifact, repository, assignments, facts.commands.get(key, [])),
            "remarks": remarks(lookups),
        }
