"""Helpers to parse the answers of forges: typed getters, links, and queries."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from catalog.errors import Refused
from catalog.plugins.forge import Ask, Listed, ListPage, Skipped
from catalog.text import quoted

MAX_LINK = 8192  # characters of a Link header
MAX_ADDRESS = 8192  # characters of the next page's address
MAX_PAGE = 999_999_999

_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_NEXT = re.compile(r';\s*rel\s*=\s*"?[^";]*\bnext\b', re.IGNORECASE)


Read = Callable[[Mapping[str, Any]], Listed | None]


def page(value: object, place: str, read: Read, *following: str | None, key: str = "id") -> ListPage:
    """The repositories of a list of JSON objects; Refused where the forge answers with anything but a list.

    An entry for which `read` raises Refused, or that is no object, is skipped; one that it returns None for is none of ours.
    """
    if not isinstance(value, list):
        raise Refused(f"{place} is {quoted(value)}, expected a list of repositories")
    listed, skipped = [], []
    for number, entry in enumerate(value):
        try:
            if (repository := read(_map(entry, f"{place}[{number}]"))) is not None:
                listed.append(repository)
        except Refused as error:
            skipped.append(Skipped(reason=str(error), forge_id=identity(entry, key)))
    then = tuple(Ask(url=_short(url)) for url in following if url)
    return ListPage(listed=tuple(listed), then=then, skipped=tuple(skipped))


def _short(url: str) -> str:
    if len(url) > MAX_ADDRESS:
        raise Refused(f"the next page's address has {len(url):,} characters, expected at most {MAX_ADDRESS:,}")
    return url


def _map(entry: object, place: str) -> Mapping[str, Any]:
    if not isinstance(entry, dict):
        raise Refused(f"{place} is {quoted(entry)}, expected a repository")
    return entry


def inside(value: object, key: str) -> Any:  # noqa: ANN401 - whatever JSON can say
    """One part of the answer's outermost object."""
    if not isinstance(value, dict) or key not in value:
        raise Refused(f"the answer is {quoted(value)}, expected an object with {key!r}")
    return value[key]


def needed(entry: Mapping[str, Any], key: str) -> str:
    """Required text: Refused for an entry without it."""
    value = entry.get(key)
    if isinstance(value, str) and value:
        return value
    raise Refused(f"a repository's {key} is {quoted(value)}, expected text")


def text(entry: object, *keys: str) -> str | None:
    """Text at a path of keys, or None where there is none."""
    for key in keys:
        entry = entry.get(key) if isinstance(entry, dict) else None
    return entry if isinstance(entry, str) and entry else None


def identity(entry: object, key: str = "id") -> str | None:
    """A number or text that stays when the repository is renamed."""
    value = entry.get(key) if isinstance(entry, dict) else None
    return str(value) if isinstance(value, (str, int)) and not isinstance(value, bool) else None


def flag(entry: Mapping[str, Any], key: str) -> bool | None:
    value = entry.get(key)
    return value if isinstance(value, bool) else None


def visibility(private: bool | None) -> str | None:
    """What a forge means that tells private repositories from public ones only."""
    return None if private is None else "private" if private else "public"


def texts(entry: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = entry.get(key)
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()


def moment(entry: Mapping[str, Any], key: str) -> datetime | None:
    """A time in ISO 8601, as UTC; None where there is none that Python can read."""
    try:
        time = datetime.fromisoformat(entry.get(key) or "")
        return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def next_link(headers: Mapping[str, str]) -> str | None:
    """The next page by the Link header (RFC 8288); Refused for one that is longer than any forge's."""
    header = headers.get("link", "")
    if len(header) > MAX_LINK:
        raise Refused(f"the Link header has {len(header):,} characters, expected at most {MAX_LINK:,}")
    links = (link[1] for link in _LINK.finditer(header) if _NEXT.search(link[2]))
    return next(links, None)


def part(word: str) -> str:
    """A word as one part of a URL's path or query."""
    return quote(word, safe="")


def with_page(url: str, page: int) -> str:
    """The same question for another page."""
    split = urlsplit(url)
    query = [(key, value) for key, value in parse_qsl(split.query) if key != "page"]
    return urlunsplit(split._replace(query=urlencode([*query, ("page", str(page))])))


def page_of(url: str) -> int:
    """The number of the page that a question asks for, from 1; Refused where it states something else."""
    return page_number(dict(parse_qsl(urlsplit(url).query)).get("page", "1"), "the page of an address")


def page_number(stated: str, place: str) -> int:
    """The number of a page as text states it; Refused for anything else, and for one beyond any forge's."""
    if not _NUMBER.fullmatch(stated):
        raise Refused(f"{place} is {quoted(stated)}, expected a number from 1 to {MAX_PAGE:,}")
    return int(stated)


def site_of(url: str) -> str:
    """`scheme://host` of a URL, with the port that it states."""
    split = urlsplit(url)
    return f"{split.scheme}://{split.netloc.rpartition('@')[2].lower()}"
