"""Runs a command in a process of its own where its memory is limited: a library that is refused memory ends the process that it is in."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

from catalog.errors import Exit

SIGNALLED = 128  # what a shell adds to the number of the signal that ended a program

# How native code ends: by a signal, or with the exit code of a thread's memory that cannot be had (libgcc's emutls).
_SIGNALS = (signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS)
_NO_THREAD_MEMORY = 127
_AWAITED = {signal.SIGTERM, signal.SIGCHLD}


def is_limited() -> bool:
    """Whether the address space of this process is limited, as by `ulimit -v`."""
    try:
        import resource
    except ImportError:  # Windows has none
        return False
    return resource.getrlimit(resource.RLIMIT_AS)[0] != resource.RLIM_INFINITY


def run_apart(command: Callable[[], int]) -> int:
    """The exit code of the command, which runs in a copy of this process; where native code ended that, too little memory is named."""
    # A signal that arrives just before a call that waits would not end it: both are blocked, and waited for.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _AWAITED)
    child = os.fork()
    if child == 0:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os._exit(command())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to both
    signal.signal(signal.SIGCHLD, lambda _number, _frame: None)  # a signal without a handler may be dropped
    while not (ended := os.waitpid(child, os.WNOHANG))[0]:
        if signal.sigwait(_AWAITED) == signal.SIGTERM:
            os.kill(child, signal.SIGTERM)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    code = os.waitstatus_to_exitcode(ended[1])
    if -code in _SIGNALS or code == _NO_THREAD_MEMORY:
        print("catalog: this machine has too little memory", file=sys.stderr)  # noqa: T201 - the rest of the command is in the other process
        return int(Exit.STORE)
    return code if code >= 0 else SIGNALLED - code
