"""Registry events as CloudEvents 1.0, and the cursors that mark a place among them.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md and formats/json-format.md
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from catalog.errors import InvalidArgument, NotFound

TYPE = "org.model-catalog"
_PLACE = re.compile(r"(\d{1,9})\n(\d{1,18})\n(-?\d{1,18})\n([0-9a-f]{40,64})\n(.+)", re.ASCII | re.DOTALL)
_DATA = (
    "repo",
    "artifact",
    "event",
    "version",
    "stage",
    "raw_stage",
    "commit",
    "author",
    "author_email",
    "message",
    "tag",
    "oid",
    "signed",
    "crawl",
    "first_seen",
    "copy_of",
)


class Place(NamedTuple):
    """A place among the events, which are in this order: crawl, the tagger's clock in microseconds, tag object, repository.

    `readable` is when the catalog first read that event, in microseconds: it does not order events, but identifies the catalog.
    """

    crawl: int
    readable: int
    moment: int
    oid: str
    repo: str


BEGINNING = Place(crawl=0, readable=0, moment=0, oid="", repo="")


def place(cursor: str) -> Place:
    """The place that a cursor marks; InvalidArgument for an invalid one."""
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except ValueError:
        text = ""
    match = _PLACE.fullmatch(text)
    if match is None:
        raise InvalidArgument("since", repr(cursor), "a cursor that `catalog events` printed, or a date")
    return Place(crawl=int(match[1]), readable=int(match[2]), moment=int(match[3]), oid=match[4], repo=match[5])


def check(cursor: str, marked: Place, recorded: Mapping[tuple[int, int], str]) -> Place:
    """The place by the name that its repository has now; NotFound where this catalog did not give the cursor.

    Another one, or an earlier one, did: the events since then cannot be determined. `recorded`: the crawl and the time at which this
    catalog first read the event, and the name of the repository now; empty where it did not.
    """
    repo = recorded.get((marked.crawl, marked.readable))
    if repo is None:
        raise NotFound(
            f"unknown cursor {cursor!r}: this catalog has no record of its event in crawl {marked.crawl}; "
            "start again without a cursor, and skip the ids that you have"
        )
    return marked._replace(repo=repo)


def cloud_event(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of `list_seen_events` as a CloudEvent; `cursor` is an extension attribute."""
    about = f"@{row['version']}" if row["raw_stage"] is None else f"#{row['stage']}"
    return {
        "specversion": "1.0",
        "id": f"{row['repo']}@{row['oid']}",
        "source": quote(row["repo"], safe="/"),
        "type": f"{TYPE}.{row['event']}",
        "time": row["created_at"],
        "subject": row["artifact"] + (about if row["event"] != "deprecation" else ""),
        "datacontenttype": "application/json",
        "cursor": row["cursor"],
        "data": {name: row[name] for name in _DATA},
    }
