"""The observations: which object each ref named at which visit, and the events of registry tags. They cannot be reconstructed: lines are added, and rewritten only to withhold what they say.

`<root>/<repo>.jsonl` holds a line for each visit that found a change: refs that are new or name another object, deleted refs, and the
events of registry tags. The file of an unchanged repository is not read (see `observation_ends`).
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from catalog.git.snapshot import RefListing
from catalog.naming import slug
from catalog.store import files
from catalog.store.file_stamps import stamp
from catalog.store.files import clear, make_folder, sync, writing
from catalog.store.jsonl import append
from catalog.store.observation_ends import FileEnd, FileEnds
from catalog.store.observation_line import Damage, read
from catalog.store.observation_rewriting import Withhold, rewrite
from catalog.store.ref_state import Reads, RefScan, RefState, rename_line, visit_lines
from catalog.store.ref_timeline import RefTimeline
from catalog.text import plural

__all__ = ["Observations", "RefScan", "RefState"]

log = logging.getLogger(__name__)


class Observations:
    """The files below one folder."""

    def __init__(self, root: Path, ends: Path | None = None) -> None:
        """`ends`: the file that keeps how these files end; see `observation_ends`."""
        self.root = root
        self._ends = FileEnds(root, ends)

    def record(self, scan: RefScan, list_refs: Callable[[], RefListing], read_rows: Reads) -> None:
        """As `record_state`. `list_refs()` returns the refs, `read_rows(table)` the rows of the visit; neither is called where nothing changed."""
        self.record_state(scan, lambda: RefState.of(list_refs(), read_rows))

    def record_state(self, scan: RefScan, read_state: Callable[[], RefState]) -> None:
        """Appends what changed since the last line. StoreError where the disk fails. `read_state` is not called where nothing changed.

        Where lines are damaged, what they may have held is recorded anew. A folder in the place of the file is put aside;
        where the file cannot be read, nothing is recorded.
        """
        name = _file(scan.repo)
        with writing(self.root):
            clear(self.root / name)
        try:
            if _is_complete(self._ends.of(name), scan.partition):
                return
            timeline = self.load(name)
        except OSError as error:
            log.warning("%s: nothing is recorded of this visit", _unreadable(self.root / name, error))
            return
        if timeline.damage.new:
            log.warning("%s; what its refs name now is recorded anew", _lost(self.root / name, timeline.damage))
        lines = visit_lines(scan, timeline, read_state())
        if lines:
            with writing(self.root):
                make_folder(self.root)
                append(self.root / name, *lines)

    def lacks(self, repo: str, partition: str) -> bool:
        """Whether a visit that finds these rows again would record something, because lines are lost."""
        try:
            return not _is_complete(self._ends.of(_file(repo)), partition)
        except IsADirectoryError:  # a visit puts it aside
            return True
        except OSError:  # no visit can change that
            return False

    def holds(self, repo: str, partition: str) -> bool:
        """Whether the file can be read, is whole, and ends with these rows."""
        try:
            return _is_complete(self._ends.of(_file(repo)), partition)
        except OSError:  # the visit says so
            return False

    def rename(self, former: str, repo: str) -> bool:
        """Goes on with the file of a repository under another name; False where there is none, or that name has one."""
        file, target = self.root / _file(former), self.root / _file(repo)
        if target.exists() or not file.is_file():
            return False
        try:
            timeline = self.load(file.name)
        except OSError as error:
            log.warning("%s: %s begins without it", _unreadable(file, error), repo)
            return False
        with writing(self.root):
            if line := rename_line(timeline, repo):
                append(file, line)  # a line without news: that of a visit comes when there was one
            file.replace(target)
            sync(self.root)
        return True

    def withheld_otherwise(self, privacy_of: Callable[[str], str]) -> Iterator[tuple[str, str]]:
        """Each file with lines from which other things were withheld than `privacy_of(repo)`, a digest, says; with its repository."""
        for name, end in self._readable_ends():
            if end.privacy != (privacy_of(end.repo),):
                yield name, end.repo

    def withhold(self, name: str, privacy: str, withhold: Withhold) -> bool:
        """Replaces a file by its lines as `withhold` returns them, in one step; whether any of them changed. StoreError where the disk fails.

        Nothing is done to a file that cannot be read.
        """
        file = self.root / name
        try:
            before, rewritten = files.read(file), rewrite(file, privacy, withhold)
        except OSError as error:
            log.warning("%s: what is withheld now stays in it", _unreadable(file, error))
            return False
        if rewritten.data != before:
            with writing(self.root):
                files.write(file, rewritten.data)
        return rewritten.has_changed

    def stamps(self) -> dict[str, str]:
        """The name of each file, and a stamp that changes when it grows."""
        if not self.root.is_dir():
            return {}
        stats = {}
        with os.scandir(self.root) as entries:
            for entry in entries:
                if entry.name.endswith(".jsonl") and entry.name.isascii():  # as all that `slug` makes
                    with suppress(OSError):  # a link that leads nowhere
                        stats[entry.name] = entry.stat()
        return {name: stamp(stat) for name, stat in stats.items()}

    def last_crawl(self) -> int:
        """The highest number of a crawl among the last lines; 0 where there are none."""
        return max((end.crawl for _, end in self._readable_ends()), default=0)

    def save(self) -> None:
        """Keeps how the files end, so that the next crawl need not read them. StoreError where the disk fails."""
        self._ends.write(self.stamps())

    def load(self, name: str) -> RefTimeline:
        """Replays the whole lines of a file; empty where there is none. OSError where it cannot be read."""
        try:
            return RefTimeline.of(read(self.root / name))
        except (FileNotFoundError, NotADirectoryError):
            return RefTimeline()

    def load_readable(self, name: str) -> RefTimeline | None:
        """As `load`; what is damaged is logged, and None is returned for a file that cannot be read."""
        try:
            timeline = self.load(name)
        except OSError as error:
            log.warning("%s: what it holds is left out", _unreadable(self.root / name, error))
            return None
        if timeline.damage.new:
            log.warning("%s; the next crawl records anew what its refs name", _lost(self.root / name, timeline.damage))
        return timeline

    def _readable_ends(self) -> Iterator[tuple[str, FileEnd]]:
        """The name of each file that can be read, and its end."""
        for name, file_stamp in sorted(self.stamps().items()):
            try:
                end = self._ends.at(name, file_stamp)
            except OSError:  # a visit reports it
                continue
            yield name, end


def _file(repo: str) -> str:
    return f"{slug(repo)}.jsonl"


def _is_complete(end: FileEnd | None, partition: str) -> bool:
    return end is not None and end.partition == partition and not end.damaged


def _lost(file: Path, damage: Damage) -> str:
    lines = plural(damage.new, "damaged line")
    return f"{file} has {lines}: what was recorded there is lost"


def _unreadable(file: Path, error: OSError) -> str:
    return f"{file} cannot be read: {error.strerror or error}"
