"""What a visit does that nothing interrupts, or that takes all memory, ends with its process, and costs its repository alone."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from queue import Queue
from time import monotonic, sleep

import pytest

from catalog.crawl import process_pool, worker, worker_process
from catalog.crawl.crawl import crawl
from catalog.crawl.watch import INTERVAL, Watch, resident
from support.crawling import wish
from support.hostile_connector import fleet, installed_in


@pytest.fixture(autouse=True)
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with installed_in(tmp_path, monkeypatch):
        yield


def outcomes(config):
    return {visit.repo: (visit.outcome, visit.message) for visit in crawl(config).visits}


@pytest.mark.slow
@pytest.mark.parametrize("deed", ["spin", "hold", "sleep"])
def test_work_that_nothing_interrupts_is_ended_at_the_limit_of_time(deed, tmp_path):
    """THREATS.md: a thread cannot be killed, so what cannot be bounded from inside needs a process."""
    repos = fleet(tmp_path / "git", deed, *"abcdef")
    began = monotonic()
    found = outcomes(wish(tmp_path, repos, "processes = 2", "timeout = 3"))
    assert (found, monotonic() - began < 20) == (
        {deed: ("too_slow", f"{repos[deed]}: not done after 3 s, the limit timeout")}
        | dict.fromkeys("abcdef", ("new", None)),
        True,
    )


@pytest.mark.slow
def test_work_that_nothing_interrupts_is_ended_at_the_limit_of_a_processors_time(tmp_path, monkeypatch):
    monkeypatch.setattr(process_pool, "STARTING", 1.0)
    repos = fleet(tmp_path / "git", "hold", "a")
    config = wish(tmp_path, repos, "processes = 2", "timeout = 6", "processor_time = 1")
    assert outcomes(config) == {
        "hold": ("too_slow", f"{repos['hold']}: not done after 1 s of a processor, the limit processor_time"),
        "a": ("new", None),
    }


@pytest.mark.slow
def test_a_repository_that_takes_all_memory_costs_itself(tmp_path):
    """THREATS.md: pack bombs, folders of 10^6 files: 3 GB."""
    repos = fleet(tmp_path / "git", "grow", *"abcdef")
    config = wish(tmp_path, repos, "processes = 2", 'max_memory = "640 MiB"')
    assert outcomes(config) == {
        "grow": (
            "too_big",
            f"{repos['grow']}: the crawl needs more than 671,088,640 bytes of memory to read it, the limit max_memory",
        )
    } | dict.fromkeys("abcdef", ("new", None))


def hold(seconds):
    """Lets no other thread of this process go on: a call that keeps the interpreter's lock."""
    ctypes.PyDLL(None).usleep(int(seconds * 1_000_000))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("late", "is_stall"), [(0.5, False), (2.0, True)], ids=["a beat is late", "a beat is very late"]
)
def test_a_process_knows_when_nothing_in_it_went_on(late, is_stall, monkeypatch):
    monkeypatch.setattr(worker, "BEAT", 0.02)  # the real ones take seconds
    monkeypatch.setattr(worker, "STALL", 0.2)
    beats = Queue()
    began, pulse = monotonic(), worker.Pulse(beats.put)
    beats.get(timeout=5)
    hold(worker.BEAT + late * worker.STALL)
    for _ in range(2):
        beats.get(timeout=5)
    assert (pulse.last_stall > began) == is_stall


@pytest.mark.slow
def test_visits_do_not_wait_for_one_that_lets_nothing_go_on(tmp_path, monkeypatch):
    """The others are read long before the time of that one is over."""
    monkeypatch.setattr(worker_process, "STUCK", 2.0)
    read_alone = process_pool.Workers._read_alone

    def read_frozen_first(workers, task, cause):
        sleep(0.0 if task.repo.name == "freeze" else 0.5)
        return read_alone(workers, task, cause)

    monkeypatch.setattr(process_pool.Workers, "_read_alone", read_frozen_first)
    assert process_pool.SUSPECTS > 1
    repos = fleet(tmp_path / "git", "freeze", *"abcdef")
    config = wish(tmp_path, repos, "processes = 2", "timeout = 30")
    began, read = monotonic(), {}
    crawl(config, report=lambda visit, *_: read.update({visit.repo: monotonic() - began}))
    assert (max(read[repo] for repo in "abcdef") < 30, read["freeze"] > 30) == (True, True)


@pytest.mark.slow
def test_another_process_starts_when_there_is_enough_to_read(tmp_path, monkeypatch):
    monkeypatch.setattr(process_pool, "EACH", 2)
    started = []

    class Counted(worker_process.WorkerProcess):
        def __init__(self, *args):
            super().__init__(*args)
            started.append(self)

    monkeypatch.setattr(process_pool, "WorkerProcess", Counted)
    found = []
    for count in (2, 3):
        started.clear()
        outcomes(replace(wish(tmp_path / str(count), fleet(tmp_path / "git", *"abc"[:count]), "processes = 3"), jobs=1))
        found.append(len(started))
    assert found == [1, 2]


@pytest.mark.slow
def test_a_crawl_that_finds_nothing_new_starts_no_process(tmp_path, monkeypatch):
    config = wish(tmp_path, fleet(tmp_path / "git", "a"), "processes = 2")
    outcomes(config)
    monkeypatch.setattr(process_pool, "WorkerProcess", None)
    assert outcomes(config) == {"a": ("fresh", None)}


@pytest.mark.slow
def test_the_largest_process_ends_when_all_hold_more_than_the_limit():
    """What this process holds before is not the crawl's."""
    size = resident(os.getpid())
    ended = Queue()

    class Process:
        is_stuck = False

        def __init__(self):
            self.process = self
            self.pid = os.getpid()

        def end(self, cause):
            ended.put(cause)

    for most, causes in ((size + size // 4, []), (size - size // 4, [worker_process.Cause.MEMORY])):
        watch = Watch(most, lambda: [Process()])
        sleep(3 * INTERVAL)
        watch.close()
        assert [ended.get() for _ in range(min(1, ended.qsize()))] == causes


def test_a_process_that_has_ended_holds_no_memory():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert resident(process.pid) == 0
