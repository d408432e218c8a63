"""What processes of tests do: functions that a new interpreter can import."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from itertools import islice
from time import sleep

from sites import processes
from sites.model_processes import PageShare, share_files


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


class HalfOfAShare:
    """Makes some files of a share, each sent by itself, and then ends its process."""

    def __call__(self, share: PageShare) -> Iterator[tuple[str, bytes]]:
        yield from islice(share_files(share), len(share.paths) // 2)
        os.kill(os.getpid(), signal.SIGKILL)

    def __reduce__(self) -> tuple[type[HalfOfAShare], tuple[()], dict[str, int]]:
        return HalfOfAShare, (), {"batch": 1}

    def __setstate__(self, state: dict[str, int]) -> None:
        processes.BATCH = state["batch"]  # in the process that it is sent to
