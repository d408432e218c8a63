"""Feeds of registry events as Atom (RFC 4287) and JSON Feed (1.1): for everything, an organisation, a repository, a model, a stage.

An entry is the same in every feed, so each is rendered once. No clock is read: the date of a feed is that of its newest entry.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape

from markupsafe import Markup

from catalog.naming import slug
from catalog.text import visible_on_page
from sites import urls
from sites.data.facts import Facts
from sites.data.rows import EventRow
from sites.render import environment
from sites.text import short

NEWEST = 50  # entries of a feed
ALL = "feeds/all"

_EVENTS = uuid5(NAMESPACE_URL, "urn:federated-model-catalog:event")
_FEEDS = uuid5(NAMESPACE_URL, "urn:federated-model-catalog:feed")
_NEVER = datetime(1970, 1, 1)  # noqa: DTZ001 - as all times of the catalog: UTC without saying so
_JSON = json.JSONEncoder(ensure_ascii=False)
_NO_XML = re.compile("[\ufffe\uffff]")  # https://www.w3.org/TR/xml/#charsets; `visible_on_page` spells the others
_SLACK = timedelta(days=1)  # what is dated further after the last crawl cannot be news


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """A feed: its files are `path` with `.xml` and `.json`, and `page` shows the same things."""

    path: str
    title: str
    page: str
    events: list[EventRow] = field(default_factory=list, compare=False)


class Feeds:
    """The feeds of a catalog. With `site_url` all addresses are absolute, else those of Atom lead from the root of the site."""

    def __init__(self, facts: Facts, title: str, site_url: str | None) -> None:
        self._title = title
        self._root = f"{site_url.rstrip('/')}/" if site_url else ""
        self._feeds = {ALL: Feed(path=ALL, title=title, page="index.html")}
        self._entries: dict[tuple[str, str], tuple[str, str]] = {}
        for event in _news(facts):
            for feed in _feeds_of(event, title):
                own = self._feeds.setdefault(feed.path, feed)
                if len(own.events) < NEWEST:
                    own.events.append(event)

    def paths(self) -> list[str]:
        """Where the files lie, from the root of the site."""
        return [f"{path}.{kind}" for path in self._feeds for kind in ("xml", "json")]

    def of(self, *paths: str) -> list[Feed]:
        """Those of these feeds that there are."""
        return [self._feeds[path] for path in paths if path in self._feeds]

    def in_general(self) -> list[Feed]:
        """The feeds of stages and organisations."""
        return [feed for path, feed in sorted(self._feeds.items()) if path.startswith(("feeds/stages/", "feeds/orgs/"))]

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Path and bytes of every file."""
        for feed in self._feeds.values():
            entries = [self._entry(event) for event in feed.events]
            yield f"{feed.path}.xml", self._atom(feed, [atom for atom, _ in entries]).encode()
            yield f"{feed.path}.json", self._json(feed, [item for _, item in entries]).encode()

    def _entry(self, event: EventRow) -> tuple[str, str]:
        """The event as an entry of Atom, and as an item of JSON Feed."""
        key = (event.repo, event.oid)
        if key not in self._entries:
            page = self._root + quote(urls.model(event.repo, event.artifact), safe="/~")
            item = {
                "id": uuid5(_EVENTS, f"{event.repo} {event.oid}").urn,
                "title": _clean(_title(event)),
                "content_text": _clean(_content(event)),
                "date_published": _time(event.created_at),
                "authors": [{"name": _clean(event.author) or "unknown"}],
                "tags": [_clean(tag) for tag in (event.event, event.stage) if tag],
            }
            item |= {"url": page} if self._root else {}
            self._entries[key] = _atom_entry(item, page), _JSON.encode(item)
        return self._entries[key]

    def _atom(self, feed: Feed, entries: list[str]) -> str:
        head = {
            "base": self._root or "../" * feed.path.count("/"),
            "id": uuid5(_FEEDS, f"{self._root or self._title} {feed.path}").urn,
            "title": _clean(feed.title),
            "updated": _time(feed.events[0].created_at if feed.events else _NEVER),
            "path": f"{feed.path}.xml",
            "page": quote(feed.page, safe="/~"),
        }
        return environment().get_template("feed.xml").render(head, entries=Markup("".join(entries)))  # noqa: S704 - each is quoted

    def _json(self, feed: Feed, items: list[str]) -> str:
        head: dict[str, object] = {"version": "https://jsonfeed.org/version/1.1", "title": _clean(feed.title)}
        if self._root:  # JSON Feed has no relative addresses
            head |= {
                "home_page_url": self._root + quote(feed.page, safe="/~"),
                "feed_url": f"{self._root}{feed.path}.json",
            }
        return json.dumps(head, ensure_ascii=False)[:-1] + ', "items": [\n' + ",\n".join(items) + "\n]}\n"


def model(repo: str, artifact: str) -> str:
    """The path of a model's feed."""
    return f"feeds/{urls.model(repo, artifact).removesuffix('.html')}"


def repository(repo: str) -> str:
    """The path of a repository's feed."""
    return f"feeds/{urls.repository(repo).removesuffix('.html')}"


def _news(facts: Facts) -> list[EventRow]:
    """All events, the newest first."""
    most = facts.crawls[0].started_at + _SLACK if facts.crawls else datetime.max  # noqa: DTZ901 - see _NEVER
    events = [event for events in facts.events.values() for event in events if event.created_at <= most]
    return sorted(
        events, key=lambda event: (event.created_at, event.repo, event.artifact, event.tag, event.oid), reverse=True
    )


def _feeds_of(event: EventRow, title: str) -> Iterable[Feed]:
    """The feeds that contain an event."""
    repo = urls.repository(event.repo)
    yield Feed(path=ALL, title=title, page="index.html")
    yield Feed(path=repository(event.repo), title=f"{event.repo} · {title}", page=repo)
    yield Feed(
        path=model(event.repo, event.artifact),
        title=f"{event.repo}:{event.artifact} · {title}",
        page=urls.model(event.repo, event.artifact),
    )
    organisation = "/".join(event.repo.split("/")[:-1][:2])
    if organisation:
        yield Feed(path=f"feeds/orgs/{slug(organisation)}", title=f"{organisation} · {title}", page="repos.html")
    if event.stage:
        yield Feed(path=f"feeds/stages/{slug(event.stage)}", title=f"{event.stage} · {title}", page="models.html")


def _title(event: EventRow) -> str:
    version = short(event.version or "")
    match event.event:
        case "registration":
            event_text = f"{version} registered"
        case "deregistration":
            event_text = f"{version} deregistered"
        case "assignment":
            event_text = f"{version} assigned to {event.stage}"
        case "unassignment":
            event_text = f"{version} unassigned from {event.stage}"
        case _:
            event_text = "deprecated"
    return f"{event.artifact} {event_text}"


def _content(event: EventRow) -> str:
    where = f"{event.repo}, tag {event.tag} at {short(event.revision)}, by {event.author or 'unknown'}"
    return f"{event.message.strip()}\n\n{where}" if event.message.strip() else where


def _atom_entry(item: Mapping[str, Any], page: str) -> str:
    """An entry of Atom. No template: there are tens of thousands."""
    categories = "".join(f'<category term="{_quoted(tag)}"/>\n' for tag in item["tags"])
    return (
        f"<entry>\n<id>{item['id']}</id>\n<title>{_quoted(item['title'])}</title>\n"
        f"<published>{item['date_published']}</published>\n<updated>{item['date_published']}</updated>\n"
        f"<author><name>{_quoted(item['authors'][0]['name'])}</name></author>\n"
        f'<link rel="alternate" type="text/html" href="{_quoted(page)}"/>\n{categories}'
        f'<content type="text">{_quoted(item["content_text"])}</content>\n</entry>\n'
    )


def _quoted(text: str) -> str:
    return escape(text, {'"': "&#34;"})


def _time(moment: datetime) -> str:
    return f"{moment.isoformat(timespec='seconds')}Z"


def _clean(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return visible_on_page(_NO_XML.sub("\ufffd", text))
