"""A child process that makes visits, as it is started: as a fork of this one where that is safe, otherwise as a new interpreter."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import NoReturn, Protocol

from catalog.crawl.child_start import start
from catalog.crawl.worker import keep_running
from catalog.errors import Exit

FORK_SHARE = 2  # forks begin with as much memory as this process: with it they may hold half of what the crawl may

_START = "import sys; sys.path[:] = {path!r}; from catalog.crawl.child_start import start; start({line}, {memory_gate})"
_OPEN_FILES = Path("/proc/self/fd")
_THREADS = Path("/proc/self/task")


class Process(Protocol):
    """What `subprocess.Popen` and `Fork` have alike."""

    pid: int
    returncode: int | None  # negative for a signal; None before `wait` returned

    def kill(self) -> None: ...

    def wait(self) -> int: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Child:
    """A process, and this end of the connection with it."""

    process: Process
    line: socket.socket


class Fork:
    """A fork of this process. One thread waits for its end; any may kill it."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._lock = Lock()  # its number is not given to another process before it was waited for

    def kill(self) -> None:
        with self._lock:
            if self.returncode is None:
                os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Its exit code, once it has ended; 0 where the system kept none, as for `subprocess.Popen`."""
        with suppress(ChildProcessError):
            os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)
        with self._lock:
            if self.returncode is None:
                self.returncode = _exit_code(self.pid)
        return self.returncode


def _exit_code(pid: int) -> int:
    try:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    except ChildProcessError:  # SIGCHLD is ignored
        return 0


def can_fork(number: int, held: int, max_memory: int) -> bool:
    """Whether so many processes can be forks of this one, which holds `held` bytes.

    A fork of a process with threads inherits locks that are never released. Only Linux shows all threads, also those of C libraries.
    """
    is_small = (1 + number) * held <= max_memory // FORK_SHARE
    return is_small and _THREADS.is_dir() and len([*_THREADS.iterdir()]) == 1


def preload() -> None:
    """Imports and prepares what nearly every visit needs, once for all forks: 0.25 s of a processor. Not PyArrow, as NumPy starts threads."""
    import catalog.privacy.plugins
    import catalog.transport.local
    import catalog.transport.remote  # noqa: F401 - for their sake
    from catalog.privacy import folding

    folding.prepare()


def spawn(memory_gate: int) -> Child:
    """A new interpreter. `memory_gate`: the descriptor of a file to lock. OSError where it cannot be started."""
    ours, theirs = socket.socketpair()
    with theirs:
        code = _START.format(path=sys.path, line=theirs.fileno(), memory_gate=memory_gate)
        try:
            process = subprocess.Popen(  # noqa: S603 - our own code, by the interpreter that runs this
                [sys.executable, "-c", code],
                pass_fds=(theirs.fileno(), memory_gate),
                process_group=0,  # Ctrl-C goes to the crawl alone, which ends its workers
            )
        except OSError:
            ours.close()
            raise
    return Child(process=process, line=ours)


def fork(memory_gate: int) -> Child:
    """A fork, which has imported already what this process has: 0.2 s of a processor less than `spawn`. As there."""
    ours, theirs = socket.socketpair()
    with theirs:
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # no handler of ours runs in the fork
        try:
            pid = os.fork()
            if pid == 0:
                _run(theirs.fileno(), memory_gate, mask)
        except OSError:
            ours.close()
            raise
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
    return Child(process=Fork(pid), line=ours)


def _run(line: int, memory_gate: int, mask: set[signal.Signals | int]) -> NoReturn:
    """What a fork does. It never returns to what this process was doing."""
    try:
        os.setpgid(0, 0)
        _close_others({0, 1, 2, line, memory_gate})
        keep_running()
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        start(line, memory_gate)
    finally:
        os._exit(Exit.BUG)


def _close_others(open_descriptors: set[int]) -> None:
    """Closes the lock of the output, which it would hold when the crawl was killed, and the lines of other processes, which would not end."""
    for number in [int(file.name) for file in _OPEN_FILES.iterdir()]:
        if number not in open_descriptors:
            with suppress(OSError):  # that by which the folder was read
                os.close(number)
