"""The cache of last pushes: a repository without a push since its last good visit needs no visit.

`<root>/pushed.json` has, for each repository, what its forge said when it was last read well. Without it every repository is visited.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from catalog.discovery.inventory import Repository
from catalog.plugins.forge import installed
from catalog.store import checked_file, files

_DAY = 86_400.0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Visit:
    """A visit that went well. `options` and `readers` are what its rows depend on beside refs.

    `forge_id`: which repository had the name. Two may have been pushed in one second, as by an import of many.
    """

    pushed_at: datetime
    read_at: datetime
    options: str
    readers: str
    forge_id: str | None = None  # where the forge states none, and in files of earlier versions


class PushCache:
    """The push times that forges reported when repositories were last read, before this crawl and after it."""

    def __init__(self, root: Path, readers: str) -> None:
        self._file, self._readers = root / "pushed.json", readers
        visits = checked_file.read_if_whole(self._file, dict[str, _Visit], "every repository is visited")
        self._visits = visits or {}

    def can_skip(self, repository: Repository, now: datetime) -> bool:
        """Whether the repository needs no visit this time. A time of the forge's is compared with ours only roughly."""
        source, pushed_at, last = repository.source, _pushed_at(repository), self._visits.get(repository.repo.name)
        if source is None or not source.skip_unpushed or pushed_at is None or last is None:
            return False
        is_past_grain = (last.read_at - pushed_at).total_seconds() > installed()[source.kind].grain
        # A clock that was set back says nothing of how long ago the repository was read.
        is_full_check_due = not timedelta(0) <= now - last.read_at <= timedelta(seconds=source.full_check_days * _DAY)
        same = (last.pushed_at, last.options, last.readers, last.forge_id) == (
            pushed_at,
            repository.repo.options.digest(),
            self._readers,
            _forge_id(repository),
        )
        return is_past_grain and same and not is_full_check_due

    def record(self, repository: Repository, read_at: datetime) -> None:
        """The repository was read, or found fresh, in a visit that began then."""
        pushed_at = _pushed_at(repository)
        if repository.source is not None and repository.source.skip_unpushed and pushed_at is not None:
            self._visits[repository.repo.name] = _Visit(
                pushed_at=pushed_at,
                read_at=read_at,
                options=repository.repo.options.digest(),
                readers=self._readers,
                forge_id=_forge_id(repository),
            )

    def take(self, repo: str, other: PushCache) -> None:
        """The repository was read last by the crawls of another cache."""
        if repo in other._visits:
            self._visits[repo] = other._visits[repo]

    def write(self, repositories: Iterable[Repository]) -> None:
        """Writes what was recorded of these, whole or not at all."""
        visits = {
            repository.repo.name: self._visits[repository.repo.name]
            for repository in repositories
            if repository.repo.name in self._visits
        }
        if not visits and not self._file.exists():
            return
        with files.writing(self._file.parent):
            checked_file.write(self._file, dict(sorted(visits.items())))


def _pushed_at(repository: Repository) -> datetime | None:
    return repository.known.listed.pushed_at if repository.known else None


def _forge_id(repository: Repository) -> str | None:
    return repository.known.listed.forge_id if repository.known else None
