"""What to fetch for one version: its files in Git, in Git LFS or in DVC's storage; imports are followed to their source through the catalog."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import chain, islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from catalog.download import answers
from catalog.download.entries import Entry, Expected, GitBlob, StoredObject
from catalog.download.manifest import check_path, check_together
from catalog.download.tracked import ListedFolder, TrackedFiles, relation
from catalog.download.trust import split_url
from catalog.errors import NotFound
from catalog.query.answer import Row
from catalog.query.labels import where
from catalog.shell_line import shell_line
from catalog.text import quote

if TYPE_CHECKING:
    from catalog.download.git_files import GitFiles

_IS_METAFILE = re.compile(r"(?:^|/)(?:dvc\.yaml|dvc\.lock|[^/]+\.dvc)$")
MOST_IMPORTS = 8  # that lead to each other

_IN_GIT = ("in-git", "lfs")
_TRACKED = ("ok", "cloud-versioned", "inside-dir", "local-remote", "partial-import")


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The files of one version. `name` is what to call the target; `lfs_configs`: of each repository, its `.lfsconfig`."""

    ref: str
    name: str
    is_folder: bool
    listed: tuple[Iterable[Entry], ...]
    lfs_configs: dict[str, bytes | None]

    @property
    def entries(self) -> Iterator[Entry]:
        """The files, in order."""
        return chain.from_iterable(self.listed)

    @property
    def key(self) -> str:
        """What tells this content apart from that of another version."""
        digest = sha256()
        for entry in self.entries:
            digest.update(repr((entry.path, entry.source, entry.expected.hash)).encode())
        return digest.hexdigest()


class Planner:
    """Makes plans: asks the catalog and Git, and then, after it called `asked`, storage for the lists of folders."""

    def __init__(
        self, ask: answers.Ask, git: Callable[[], GitFiles], tracked: TrackedFiles, asked: Callable[[], object]
    ) -> None:
        self._ask, self._git, self._tracked, self._asked = ask, git, tracked, asked
        self._configs: dict[str, bytes | None] = {}

    def plan(self, version: Row) -> Plan:
        """The plan for a row of `version_content`. NotFound where the catalog knows of no bytes."""
        try:
            listed = self._files(version)
        except NotFound as error:
            raise NotFound(f"{version['ref']} cannot be fetched: {error}{instead(version)}") from error
        is_folder = [entry.path for entry in islice(chain.from_iterable(listed), 2)] != [""]
        if is_folder:
            for entry in chain.from_iterable(listed):
                check_path(entry.path)
            check_together(entry.path for entry in chain.from_iterable(listed))
        stated = split_url(version["path"]).path if "://" in version["path"] else version["path"]
        name = PurePosixPath(stated).name or version["repo"].rpartition("/")[2]
        check_path(name)
        return Plan(ref=version["ref"], name=name, is_folder=is_folder, listed=listed, lfs_configs=self._configs)

    def _files(self, version: Row) -> tuple[Iterable[Entry], ...]:
        """The entries, once the lists of folders are read: the catalog's memory is not needed by then."""
        known = [*self._entries(version)]
        self._asked()
        listed = tuple(self._tracked.listed(each) for each in known)
        if version["status"] in _TRACKED and next(chain.from_iterable(listed), None) is None:
            raise NotFound(f"DVC tracks no file at {quote(version['path'])}")
        return listed

    def _entries(self, version: Row) -> Iterator[Entry | ListedFolder]:
        status, path = version["status"], version["path"]
        if path is None or (version["revision"] is None and status != "external-url"):
            raise NotFound(where(status, path))
        if status in _IN_GIT:
            yield from self._in_git(version["git_url"], version["revision"], path)
            if version["is_folder"]:  # what DVC tracks in a folder of Git lies there, too
                yield from self._tracked_at(version["repo"], version["revision"], path, MOST_IMPORTS)
        elif status in _TRACKED:
            yield from self._tracked_at(version["repo"], version["revision"], path, MOST_IMPORTS)
        elif status == "external-url":
            yield Entry(path="", source=StoredObject(url=path), expected=Expected(size=version["size"]))
        else:
            raise NotFound(where(status, path))

    def _in_git(self, repository: str | None, commit: str, path: str) -> Iterator[Entry]:
        if repository is None:
            raise NotFound("the catalog does not know the address of the repository")
        folder = self._git().folder(repository, commit, path)
        self._configs[repository] = folder.lfs_config
        for name, file in folder.files.items():
            if name and _IS_METAFILE.search(name):
                continue  # as `dvc get` leaves them out
            source = GitBlob(repository=repository, oid=file.oid)
            yield Entry(path=name, source=source, expected=Expected(), executable=file.executable)

    def _tracked_at(self, repo: str, commit: str, path: str, steps: int) -> Iterator[Entry | ListedFolder]:
        for output in self._tracked.outputs(repo, commit, path):
            if output["import_kind"] != "repo":
                yield from self._tracked.entries(output, path)
                continue
            own, inside = relation(output["path"], path)
            expected = Expected(hash_kind=output["hash_kind"], hash=output["hash"], size=output["size"])
            for entry in self._imported(output, inside, steps):
                place = "/".join(filter(None, (own, entry.path)))
                is_whole = not entry.path and not inside and not output["is_folder"]
                known = expected if is_whole and expected.hash and not entry.expected.hash else entry.expected
                yield replace(entry, path=place, expected=known)

    def _imported(self, output: Row, inside: str, steps: int) -> Iterator[Entry]:
        """The files of an import, where its source has them: in its own remote, or in its Git."""
        source, commit = output["source_url"], output["source_commit"]
        if steps == 0:
            raise NotFound(f"{quote(output['path'])} is imported from an import, {MOST_IMPORTS} times over")
        if source is None or commit is None:
            raise NotFound(f"{quote(output['path'])} is an import whose source is not stated")
        question = "from internal.repository_with($url, $commit)"
        matches = answers.rows(self._ask, question, answers.REPOSITORY, url=source, commit=commit)
        if not matches:
            raise NotFound(f"{quote(output['path'])} is imported from {quote(source)}, which is not in this catalog")
        path = "/".join(part for part in ((output["source_path"] or "").strip("/"), inside) if part)
        tracked = self._tracked_at(matches[0]["repo"], commit, path, steps - 1)
        entries = [entry for each in tracked for entry in self._tracked.listed(each)]
        yield from entries or self._in_git(matches[0]["git_url"], commit, path)


def instead(version: Row) -> str:
    """The command that may get it, where the catalog knows one; for what no file annotates, the one that says where it is."""
    words, what = version["get"], "try"
    if version["status"] == "not-annotated":
        name = f"{version['repo']}:{version['artifact']}"
        words, what = ["catalog", "annotate", name, "--type", "model", "--path", "PATH"], "in a checkout"
    line = shell_line(words) if words else None
    return f"; {what}: {line}" if line else ""
