"""Files written whole or not at all, also when the process is killed or the power fails: the one home of such writes."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count, takewhile
from pathlib import Path
from shutil import rmtree

from catalog.errors import StoreError

log = logging.getLogger(__name__)


def write(file: Path, data: bytes | str, *, durable: bool = True) -> None:
    """Makes the file hold `data` in one step; text is UTF-8. A file that was there keeps its mode. OSError where it cannot be done.

    It is on the disk when this returns, unless `durable` is false: for what is compared and written again at each build, because
    fsync takes longer than the rest of the write.
    """
    raw = data.encode() if isinstance(data, str) else data
    temporary_file = temporary(file)
    with deleted_on_failure(temporary_file):
        with _open(temporary_file, durable=durable) as descriptor:
            with suppress(FileNotFoundError):
                os.fchmod(descriptor, file.stat().st_mode & 0o777)
            _write(descriptor, raw)
        move(temporary_file, file, durable=durable)


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
    """Puts a folder that lies where a file of ours belongs aside, under another name: what is in it may be somebody's.

    Out of a folder that is `published` it goes beside that.
    """
    if not file.is_dir() or file.is_symlink():
        return
    names = _asides(published.with_name(f"{published.name}-{file.name}") if published else file)
    aside = next(folder for folder in names if not folder.exists())
    file.rename(aside)
    log.warning("%s is a folder, expected a file: it is moved to %s", file, aside if published else aside.name)


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
        raise StoreError(f"cannot write to {folder}: {error}") from error


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
