"""Files written whole or not at all, also when the process is killed or the power fails: the one home of such writes."""

from __future__ import annotations

import errno
import logging
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from itertools import count, takewhile
from pathlib import Path
from shutil import rmtree

from catalog.errors import StoreError

log = logging.getLogger(__name__)

# Windows has none of the flags of Unix, and translates the ends of lines unless it is told not to.
_READ = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))


def write(file: Path, data: bytes | str, *, durable: bool = True) -> None:
    """Makes the file hold `data` in one step; text is UTF-8. A file that was there keeps its mode. OSError where it cannot be done.

    It is on the disk when this returns, unless `durable` is false: for what is compared and written again at each build, because
    fsync takes longer than the rest of the write.
    """
    raw = data.encode() if isinstance(data, str) else data
    temporary_file = temporary(file)
    with deleted_on_failure(temporary_file):
        with _open(temporary_file, durable=durable) as descriptor:
            with suppress(OSError):  # there is none, or a link that leads nowhere
                os.fchmod(descriptor, file.stat().st_mode & 0o777)
            _write(descriptor, raw)
        move(temporary_file, file, durable=durable)


def read(file: Path) -> bytes:
    """The bytes of a file. OSError as for any file, and for a pipe or device: nothing would ever come from there."""
    with opened(file) as stream:
        return stream.read()


def opened(file: Path) -> BufferedReader:
    """A file to read from; OSError as for `read`."""
    descriptor = os.open(file, _READ)
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        code = errno.EISDIR if stat.S_ISDIR(mode) else errno.EINVAL
        raise OSError(code, "Is a directory" if code == errno.EISDIR else "It is a pipe or device", str(file))
    return os.fdopen(descriptor, "rb")


def temporary(file: Path) -> Path:
    """Where a file is written until `move` puts it in its place. The next write replaces what a killed process left there."""
    return file.with_name(f".{file.name}.new")


@contextmanager
def deleted_on_failure(temporary_file: Path) -> Iterator[None]:
    """Leaves nothing of a temporary file where the block raises."""
    try:
        yield
    except BaseException:
        with suppress(OSError):
            temporary_file.unlink()
        raise


def move(temporary_file: Path, file: Path, *, durable: bool = True) -> None:
    """Puts a whole file in the place of another one."""
    if durable:
        sync(temporary_file)
    temporary_file.replace(file)
    if durable:
        sync(file.parent)


def clear(file: Path, *, published: Path | None = None) -> None:
    """Puts a folder, pipe, device, or link that leads nowhere aside, under another name, from the place of a file of ours: it may be somebody's.

    Out of a folder that is `published` it goes beside that.
    """
    kind = _wrong_kind(file)
    if kind is None:
        return
    names = _asides(published.with_name(f"{published.name}-{file.name}") if published else file)
    aside = next(name for name in names if not os.path.lexists(name))
    file.rename(aside)
    log.warning("%s is %s, expected a file: it is moved to %s", file, kind, aside if published else aside.name)


def _wrong_kind(file: Path) -> str | None:
    if not os.path.lexists(file) or file.is_file():
        return None
    if file.is_symlink():
        return None if file.is_dir() else "a link that leads nowhere"
    return "a folder" if file.is_dir() else "a pipe or device"


def remove_remains(file: Path) -> None:
    """Removes what an interrupted write left beside a published file, and what an earlier version put aside there."""
    with suppress(FileNotFoundError, NotADirectoryError):
        temporary(file).unlink()
    for aside in takewhile(Path.exists, _asides(file)):
        log.warning("%s is removed: it is published with the folder that it is in", aside)
        if aside.is_dir() and not aside.is_symlink():
            rmtree(aside, ignore_errors=True)  # what cannot be removed stays, and stops no build
        else:
            aside.unlink()


def _asides(path: Path) -> Iterator[Path]:
    return (path.with_name(f"{path.name}.aside-{number}") for number in count(1))


def sync(path: Path) -> None:
    """Waits until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path, *, durable: bool = True) -> None:
    """Makes a folder and those above it, where they are missing."""
    if folder.is_dir():
        return
    if folder.parent != folder:
        make_folder(folder.parent, durable=durable)
    folder.mkdir(exist_ok=True)
    if durable:
        sync(folder.parent)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """An OSError of the disk becomes a StoreError that names the folder."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"cannot write to {folder}: {error.strerror or error}") from error


@contextmanager
def _open(temporary_file: Path, *, durable: bool) -> Iterator[int]:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        descriptor = os.open(temporary_file, flags, 0o666)
    except FileNotFoundError:
        make_folder(temporary_file.parent, durable=durable)
        descriptor = os.open(temporary_file, flags, 0o666)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _write(descriptor: int, raw: bytes) -> None:
    """All of it: one call of write(2) may take less, of a large file or where the disk is nearly full."""
    remaining = memoryview(raw)
    while remaining:
        remaining = remaining[os.write(descriptor, remaining) :]
