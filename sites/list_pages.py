"""Renders the pages about several repositories (home, lists, teams, status), and pages that follow from no row."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property

from sites import urls
from sites.data.facts import Facts, Key
from sites.data.groups import NEWEST, GroupRows
from sites.pages import (
    ABOUT,
    COMPARE,
    CRAWL,
    DATASETS,
    HOME,
    LICENCES,
    LINEAGE,
    LISTED,
    MODEL_NAMES,
    MODELS,
    PEOPLE,
    REPOS,
    STATUS,
    TEAM,
    TEAMS,
    Page,
)
from sites.render import Renderer, licences
from sites.urls import RepositoryLinks
from sites.view_models import as_of, feeds, groups, overview
from sites.view_models.feeds import Feeds
from sites.view_models.lineage_lists import lineage_lists
from sites.view_models.model import model_data
from sites.view_models.problems import kind_lines, problem_groups, unread
from sites.view_models.registry import ArtifactLine, MainMetric, event_lines, main_metrics
from sites.view_models.repository import repository_lines
from sites.view_models.week import week

MOST_PROBLEMS = 300  # on the page of the status; each repository's page has all of its own


class ListPages:
    """The lists of one catalog, rendered one by one as they are asked for."""

    def __init__(
        self,
        facts: Facts,
        news: Feeds,
        render: Renderer,
        rows: GroupRows,
        forges: Mapping[str, RepositoryLinks | None],
        host: str,
    ) -> None:
        """`rows`: reads the rows of lists; `forges`: the links of each repository to its forge; `host`: with what the names of all repositories begin."""
        self._facts = facts
        self._news = news
        self._render = render
        self._of_lists = rows
        self._forges = forges
        self._host = host

    def pages(self, stale: Collection[str], lines: list[ArtifactLine]) -> Iterator[tuple[str, bytes]]:
        """Path and bytes of those pages that are among these paths. `lines`: the artifacts, in the order of lists."""
        of_team = grouped(lines, lambda line: urls.team_of(line.repo))
        teams = sorted(of_team.items())
        contexts: Mapping[Page, Callable[[], dict[str, object]]] = {
            HOME: self._home,
            MODELS: lambda: {
                "lines": lines[:LISTED],
                "teams": teams if len(lines) > LISTED else [],
                "metrics": self._main_metrics,
                "counts": self._facts.counts,
                "older": len(overview.attention(self._facts.repositories, 0).older),
            },
            DATASETS: lambda: {"datasets": groups.dataset_lines(self._of_lists.datasets())},
            TEAMS: lambda: {
                "teams": groups.team_lines(self._of_lists.teams(), of_team.keys()),
                "without_team": len(of_team.get("", ())),
            },
            PEOPLE: lambda: {"people": groups.person_lines(self._of_lists.people(), self._news)},
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
                yield page.pattern, self._render(page, {"host": self._host, **context()})
        for team, own in teams:
            if (path := urls.team(team)) in stale:
                yield path, self._render(TEAM, self._team(team, own))
        if MODEL_NAMES in stale:
            yield MODEL_NAMES, model_data.names((a.repo, a.artifact, a.id) for a in self._facts.artifacts)

    @cached_property
    def _main_metrics(self) -> dict[Key, MainMetric]:
        return main_metrics(self._of_lists.models())

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
            "attention": overview.sentences(overview.of_artifacts(facts.repositories, self._of_lists.model_problems())),
            "week": week(self._of_lists.week()),
            "feeds": self._news.of_stages(),
        }

    def _team(self, team: str, lines: list[ArtifactLine]) -> dict[str, object]:
        folders = sorted({line.repo.rpartition("/")[0] for line in lines})
        news = [event for folder in folders for event in self._of_lists.news.get(folder, [])]
        return {
            "team": team,
            "host": self._host,
            "lines": lines,
            "metrics": self._main_metrics,
            "matrix": groups.matrix(lines, self._facts.assignments),
            "shares": groups.shares(lines, self._of_lists.completeness),
            "events": event_lines(sorted(news, key=lambda event: event.created_at, reverse=True)[:NEWEST]),
            "feeds": self._news.of(feeds.team_feed(team)),
        }

    def _status(self) -> dict[str, object]:
        every = [problem for problems in self._facts.problems.values() for problem in problems]
        return {
            "summary": as_of.summary(self._facts.crawls),
            "last_crawls": as_of.listed(self._facts.crawls),
            "failed": unread(self._facts.repositories),
            "kinds": kind_lines(every),
            "groups": problem_groups(every, self._forges, MOST_PROBLEMS),
            "problem_count": len(every),
            "most": MOST_PROBLEMS,
        }


def grouped(lines: Iterable[ArtifactLine], key: Callable[[ArtifactLine], str]) -> dict[str, list[ArtifactLine]]:
    """The lines that have the same key together."""
    groups: dict[str, list[ArtifactLine]] = {}
    for line in lines:
        groups.setdefault(key(line), []).append(line)
    return groups
