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
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import IO, TypeVar, cast

BATCH = 32  # items that a process sends at once

_START = "import sys; sys.path[:] = {path!r}; from sites.processes import run; run()"

log = logging.getLogger(__name__)

T = TypeVar("T")
R = TypeVar("R")


def arriving(make: Callable[[T], Iterable[R]], tasks: Sequence[T]) -> Iterator[R]:
    """What `make` gives for each task, in the order in which it arrives; each task has a process.

    All three are to be what `pickle` takes. A process that cannot be started, or that ends early for whatever reason, gives less: the caller finds out what
    is lacking. The processes end with this iterator.
    """
    with ExitStack() as stack:
        readers = stack.enter_context(ThreadPoolExecutor(len(tasks) or 1))
        processes = [stack.enter_context(_process(make, task)) for task in tasks]
        reads: dict[Future[list[R] | None], IO[bytes]] = {
            readers.submit(_batch, answers): answers for answers in processes if answers
        }
        while reads:
            for read in wait(reads, return_when=FIRST_COMPLETED).done:
                answers, batch = reads.pop(read), read.result()
                if batch:
                    reads[readers.submit(_batch, answers)] = answers
                    yield from batch
                elif batch is None:
                    log.warning("a process that renders pages ended early: its pages are made without it")


def run() -> None:
    """What a process does: reads a function and its argument, and writes what it gives, in batches of which the last is empty."""
    make, task = pickle.loads(sys.stdin.buffer.read())  # noqa: S301 - from the process that started this one
    with _own_output() as answers:
        items = iter(make(task))
        while batch := [*islice(items, BATCH)]:
            pickle.dump(batch, answers)
            answers.flush()
        pickle.dump([], answers)


@contextmanager
def _own_output() -> Iterator[IO[bytes]]:
    """What this process was given as its standard output, where libraries no longer write: DuckDB has a progress bar."""
    with os.fdopen(os.dup(1), "wb") as answers, Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        yield answers


@contextmanager
def _process(make: Callable[[T], Iterable[R]], task: T) -> Iterator[IO[bytes] | None]:
    """Where the answers of a new process can be read; None where it cannot be started."""
    command = [sys.executable, "-c", _START.format(path=sys.path)]
    try:
        order = pickle.dumps((make, task))
        process = subprocess.Popen(  # noqa: S603 - our own code, by the interpreter that runs this
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # the error occurs again where what is lacking is made
        )
    except (OSError, pickle.PicklingError, AttributeError, TypeError):  # a mask that is a lambda, say
        log.debug("no process for pages", exc_info=True)
        yield None
        return
    with process:
        try:
            stdin = cast("IO[bytes]", process.stdin)
            with suppress(OSError), stdin:  # it has ended: `_batch` finds that
                stdin.write(order)
            yield process.stdout
        finally:
            process.kill()


def _batch(answers: IO[bytes]) -> list[R] | None:
    """The next items; none at the end, and None where the process ended before."""
    try:
        return cast("list[R]", pickle.load(answers))  # noqa: S301 - from a process of ours
    except (EOFError, OSError, pickle.UnpicklingError):
        return None
