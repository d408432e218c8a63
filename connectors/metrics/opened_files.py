"""The bytes of the files that a revision's measures are in, each opened once: from Git, DVC's storage or Git LFS."""

from __future__ import annotations

from typing import NamedTuple

from catalog.errors import MetafileError
from catalog.git.snapshot import LFS, MAX_OBJECT, RevisionFiles
from connectors.dvc.places import BAD, FileLocation

OK, FETCHED = "ok", "fetched"


class FileContent(NamedTuple):
    """A file's bytes, where they can be had, the key of its content, its size where Git LFS states it, and what is wrong with it."""

    status: str
    data: bytes | None = None
    key: str = ""
    size: int | None = None
    problems: tuple[MetafileError, ...] = ()


class OpenedFiles:
    """The files of one revision."""

    def __init__(self, revision: RevisionFiles) -> None:
        self._revision = revision
        self._opened: dict[str, FileContent] = {}

    def open(self, place: FileLocation) -> FileContent:
        """The content of a file."""
        if place.file not in self._opened:
            problems = (place.problem,) if place.problem else ()
            try:
                self._opened[place.file] = self._load(place)._replace(problems=problems)
            except MetafileError as error:
                self._opened[place.file] = FileContent(BAD, problems=(*problems, error))
        return self._opened[place.file]

    def _load(self, place: FileLocation) -> FileContent:
        if place.blob:
            if pointer := self._revision.pointer(place.file):
                content = self._revision.lfs_content(pointer)
                return FileContent(LFS if content is None else FETCHED, content, pointer.key, pointer.size)
            return FileContent(OK, self._revision.read(place.file), place.blob)
        data = self._revision.stored(place.hash) if place.hash and not place.is_folder else None
        if data is None:
            return FileContent(place.where)
        if len(data) > MAX_OBJECT:
            message = f"the file has {len(data):,} bytes, expected at most {MAX_OBJECT:,}"
            raise MetafileError(message, rule="too-big")
        return FileContent(FETCHED, data, f"md5:{place.hash}")
