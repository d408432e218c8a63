"""Who need not be asked for refs: those whose forge says that nobody pushed since they were read.

`<root>/pushed.json` has, for each repository, what its forge said when it was last read well. Without it everybody is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from catalog.discovery.inventory import Member
from catalog.plugins.forge import installed
from catalog.store import files
from catalog.store.typed_json import dump, load

_DAY = 86_400.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Read:
    """A visit that went well. `options` and `readers` are what its rows depend on beside refs."""

    pushed_at: datetime
    read_at: datetime
    options: str
    readers: str


class Unpushed:
    """What forges said of repositories when they were last read, before this crawl and after it."""

    def __init__(self, root: Path, readers: str) -> None:
        self._file, self._readers = root / "pushed.json", readers
        self._reads: dict[str, _Read] = {}
        with suppress(OSError, ValueError):
            self._reads = load(dict[str, _Read], self._file.read_bytes())

    def skips(self, member: Member, now: datetime) -> bool:
        """Whether the forge's word is enough this time. A time of the forge's is compared with ours only roughly."""
        source, pushed_at, last = member.source, _pushed_at(member), self._reads.get(member.repo.name)
        if source is None or not source.skip_unpushed or pushed_at is None or last is None:
            return False
        settled = (last.read_at - pushed_at).total_seconds() > installed()[source.kind].grain
        due = now - last.read_at > timedelta(seconds=source.full_check_days * _DAY)
        same = (last.pushed_at, last.options, last.readers) == (
            pushed_at,
            member.repo.options.digest(),
            self._readers,
        )
        return settled and same and not due

    def note(self, member: Member, read_at: datetime) -> None:
        """The repository was read, or found fresh, in a visit that began then."""
        pushed_at = _pushed_at(member)
        if member.source is not None and member.source.skip_unpushed and pushed_at is not None:
            self._reads[member.repo.name] = _Read(
                pushed_at=pushed_at,
                read_at=read_at,
                options=member.repo.options.digest(),
                readers=self._readers,
            )

    def write(self, members: Iterable[Member]) -> None:
        """Keeps what was noted of these, whole or not at all."""
        kept = {
            member.repo.name: self._reads[member.repo.name] for member in members if member.repo.name in self._reads
        }
        if not kept and not self._file.exists():
            return
        with files.writing(self._file.parent):
            files.write(self._file, dump(dict(sorted(kept.items()))))


def _pushed_at(member: Member) -> datetime | None:
    return member.known.listed.pushed_at if member.known else None
