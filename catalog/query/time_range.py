"""Resolves the points in time of questions about memory, dates or numbers of crawls, to crawls: these alone order what was seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from catalog.errors import InvalidArgument, Misuse, NotFound
from catalog.query.answer import Answer
from catalog.query.moments import EXPECTED, beginning, moment
from catalog.text import plural

Edge = datetime | date | str | int

NOW = "now"
_LONGEST = 7  # digits of a crawl's number; 20240531 is a date
_MOST_NAMED = 5  # crawls with a suspect clock


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownCrawl:
    """The crawl whose state is meant, 0 for the state before the first; a sentence about how it was found, if there is one.

    `suspects`: the crawls near it of which the clock is suspect.
    """

    crawl: int
    note: str | None = None
    suspects: tuple[int, ...] = ()


class Memory:
    """What the catalog knows of its own crawls."""

    def __init__(self, ask: Callable[..., Answer]) -> None:
        self._ask = ask

    def crawl(self, edge: Edge, argument: str = "date", *, begins: bool = False) -> KnownCrawl:
        """The crawl of a number; of a date, the last crawl that had surely ended by then: by its end, or with `begins` by its beginning.

        InvalidArgument, with the name of the argument, for what is neither; NotFound for the number of no crawl.
        """
        if isinstance(edge, str) and edge.isdecimal() and len(edge) <= _LONGEST:
            edge = int(edge)
        if isinstance(edge, int):
            return self._numbered(edge)
        if edge == NOW:
            return KnownCrawl(crawl=self.last())
        when = (beginning if begins else moment)(edge, argument, expected=f"the number of a crawl, {EXPECTED}")
        (row,) = self._ask("select crawl_at($at) as crawl", at=when.replace(tzinfo=None)).rows
        number: int = row["crawl"]
        return self._named(number, when)

    def last(self) -> int:
        """The number of the last crawl, 0 before the first."""
        rows = self._ask("from internal.last_crawl()").rows
        number: int = rows[0]["crawl"] if rows else 0
        return number

    def start(self) -> str | None:
        """Where memory begins, as a sentence; None in a catalog that remembers nothing."""
        rows = self._ask("from internal.memory_start()").rows
        if not rows:
            return None
        crawl, when, suspect = (rows[0][name] for name in ("crawl", "at", "suspect"))
        begins = f"this catalog's memory begins with crawl {crawl}, {in_utc(when)}"
        return joined(begins, suspect_clocks([crawl] if suspect else []))

    def begins_after(self, crawl: int) -> str | None:
        """The same, where somebody asked about the state that an earlier crawl left; it knows nothing of that."""
        rows = self._ask("from internal.memory_start()").rows
        if not rows or rows[0]["crawl"] <= crawl:
            return None
        return f"{self.start()}: before that it knew nothing; `catalog history` lists what today's tags say of earlier times"

    def suspects(self, since: int, until: int) -> tuple[int, ...]:
        """The crawls after one and up to another of which the clock is suspect."""
        rows = self._ask("from internal.suspect_crawls($since, $until)", since=since, until=until).rows
        return tuple(row["crawl"] for row in rows)

    def _numbered(self, number: int) -> KnownCrawl:
        if number == 0:
            return KnownCrawl(crawl=0)
        rows = self._ask("from internal.date_crawl($crawl)", crawl=number).rows
        if not rows:
            raise NotFound(f"unknown crawl {number}; `catalog sql 'from crawls'` lists them")
        return KnownCrawl(crawl=number)

    def _named(self, number: int, when: datetime) -> KnownCrawl:
        if number == 0:
            return KnownCrawl(crawl=0)
        (row,) = self._ask("from internal.date_crawl($crawl)", crawl=number).rows
        note = f"{in_utc(when)} means crawl {number}, which had ended by {in_utc(row['at'])}"
        return KnownCrawl(crawl=number, note=note, suspects=tuple(row["suspects"]))


def crawl_range(
    memory: Memory, start: Edge | None, end: Edge | None, *, since: Edge | None = None, until: Edge | None = None
) -> tuple[KnownCrawl, KnownCrawl]:
    """Both crawls; by default, until now, and from the state before the last crawl of the range.

    `start` and `end` are states, of a day that at its end; from `since` until `until` are the days that are meant, both whole.
    """
    for name, given, state in (("since", since, start), ("until", until, end)):
        if None not in (given, state):
            raise InvalidArgument(name, f"'{given}'", f"this or {str(state)!r}, not both")
    last = memory.crawl(until, "until") if until is not None else memory.crawl(NOW if end is None else end, "end")
    first = _first(memory, start, since, last)
    if first.crawl > last.crawl:
        raise Misuse(f"the range ends before it begins: from crawl {first.crawl} to crawl {last.crawl}")
    return first, last


def _first(memory: Memory, start: Edge | None, since: Edge | None, last: KnownCrawl) -> KnownCrawl:
    if since is not None:
        return memory.crawl(since, "since", begins=True)
    return KnownCrawl(crawl=max(last.crawl - 1, 0)) if start is None else memory.crawl(start, "start")


def range_note(memory: Memory, start: KnownCrawl, end: KnownCrawl, *, changes: int, stated: bool) -> str | None:
    """How many changes there are between which crawls, and how well these are dated; None in a catalog that remembers nothing.

    `stated`: somebody said where the range begins.
    """
    first = f"crawl {start.crawl}" if start.crawl else "before the first crawl"
    summary = f"{plural(changes, 'change')} from {first} to crawl {end.crawl}" if end.crawl else None
    suspects = {*start.suspects, *end.suspects, *memory.suspects(start.crawl, end.crawl)}
    asked = start.crawl if stated else end.crawl
    return joined(summary, start.note, end.note, suspect_clocks(sorted(suspects)), memory.begins_after(asked))


def suspect_clocks(crawls: Sequence[int]) -> str | None:
    """The sentence that names the crawls of which the clock is suspect; None where there are none."""
    if not crawls:
        return None
    more = len(crawls) - _MOST_NAMED
    named = ", ".join(map(str, crawls[:_MOST_NAMED]))
    return f"the clock was suspect in crawl {named}" + (f" and {more} more" if more > 0 else "")


def joined(*notes: str | None) -> str | None:
    """Sentences as one note, each once."""
    return "; ".join(dict.fromkeys(note for note in notes if note)) or None


def in_utc(when: datetime) -> str:
    """A time, which has a zone, as notes show it."""
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
