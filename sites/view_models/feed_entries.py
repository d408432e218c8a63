"""The entries of feeds: an event as an entry of Atom, and as an item of JSON Feed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape

from catalog.text import visible_on_page
from sites import urls
from sites.data.rows import NewsRow
from sites.text import short

_EVENTS = uuid5(NAMESPACE_URL, "urn:federated-model-catalog:event")
_JSON = json.JSONEncoder(ensure_ascii=False)
_OF_GONE = {"deleted_tag": "deleted", "rewritten_tag": "rewritten"}  # what happened to a tag
_NO_XML = re.compile("[\ufffe\uffff]")  # https://www.w3.org/TR/xml/#charsets; `visible_on_page` spells the others


def rendered(event: NewsRow, root: str) -> tuple[str, str]:
    """The event as an entry of Atom, and as an item of JSON Feed, which has an address only where that of the site is known: `root`."""
    page = root + quote(urls.model(event.repo, event.artifact), safe="/~")
    item = {
        "id": uuid5(_EVENTS, _identity(event)).urn,
        "title": clean(_title(event)),
        "content_text": clean(_content(event)),
        "date_published": time(event.created_at),
        "date_modified": time(modified(event)),
        "authors": [{"name": clean(event.author) or "unknown"}],
        "tags": [clean(tag) for tag in (event.event, event.stage) if tag],
    }
    item |= {"url": page} if root else {}
    return _atom_entry(item, page), _JSON.encode(item)


def modified(event: NewsRow) -> datetime:
    """When this catalog first saw the event, or when its tag was made, if that is later."""
    return max(event.created_at, event.seen_at)


def time(moment: datetime) -> str:
    """A moment as both formats have it."""
    return f"{moment.isoformat(timespec='seconds')}Z"


def clean(text: str) -> str:
    """A text in which invisible characters are spelled, and which XML can have."""
    if text.isascii() and text.isprintable():
        return text
    return visible_on_page(_NO_XML.sub("\ufffd", text))


def _identity(event: NewsRow) -> str:
    """What names an event in every build: the repository, as it was called at first, and the tag object; for a tag that is gone, also its name, and when that was seen."""
    own = f"{event.first_repo} {event.oid}"
    return f"{own} {event.tag} {event.event} {event.crawl}" if event.event in _OF_GONE else own


def _title(event: NewsRow) -> str:
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
        case "deprecation":
            event_text = "deprecated"
        case gone:
            event_text = f"tag {event.tag} {_OF_GONE[gone]}"
    return f"{event.artifact} {event_text}"


def _content(event: NewsRow) -> str:
    if event.event == "deleted_tag":
        return f"{event.repo}: the tag {event.tag}, which led to {_commit(event.revision)}, was deleted"
    if event.event == "rewritten_tag":
        moved = f"led to {_commit(event.old_revision)}, and leads to {_commit(event.revision)} now"
        return f"{event.repo}: the tag {event.tag} was rewritten: it {moved}"
    where = f"{event.repo}, tag {event.tag} at {_commit(event.revision)}, by {event.author or 'unknown'}"
    return f"{event.message.strip()}\n\n{where}" if event.message.strip() else where


def _commit(revision: str | None) -> str:
    return short(revision) if revision else "an object that is no commit"


def _atom_entry(item: Mapping[str, Any], page: str) -> str:
    """An entry of Atom. No template: there are tens of thousands."""
    categories = "".join(f'<category term="{_quoted(tag)}"/>\n' for tag in item["tags"])
    return (
        f"<entry>\n<id>{item['id']}</id>\n<title>{_quoted(item['title'])}</title>\n"
        f"<published>{item['date_published']}</published>\n<updated>{item['date_modified']}</updated>\n"
        f"<author><name>{_quoted(item['authors'][0]['name'])}</name></author>\n"
        f'<link rel="alternate" type="text/html" href="{_quoted(page)}"/>\n{categories}'
        f'<content type="text">{_quoted(item["content_text"])}</content>\n</entry>\n'
    )


def _quoted(text: str) -> str:
    return escape(text, {'"': "&#34;"})
