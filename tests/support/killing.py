"""kill -9 at many points of some work: each in a copy of the same state, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

NEVER = 0  # a point that no work reaches

# Copies a state for each point, and works there until it is killed: by the number of a file operation, or after some seconds, wherever
# it is then. It forks, because most of a process would be its imports.
_DRIVER = """
import os, shutil, signal, sys
from pathlib import Path
from catalog.plugins.connector import installed

EVENTS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.truncate", "shutil.copyfile")

def killed(folder, point):
    seen = 0
    def hook(event, arguments):
        nonlocal seen
        if event in EVENTS and any(BELOW in str(argument) for argument in arguments[:2]):
            seen += 1
            if seen == point:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)
    if isinstance(point, float):
        signal.setitimer(signal.ITIMER_REAL, point)  # nobody handles its signal: the kernel ends us
    work(folder)
    (folder / "done").write_text(str(seen))

BELOW = sys.argv[1]
installed()
for line in sys.stdin:
    state, folder, point = line.split()
    shutil.copytree(state, folder)
    child = os.fork()
    if child == 0:
        try:
            killed(Path(folder), float(point) if "." in point else int(point))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
"""


def killed(state: Path, work: str, points: Sequence[float], *, below: str = "/output") -> list[Path]:
    """The folders of the points, each a copy of the state as the kill left it.

    `work`: the source of a function of that name, which gets the folder. A whole number is that of a file operation on paths that
    contain `below`, another number the seconds after which it is killed.
    """
    folders = [state.with_name(f"at-{point}") for point in points]
    lines = "".join(f"{state} {folder} {point}\n" for folder, point in zip(folders, points, strict=True))
    subprocess.run([sys.executable, "-c", f"{work}\n{_DRIVER}", below], input=lines, text=True, check=True)
    return folders


def completed(state: Path, work: str, *, below: str = "/output") -> tuple[Path, int]:
    """The folder of a copy in which the work came to its end, and how many file operations that takes."""
    (folder,) = killed(state, work, [NEVER], below=below)
    return folder, int((folder / "done").read_text())
