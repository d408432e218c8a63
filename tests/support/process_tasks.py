"""What processes of tests do: functions that a new interpreter can import."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from itertools import islice
from time import sleep

from sites import processes
from sites.model_processes import RenderTask, render


def numbers(task: tuple[str, int]) -> Iterator[tuple[str, int]]:
    name, count = task
    yield from ((name, number) for number in range(count))


def printed(task: tuple[str, int]) -> Iterator[tuple[str, int]]:
    """The same, by a program that prints something to both outputs."""
    for item in numbers(task):
        for output in (sys.stdout, sys.stderr):
            output.write("a progress bar")
            output.flush()
        yield item


def failing(task: tuple[str, int]) -> Iterator[tuple[str, int]]:
    """The same, and then an error."""
    yield from numbers(task)
    raise ValueError(task)


def killed(task: tuple[str, int]) -> Iterator[tuple[str, int]]:
    """The same, and then the end of the process."""
    yield from numbers(task)
    os.kill(os.getpid(), signal.SIGKILL)


def endless(task: tuple[str, int]) -> Iterator[int]:
    """The number of the process as often as is said, and then nothing for ever."""
    for _ in range(task[1]):
        yield os.getpid()
    sleep(3600)


class HalfOfATask:
    """Makes some files of a task, each sent by itself, and then ends its process, or does nothing for ever."""

    def __init__(self, *, ends: bool = True) -> None:
        self._ends = ends

    def __call__(self, task: RenderTask) -> Iterator[tuple[str, bytes]]:
        yield from islice(render(task), len(task.paths) // 2)
        if self._ends:
            os.kill(os.getpid(), signal.SIGKILL)
        sleep(3600)

    def __setstate__(self, state: dict[str, bool]) -> None:
        self.__dict__ = state
        processes.BATCH = 1  # in the process that it is sent to
