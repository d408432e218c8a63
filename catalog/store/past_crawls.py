"""What the crawls say whose visits are not kept whole, in one file: a night reads it instead of theirs, however many there are.

`<root>/past.jsonl` has a line for each of their files. Without it, these are read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from catalog.schema.tables.inventory import Crawl, Rename, Visit
from catalog.store import files, jsonl
from catalog.store.crawl_file import Damage, crawl, lines
from catalog.store.file_stamps import stamp_of, stamps_of


@dataclass(frozen=True, kw_only=True, slots=True)
class PastCrawl:
    """What the file of one crawl says. `stamp`: that of the file, which changes when it is written."""

    file: str
    stamp: str
    crawl: Crawl | None
    outcomes: tuple[Visit, ...] = ()
    renames: tuple[Rename, ...] = ()


class PastCrawls:
    """The sums of crawls below one folder."""

    def __init__(self, root: Path) -> None:
        self._root, self._file = root, root / "past.jsonl"
        self._last: tuple[str, list[PastCrawl | None]] = "", []  # what the file held, and its stamp then

    def read(self, crawl_files: Sequence[Path]) -> tuple[PastCrawl, ...]:
        """The sums of the first of these files, as far as these are as they were when they were summed up."""
        return tuple(self._as_they_are(crawl_files))

    def write(self, crawl_files: Sequence[Path]) -> None:
        """Sums up these files, as far as that was not done; not from one on that cannot be read: each build says so. OSError where the disk fails."""
        known = self.read(crawl_files)
        added = list(_summed_up(crawl_files[len(known) :]))
        if known and len(known) == len(self._stored()):
            if added:
                jsonl.append(self._file, *added)
        elif added or self._file.exists():
            files.clear(self._file)
            files.write(self._file, "".join(map(jsonl.line, [*known, *added])))

    def forget(self) -> None:
        """Deletes the sums: they are made again from the files. OSError where the disk fails."""
        if self._file.is_file():
            self._file.unlink()

    def _as_they_are(self, crawl_files: Sequence[Path]) -> Iterator[PastCrawl]:
        stored = self._stored()
        stamps = stamps_of(self._root, [file.name for file in crawl_files[: len(stored)]])
        for file, past in zip(crawl_files, stored, strict=False):
            if past is None or past.file != file.name or past.stamp != stamps.get(file.name):
                return
            yield past

    def _stored(self) -> list[PastCrawl | None]:
        """The sums as they were written; None for a damaged one."""
        stamp = stamp_of(self._file) or ""
        if stamp != self._last[0]:
            try:
                self._last = stamp, [entry and entry[1] for entry in jsonl.records(self._file, PastCrawl)]
            except OSError:  # they are made again
                return []
        return self._last[1] if stamp else []


def _summed_up(crawl_files: Sequence[Path]) -> Iterator[PastCrawl]:
    for file in crawl_files:
        damage: Damage = {}
        stamp = stamp_of(file) or ""
        parsed = [line for _, line in lines(file, damage)]
        row = crawl(file, damage)
        if damage:
            return
        outcomes = (outcome for line in parsed if (outcome := line.outcome))
        renames = (line.rename for line in parsed if line.rename)
        yield PastCrawl(file=file.name, stamp=stamp, crawl=row, outcomes=tuple(outcomes), renames=tuple(renames))
