"""The file of one crawl: a line for each change of the inventory and each visit as it ends, and a last line for the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from catalog.errors import READ, StoreError
from catalog.schema.tables.inventory import Crawl, Rename, Visit
from catalog.store import files, jsonl
from catalog.store.typed_json import load


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A visit with the partition that it led to, a repository that left the inventory, one with another name, or the crawl's end."""

    partition: str | None = None
    visit: Visit | None = None
    departure: Visit | None = None
    rename: Rename | None = None
    crawl: Crawl | None = None

    @property
    def outcome(self) -> Visit | None:
        """What the crawl found of a repository: a visit, or that there is none any more."""
        return self.visit or self.departure


def number(file: Path) -> int:
    """The number of the crawl of a file."""
    return int(file.stem)


def lines(file: Path) -> Iterator[tuple[str, Line]]:
    """Each whole line, as it is written and as it is read."""
    return ((text, _parse(file, text)) for text in jsonl.texts(file))


def crawl(file: Path) -> Crawl | None:
    """The row of a crawl; an interrupted one is derived from its lines."""
    end = jsonl.last(file)
    if end and (row := _parse(file, end).crawl):
        return row
    parsed = [line for _, line in lines(file)]
    ended = next((line.crawl for line in parsed if line.crawl), None)
    return ended or _interrupted(number(file), parsed)


def shorten(file: Path, keeps: Callable[[Visit], bool]) -> None:
    """Keeps of a crawl the visits that are asked for, what changed in the inventory, and its end; an interrupted crawl gets one."""
    parsed = list(lines(file))
    kept = [
        jsonl.checked(text)
        for text, line in parsed
        if line.departure or line.rename or (line.visit and keeps(line.visit))
    ]
    if len(kept) + any(line.crawl for _, line in parsed) < len(parsed):
        row = crawl(file)
        files.write(file, "".join([*kept, *([jsonl.line({"crawl": row})] if row else [])]))


def _interrupted(crawl_number: int, parsed: Iterable[Line]) -> Crawl | None:
    outcomes = [outcome for line in parsed if (outcome := line.outcome)]
    if not outcomes:
        return None
    visits = [line.visit for line in parsed if line.visit]
    count = Counter(visit.outcome if visit.outcome in READ else "failed" for visit in visits)
    started = min(outcome.started_at for outcome in outcomes)
    ended = max(_end(outcome) for outcome in outcomes)
    return Crawl(
        crawl=crawl_number,
        started_at=started,
        seconds=round((ended - started).total_seconds(), 3),
        new=count["new"],
        changed=count["changed"],
        fresh=count["fresh"],
        failed=count["failed"],
        received=sum(visit.received for visit in visits),
        outcome="cut_short",
    )


def _end(visit: Visit) -> datetime:
    return visit.started_at + timedelta(seconds=visit.seconds)


def _parse(file: Path, text: str) -> Line:
    try:
        return load(Line, text)
    except ValueError as error:
        raise StoreError(
            f"{file} has a line of another shape ({error}); a newer version of the catalog may have written it"
        ) from error
