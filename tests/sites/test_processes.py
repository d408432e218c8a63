"""Functions that run in processes of their own."""

from __future__ import annotations

import logging
import os
import signal
import sys

import pytest

from sites.processes import BATCH, run_in_processes
from support import process_tasks

TASKS = [("a", 100), ("b", 0), ("c", 3)]
ALL = [(name, number) for name, count in TASKS for number in range(count)]
ENDED = "a process that renders pages ended early (exit code {})"


@pytest.mark.parametrize("make", [process_tasks.numbers, process_tasks.printed])
def test_all_items_of_all_tasks_arrive_those_of_each_in_order(make, capfd, caplog):
    items = [*run_in_processes(make, TASKS)]
    assert sorted(items) == ALL
    assert [item for item in items if item[0] == "a"] == ALL[:100]
    assert (capfd.readouterr(), caplog.messages) == (("", ""), [])


def test_no_task_takes_no_process():
    assert [*run_in_processes(process_tasks.numbers, [])] == []


@pytest.mark.parametrize(("make", "count", "arrived", "code"), [
    pytest.param(process_tasks.failing, BATCH, BATCH, {1, -signal.SIGKILL}, id="an error after a batch"),
    pytest.param(process_tasks.failing, BATCH + 1, BATCH, {1, -signal.SIGKILL}, id="an error within the next batch"),
    pytest.param(process_tasks.killed, BATCH, BATCH, {-signal.SIGKILL}, id="killed after a batch"),
    pytest.param(process_tasks.killed, 2 * BATCH - 1, BATCH, {-signal.SIGKILL}, id="killed within the next batch"),
])  # fmt: skip
def test_a_process_that_ends_early_gives_less(make, count, arrived, code, caplog):
    ended = [*run_in_processes(make, [("a", count)])]
    (message,) = caplog.messages
    assert (ended, message in map(ENDED.format, code)) == ([("a", number) for number in range(arrived)], True)


def test_what_a_process_prints_before_its_answers_costs_that_process_alone(tmp_path, monkeypatch, caplog):
    (tmp_path / "sitecustomize.py").write_text("print('catalog: x', flush=True)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert [*run_in_processes(process_tasks.numbers, TASKS[:1])] == []
    assert caplog.messages == [ENDED.format(-signal.SIGKILL)]


def test_a_function_that_cannot_be_sent_gives_nothing(caplog):
    assert [*run_in_processes(lambda task: [task], TASKS)] == []
    assert caplog.messages == []


def test_a_process_that_cannot_be_started_gives_nothing(monkeypatch, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert [*run_in_processes(process_tasks.numbers, TASKS)] == []
    assert caplog.messages == ["no process for pages"] * len(TASKS)


def test_the_processes_end_with_the_iterator():
    items = run_in_processes(process_tasks.endless, [("a", BATCH), ("b", BATCH)])
    processes = {next(items) for _ in range(2 * BATCH)}
    assert len(processes) == 2
    items.close()
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
