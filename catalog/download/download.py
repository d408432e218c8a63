"""`Catalog.download`: the bytes of one version, without a clone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import chain
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.config.model import Config
from catalog.download import answers
from catalog.download.entries import Denied, Entry, Expected, GitBlob, LfsObject
from catalog.download.limits import download_limits
from catalog.download.plan import Plan, Planner, instead
from catalog.download.sources import Sources
from catalog.download.target import Target, target_of
from catalog.download.tracked import TrackedFiles
from catalog.download.transfer import FetchedFile, Transfer
from catalog.download.trust import Trust, allowed
from catalog.errors import ConfigError, NotFound
from catalog.query.answer import Row
from catalog.transport.limits import Limits

if TYPE_CHECKING:
    from catalog.download.git_files import GitFiles

JOBS = 16  # files at a time


def _silent(_: object) -> None:
    """Tells nobody."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DownloadOptions:
    """How to download. `tell` gets whom it contacts, `plan` and `progress` the bytes to come and those that came.

    `asked` is called once nothing more is asked of the catalog.
    """

    config: Config | None = None
    allow: tuple[str, ...] = ()
    force: bool = False
    jobs: int = JOBS
    tell: Callable[[str], object] = _silent
    asked: Callable[[], object] = object
    plan: Callable[[Plan], object] = _silent
    progress: Callable[[int], object] = _silent

    def limits(self) -> Limits:
        """The bounds of one visit to Git."""
        if self.config is None:
            return Limits(total=inf, processor_time=inf)
        return Limits(connect=self.config.connect_timeout, idle=self.config.idle_timeout, total=inf, processor_time=inf)


@dataclass(frozen=True, kw_only=True, slots=True)
class Download:
    """What was fetched. `unchecked` files are those of which nothing is stated that they could be checked by."""

    ref: str
    path: Path
    files: int
    size: int
    known_by: tuple[str, ...]
    unchecked: int


def download(ask: answers.Ask, version: Row, path: Path | str | None, options: DownloadOptions) -> Download:
    """Fetches one version to `path`.

    NotFound where the catalog knows of no bytes, OriginError where they cannot be had, ConfigError for a place that may not be contacted,
    Misuse and StoreError for the target.
    """
    keys = {key: version[key] for key in ("repo", "artifact", "version", "commit")}
    question = "from internal.version_content($repo, $artifact, $version, $commit)"
    known = answers.rows(ask, question, answers.CONTENT, **keys)
    if not known:
        raise NotFound(f"{version['repo']}:{version['artifact']}@{version['version']} is in no commit that was read")
    return fetch(ask, {**known[0], "artifact": version["artifact"], "get": version["get"]}, path, options)


def fetch(ask: answers.Ask, content: Row, path: Path | str | None, options: DownloadOptions) -> Download:
    """The same for a row of `version_content`, with its artifact and the command `get`."""
    config, limits = options.config, options.limits()
    allow = (*(config.allowed_urls if config else ()), *allowed(options.allow))
    trust = Trust(allow=allow, storage=config.storage if config else ())
    tell = _once(options.tell)
    with ExitStack() as stack:

        @cache
        def git() -> GitFiles:
            """What reads Git, where something is in Git: its modules take 6 MiB."""
            from catalog.download.git_files import GitFiles
            from catalog.transport.origin import Pool

            return GitFiles(trust, config, limits, stack.enter_context(Pool()), tell)

        sources = stack.enter_context(closing(Sources(trust, git, download_limits(limits.connect, limits.idle), tell)))
        with _with_command(content, Denied, ConfigError):
            plan = Planner(ask, git, TrackedFiles(ask, sources.read), options.asked).plan(content)
        with _with_command(content, Denied, ConfigError, NotFound):
            return _fetch(plan, target_of(path, plan.name), git, sources, options)


@contextmanager
def _with_command(content: Row, *kinds: type[Exception]) -> Iterator[None]:
    """Adds the command that may get it, as DVC is set up, to the sentence of what we may not read."""
    try:
        yield
    except kinds as error:
        raise type(error)(f"{error}{instead(content)}") from error


def _once(tell: Callable[[str], object]) -> Callable[[str], object]:
    """Tells each place once."""
    announced: set[str] = set()

    def tell_new(place: str) -> None:
        if place not in announced:
            announced.add(place)
            tell(place)

    return tell_new


def _fetch(plan: Plan, path: Path, git: Callable[[], GitFiles], sources: Sources, options: DownloadOptions) -> Download:
    options.plan(plan)
    target = Target(path, plan.key, force=options.force)
    transfer = Transfer(target, lambda entry: sources.reader(entry.source), options.progress, jobs=options.jobs)
    known_by: Counter[str] = Counter()
    files = size = unchecked = 0
    with target.open():
        for fetched in _all(plan, git, transfer):
            files, size = files + 1, size + fetched.size
            unchecked += fetched.known_by is None
            known_by.update([fetched.known_by] if fetched.known_by else [])
    target.publish(is_folder=plan.is_folder)
    return Download(
        ref=plan.ref, path=path, files=files, size=size, known_by=tuple(sorted(known_by)), unchecked=unchecked
    )


def _all(plan: Plan, git: Callable[[], GitFiles], transfer: Transfer) -> Iterator[FetchedFile]:
    """Files of Git first, since some stand for files in Git LFS; then all others."""
    from catalog.git.lfs import parse_pointer

    in_lfs: list[Entry] = []
    by_repository: dict[str, dict[str, list[Entry]]] = defaultdict(lambda: defaultdict(list))
    for entry in plan.entries:
        if isinstance(entry.source, GitBlob):
            by_repository[entry.source.repository][entry.source.oid].append(entry)
    for repository, entries in by_repository.items():
        for oid, data in git().contents(repository, [*entries]):
            for entry in entries[oid]:
                if (pointer := parse_pointer(data)) is None:
                    yield transfer.keep(entry, data)
                    continue
                source = LfsObject(repository=repository, pointer=pointer, config=plan.lfs_configs[repository])
                known = Expected(hash_kind="sha256", hash=pointer.sha256, size=pointer.size)
                in_lfs.append(Entry(path=entry.path, source=source, expected=known, executable=entry.executable))
    stored = (entry for entry in plan.entries if not isinstance(entry.source, GitBlob))
    yield from transfer.run(chain(stored, in_lfs))
