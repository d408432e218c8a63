"""Parses the two ends of `catalog diff`: dates, or numbers of crawls."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

from catalog.errors import NotFound
from catalog.query.answer import Answer
from catalog.query.reference import moment

Edge = datetime | date | str | int

_LONGEST = 7  # digits of a crawl's number; 20240531 is a date
_END = datetime.max.replace(tzinfo=UTC)


def time_range(ask: Callable[..., Answer], since: Edge | None, until: Edge | None) -> tuple[datetime, datetime]:
    """Both moments in UTC. A crawl's number means the state that it left; by default, from just before the last crawl until now.

    Misuse for what is neither a moment nor a number, NotFound for the number of no crawl.
    """
    start = _edge(ask, since)
    if start is None:
        last = ask("from crawl_window(null)").rows
        start = last[0]["before"] if last else _END
    return start, _edge(ask, until) or _END


def _edge(ask: Callable[..., Answer], edge: Edge | None) -> datetime | None:
    if isinstance(edge, str) and edge.isdecimal() and len(edge) <= _LONGEST:
        edge = int(edge)
    if not isinstance(edge, int):
        return None if edge is None else moment(edge)
    crawls = ask("from crawl_window($crawl)", crawl=edge).rows
    if not crawls:
        raise NotFound(f"unknown crawl {edge}; `catalog sql 'from crawls'` lists them")
    after: datetime = crawls[0]["after"]
    return after
