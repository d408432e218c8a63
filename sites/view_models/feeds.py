"""Feeds of registry events, and of tags that were deleted or rewritten: Atom (RFC 4287) for everything, a team, a repository, a model, a stage, a kind of event, a person, and signed tags; and JSON Feed (1.1) for those of several repositories.

A model has a feed as Atom alone: a second format would be ten thousand more files for ten thousand models. An entry is the same in every feed, so each is rendered once. Which entries a feed has is decided in `catalog/database/sql/site/feeds.sql`.
No clock is read: an entry was published when its tag says, and updated when the catalog first saw it; a feed was updated when its last entry was.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple
from urllib.parse import quote, urlencode
from uuid import NAMESPACE_URL, uuid5

from markupsafe import Markup

from catalog.naming import slug
from sites import urls
from sites.data.former import MovedRow
from sites.data.page_inputs import NewsOfArtifact, PageInputsRow
from sites.data.rows import NewsRow
from sites.pages import ACTIVITY, HOME
from sites.render import environment
from sites.view_models.feed_entries import clean, modified, rendered, time
from sites.view_models.registry import VERBS

ALL, SIGNED = "feeds/all", "feeds/signed"

_FEEDS = uuid5(NAMESPACE_URL, "urn:federated-model-catalog:feed")
KINDS = {**VERBS, "rewritten_tag": "tag rewritten", "deleted_tag": "tag deleted"}
_OF_TAGS = {
    "deleted_tag": "deleted registry tags",
    "rewritten_tag": "rewritten registry tags",
}  # activity has others, too
_NEVER = datetime(1970, 1, 1)  # noqa: DTZ001 - as all times of the catalog: UTC without saying so
_TEAMS, _STAGES, _KINDS, _PEOPLE = "feeds/teams/", "feeds/stages/", "feeds/kinds/", "feeds/people/"
_WITH_JSON = (ALL, SIGNED, _TEAMS, _STAGES, _KINDS, _PEOPLE)  # what their paths begin with


class Feed(NamedTuple):
    """A feed: its files are `path` with each of its `suffixes`, `name` is of what it is, and `page`, an address from the root of the site, shows the same things."""

    path: str
    name: str
    title: str
    page: str

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Of Atom, and of JSON Feed where there is one."""
        return (".xml", ".json") if self.path.startswith(_WITH_JSON) else (".xml",)


class Feeds:
    """The feeds of a catalog. With `site_url` all addresses are absolute, else those of Atom lead from the root of the site."""

    def __init__(
        self, repositories: Iterable[PageInputsRow], title: str, site_url: str | None, moved: Iterable[MovedRow] = ()
    ) -> None:
        """`moved`: the former names of repositories; feeds stay at their addresses."""
        self._title = title
        self._root = f"{site_url.rstrip('/')}/" if site_url else ""
        self._feeds = {ALL: Feed(ALL, "everything", title, HOME.pattern)}
        self._repos: dict[str, dict[str, None]] = {ALL: {}}
        self._entries: dict[tuple[str, str, str, str, int], tuple[str, str]] = {}
        self._former: dict[str, list[str]] = {}
        for name in moved:
            self._former.setdefault(name.repo, []).append(name.former)
        for row in repositories:
            for feed in _feeds_of(row.repo, row.news, title, self._former.get(row.repo, ())):
                self._feeds.setdefault(feed.path, feed)
                self._repos.setdefault(feed.path, {})[row.repo] = None

    def repos(self) -> dict[str, list[str]]:
        """The path of each file, from the root of the site, and the repositories whose events it has."""
        return {
            f"{path}{suffix}": [*repos] for path, repos in self._repos.items() for suffix in self._feeds[path].suffixes
        }

    def teams(self, files: Collection[str]) -> list[str]:
        """The teams whose feeds are among these files."""
        paths = {file.rpartition(".")[0] for file in files if file.startswith(_TEAMS)}
        return sorted({urls.team_of(repo) for path in paths for repo in self._repos[path]})

    def own(self, files: Collection[str]) -> list[str]:
        """The repositories of which feeds, or feeds of artifacts, are among these files."""
        paths = {path for file in files if not (path := file.rpartition(".")[0]).startswith(_WITH_JSON)}
        return sorted({repo for path in paths for repo in self._repos[path]})

    def of(self, *paths: str) -> list[Feed]:
        """Those of these feeds that there are."""
        return [self._feeds[path] for path in paths if path in self._feeds]

    def of_stages(self) -> list[Feed]:
        """The feeds of stages."""
        return [feed for path, feed in sorted(self._feeds.items()) if path.startswith(_STAGES)]

    def of_kinds(self) -> list[Feed]:
        """The feeds of kinds of events, and of signed tags."""
        return self.of(*map(kind_feed, KINDS), SIGNED)

    def people(self) -> list[str]:
        """The names of the people who have a feed."""
        return [feed.name for path, feed in sorted(self._feeds.items()) if path.startswith(_PEOPLE)]

    def files(self, files: Collection[str], news: Iterable[NewsRow]) -> Iterator[tuple[str, bytes]]:
        """Path and bytes of these files; `news`: their entries, in the order in which they are to be there."""
        events: dict[str, list[NewsRow]] = {}
        for event in news:
            for kind in event.feeds:
                for path in self._paths(kind, event):
                    events.setdefault(path, []).append(event)
        for path in dict.fromkeys(file.rpartition(".")[0] for file in files):
            entries = [self._entry(event) for event in events.get(path, [])]
            updated = max(map(modified, events.get(path, [])), default=_NEVER)
            yield f"{path}.xml", self._atom(self._feeds[path], updated, [atom for atom, _ in entries]).encode()
            if ".json" in self._feeds[path].suffixes:
                yield f"{path}.json", self._json(self._feeds[path], [item for _, item in entries]).encode()

    def _paths(self, kind: str, event: NewsRow) -> Iterator[str]:
        """The paths of those feeds of a kind that have an event: those of repositories and artifacts are also at the addresses of former names."""
        yield _PATHS[kind](event)
        if kind in ("repo", "artifact"):
            yield from (_PATHS[kind](event._replace(repo=name)) for name in self._former.get(event.repo, ()))

    def _entry(self, event: NewsRow) -> tuple[str, str]:
        """The event as an entry of Atom, and as an item of JSON Feed."""
        key = (event.repo, event.oid, event.tag, event.event, event.crawl)
        if key not in self._entries:
            self._entries[key] = rendered(event, self._root)
        return self._entries[key]

    def _atom(self, feed: Feed, updated: datetime, entries: list[str]) -> str:
        head = {
            "base": self._root or "../" * feed.path.count("/"),
            "id": uuid5(_FEEDS, f"{self._root or self._title} {feed.path}").urn,
            "title": clean(feed.title),
            "updated": time(updated),
            "path": f"{feed.path}.xml",
            "page": feed.page,
        }
        return environment().get_template("feed.xml").render(head, entries=Markup("".join(entries)))  # noqa: S704 - each is quoted

    def _json(self, feed: Feed, items: list[str]) -> str:
        head: dict[str, object] = {"version": "https://jsonfeed.org/version/1.1", "title": clean(feed.title)}
        if self._root:  # JSON Feed has no relative addresses
            head |= {
                "home_page_url": self._root + feed.page,
                "feed_url": f"{self._root}{feed.path}.json",
            }
        return json.dumps(head, ensure_ascii=False)[:-1] + ', "items": [\n' + ",\n".join(items) + "\n]}\n"


def model(repo: str, artifact: str) -> str:
    """The path of a model's feed."""
    return f"feeds/{urls.model(repo, artifact).removesuffix('.html')}"


def repository(repo: str) -> str:
    """The path of a repository's feed."""
    return f"feeds/{urls.repository(repo).removesuffix('.html')}"


@cache
def team_feed(team: str) -> str:
    """The path of a team's feed."""
    return f"{_TEAMS}{slug(team)}"


@cache
def stage_feed(stage: str) -> str:
    """The path of a stage's feed."""
    return f"{_STAGES}{slug(stage)}"


@cache
def kind_feed(kind: str) -> str:
    """The path of the feed of a kind of event."""
    return f"{_KINDS}{kind}"


@cache
def person_feed(person: str) -> str:
    """The path of the feed of what somebody tagged."""
    return f"{_PEOPLE}{slug(person)}"


def _feeds_of(repo: str, news: Sequence[NewsOfArtifact], title: str, former: Sequence[str]) -> Iterator[Feed]:
    """The feeds that have the events of a repository's artifacts. `former`: its former names."""
    if not news:
        return
    yield Feed(ALL, "everything", title, HOME.pattern)
    artifacts = [of_artifact["artifact"] for of_artifact in news]
    for name in (repo, *former):
        yield Feed(repository(name), repo, f"{repo} · {title}", _quoted(urls.repository(repo)))
        for artifact in artifacts:
            page = _quoted(urls.model(repo, artifact))
            yield Feed(model(name, artifact), artifact, f"{repo}:{artifact} · {title}", page)
    if team := urls.team_of(repo):
        yield Feed(team_feed(team), team, f"{team} · {title}", _activity("team", team))
    for stage in dict.fromkeys(stage for of_artifact in news for stage in of_artifact["stages"]):
        yield Feed(stage_feed(stage), stage, f"{stage} · {title}", _activity("stage", stage))
    for kind in dict.fromkeys(kind for of_artifact in news for kind in of_artifact["kinds"]):
        name = _OF_TAGS.get(kind, KINDS[kind])
        yield Feed(kind_feed(kind), name, f"{name} · {title}", _activity("kind", kind))
    for person in dict.fromkeys(person for of_artifact in news for person in of_artifact["people"]):
        yield Feed(person_feed(person), person, f"{person} · {title}", _activity("person", person))
    if any(of_artifact["is_signed"] for of_artifact in news):
        yield Feed(SIGNED, "signed tags", f"signed tags · {title}", _activity("signed", "yes"))


def _quoted(path: str) -> str:
    return quote(path, safe="/~")


def _activity(name: str, value: str) -> str:
    """The address of the page of activity where this is chosen."""
    return f"{ACTIVITY.pattern}?{urlencode({name: value})}"


_PATHS: Mapping[str, Callable[[NewsRow], str]] = {
    "all": lambda _: ALL,
    "team": lambda event: team_feed(urls.team_of(event.repo)),
    "stage": lambda event: stage_feed(event.stage or ""),
    "repo": lambda event: repository(event.repo),
    "artifact": lambda event: model(event.repo, event.artifact),
    "event": lambda event: kind_feed(event.event),
    "person": lambda event: person_feed(event.author),
    "signed": lambda _: SIGNED,
}
