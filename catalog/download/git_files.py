"""Reads files of a commit from Git, without a clone: its trees alone, then the files that are wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from catalog.config.model import Config
from catalog.download.entries import Denied
from catalog.download.trust import Trust
from catalog.errors import ConfigError, MetafileError, NotFound, Oversized, Refused
from catalog.git.snapshot import RefListing, RevisionFiles, Snapshot
from catalog.git.tree import TreeEntry
from catalog.text import quote
from catalog.transport.address import GitServer, Local, parse_address
from catalog.transport.limits import Limits
from catalog.transport.network_rules import NetworkRules, Permits
from catalog.transport.origin import Origin, Pool, open_origin

LFS_CONFIG = ".lfsconfig"
BATCH = 16 << 20  # bytes of an answer with several files
_AT_ONCE = 256  # files of one request
_WITHOUT_FILES = "blob:none"


@dataclass(frozen=True, kw_only=True, slots=True)
class GitFolder:
    """What Git has at a path: its files by their paths from there (empty for a file itself), and the commit's `.lfsconfig`."""

    files: dict[str, TreeEntry]
    lfs_config: bytes | None


class GitFiles:
    """The repositories of one download. `config` says which the user chose; others must be at public addresses."""

    def __init__(
        self, trust: Trust, config: Config | None, limits: Limits, pool: Pool, tell: Callable[[str], object]
    ) -> None:
        self._trust, self._config, self._limits, self.pool, self._tell = trust, config, limits, pool, tell

    def folder(self, repository: str, commit: str, path: str) -> GitFolder:
        """NotFound where Git has no file there."""
        with self._origin(repository) as origin:
            trees = origin.fetch((commit,), filters=_WITHOUT_FILES, depth=1)
            try:
                revision = Snapshot(RefListing(refs=()), trees, lambda _: False).revision(commit)
                files, config = dict(_files(revision, path)), revision.entry(LFS_CONFIG)
            except MetafileError as error:
                raise Refused(f"{quote(repository)}: {error}") from error
            if not files:
                raise NotFound(f"{quote(repository)} has no file at {quote(path)!r} in commit {commit[:7]}")
            is_file = config is not None and config.kind == "file"
            stated = dict(_contents(origin, [config.oid])) if is_file and config is not None else {}
        return GitFolder(files=files, lfs_config=next(iter(stated.values()), None))

    def contents(self, repository: str, oids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """The files by their object ids, some at a time, so that few are in memory."""
        with self._origin(repository) as origin:
            unique = [*dict.fromkeys(oids)]
            for start in range(0, len(unique), _AT_ONCE):
                yield from _contents(origin, unique[start : start + _AT_ONCE])

    def permits(self, repository: str) -> Permits | None:
        """Where connections to a repository may go; None where the user chose it. ConfigError for a folder of this machine."""
        chosen = self._config is not None and any(each.url == repository for each in self._config.repos)
        address = parse_address(self.pool.git.rewrite(repository))
        if isinstance(address, Local):
            if not chosen and not self._trust.is_in_folder(address.path):
                raise ConfigError(
                    f"{quote(repository)!r} is on a disk of this machine: expected a repository of repos.toml, or a URL that [get] allow, or --allow, names"
                )
            return None
        if chosen or self._trust.allows(repository):
            return None
        return self.rules.permits

    @property
    def rules(self) -> NetworkRules:
        """Where connections may go that a server or a repository names."""
        return NetworkRules(allow=self._config.allowed_hosts if self._config else ())

    def server(self, repository: str) -> GitServer:
        """The server of a repository, for Git LFS. Refused for a folder of this machine, which has none."""
        address = parse_address(self.pool.git.rewrite(repository))
        if isinstance(address, Local):
            raise Refused(
                f"{quote(repository)}: its files are in Git LFS, and a folder of this machine has no LFS server"
            )
        return address

    @contextmanager
    def _origin(self, repository: str) -> Iterator[Origin]:
        permits = self.permits(repository)
        self._tell(f"{repository} (Git)")
        try:
            with open_origin(repository, self._limits, pool=self.pool, permits=permits) as origin:
                yield origin
        except Refused as error:
            raise Denied(str(error)) from error


def _files(revision: RevisionFiles, path: str) -> Iterator[tuple[str, TreeEntry]]:
    entry = revision.entry(path)
    if entry is not None and entry.kind == "file":
        yield "", entry
    elif entry is not None:
        start = len(path) + 1 if path else 0
        yield from ((name[start:], each) for name, each in revision.below(path))


def _contents(origin: Origin, oids: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Trees state no sizes: where several files are too big for one answer, its halves are requested."""
    try:
        objects = origin.fetch(oids, most=BATCH if len(oids) > 1 else None)
        for oid in oids:
            raw = objects.get(oid)
            if raw is None or raw.kind != "blob":
                raise Refused(f"{quote(origin.url)}: the server does not send the file {oid[:7]}")
            yield oid, raw.data
    except Oversized:
        if len(oids) == 1:
            raise
        middle = len(oids) // 2
        yield from _contents(origin, oids[:middle])
        yield from _contents(origin, oids[middle:])
