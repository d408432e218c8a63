"""kill -9 at many points of some work: what each leaves of a copy of the same state."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

NEVER = 0  # a point that no work reaches

# Works in copies of a state, in processes of their own, which fork, because most of a process would be its imports. At file operations, one
# process is stopped again and again, with all of its threads, and its folder is copied: that is what kill -9 would leave, and the work up
# to there is done once instead of at each point. After some seconds, a process is killed, wherever it is then.
_DRIVER = """
import os, shutil, signal, sys
from pathlib import Path
from catalog.plugins.connector import installed

EVENTS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.truncate", "shutil.copyfile")

def begin(folder, operations=(), seconds=0.0):
    child = os.fork()
    if child:
        return child
    seen = 0
    def hook(event, arguments):
        nonlocal seen
        if event in EVENTS and any(BELOW in str(argument) for argument in arguments[:2]):
            seen += 1
            if seen in operations:
                os.kill(os.getpid(), signal.SIGSTOP)
    try:
        sys.addaudithook(hook)
        signal.setitimer(signal.ITIMER_REAL, seconds)  # nobody handles its signal: the kernel ends us
        work(Path(folder))
        Path(folder, "done").write_text(str(seen))
    finally:
        os._exit(0)

def content(folder):
    paths = sorted(Path(folder).rglob("*"))
    return [(path, path.is_file() and (path.stat().st_mtime_ns, path.read_bytes())) for path in paths]

def at_operations(state, operations, folders):
    running, last = f"{state}-running", None
    shutil.copytree(state, running)
    child, rest = begin(running, operations), iter(folders)
    while os.WIFSTOPPED(os.waitpid(child, os.WUNTRACED)[1]):
        folder, now = next(rest), content(running)
        if now != last:  # else nothing was written since: the folder of the point before is that of this one, too
            shutil.copytree(running, folder)
        last = now
        os.kill(child, signal.SIGCONT)
    for folder in rest:
        shutil.copytree(running, folder)
    shutil.rmtree(running)

BELOW, state, *points = sys.argv[1:]
installed()
operations = sorted(int(point) for point in points if "." not in point)
at_operations(state, operations, [f"{state.rpartition('/')[0]}/at-{operation}" for operation in operations])
for point in points:
    if "." in point:
        folder = f"{state.rpartition('/')[0]}/at-{point}"
        shutil.copytree(state, folder)
        os.waitpid(begin(folder, seconds=float(point)), 0)
"""


def killed(state: Path, work: str, points: Sequence[float], *, below: str = "/output") -> list[Path]:
    """The folders of the points, each a copy of the state as a kill leaves it; one where several points leave the same.

    `work`: the source of a function of that name, which gets the folder. A whole number is that of a file operation on paths that
    contain `below`, another number the seconds after which it is killed.
    """
    command = [sys.executable, "-c", f"{work}\n{_DRIVER}", below, str(state), *map(str, points)]
    subprocess.run(command, check=True)
    return [folder for point in points if (folder := state.with_name(f"at-{point}")).is_dir()]


def completed(state: Path, work: str, *, below: str = "/output") -> tuple[Path, int]:
    """The folder of a copy in which the work came to its end, and how many file operations that takes."""
    (folder,) = killed(state, work, [NEVER], below=below)
    return folder, int((folder / "done").read_text())
