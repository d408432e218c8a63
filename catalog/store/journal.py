"""The journal of visits: when each repository was visited, and the outcome. Append-only, because it cannot be reconstructed.

`<root>/<number>.jsonl` holds one crawl (see `crawl_file`). A line carries a checksum, so that a line truncated by a crash is detected.
`<root>/repos.json` summarises all crawls, `<root>/past.jsonl` those before the last KEPT (see `past_crawls`).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import fields, replace
from itertools import chain, islice
from operator import attrgetter
from pathlib import Path
from typing import IO, Self

from catalog.errors import VisitOutcome
from catalog.schema.tables.inventory import Crawl, Rename, Visit
from catalog.store import checked_file, files, jsonl
from catalog.store.crawl_file import (
    Damage,
    Line,
    clean_messages,
    clean_text,
    crawl,
    digest,
    is_crawl_file,
    lines,
    number,
    shorten,
)
from catalog.store.last_visit import LastVisit, apply
from catalog.store.past_crawls import PastCrawl, PastCrawls
from catalog.store.visit_runs import begins_run, present_names, runs, with_present_names

KEPT = 10  # crawls whose visits are kept

log = logging.getLogger(__name__)


class Journal:
    """The crawls below one folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._past = PastCrawls(root)
        self._damage: Damage = {}
        self._has_warned = False

    @property
    def damage(self) -> tuple[str, ...]:
        """A sentence for each file that was found damaged while it was read."""
        return tuple(self._damage[file] for file in sorted(self._damage))

    def last_visits(self) -> dict[str, LastVisit]:
        """The last visit to each repository, also in a crawl that was interrupted."""
        summed_up, last = self._summed_up()
        for file in self._files():
            if summed_up is None or number(file) > summed_up:
                for _, line in self._lines(file):
                    apply(last, line)
        return last

    def begin(self, after: int = 0) -> CrawlEntry:
        """Opens the next crawl's file; its number is higher than `after`, too, should the files before it be lost."""
        with files.writing(self.root):
            files.make_folder(self.root)
            return CrawlEntry(self.root, max(self.last_number(), after) + 1)

    def crawls(self) -> tuple[Crawl, ...]:
        """The crawls, first to last; an interrupted one is derived from its visits."""
        past, others = self._split()
        rows = (*(each.crawl for each in past), *(crawl(file, self._damage) for file in others))
        return tuple(row for row in rows if row)

    def visits(self) -> tuple[Visit, ...]:
        """One row for each repository and run of equal outcomes, under the name that the repository has now; see `visit_runs`."""
        past, others = self._split()
        outcomes = chain(
            (outcome for each in past for outcome in each.outcomes),
            (outcome for file in others for _, line in self._lines(file) if (outcome := line.outcome)),
        )
        return tuple(sorted(runs(present_names(outcomes, self._renames())), key=attrgetter("crawl")))

    def renames(self) -> tuple[Rename, ...]:
        """The repositories that got another name, first to last, each with the name that it has now."""
        return tuple(with_present_names(self._renames()))

    def last_number(self) -> int:
        """The number of the last crawl; 0 where there is none."""
        return max(map(number, self._files()), default=0)

    def digests(self) -> set[str]:
        """The crawls by their digests, with those of other stores that were merged."""
        files = self._files()
        merged = {line.merged.digest for file in files for _, line in self._lines(file) if line.merged}
        return merged | {digest(row) for file in files if (row := crawl(file, self._damage))}

    def crawls_except(self, digests: Collection[str]) -> Iterator[tuple[Crawl, tuple[Line, ...]]]:
        """Each crawl that is none of these, with its lines, first to last."""
        for file in self._files():
            row = crawl(file, self._damage)
            if row is not None and digest(row) not in digests:
                yield row, tuple(line for _, line in self._lines(file))

    def add(self, row: Crawl, lines: Iterable[Line]) -> None:
        """Writes a crawl whose visits were made elsewhere: whole, or not at all."""
        texts = map(jsonl.line, map(_stated, lines))
        with files.writing(self.root):
            files.write(self.root / f"{row.crawl:06}.jsonl", "".join([*texts, jsonl.line({"crawl": row})]))

    def sum_up(self) -> None:
        """Rewrites `repos.json`, and deletes from crawls older than the last KEPT the visits that ended as those before.

        Without it, the crawls say the same: the visit that led to the rows of today is kept, too.
        """
        crawls, last = self._files(), self.last_visits()
        state: dict[str, LastVisit | int] = {**dict(sorted(last.items())), "": number(crawls[-1]) if crawls else 0}

        def keeps(visit: Visit) -> bool:
            led_to_rows = visit.outcome == VisitOutcome.CHANGED and visit.repo in last
            return begins_run(visit) or (led_to_rows and last[visit.repo].read_crawl == visit.crawl)

        with files.writing(self.root):
            checked_file.write(self.root / "repos.json", state)
            newest = [*islice(filter(_tells, reversed(crawls)), KEPT)]
            past = crawls[: crawls.index(newest[-1])] if len(newest) == KEPT else []
            for file in past[len(self._past.read(past)) :]:
                shorten(file, keeps)
            self._past.write(past)

    def clean(self, detector: str, clean: Callable[[str], str]) -> None:
        """Withholds from the messages of earlier crawls what `clean` does, once for each digest `detector`. StoreError where the disk fails.

        The digest is written at the end: a pass that was interrupted is made again.
        """
        stamp = self.root / "messages.json"
        with suppress(FileNotFoundError, ValueError):
            if checked_file.read(stamp, dict[str, str]).get("detector") == detector:
                return
        if not self.root.is_dir():
            return
        with files.writing(self.root):
            self._past.forget()
            for file in self._files():
                clean_messages(file, clean)
            for aside in self.root.glob("*.jsonl.damaged"):
                clean_text(aside, clean)
            self._clean_sum(clean)
            checked_file.write(stamp, {"detector": detector})

    def _clean_sum(self, clean: Callable[[str], str]) -> None:
        last_number, last = self._summed_up()
        cleaned = {repo: replace(each, message=each.message and clean(each.message)) for repo, each in last.items()}
        if cleaned != last:
            checked_file.write(self.root / "repos.json", {**cleaned, "": last_number})

    def _renames(self) -> list[Rename]:
        """Most crawls have none: their lines, of 10,000 repositories a tenth of a second, are not parsed."""
        past, others = self._split()
        renaming = filter(_may_rename, others)
        now = (line.rename for file in renaming for _, line in self._lines(file) if line.rename)
        return [*chain.from_iterable(each.renames for each in past), *now]

    def _split(self) -> tuple[tuple[PastCrawl, ...], list[Path]]:
        """The first crawls as they are summed up, and the files of all others."""
        crawls = self._files()
        past = self._past.read(crawls)
        return past, crawls[len(past) :]

    def _summed_up(self) -> tuple[int | None, dict[str, LastVisit]]:
        """The last crawl that `repos.json` includes, and the last visit to each repository up to it; nothing where it is lost or damaged."""
        file = self.root / "repos.json"
        try:
            return _split_summary(checked_file.read(file, dict[str, LastVisit | int]))
        except FileNotFoundError:
            return None, {}
        except ValueError as error:
            if not self._has_warned:
                log.warning("%s %s: what the crawls recorded is read again", file, error)
            self._has_warned = True
            return None, {}

    def _files(self) -> list[Path]:
        return sorted(filter(is_crawl_file, self.root.glob("*.jsonl")), key=number)

    def _lines(self, file: Path) -> Iterator[tuple[str, Line]]:
        return lines(file, self._damage)


class CrawlEntry:
    """One crawl as it goes; a context manager, whose end closes the file."""

    def __init__(self, root: Path, number: int) -> None:
        self.number = number
        self._root = root
        self._out: IO[str] = (root / f"{number:06}.jsonl").open("x", encoding="utf-8")

    def add(self, visits: Iterable[tuple[Visit, str | None]]) -> None:
        """Writes visits that ended, each with the partition that it led to."""
        self._write(*({"partition": partition, "visit": visit} for visit, partition in visits))

    def change_inventory(self, renames: Iterable[Rename], departures: Iterable[Visit]) -> None:
        """Writes, before any visit, which repositories have another name, and which are visited no more."""
        self._write(*({"rename": rename} for rename in renames), *({"departure": each} for each in departures))

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

    def _write(self, *records: object) -> None:
        with files.writing(self._root):
            self._out.write("".join(map(jsonl.line, records)))
            self._out.flush()


def _tells(file: Path) -> bool:
    """Whether a file tells of a visit, or of its crawl: one that was cut short before any visit does not."""
    try:
        return b'"outcome"' in files.read(file)
    except OSError:  # reported where all of it is read
        return True


def _may_rename(file: Path) -> bool:
    try:
        return b'"rename"' in files.read(file)
    except OSError:  # reported where all of it is read
        return False


def _stated(line: Line) -> dict[str, object]:
    """What a line says, without what it does not; a visit that failed says that it led to no rows."""
    cells = {cell.name: getattr(line, cell.name) for cell in fields(line)}
    return {name: value for name, value in cells.items() if value is not None or (name == "partition" and line.visit)}


def _split_summary(state: dict[str, LastVisit | int]) -> tuple[int, dict[str, LastVisit]]:
    """The number of the last crawl, which is under the empty name, and the repositories."""
    number = state.pop("", None)
    by_repo = {repo: each for repo, each in state.items() if isinstance(each, LastVisit)}
    if not isinstance(number, int) or len(by_repo) < len(state):
        raise ValueError(
            "is damaged: it does not say of which crawl it is the sum, or what each repository was found as"
        )
    return number, by_repo
