"""What takes long to make and is only read: made once for all processes of a run of tests."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

_folders: list[Path] = []  # that of the run
_own = TemporaryDirectory(prefix="once-")  # of a process that no run has started


def share_in(folder: Path) -> None:
    """Where all processes of this run find what one of them made."""
    _folders[:] = [folder]


def once(name: str, make: Callable[[Path], object]) -> Path:
    """The folder of that name, which `make` filled in the first process that asked for it: whoever changes it takes a copy."""
    if not _folders:  # benchmarks make catalogs, too
        share_in(Path(_own.name))
    folder = _folders[0] / name
    whole = folder.with_name(f"{name}.whole")
    with folder.with_name(f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            whole.touch()
    return folder
