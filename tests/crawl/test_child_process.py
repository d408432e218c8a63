"""Processes that make visits, as they are started: forks where that is safe, and what a fork must not keep of the crawl's process."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from time import perf_counter, sleep

import pytest

from catalog.crawl import child_process
from catalog.crawl.child_process import FORK_SHARE, Fork, can_fork
from support.crawling import wish
from support.loopback import serve

linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems do not show all threads")
MIB = 1 << 20
CRAWL = """
import sys, threading
from catalog import cli
from catalog.crawl import reading
reading.MANY = 1
{before}
sys.exit(cli.main(["crawl", *sys.argv[1:]]))
"""
CHANGED = """
import sys, threading
from pathlib import Path
from catalog.cli.crawling import crawl_changed
from catalog.config.parse import load
{before}
crawl_changed(load(Path(sys.argv[1])), "hangs")
"""
A_THREAD = "threading.Thread(target=threading.Event().wait, daemon=True).start()"
LOGS = """
import logging
from catalog.crawl import worker
ours = logging.getLogger("catalog")
for logger in (logging.getLogger(), ours):
    logger.addHandler(logging.StreamHandler())
ours.propagate = False
ours.setLevel(logging.CRITICAL)
worker._keep_records(logging.WARNING)
worker._RECORDS.set(records := [])
for level in (logging.INFO, logging.WARNING):
    logging.getLogger("catalog.crawl").log(level, "said")
print(len(records))
"""


@pytest.mark.parametrize(
    ("threads", "held", "can"),
    [
        pytest.param(1, 1024 // FORK_SHARE // 4 * MIB, True, id="one thread, and with the forks the share of memory"),
        pytest.param(1, 1024 // FORK_SHARE // 4 * MIB + 1, False, id="a byte more"),
        pytest.param(2, MIB, False, id="two threads"),
        pytest.param(None, MIB, False, id="another system, which shows none"),
    ],
)
def test_a_process_forks_while_it_has_one_thread_and_is_small(tmp_path, monkeypatch, threads, held, can):
    shown = tmp_path / "task"
    for number in range(threads or 0):
        (shown / str(number)).mkdir(parents=True)
    monkeypatch.setattr(child_process, "_THREADS", shown)  # another process'
    assert can_fork(3, held, 1024 * MIB) == can


def start(script: str) -> Fork:
    return Fork(os.posix_spawn("/bin/sh", ["sh", "-c", script], {"PATH": os.defpath}))


@pytest.mark.parametrize(("script", "code"), [("exit 3", 3), ("kill -9 $$", -9)], ids=["by itself", "by a signal"])
def test_how_a_fork_ended(script, code):
    fork = start(script)
    assert (fork.wait(), fork.wait(), fork.returncode) == (code, code, code)


def test_a_fork_is_killed_once():
    fork = start("sleep 60")
    fork.kill()
    code = fork.wait()
    fork.kill()  # its number may be another process' by now
    assert code == -signal.SIGKILL


def test_of_a_fork_that_the_system_does_not_keep_no_code_is_known():
    before = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    try:
        assert start("exit 3").wait() == 0
    finally:
        signal.signal(signal.SIGCHLD, before)


@pytest.fixture
def hanging(tmp_path) -> Iterator[Path]:
    """A repos.toml with a repository whose server never answers."""
    over = Event()
    with serve(tmp_path, rule=lambda _: over.wait(60) and None) as site:
        wish(tmp_path, {})
        (tmp_path / "repos.toml").write_text(f"[crawl]\nprocesses = 2\n[[repo]]\nname = 'hangs'\nurl = '{site}/x'\n")
        yield tmp_path / "repos.toml"
        over.set()


@linux
@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "options", "terminal", "are_forks"),
    [
        pytest.param("", ["--no-build"], False, True, id="a crawl"),
        pytest.param("", [], False, True, id="a crawl with a build, which begins later"),
        pytest.param("", [], True, True, id="a crawl on a terminal, whose bar moves later"),
        pytest.param(A_THREAD, [], False, False, id="a process with another thread"),
    ],
)
def test_which_processes_are_forks_and_what_they_keep(hanging, before, options, terminal, are_forks):
    """A fork that kept the lock of the output would hold it after the crawl was killed; one with another's line would keep that alive."""
    command = [sys.executable, "-c", CRAWL.format(before=before), *options, "--config", str(hanging)]
    assert started(command, hanging, 2, terminal=terminal) == [(are_forks, True, False, 1)] * 2


@linux
@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "is_fork"), [("", True), (A_THREAD, False)], ids=["a crawl", "a process with another thread"]
)
def test_of_a_repository_that_has_changed_one_process_reads_before_its_refs_are_listed(hanging, before, is_fork):
    command = [sys.executable, "-c", CHANGED.format(before=before), str(hanging)]
    assert started(command, hanging, 1) == [(is_fork, True, False, 1)]


def started(
    command: list[str], config: Path, number: int, *, terminal: bool = False
) -> list[tuple[bool, bool, bool, int]]:
    """The processes that a crawl has started, a second after there are so many: whether it is a fork, with a group of its own, with the lock; how many lines it has."""
    screen, shown = pty.openpty()
    process = subprocess.Popen(command, stderr=shown if terminal else subprocess.DEVNULL, process_group=0)
    try:
        deadline = perf_counter() + 20
        while len(children(process.pid)) < number and perf_counter() < deadline:
            sleep(0.01)
        sleep(1)
        pids = children(process.pid)
        kept = [opened(pid) for pid in pids]
        kinds = [(commanded(pid) == commanded(process.pid), os.getpgid(pid) == pid) for pid in pids]
    finally:
        process.kill()
        process.wait()
        os.close(screen)
        os.close(shown)
    lock = str(config.parent / "output" / ".lock")
    lines = [sum(name.startswith("socket:") for name in names) for names in kept]
    return [(*kind, lock in names, line) for kind, names, line in zip(kinds, kept, lines, strict=True)]


def children(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def commanded(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def opened(pid: int) -> list[str]:
    return [str(file.readlink()) for file in Path(f"/proc/{pid}/fd").iterdir()]


@pytest.mark.slow
def test_a_fork_logs_nothing_itself():
    """What the crawl has set up for its log handles the records when they arrive there."""
    done = subprocess.run([sys.executable, "-c", LOGS], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("1\n", "")
