"""Functions that run in processes of their own, and whose items arrive while they run.

Not `concurrent.futures.ProcessPoolExecutor`: a result of it comes whole, which is hundreds of megabytes of pages, and its processes run the main
module of the program again, which may be a script of the user. See `docs/decisions/55-processes-that-render.md`.
"""

from __future__ import annotations

import logging
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from typing import IO, TypeVar, cast

BATCH = 32  # items that a process sends at once

# Only what `run` writes goes where the answers are read: a module that is imported may print something, and DuckDB has a progress bar.
_START = """
import os, sys
answers = os.fdopen(os.dup(1), "wb")
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
sys.path[:] = {path!r}
from sites.processes import run
run(sys.stdin.buffer, answers)
"""

log = logging.getLogger(__name__)

T = TypeVar("T")
R = TypeVar("R")


def run_in_processes(make: Callable[[T], Iterable[R]], tasks: Sequence[T]) -> Generator[R]:
    """Runs `make(task)` for each task in a process of its own, and yields the items in the order in which they arrive.

    `make`, tasks and items must be picklable, and `make` importable. A process that fails yields fewer items: the caller checks what is missing. Close the
    iterator where it is not read to its end: the processes end with it.
    """
    with ExitStack() as stack:
        readers = stack.enter_context(ThreadPoolExecutor(len(tasks) or 1))
        processes = [stack.enter_context(_process(make, task)) for task in tasks]
        reads: dict[Future[list[R] | None], subprocess.Popen[bytes]] = {
            readers.submit(_read_batch, process): process for process in processes if process
        }
        while reads:
            for read in wait(reads, return_when=FIRST_COMPLETED).done:
                process, batch = reads.pop(read), read.result()
                if batch:
                    reads[readers.submit(_read_batch, process)] = process
                    yield from batch
                elif batch is None:
                    log.warning("a process that renders pages ended early (exit code %s)", process.wait())


def run(request: IO[bytes], answers: IO[bytes]) -> None:
    """What a process does: reads a function and its argument, and writes what it gives, in batches of which the last is empty."""
    make, task = pickle.loads(request.read())  # noqa: S301 - from the process that started this one
    items = iter(make(task))
    while batch := [*islice(items, BATCH)]:
        pickle.dump(batch, answers)
        answers.flush()
    pickle.dump([], answers)
    answers.flush()


@contextmanager
def _process(make: Callable[[T], Iterable[R]], task: T) -> Iterator[subprocess.Popen[bytes] | None]:
    """A process that was sent this request; None where it cannot be sent or no process be started. It ends here."""
    try:
        request = pickle.dumps((make, task))
        process = subprocess.Popen(  # noqa: S603 - our own code, by the interpreter that runs this
            [sys.executable, "-c", _START.format(path=sys.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # the error occurs again where what is missing is made
            process_group=0 if os.name == "posix" else None,  # Ctrl-C goes to the command alone, which ends them
        )
    except Exception:
        log.debug("no process for pages", exc_info=True)
        yield None
        return
    with process:
        try:
            stdin = cast("IO[bytes]", process.stdin)
            with suppress(OSError), stdin:  # it has ended: `_read_batch` finds that
                stdin.write(request)
            yield process
        finally:
            process.kill()


def _read_batch(process: subprocess.Popen[bytes]) -> list[R] | None:
    """The next items; none at the end, and None where the process ended before, or something else is in its answers."""
    try:
        return cast("list[R]", pickle.load(cast("IO[bytes]", process.stdout)))  # noqa: S301 - from a process of ours
    except Exception:  # noqa: BLE001 - pickle raises whatever the bytes name
        process.kill()
        return None
