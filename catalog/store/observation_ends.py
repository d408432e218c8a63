"""How the files of observations end: what a visit compares with. A file that has not changed since is not read for it, however long it is.

A file of its own has the ends as the last crawl left them: `store/crawls/ends.json`. Without it, the files are read.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from catalog.store import checked_file, files
from catalog.store.file_stamps import stamp
from catalog.store.observation_line import Damage, read, without_repeats
from catalog.store.observation_rewriting import privacy_by

SOON = 10**9  # nanoseconds: a file may have been written twice within them, and have the same time of change


@dataclass(frozen=True, kw_only=True, slots=True)
class FileEnd:
    """What the last whole line of a file states, and whether lines are damaged for which no later one has made up.

    `stamp` changes when the file does. `privacy`: the digests of what was withheld from its lines; None among them is of an earlier version.
    """

    stamp: str
    repo: str
    crawl: int
    partition: str | None
    damaged: bool
    privacy: tuple[str | None, ...]


class FileEnds:
    """The ends of the files below one folder."""

    def __init__(self, root: Path, file: Path | None = None) -> None:
        """`file`: where the ends are kept; by default nowhere."""
        self._root, self._file = root, file
        self._ends: dict[str, FileEnd] | None = None  # by the file's name
        self._has_news = False

    def of(self, name: str) -> FileEnd | None:
        """The end of a file, which is read where it has changed since; None where there is no file. OSError where it cannot be read."""
        try:
            status = os.stat(f"{self._root}{os.sep}{name}")  # noqa: PTH116 - without a path for each of many thousands
        except (FileNotFoundError, NotADirectoryError):
            return None
        return self.at(name, stamp(status))

    def at(self, name: str, stamp: str) -> FileEnd:
        """The end of a file with this stamp."""
        if self._ends is None:
            self._ends = self._stored()
        known = self._ends.get(name)
        if known is None or known.stamp != stamp:
            known = self._ends[name] = _read_end(self._root / name, stamp)
            self._has_news = True
        return known

    def write(self, stamps: Mapping[str, str]) -> None:
        """Keeps the ends of these files, if one was read. StoreError where the disk fails."""
        if self._has_news and self._ends is not None and self._file is not None:
            ends = {name: end for name, end in sorted(self._ends.items()) if stamps.get(name) == end.stamp}
            with files.writing(self._file.parent):
                checked_file.write(self._file, ends)
            self._has_news = False

    def _stored(self) -> dict[str, FileEnd]:
        """The ends that were written, but for those of files that may have changed since without another stamp."""
        if self._file is None:
            return {}
        try:
            ends = checked_file.read(self._file, dict[str, FileEnd])
            written = self._file.stat().st_mtime_ns
        except (OSError, ValueError):  # it follows from the files
            return {}
        return {name: end for name, end in ends.items() if int(end.stamp.partition(" ")[2] or written) + SOON < written}


def _read_end(path: Path, stamp: str) -> FileEnd:
    lines = list(read(path))
    damage, last = Damage(), None
    for line in without_repeats(lines):
        damage.apply(line)
        last = line or last
    return FileEnd(
        stamp=stamp,
        repo=last.repo if last else "",
        crawl=last.crawl if last else 0,
        partition=last.partition if last else None,
        damaged=damage.new > 0,
        privacy=tuple(sorted(privacy_by(filter(None, lines)), key=lambda digest: digest or "")),
    )
