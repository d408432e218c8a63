"""Where a download goes: into a folder beside the target, and to the target's name when all of it is there and checked."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from io import FileIO
from pathlib import Path

from catalog.errors import Misuse, StoreError, TargetExists
from catalog.store.files import sync
from catalog.text import quote

_PIECE = 1 << 20


def target_of(stated: Path | str | None, name: str) -> Path:
    """The path of a download: as stated, below it where that is a folder or ends as one, or else `name` in this folder."""
    if stated is None:
        return Path(name)
    path = Path(stated)
    return path / name if path.is_dir() or str(stated).endswith((os.sep, "/")) else path


class Target:
    """The staging folder of one download, `.NAME.KEY.part` beside the target; `key`, digits of a hash, tells apart what is fetched. It stays until all is there."""

    def __init__(self, path: Path, key: str, *, force: bool) -> None:
        self.path, self._force = path, force
        self._check()
        self._staging = path.parent / f".{path.name[:100]}.{key[:12]}.part"

    def _check(self) -> None:
        if not self.path.name:
            raise Misuse(f"invalid target {quote(str(self.path))!r}: expected the name of a file or folder")
        for place in (self.path, *self.path.parents):
            if place.is_symlink():
                raise Misuse(
                    f"{place} is a link: expected a target that is none, such as {os.path.realpath(self.path)}"
                )
        if not self.path.parent.is_dir():
            raise Misuse(f"{self.path.parent} is not a folder: expected one that exists")
        if os.path.lexists(self.path) and not self._force:
            raise TargetExists(self.path)

    def part(self, name: str) -> PartialFile:
        """One file of the download by its path in the target; empty for the target itself."""
        part = self._staging / "parts" / sha256(name.encode()).hexdigest()
        return PartialFile(self.path / name, self._staging / "files" / (name or "file"), part)

    @contextmanager
    def open(self) -> Iterator[None]:
        """Makes the staging folder. StoreError where the disk does not let us write."""
        folders = (self._staging, self._staging / "files", self._staging / "parts")
        with writing(self.path):
            for folder in folders:
                folder.mkdir(exist_ok=True)
                if folder.is_symlink() or folder.lstat().st_uid != os.geteuid():
                    raise Misuse(f"{folder} is a link, or another user's: expected nothing of that name")
        try:
            yield
        except BaseException:
            with suppress(OSError):  # what was fetched stays for the next attempt
                for folder in reversed(folders):
                    folder.rmdir()
            raise

    def publish(self, *, is_folder: bool) -> None:
        """Gives what was fetched its name. Misuse where something has that name by now."""
        staged = self._staging / "files"
        with writing(self.path):
            self._check()
            if self._force and os.path.lexists(self.path):
                _move_away(self.path, self._staging / "old")
            if is_folder:
                staged.rename(self.path)
            else:
                _give_name(staged / "file", self.path)
            sync(self.path.parent)
            shutil.rmtree(self._staging, ignore_errors=True)


class PartialFile:
    """One file while it is fetched: the bytes so far, their entity tag beside them, and its place when it is checked."""

    def __init__(self, name: Path, place: Path, part: Path) -> None:
        self.name, self.place = name, place
        self._part, self._tag = part, part.with_name(part.name + ".etag")

    def is_there(self) -> bool:
        return self.place.is_file() and not self.place.is_symlink()

    def pieces(self, path: Path | None = None) -> Iterator[bytes]:
        """What was received so far, or the file in its place."""
        with suppress(FileNotFoundError), os.fdopen(_without_links(path or self._part, os.O_RDONLY), "rb") as file:
            while piece := file.read(_PIECE):
                yield piece

    @property
    def etag(self) -> str | None:
        with suppress(OSError, UnicodeError):
            return self._tag.read_text(encoding="utf-8") or None
        return None

    def append(self, etag: str | None) -> FileIO:
        """The file to which more is written; `etag` is that of the content. Unbuffered."""
        if etag is not None:
            self._tag.write_text(etag, encoding="utf-8")
        return os.fdopen(_without_links(self._part, os.O_WRONLY | os.O_APPEND | os.O_CREAT), "ab", buffering=0)

    def discard(self) -> None:
        for file in (self._part, self._tag):
            file.unlink(missing_ok=True)

    def finish(self, *, executable: bool) -> None:
        """Puts what was received in its place."""
        self.place.parent.mkdir(parents=True, exist_ok=True)
        if executable:
            self._part.chmod(0o755)
        self._part.rename(self.place)
        self._tag.unlink(missing_ok=True)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """A failure of the disk as one sentence."""
    try:
        yield
    except OSError as error:
        why = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
        raise StoreError(f"cannot write {path}: {why}") from error


def _give_name(file: Path, path: Path) -> None:
    """Renames without ever replacing; where the file system has no hard links, after a look."""
    try:
        path.hardlink_to(file)
    except FileExistsError as error:
        raise TargetExists(path) from error
    except OSError:
        if os.path.lexists(path):
            raise
        file.rename(path)


def _move_away(path: Path, place: Path) -> None:
    if place.exists():
        shutil.rmtree(place) if place.is_dir() else place.unlink()
    path.rename(place)


def _without_links(path: Path, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
