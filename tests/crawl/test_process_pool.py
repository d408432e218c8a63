"""Visits made by other processes: the same rows, and what becomes of a crawl when one of them dies."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Event
from time import perf_counter, sleep

import pytest

from catalog.config.keys import CRAWL as CRAWL_KEYS
from catalog.crawl import child_process, process_pool, reading, worker, worker_process
from catalog.crawl import visit as visits
from catalog.crawl.child_start import SHORTAGE
from catalog.crawl.context import CrawlContext
from catalog.crawl.crawl import crawl
from catalog.crawl.driver import visit_and_record
from catalog.crawl.process_pool import workers
from catalog.crawl.reading import MOST_PROCESSES, process_count
from catalog.crawl.visit import VisitTask
from catalog.crawl.worker import WorkerInit
from catalog.errors import StoreError
from catalog.plugins.connector import installed
from catalog.store.lock import Shared
from catalog.transport.host_scheduler import MAX_DEMOTED
from catalog.transport.origin import Limits, Pool
from support.changes import base
from support.crawling import partition, wish
from support.loopback import Answer, Request, serve

# It breaks the crawl itself: what a connector raises would cost its own rows alone.
CONNECTOR = """
import os
import catalog.crawl.visit
from catalog.plugins.connector import Connector

sound = catalog.crawl.visit.select_revisions

def read(listing, connectors, options):
    if "refs/heads/boom" in {ref.name for ref in listing.refs}:
        raise RuntimeError(f"made by a process of {os.getppid()}")
    return sound(listing, connectors, options)

catalog.crawl.visit.select_revisions = read
speaker = Connector(name="faulty", version=1)
"""
CRAWL = """
import signal, sys
from catalog import cli
from catalog.crawl import reading
signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored by whatever a shell begins in its background
reading.MANY = 1
sys.exit(cli.main(["crawl", "--no-build", "--config", sys.argv[1]]))
"""


@pytest.fixture(autouse=True)
def few(monkeypatch):
    """One repository to be read is enough to start all processes for."""
    monkeypatch.setattr(reading, "MANY", 1)


@pytest.mark.parametrize(
    ("processors", "stated", "number"),
    [
        pytest.param(MOST_PROCESSES, None, MOST_PROCESSES, id="as many processes as are started unasked"),
        pytest.param(MOST_PROCESSES + 1, None, MOST_PROCESSES, id="one processor more"),
        pytest.param(MOST_PROCESSES - 1, None, MOST_PROCESSES - 1, id="fewer processors"),
        pytest.param(1, None, 1, id="one processor: what it reads can still be ended"),
        pytest.param(2, MOST_PROCESSES + 1, MOST_PROCESSES + 1, id="what the configuration states"),
        pytest.param(2, 1, 0, id="none beside this one"),
    ],
)
def test_how_many_processes_read(tmp_path, monkeypatch, processors, stated, number):
    monkeypatch.setattr(reading, "processor_count", lambda: processors)  # another machine's
    config = replace(wish(tmp_path, {"m": "/m"}), processes=stated)
    with Pool() as pool:
        assert process_count(config, CrawlContext.of(tmp_path, installed(), pool)) == number


def test_a_process_makes_as_many_visits_as_a_crawl_can_have():
    (jobs,) = (key.type for key in CRAWL_KEYS.keys if key.name == "jobs")
    most = int(jobs.expected.rpartition(" ")[2])
    assert most + MAX_DEMOTED <= worker.MOST


@pytest.mark.slow
def test_a_process_that_does_not_end_is_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(worker_process, "PATIENCE", 0.3)
    order = WorkerInit(connectors=(), log_level=logging.WARNING, max_memory=1 << 40)
    context = CrawlContext.of(tmp_path, (), Pool())
    with workers(order, 1, context) as team:
        team.start(1)
        (other,) = team._all
        os.kill(other.process.pid, signal.SIGSTOP)
        began = perf_counter()
    assert (other.process.returncode, perf_counter() - began >= worker_process.PATIENCE) == (-signal.SIGKILL, True)


def outcomes(report):
    return {visit.repo: (visit.outcome, visit.message) for visit in report.visits}


def fleet(folder: Path, *names: str) -> dict[str, str]:
    return {name: str(base().write(folder / name)) for name in names}


@pytest.mark.slow
def test_other_processes_read_the_same_rows(tmp_path):
    repos = fleet(tmp_path / "git", "a", "b", "c")
    one, two = wish(tmp_path / "1", repos, "processes = 1"), wish(tmp_path / "2", repos, "processes = 2")
    found = [outcomes(crawl(config)) for config in (one, two)]
    rows = [{name: partition(config, name) for name in repos} for config in (one, two)]
    assert (found[1], rows[1]) == (found[0], rows[0])


@pytest.mark.slow
def test_before_a_repository_is_read_that_is_said_and_of_unchanged_ones_it_is_not(tmp_path):
    config, said = wish(tmp_path, fleet(tmp_path / "git", "a"), "processes = 2"), []
    for _ in range(2):
        crawl(config, before_read=lambda: said.append("read"), report=lambda visit, *_: said.append(visit.outcome))
    assert said == ["read", "new", "fresh"]


@pytest.mark.slow
def test_a_process_that_is_there_already_counts(tmp_path):
    order = WorkerInit(connectors=(), log_level=logging.WARNING, max_memory=1 << 40)
    context = CrawlContext.of(tmp_path, (), Pool())
    with workers(order, 2, context) as team:
        started = []
        for number in (1, 2, 2):
            team.start(number)
            started.append(len(team._all))
    assert started == [1, 2, 2]


@pytest.mark.slow
def test_a_bug_in_another_process_costs_one_repository_and_is_logged_here(tmp_path, monkeypatch, caplog):
    """The connector is one that somebody else installed: an entry point of a distribution on the path."""
    (tmp_path / "faulty-1.dist-info").mkdir()
    (tmp_path / "faulty-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: faulty\nVersion: 1\n")
    (tmp_path / "faulty-1.dist-info" / "entry_points.txt").write_text("[catalog.connectors]\nfaulty = faulty:speaker\n")
    (tmp_path / "faulty.py").write_text(CONNECTOR)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(visits, "select_revisions", visits.select_revisions)  # it is put back here, too
    installed.cache_clear()
    bad = base()
    bad.commit({"boom": ""}, branch="boom")
    repos = fleet(tmp_path / "git", "good") | {"bad": str(bad.write(tmp_path / "git" / "bad"))}
    config = replace(wish(tmp_path, repos, "processes = 2"), jobs=1)  # not by the crawl's own process
    try:
        found = outcomes(crawl(config))
    finally:
        installed.cache_clear()
    (record,) = caplog.records
    assert (found, record.getMessage(), "in read\n    raise RuntimeError" in (record.exc_text or "")) == (
        {"good": ("new", None), "bad": ("bug", f"RuntimeError: made by a process of {os.getpid()}")},
        "bad: this is a bug in catalog",
        True,
    )


@pytest.fixture
def killed(tmp_path, monkeypatch) -> Iterator[dict[str, str]]:
    """Six sound repositories, and one whose server wants credentials for its objects: the helper that is asked for them kills who asks."""
    (tmp_path / "gitconfig").write_text(f'[credential]\nhelper = "!test $PPID = {os.getpid()} || kill -9 $PPID"\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "gitconfig"))
    names = [f"m{number}" for number in range(6)]
    fleet(tmp_path / "git", "killer", *names)

    def rule(request: Request) -> Answer | None:
        if "killer" in request.path and b"command=fetch" in request.body:
            return Answer(status=401, headers={"WWW-Authenticate": "Basic"})
        return None

    with serve(tmp_path / "git", rule=rule) as site:
        yield {"killer": f"{site}/killer"} | {name: f"{site}/{name}" for name in names}


@pytest.mark.slow
def test_a_process_that_dies_costs_only_the_repository_that_kills_it(tmp_path, killed):
    config = replace(
        wish(tmp_path, killed, "processes = 2"), jobs=1
    )  # one at a time, and not by the crawl's own process
    assert outcomes(crawl(config)) == {
        "killer": ("bug", "the process that read it was ended by signal 9"),
        **dict.fromkeys(set(killed) - {"killer"}, ("new", None)),
    }


@pytest.mark.slow
def test_what_a_process_was_at_when_it_died_is_read_all_the_same(tmp_path, killed):
    config = wish(tmp_path, killed)
    names = tuple(c.name for c in installed())
    order = WorkerInit(connectors=names, log_level=logging.WARNING, max_memory=1 << 40)
    context = CrawlContext.of(config.output, installed(), Pool())
    tasks = [VisitTask(repo=repo, last=None, limits=Limits()) for repo in config.repos]
    read = partial(visit_and_record, context=context)
    with workers(order, 1, context) as team, ThreadPoolExecutor(len(tasks)) as threads:
        made = [visit for visit, _ in threads.map(partial(read, read=team.read), tasks)]
    assert {visit.repo: visit.outcome for visit in made} == dict.fromkeys(killed, "new") | {"killer": "bug"}


@pytest.mark.slow
def test_a_disk_that_fails_another_process_stops_the_crawl(tmp_path):
    (tmp_path / "output" / "store" / "rows").mkdir(parents=True)
    (tmp_path / "output" / "store" / "rows" / "m").write_text("in the way")
    with pytest.raises(StoreError, match="cannot write the rows of m to "):
        crawl(wish(tmp_path, fleet(tmp_path / "git", "m"), "processes = 3"))


def test_where_no_process_can_be_started_this_one_reads(tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nothing"))
    monkeypatch.setattr(process_pool, "can_fork", lambda *_: False)  # it depends on what other tests have left
    found = outcomes(crawl(wish(tmp_path, fleet(tmp_path / "git", "m"), "processes = 2")))
    assert (found, [record.getMessage().partition(":")[0] for record in caplog.records]) == (
        {"m": ("new", None)},
        ["reads with one process"],
    )


def test_a_process_that_ends_before_it_begins_is_not_the_fault_of_a_repository(tmp_path, monkeypatch):
    monkeypatch.setattr(child_process, "_START", "raise SystemExit(1)")
    monkeypatch.setattr(process_pool, "can_fork", lambda *_: False)
    assert outcomes(crawl(wish(tmp_path, fleet(tmp_path / "git", "m"), "processes = 2"))) == {
        "m": (
            "down",
            "the process that read it ended with exit code 1: this machine may have too little memory",
        )
    }


@pytest.mark.parametrize(
    ("error", "exit_code", "shows_traceback"),
    [
        pytest.param('RuntimeError("can\'t start new thread")', SHORTAGE, False, id="a shortage"),
        pytest.param('RuntimeError("x")', 1, True, id="a bug"),
    ],
)
def test_a_process_that_cannot_begin_has_a_traceback_for_bugs_alone(error, exit_code, shows_traceback):
    code = f"from catalog.crawl import child_start, worker\ndef work(*_):\n raise {error}\nworker.work = work\nchild_start.start(0, 0)"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.returncode, "Traceback" in ended.stderr) == (exit_code, shows_traceback)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes where Linux shows them")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_other_processes_end_with_the_crawl(tmp_path, number):
    asked, over = Event(), Event()

    def rule(_: Request) -> None:
        asked.set()
        over.wait(60)

    with serve(tmp_path, rule=rule) as site:
        wish(tmp_path, {})
        config = tmp_path / "repos.toml"
        config.write_text(f"[crawl]\nprocesses = 2\n[[repo]]\nname = 'hangs'\nurl = '{site}/x'\n")
        process = subprocess.Popen([sys.executable, "-c", CRAWL, str(config)], stderr=subprocess.DEVNULL)
        try:
            assert asked.wait(20)
            others = children(process.pid)
            process.send_signal(number)
            process.wait(20)
            deadline = perf_counter() + 20
            while (left := [pid for pid in others if alive(pid)]) and perf_counter() < deadline:
                sleep(0.01)
        finally:
            over.set()
    assert (len(others), left) == (2, [])


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks for processes where Linux shows them")
@pytest.mark.parametrize("seconds", [0, 0.05, 0.2], ids=lambda seconds: f"after {seconds} s")
def test_ctrl_c_while_processes_start_prints_no_traceback(tmp_path, seconds):
    """A terminal sends the signal to every process of the crawl's group, also to those that still import."""
    over = Event()
    with serve(tmp_path, rule=lambda _: over.wait(60) and None) as site:
        wish(tmp_path, {})
        config = tmp_path / "repos.toml"
        config.write_text(f"[crawl]\nprocesses = 4\n[[repo]]\nname = 'hangs'\nurl = '{site}/x'\n")
        command = [sys.executable, "-c", CRAWL, str(config)]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, process_group=0)
        try:
            deadline = perf_counter() + 20
            while len(children(process.pid)) < 3 and perf_counter() < deadline:
                sleep(0.01)
            sleep(seconds)
            os.killpg(process.pid, signal.SIGINT)
            said = process.communicate(timeout=20)[1]
        finally:
            over.set()
    assert (process.returncode, said) == (130, "stopped after 0 repositories; what was read is kept\n")


def children(pid: int) -> list[int]:
    found = (stat(folder) for folder in Path("/proc").glob("[0-9]*"))
    return [child for child, _, parent in found if parent == pid]


def alive(pid: int) -> bool:
    """Whether a process runs, and is not only waiting to be counted by whoever adopted it."""
    return stat(Path("/proc", str(pid)))[1] not in ("", "Z")


def stat(folder: Path) -> tuple[int, str, int]:
    """The number of a process, its state, and its parent's number (proc_pid_stat(5)); it may be gone at any moment."""
    try:
        text = (folder / "stat").read_text()
    except OSError:
        return int(folder.name), "", 0
    state, parent = text.rpartition(")")[2].split()[:2]
    return int(folder.name), state, int(parent)


@pytest.mark.slow
def test_one_of_all_processes_and_threads_has_the_lock(tmp_path):
    code = "import sys; from catalog.store.lock import Shared; print(Shared(int(sys.argv[1])).acquire(timeout=0.1))"

    def another() -> str:
        command = [sys.executable, "-c", code, str(file.fileno())]
        return subprocess.run(command, pass_fds=(file.fileno(),), capture_output=True, text=True, check=True).stdout

    with (tmp_path / "lock").open("wb") as file:
        shared = Shared(file.fileno())
        taken = shared.acquire(timeout=0), shared.acquire(timeout=0.1), another()
        shared.release()
        assert (taken, another(), shared.acquire(timeout=0)) == ((True, False, "False\n"), "True\n", True)


def test_who_waits_for_the_lock_gets_it_when_its_holder_dies(tmp_path):
    code = "import sys, time; from catalog.store.lock import Shared; print(Shared(int(sys.argv[1])).acquire(timeout=1), flush=True); time.sleep(60)"
    with (tmp_path / "lock").open("wb") as file:
        command = [sys.executable, "-c", code, str(file.fileno())]
        holder = subprocess.Popen(command, pass_fds=(file.fileno(),), stdout=subprocess.PIPE, text=True)
        assert holder.stdout
        held = holder.stdout.readline()
        before = Shared(file.fileno()).acquire(timeout=0)
        holder.kill()
        assert (held, before, Shared(file.fileno()).acquire(timeout=20), holder.wait()) == ("True\n", False, True, -9)
        holder.stdout.close()
