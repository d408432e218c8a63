"""Whichever executor makes the visits: the same partitions and outcomes, and what it loses or confuses harms no repository."""

from __future__ import annotations

import logging
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from errno import EAGAIN
from itertools import count
from multiprocessing import popen_spawn_posix
from threading import Event
from time import monotonic, sleep

import pytest

from catalog.config.model import RepoConfig, RepoOptions
from catalog.crawl import executor_reader, remote_visits
from catalog.crawl.crawl import crawl
from catalog.crawl.executor_reader import MOST_BATCH, TRIAL, Backend, ExecutorReader
from catalog.crawl.processes import processes
from catalog.crawl.visit import VisitTask
from catalog.crawl.worker import WorkerInit
from catalog.transport.origin import Limits
from support.changes import base
from support.crawling import partition, wish
from support.hostile_connector import fleet, installed_in
from support.loopback import Answer, Request, serve

HEALTHY = "abcdef"


def outcomes(report):
    return {visit.repo: (visit.outcome, visit.message) for visit in report.visits}


def partitions(config, names=HEALTHY):
    return {name: partition(config, name) for name in names}


@pytest.mark.slow
def test_threads_and_processes_store_the_same_and_lose_no_healthy_repository(tmp_path, monkeypatch):
    with installed_in(tmp_path, monkeypatch):
        repos = fleet(tmp_path / "git", "die", "sleep", *HEALTHY) | {"gone": str(tmp_path / "nowhere")}
        found = {}
        for kind in ("threads", "processes"):
            config = wish(tmp_path / kind, repos, "processes = 2", "timeout = 3", f'executor = "{kind}"')
            found[kind] = outcomes(crawl(config)), partitions(config)
    assert found["processes"] == found["threads"]
    assert {name: found["threads"][0][name] for name in HEALTHY} == dict.fromkeys(HEALTHY, ("new", None))


class Liar(ThreadPoolExecutor):
    """Changes the answers of what it runs."""

    def __init__(self, lie):
        super().__init__(2)
        self._lie = lie

    def submit(self, function, *arguments):
        return super().submit(lambda: self._lie(function(*arguments)))


def in_results(**changes):
    return lambda results: [
        replace(result, **{name: change(result) for name, change in changes.items()}) for result in results
    ]


def rows_of(other):
    return in_results(data=lambda _: other)


@pytest.fixture(scope="module")
def others_rows(tmp_path_factory) -> bytes:
    """The partition of another repository."""
    folder = tmp_path_factory.mktemp("other")
    config = wish(folder, {"other": str(base().write(folder / "git"))})
    crawl(config)
    (data,) = partition(config, "other").values()
    return data


LIES = {
    "the name of another repository": lambda _: in_results(visit=lambda result: replace(result.visit, repo="b")),
    "another crawl": lambda _: in_results(visit=lambda result: replace(result.visit, crawl=7)),
    "the rows of another repository": rows_of,
    "damaged rows": lambda rows: rows_of(rows[:-1]),
    "no rows": lambda _: rows_of(None),
    "another partition": lambda _: in_results(partition=lambda _: "0-0-0"),
    "a partition outside the store": lambda _: in_results(partition=lambda result: f"../{result.partition}"),
    "success without a partition": lambda _: in_results(partition=lambda _: None),
    "too few results": lambda _: lambda _: [],
    "no results": lambda _: lambda _: "done",
}


@pytest.mark.slow
@pytest.mark.parametrize("lie", LIES)
def test_an_answer_that_does_not_fit_is_dropped_and_its_repository_is_read_here(lie, tmp_path, others_rows, caplog):
    repos = {name: str(base().write(tmp_path / "git" / name)) for name in "ab"}
    honest, config = wish(tmp_path / "1", repos), wish(tmp_path / "2", repos, "processes = 2")
    crawl(honest)
    report = crawl(config, executor=Liar(LIES[lie](others_rows)))
    assert (outcomes(report), partitions(config, "ab")) == (
        dict.fromkeys("ab", ("new", None)),
        partitions(honest, "ab"),
    )
    assert {record.getMessage().partition(": ")[0] for record in caplog.records} == {
        "reads with the crawl's own processes what the executor lost"
    }


@pytest.mark.slow
def test_a_pool_whose_process_is_killed_costs_no_repository(tmp_path, monkeypatch):
    """As the kernel does when memory is short. The standard library's pool is broken then.

    All are killed once all have started: Python 3.11 raises in a thread of its own where one is killed while another starts.
    """
    repos = {name: str(base().write(tmp_path / "git" / name)) for name in HEALTHY}
    config = wish(tmp_path, repos, "processes = 2", 'executor = "processes"')
    begin = processes

    def killing(number):
        manager = begin(number)
        backend = manager.__enter__()

        def submit_and_kill(*arguments):
            future = submit(*arguments)
            if len(started := backend.executor._processes) == number:
                for process in started.values():
                    process.kill()
            return future

        submit, backend.executor.submit = backend.executor.submit, submit_and_kill
        manager.__enter__ = lambda: backend
        return _Entered(manager, backend)

    monkeypatch.setattr("catalog.crawl.processes.processes", killing)
    assert outcomes(crawl(config)) == dict.fromkeys(HEALTHY, ("new", None))


@pytest.mark.slow
def test_a_pool_says_that_one_of_its_processes_has_ended():
    with processes(1) as backend:
        backend.executor.submit(abs, 1).result()
        before = backend.loss()
        backend.executor.submit(os._exit, 1).exception()
        backend.executor.shutdown()
        assert (before, backend.loss()) == (None, "a process of the pool ended")


@pytest.mark.slow
def test_a_process_that_cannot_be_started_costs_no_repository(tmp_path, monkeypatch):
    """The system has no room for another one: the second start fails, and every later one."""
    repos = {name: str(base().write(tmp_path / "git" / name)) for name in "ab"}
    config = wish(tmp_path, repos, "processes = 2", 'executor = "processes"')
    starts = count()

    def fails(*arguments):
        if next(starts):
            raise BlockingIOError(EAGAIN, "Resource temporarily unavailable")
        return launch(*arguments)

    launch = popen_spawn_posix.Popen._launch
    monkeypatch.setattr(popen_spawn_posix.Popen, "_launch", fails)
    assert outcomes(crawl(config)) == dict.fromkeys("ab", ("new", None))


class _Entered:
    def __init__(self, manager, backend):
        self._manager, self._backend = manager, backend

    def __enter__(self):
        return self._backend

    def __exit__(self, *error):
        return self._manager.__exit__(*error)


class Slots(ThreadPoolExecutor):
    """Runs nothing before it may; knows what it was sent."""

    def __init__(self):
        super().__init__(1)
        self.sizes, self.go = [], Event()

    def submit(self, _function, _order, _number, tasks):
        self.sizes.append(len(tasks))
        return super().submit(lambda: self.go.wait(10) and list(tasks))


@pytest.mark.parametrize(
    ("waiting", "sizes"),
    [
        pytest.param(MOST_BATCH, [1, MOST_BATCH], id="as many as a batch may have"),
        pytest.param(MOST_BATCH + 1, [1, MOST_BATCH, 1], id="one more"),
    ],
)
def test_what_waits_while_the_executor_is_busy_goes_in_batches(waiting, sizes):
    executor = Slots()
    reader = ExecutorReader(Backend(executor=executor, slots=lambda: 1, children=1), None, None, None)
    with ThreadPoolExecutor(waiting + 1) as threads, executor:
        threads.submit(reader._in_batch, "first")
        while not executor.sizes:
            sleep(0.001)
        answers = [threads.submit(reader._in_batch, str(number)) for number in range(waiting)]
        while len(reader._waiting) < waiting:
            sleep(0.001)
        executor.go.set()
        assert [answer.result(10) for answer in answers] == [str(number) for number in range(waiting)]
    assert executor.sizes == sizes


@pytest.mark.slow
def test_a_server_that_hangs_keeps_no_batch_waiting(tmp_path):
    """Both processes get a batch with a visit that hangs; the others are read when its short time is over."""
    over = Event()

    def rule(request: Request) -> Answer | None:
        if "hangs" in request.path and b"command=fetch" in request.body:
            over.wait(60)
        return None

    names = [*"abcdef", "hangs1", "hangs2"]
    for name in names:
        base().write(tmp_path / "git" / name)
    with serve(tmp_path / "git", rule=rule) as site:
        repos = {name: f"{site}/{name}" for name in names}
        limit = 10 * TRIAL
        config = wish(tmp_path, repos, "processes = 2", 'executor = "processes"', f"timeout = {limit}")
        config = replace(config, jobs=len(names), jobs_per_host=len(names))
        began, read = monotonic(), {}
        try:
            crawl(config, report=lambda visit, *_: read.update({visit.repo: (visit.outcome, monotonic() - began)}))
        finally:
            over.set()
    assert {name: read[name][0] for name in names} == dict.fromkeys("abcdef", "new") | dict.fromkeys(
        ("hangs1", "hangs2"), "too_slow"
    )
    assert max(read[name][1] for name in "abcdef") < limit


@pytest.mark.slow
def test_children_end_when_no_visit_came_for_some_time(tmp_path, monkeypatch):
    monkeypatch.setattr(remote_visits, "IDLE", 0.4)  # a minute otherwise
    config = wish(tmp_path, {"a": str(base().write(tmp_path / "git"))}, "processes = 2")
    with ThreadPoolExecutor(2) as executor:
        crawl(config, executor=executor)
        (team,) = remote_visits._teams.values()
        (child,) = team.workers._running()
        deadline = monotonic() + 20
        while not child.dead and monotonic() < deadline:
            sleep(0.05)
    assert (child.dead, remote_visits._teams) == (True, {})


@pytest.mark.parametrize(
    ("limit", "has_more"),
    [
        pytest.param(TRIAL, False, id="no more time than a batch gives"),
        pytest.param(TRIAL + 0.001, True, id="a little more"),
    ],
)
def test_a_visit_of_a_batch_has_little_time(limit, has_more):
    task = VisitTask(repo=RepoConfig(name="m", url="/m", options=RepoOptions()), last=None, limits=Limits(total=limit))
    brief = executor_reader._brief(task)
    assert (brief.limits.total, brief is not task) == (TRIAL, has_more)


def test_a_worker_of_another_version_that_came_later_reads_nothing():
    order = WorkerInit(connectors=(), log_level=logging.WARNING, max_memory=1)
    theirs = replace(order, versions=tuple({**remote_visits.versions(order), "Python": "2.7"}.items()))
    ours = remote_visits.versions(order)["Python"]
    with pytest.raises(remote_visits.OtherVersion, match=f"^Python {ours}, expected 2.7$"):
        remote_visits.read_batch(theirs, 1, [])
