"""Where the files are that DVC's files name: in Git, in DVC's storage, or nowhere. A folder stands for the files in it.

After `dvc/fs/dvc.py` (Git comes before DVC's storage) and `dvc/repo/metrics/show.py` (`try_expand_paths`) of DVC 3.67.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from catalog.errors import MetafileError
from catalog.git.named_files import StoredFile
from catalog.git.snapshot import MAX_OBJECT, MAX_TREE_DEPTH, RevisionFiles
from catalog.schema.tables.dvc import Output, OutputFile
from connectors.dvc.entries import FOLDER
from connectors.dvc.files import CONFIG
from connectors.dvc.index import MetafileIndex
from connectors.dvc.storage import object_url, read_list, storage_url
from connectors.dvc.values import is_external
from connectors.formats.paths import dirname
from connectors.formats.typed import quoted

MAX_FOLDER = 200  # files of one folder
IN_GIT, IN_DVC, MISSING, BAD = "in-git", "in-dvc", "missing", "bad"


class FileLocation(NamedTuple):
    """One file. In DVC's storage, `hash` is its own, or that of the folder which is known to hold it."""

    file: str
    where: str
    blob: str | None = None
    hash: str | None = None
    size: int | None = None
    url: str | None = None  # in DVC's storage, where it is public
    problem: MetafileError | None = None

    def stored(self) -> StoredFile | None:
        """What to request of DVC's storage. The size of a folder is not that of its list."""
        size = None if self.is_folder else self.size
        if self.url is None or self.hash is None or (size or 0) > MAX_OBJECT:
            return None
        return StoredFile(url=self.url, md5=self.hash, size=size)

    @property
    def is_folder(self) -> bool:
        """Only the folder in DVC's storage is known."""
        return self.hash is not None and self.hash.endswith(FOLDER)


class FileLocations:
    """The places of one revision's files."""

    def __init__(self, revision: RevisionFiles, index: MetafileIndex) -> None:
        self._revision, self._by_path = revision, dict[str, tuple[FileLocation, ...]]()
        self._outputs: dict[str, Output] = {}
        self._listed: dict[str, OutputFile] = {}
        for metafile in index.files:
            for row in metafile.read.rows:
                if isinstance(row, Output) and row.cached:
                    self._outputs.setdefault(row.path, row)
                elif isinstance(row, OutputFile):
                    self._listed.setdefault(row.path, row)
        self._paths: list[str] = []  # of outputs and listed files, sorted, once they are asked for

    def of(self, path: str) -> tuple[FileLocation, ...]:
        """The places of a file, or of the files in a folder, in their order."""
        if path not in self._by_path:
            try:
                places = tuple(islice(self._of(path), MAX_FOLDER + 1))
            except MetafileError as error:
                places = (FileLocation(path, BAD, problem=error),)
            if len(places) > MAX_FOLDER:
                message = (
                    f"the folder {quoted(path)} has more than {MAX_FOLDER} files; those after this one are left out"
                )
                problem = MetafileError(message, rule="too-many")
                places = (*places[: MAX_FOLDER - 1], places[MAX_FOLDER - 1]._replace(problem=problem))
            self._by_path[path] = places
        return self._by_path[path]

    def _of(self, path: str) -> Iterator[FileLocation]:
        entry = None if is_external(path) else self._revision.entry("" if path == "." else path)
        match entry.kind if entry else None:
            case "file" if entry:
                yield FileLocation(path, IN_GIT, blob=entry.oid)
            case "folder":
                folder = "" if path == "." else path
                in_git = dict(islice(self._revision.below(folder), MAX_FOLDER + 1))
                for file, inside in in_git.items():
                    yield FileLocation(file, IN_GIT, blob=inside.oid)
                yield from (place for place in self._tracked_below(folder) if place.file not in in_git)
            case None:
                yield from self._not_in_git(path)
            case _:  # a link or a submodule: not followed
                yield FileLocation(path, MISSING)

    def _not_in_git(self, path: str) -> Iterator[FileLocation]:
        if output := self._outputs.get(path):
            yield from self._of_output(output)
        elif listed := self._listed.get(path):
            yield FileLocation(path, IN_DVC, hash=listed.hash, size=listed.size)
        elif is_external(path):
            yield FileLocation(path, MISSING)
        elif holder := self._holder(path):
            yield self._in_folder(holder, path)
        else:
            yield from [*islice(self._tracked_below(path), MAX_FOLDER + 1)] or [FileLocation(path, MISSING)]

    def _of_output(self, output: Output) -> Iterator[FileLocation]:
        if output.hash is None:
            yield FileLocation(output.path, MISSING)
            return
        if not output.is_folder:
            yield FileLocation(
                output.path, IN_DVC, hash=output.hash, size=output.size, url=self._url(output, output.hash)
            )
            return
        listed = [*islice(self._listed_below(output.path), MAX_FOLDER + 1)]
        manifest = None if listed else self._revision.stored(output.hash)
        if listed:
            yield from listed
        elif manifest is None:
            yield self._whole(output, output.path)
        else:
            files = read_list(manifest)
            for relpath in sorted(files):
                digest = files[relpath]
                yield FileLocation(f"{output.path}/{relpath}", IN_DVC, hash=digest, url=self._url(output, digest))

    def _in_folder(self, output: Output, path: str) -> FileLocation:
        """A file of a folder that DVC stores: with a hash of its own, where the folder's list is at hand."""
        manifest = self._revision.stored(output.hash) if output.hash else None
        if output.hash is None or not output.is_folder or any(self._listed_below(output.path)):
            return FileLocation(path, MISSING)
        if manifest is None:
            return self._whole(output, path)
        digest = read_list(manifest).get(path.removeprefix(output.path + "/"))
        if digest is None:
            return FileLocation(path, MISSING)
        return FileLocation(path, IN_DVC, hash=digest, url=self._url(output, digest))

    def _whole(self, output: Output, path: str) -> FileLocation:
        """A folder in DVC's storage, or a file of which only the folder is known."""
        assert output.hash
        size = output.size if path == output.path else None
        return FileLocation(path, IN_DVC, hash=output.hash, size=size, url=self._url(output, output.hash))

    def _holder(self, path: str) -> Output | None:
        if path.count("/") > MAX_TREE_DEPTH:
            return None
        while path := dirname(path):
            if output := self._outputs.get(path):
                return output
        return None

    def _tracked_below(self, folder: str) -> Iterator[FileLocation]:
        """What DVC stores below a folder that is in Git, or that exists because of it."""
        for path in self._below(folder):
            if output := self._outputs.get(path):
                yield from self._of_output(output)

    def _listed_below(self, folder: str) -> Iterator[FileLocation]:
        for path in self._below(folder):
            if listed := self._listed.get(path):
                yield FileLocation(path, IN_DVC, hash=listed.hash, size=listed.size)

    def _below(self, folder: str) -> Iterator[str]:
        if not self._paths:
            self._paths = sorted({*self._outputs, *self._listed})
        start = f"{folder}/" if folder else ""
        for path in islice(self._paths, bisect_left(self._paths, start), None):
            if not path.startswith(start):
                return
            if not is_external(path):
                yield path

    def _url(self, output: Output, digest: str) -> str | None:
        if output.dvc_root is None:
            return None
        try:
            config = self._revision.read(f"{output.dvc_root}/{CONFIG}" if output.dvc_root else CONFIG)
        except MetafileError:  # the connector `remotes` reports it
            return None
        storage = storage_url(config or b"", output)
        return object_url(storage, digest) if storage else None
