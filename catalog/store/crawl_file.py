"""The file of one crawl: a line for each change of the inventory and each visit as it ends, and a last line for the whole."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Self

from catalog.errors import READ, CrawlOutcome, VisitOutcome
from catalog.schema.tables.inventory import Crawl, Rename, Visit
from catalog.store import files, jsonl
from catalog.store.typed_json import dump
from catalog.text import plural

MOST = 2**62  # of any number: a column holds twice as much
MOST_SECONDS = 10**9  # that a visit or a crawl takes
LAST_YEAR = 9900

Damage = dict[Path, str]  # a sentence for each file that is damaged

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """A crawl of another store, whose visits were taken over. `digest` is that of its row there; `store`: what that store was called."""

    digest: str
    store: str

    @classmethod
    def of(cls, crawl: Crawl, store: str) -> Self:
        """A crawl by its row, which stays as it is when visits are deleted."""
        return cls(digest=digest(crawl), store=store)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A visit with the partition that it led to, a repository that left the inventory, one with another name, a merged crawl, or the crawl's end."""

    partition: str | None = None
    visit: Visit | None = None
    departure: Visit | None = None
    rename: Rename | None = None
    merged: Merged | None = None
    crawl: Crawl | None = None

    @property
    def outcome(self) -> Visit | None:
        """What the crawl found of a repository: a visit, or that there is none any more."""
        return self.visit or self.departure


def digest(crawl: Crawl) -> str:
    """By it, a crawl is known again in another store."""
    return blake2b(dump(crawl).encode(), digest_size=10).hexdigest()


def number(file: Path) -> int:
    """The number of the crawl of a file."""
    return int(file.stem)


def is_crawl_file(file: Path) -> bool:
    """Whether a file has the name of a crawl's: a number."""
    return file.stem.isascii() and file.stem.isdigit() and int(file.stem) < MOST


def lines(file: Path, damage: Damage) -> Iterator[tuple[str, Line]]:
    """Each whole line, as it is written and as it is read; none twice. If others are damaged, or the file cannot be read, `damage` gets a sentence."""
    damaged, read = 0, set[str]()
    try:
        for entry in jsonl.records(file, Line):
            if entry is None or not _is_sensible(entry[1]):
                damaged += 1
            elif entry[0] not in read:  # a copy of a line is no other visit
                read.add(entry[0])
                yield entry
    except OSError as error:
        damage[file] = f"{file} cannot be read: {error.strerror or error}: what that crawl recorded is left out"
    if damaged:
        number_of = plural(damaged, "damaged line")
        damage[file] = f"{file} has {number_of}: what was recorded there is lost"


def crawl(file: Path, damage: Damage) -> Crawl | None:
    """The row of a crawl; an interrupted one is derived from its lines."""
    if end := jsonl.last(file, Line):
        _, line = end
        if line.crawl and _is_sensible(line):
            return line.crawl
    parsed = [line for _, line in lines(file, damage)]
    ended = next((line.crawl for line in parsed if line.crawl), None)
    return ended or _interrupted(number(file), parsed)


def sum_up(crawl_number: int, started: datetime, seconds: float, visits: Sequence[Visit]) -> Crawl:
    """The row of a crawl that made these visits."""
    count = Counter(visit.outcome if visit.outcome in READ else "failed" for visit in visits)
    return Crawl(
        crawl=crawl_number,
        started_at=started,
        seconds=round(seconds, 3),
        new=count[VisitOutcome.NEW],
        changed=count[VisitOutcome.CHANGED],
        fresh=count[VisitOutcome.FRESH],
        failed=count["failed"],
        received=sum(visit.received for visit in visits),
        outcome=CrawlOutcome.INCOMPLETE if count["failed"] else CrawlOutcome.COMPLETE,
    )


def shorten(file: Path, keeps: Callable[[Visit], bool]) -> None:
    """Keeps of a crawl the visits that are asked for, what changed in the inventory, what was merged, and its end; an interrupted crawl gets one.

    A file with damaged lines is kept beside, as it was.
    """
    damage: Damage = {}
    parsed = list(lines(file, damage))
    try:
        raw = files.read(file)
    except OSError:
        return
    texts = [
        jsonl.checked(text)
        for text, line in parsed
        if line.departure or line.rename or line.merged or (line.visit and keeps(line.visit))
    ]
    if damage:
        aside = file.with_name(f"{file.name}.damaged")
        log.warning("%s; the file is kept as %s", damage[file], aside.name)
        files.write(aside, (aside.read_bytes() if aside.exists() else b"") + raw)
    if damage or len(texts) + any(line.crawl for _, line in parsed) < len(parsed):
        row = crawl(file, damage)
        files.write(file, "".join([*texts, *([jsonl.line({"crawl": row})] if row else [])]))


def clean_messages(file: Path, clean: Callable[[str], str]) -> None:
    """Rewrites a file of which a message is not as `clean` returns it, line by line. Then damaged lines are lost, and count as before."""
    try:
        entries = list(jsonl.records(file, Line))
    except OSError:
        return
    texts = [entry and (entry[0] if _is_clean(entry[1], clean) else _cleaned(entry[0], clean)) for entry in entries]
    if any(
        text is not None and entry is not None and text != entry[0] for text, entry in zip(texts, entries, strict=True)
    ):
        files.write(file, "".join(jsonl.LOST_LINE if text is None else jsonl.checked(text) for text in texts))


def clean_text(file: Path, clean: Callable[[str], str]) -> None:
    """Of a file that was put aside, damaged lines and all."""
    try:
        text = files.read(file).decode("utf-8", "surrogateescape")
    except OSError:
        return
    if (cleaned := clean(text)) != text:
        files.write(file, cleaned.encode("utf-8", "surrogateescape"))


def _is_clean(line: Line, clean: Callable[[str], str]) -> bool:
    message = line.outcome and line.outcome.message
    return not message or clean(message) == message


def _cleaned(text: str, clean: Callable[[str], str]) -> str:
    record = json.loads(text)
    for visit in filter(None, map(record.get, ("visit", "departure"))):
        visit["message"] = visit["message"] and clean(visit["message"])
    return json.dumps(record)


def _interrupted(crawl_number: int, parsed: Iterable[Line]) -> Crawl | None:
    outcomes = [outcome for line in parsed if (outcome := line.outcome)]
    if not outcomes:
        return None
    visits = [line.visit for line in parsed if line.visit]
    started = min(outcome.started_at for outcome in outcomes)
    ended = max(_end(outcome) for outcome in outcomes)
    seconds = (ended - started).total_seconds()
    return replace(sum_up(crawl_number, started, seconds, visits), outcome=CrawlOutcome.CUT_SHORT)


def _end(visit: Visit) -> datetime:
    return visit.started_at + timedelta(seconds=visit.seconds)


def _is_sensible(line: Line) -> bool:
    """Whether a line says something, and nothing that a table cannot hold. Earlier versions may have written it, or a careless hand."""
    records = [each for each in (line.visit, line.departure, line.rename, line.crawl) if each is not None]
    return bool(records or line.merged) and all(map(_fits, records))


def _fits(record: Visit | Rename | Crawl) -> bool:
    match record:
        case Visit():
            numbers = (record.crawl, record.received, record.requests, record.times, *record.crawls)
        case Crawl():
            numbers = (record.crawl, record.new, record.changed, record.fresh, record.failed, record.received)
        case Rename():
            return 0 <= record.crawl <= MOST
    first_at = record.first_at if isinstance(record, Visit) else None
    return (
        min(numbers) >= 0
        and max(numbers) <= MOST
        and 0 <= record.seconds <= MOST_SECONDS
        and _is_utc(record.started_at)
        and (first_at is None or _is_utc(first_at))
    )


def _is_utc(moment: datetime) -> bool:
    is_utc = moment.tzinfo is UTC or (moment.tzinfo is not None and not moment.utcoffset())
    return is_utc and moment.year <= LAST_YEAR
