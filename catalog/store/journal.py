"""The journal of visits: when each repository was visited, and the outcome. Append-only, because it cannot be reconstructed.

`<root>/<number>.jsonl` holds one crawl: a line for each visit as it ends, and a last line for the whole. A line carries a checksum,
so that a line truncated by a crash is detected. `<root>/repos.json` summarises all crawls.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter
from pathlib import Path
from typing import IO, Self

from catalog.errors import READ, StoreError
from catalog.schema.tables.inventory import Crawl, Visit
from catalog.store import files, jsonl
from catalog.store.typed_json import dump, load

KEPT = 10  # crawls whose visits are kept


@dataclass(frozen=True, kw_only=True, slots=True)
class LastVisit:
    """The outcome of a repository's last visit. `partition` and `read_at` are of the last successful one."""

    outcome: str
    message: str | None
    visited_at: datetime
    partition: str | None = None
    read_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Line:
    """A line of a crawl: a visit with the partition that it led to, or the crawl's end."""

    partition: str | None = None
    visit: Visit | None = None
    crawl: Crawl | None = None


class Journal:
    """The crawls below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def last_visits(self) -> dict[str, LastVisit]:
        """The last visit to each repository, also in a crawl that was interrupted."""
        number, last = self._summed_up()
        for file in self._files():
            if number is None or int(file.stem) > number:
                for visit, partition in _visits(file):
                    last[visit.repo] = _after(last.get(visit.repo), visit, partition)
        return last

    def begin(self, after: int = 0) -> CrawlEntry:
        """Opens the next crawl's file; its number is higher than `after`, too, should the files before it be lost."""
        number = max((int(file.stem) for file in self._files()), default=0)
        number = max(number, after) + 1
        with files.writing(self.root):
            files.make_folder(self.root)
            return CrawlEntry(self.root, number)

    def crawls(self) -> tuple[Crawl, ...]:
        """The crawls, first to last; an interrupted one is derived from its visits."""
        return tuple(crawl for file in self._files() if (crawl := _crawl(file)))

    def visits(self) -> tuple[Visit, ...]:
        """Of the last crawls, one for each repository and run of equal outcomes; of older ones, the `turned` visits."""
        crawls = self._files()
        older = [
            replace(visit, crawls=(visit.crawl,))
            for file in crawls[:-KEPT]
            for visit, _ in _visits(file)
            if visit.turned
        ]
        return tuple(sorted([*_runs(crawls[-KEPT:]), *older], key=attrgetter("crawl")))

    def sum_up(self) -> None:
        """Rewrites `repos.json`, and deletes from crawls older than the last KEPT the visits without a `turned` outcome."""
        crawls = self._files()
        state: dict[str, LastVisit | int] = dict(sorted(self.last_visits().items()))
        state[""] = int(crawls[-1].stem) if crawls else 0
        with files.writing(self.root):
            files.write(self.root / "repos.json", dump(state))
            for file in crawls[:-KEPT]:
                _shorten(file)

    def _summed_up(self) -> tuple[int | None, dict[str, LastVisit]]:
        """The last crawl that `repos.json` includes, and the last visit to each repository up to it."""
        file = self.root / "repos.json"
        try:
            return _split_summary(load(dict[str, LastVisit | int], file.read_bytes()))
        except FileNotFoundError:
            return None, {}
        except (OSError, ValueError) as error:
            raise StoreError(f"{file} is damaged ({error}); delete it, and the next crawl makes it anew") from error

    def _files(self) -> list[Path]:
        return sorted(
            (file for file in self.root.glob("*.jsonl") if file.stem.isdigit()), key=lambda file: int(file.stem)
        )


class CrawlEntry:
    """One crawl as it goes; a context manager, whose end closes the file."""

    def __init__(self, root: Path, number: int) -> None:
        self.number = number
        self._root = root
        self._out: IO[str] = (root / f"{number:06}.jsonl").open("x", encoding="utf-8")

    def add(self, visit: Visit, partition: str | None) -> None:
        self._write({"partition": partition, "visit": visit})

    def end(self, crawl: Crawl) -> None:
        self._write({"crawl": crawl})
        with files.writing(self._root):
            os.fsync(self._out.fileno())
            files.sync(self._root)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with files.writing(self._root):
            self._out.close()

    def _write(self, record: object) -> None:
        with files.writing(self._root):
            self._out.write(jsonl.line(record))
            self._out.flush()


@dataclass(kw_only=True, slots=True)
class _Run:
    """Visits to a repository in a row, in crawls that follow each other, which ended alike."""

    first: Visit
    last: Visit
    crawls: list[int]

    def visit(self) -> Visit:
        """The run as one row: that of its last visit."""
        return replace(
            self.last,
            first_at=self.first.started_at,
            times=len(self.crawls),
            crawls=tuple(self.crawls),
            turned=self.first.turned,
        )


def _runs(crawls: Iterable[Path]) -> Iterator[Visit]:
    open_runs: dict[str, _Run] = {}
    for file in crawls:
        number = int(file.stem)
        for visit, _ in _visits(file):
            run = open_runs.get(visit.repo)
            if run is not None and run.last.outcome == visit.outcome:
                run.last = visit
                run.crawls.append(number)
                continue
            if run is not None:
                yield run.visit()
            open_runs[visit.repo] = _Run(first=visit, last=visit, crawls=[number])
    for run in open_runs.values():
        yield run.visit()


def _shorten(file: Path) -> None:
    """Keeps of a crawl the `turned` visits, and its end; an interrupted crawl gets one."""
    lines = list(_lines(file))
    turned = [jsonl.checked(text) for text, line in lines if line.visit and line.visit.turned]
    if len(turned) + any(line.crawl for _, line in lines) < len(lines):
        crawl = _crawl(file)
        files.write(file, "".join([*turned, *([jsonl.line({"crawl": crawl})] if crawl else [])]))


def _crawl(file: Path) -> Crawl | None:
    end = jsonl.last(file)
    if end and (crawl := _parse(file, end).crawl):
        return crawl
    lines = [line for _, line in _lines(file)]
    visits = [line.visit for line in lines if line.visit]
    ended = next((line.crawl for line in lines if line.crawl), None)
    return ended or (_interrupted(int(file.stem), visits) if visits else None)


def _interrupted(number: int, visits: list[Visit]) -> Crawl:
    count = Counter(visit.outcome if visit.outcome in READ else "failed" for visit in visits)
    started = min(visit.started_at for visit in visits)
    ended = max(visit.started_at + timedelta(seconds=visit.seconds) for visit in visits)
    return Crawl(
        crawl=number,
        started_at=started,
        seconds=round((ended - started).total_seconds(), 3),
        new=count["new"],
        changed=count["changed"],
        fresh=count["fresh"],
        failed=count["failed"],
        received=sum(visit.received for visit in visits),
        outcome="cut_short",
    )


def _split_summary(state: dict[str, LastVisit | int]) -> tuple[int, dict[str, LastVisit]]:
    """The number of the last crawl, which is under the empty name, and the repositories."""
    number = state.pop("", None)
    by_repo = {repo: each for repo, each in state.items() if isinstance(each, LastVisit)}
    if not isinstance(number, int) or len(by_repo) < len(state):
        raise ValueError("it does not say of which crawl it is the sum, or what each repository was found as")
    return number, by_repo


def _visits(file: Path) -> Iterator[tuple[Visit, str | None]]:
    return ((line.visit, line.partition) for _, line in _lines(file) if line.visit)


def _lines(file: Path) -> Iterator[tuple[str, _Line]]:
    """Each whole line, as it is written and as it is read."""
    return ((text, _parse(file, text)) for text in jsonl.texts(file))


def _parse(file: Path, text: str) -> _Line:
    try:
        return load(_Line, text)
    except ValueError as error:
        raise StoreError(
            f"{file} has a line of another shape ({error}); a newer version of the catalog may have written it"
        ) from error


def _after(before: LastVisit | None, visit: Visit, partition: str | None) -> LastVisit:
    now = LastVisit(outcome=visit.outcome, message=visit.message, visited_at=visit.started_at)
    if partition is not None:
        return replace(now, partition=partition, read_at=visit.started_at)
    if before is not None:
        return replace(now, partition=before.partition, read_at=before.read_at)
    return now
