"""Content hashes of a file or folder, as DVC 3, DVC 2, Git LFS and Git compute them."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from catalog.errors import NotFound

FEWEST_DIGITS = 7  # of a hash or a commit
HASH = re.compile(rf"[0-9a-fA-F]{{{FEWEST_DIGITS},64}}(\.dir)?")  # or the beginning of one
OnRead = Callable[[int], object]

_CHUNK = 1 << 20  # DVC replaces line ends within a chunk: a pair that two chunks share stays
_LOOKED_AT = 512
_TEXT = bytes(range(32, 127)) + b"\n\r\t\f\b"
_MOST_OTHERS = 0.3


def content_hashes(path: Path, on_read: OnRead = lambda _: None) -> dict[str, str]:
    """Kind of hash → hash: `md5`, `md5-dos2unix`; and of a file `sha256` (Git LFS) and `git-blob`. `on_read` is told the bytes read.

    NotFound where something cannot be read.
    """
    try:
        if not path.is_dir():
            return _of_file(path, on_read)
        files = {name: _of_file(file, on_read) for name, file in _files(path)}
    except OSError as error:
        raise NotFound(f"{error.filename or path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise NotFound(f"{str(path)!r} cannot be read: {error}") from error
    return {kind: _of_list({name: hashes[kind] for name, hashes in files.items()}) for kind in ("md5", "md5-dos2unix")}


class TextHash:
    """The hash of DVC 2, fed in pieces of any length: md5, of text as if its lines ended as on Unix."""

    def __init__(self) -> None:
        self._md5, self._chunk = hashlib.md5(usedforsecurity=False), bytearray()
        self._is_text: bool | None = None  # known with the first chunk

    def update(self, piece: bytes) -> None:
        self._chunk += piece
        while len(self._chunk) >= _CHUNK:
            self._take(bytes(self._chunk[:_CHUNK]))
            del self._chunk[:_CHUNK]

    def hexdigest(self) -> str:
        """Of all of it; nothing is added afterwards."""
        self._take(bytes(self._chunk))
        self._chunk.clear()
        return self._md5.hexdigest()

    def _take(self, chunk: bytes) -> None:
        if self._is_text is None:
            self._is_text = _is_text(chunk[:_LOOKED_AT])
        self._md5.update(chunk.replace(b"\r\n", b"\n") if self._is_text else chunk)


def _of_file(path: Path, on_read: OnRead) -> dict[str, str]:
    plain, unix = hashlib.md5(usedforsecurity=False), hashlib.md5(usedforsecurity=False)
    sha256, blob = hashlib.sha256(), hashlib.sha1(usedforsecurity=False)
    with path.open("rb") as file:
        blob.update(b"blob %d\0" % os.fstat(file.fileno()).st_size)
        chunk = file.read(_CHUNK)
        text = _is_text(chunk[:_LOOKED_AT])
        while chunk:
            for hasher in (plain, sha256, blob):
                hasher.update(chunk)
            unix.update(chunk.replace(b"\r\n", b"\n") if text else chunk)
            on_read(len(chunk))
            chunk = file.read(_CHUNK)
    return {
        "md5": plain.hexdigest(),
        "md5-dos2unix": unix.hexdigest(),
        "sha256": sha256.hexdigest(),
        "git-blob": blob.hexdigest(),
    }


def _is_text(start: bytes) -> bool:
    """Whether DVC takes a file that begins so for text: no null byte, and few bytes that are not text in ASCII."""
    others = start.translate(None, _TEXT)
    return b"\0" not in start and len(others) <= _MOST_OTHERS * len(start)


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file below, by its path from the folder; links to folders are not followed, and what is not a file is left out."""
    for place, _, names in os.walk(folder, onerror=_raise):
        for name in names:
            file = Path(place, name)
            if not file.is_file():
                continue
            yield file.relative_to(folder).as_posix(), file


def _raise(error: OSError) -> None:
    raise error


def _of_list(files: dict[str, str]) -> str:
    """The hash of DVC's list of a folder's files."""
    listed = json.dumps([{"md5": files[name], "relpath": name} for name in sorted(files)])
    return hashlib.md5(listed.encode(), usedforsecurity=False).hexdigest() + ".dir"
