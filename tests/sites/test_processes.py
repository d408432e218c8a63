"""Functions that run in processes of their own."""

from __future__ import annotations

import logging
import os
import sys

import pytest

from sites.processes import BATCH, arriving
from support import process_tasks

TASKS = [("a", 100), ("b", 0), ("c", 3)]
ALL = [(name, number) for name, count in TASKS for number in range(count)]
ENDED = "a process that renders pages ended early: its pages are made without it"


@pytest.mark.parametrize("make", [process_tasks.numbers, process_tasks.printed])
def test_all_items_of_all_tasks_arrive_those_of_each_in_order(make, capfd, caplog):
    items = [*arriving(make, TASKS)]
    assert sorted(items) == ALL
    assert [item for item in items if item[0] == "a"] == ALL[:100]
    assert (capfd.readouterr(), caplog.messages) == (("", ""), [])


def test_no_task_takes_no_process():
    assert [*arriving(process_tasks.numbers, [])] == []


@pytest.mark.parametrize(("make", "count", "arrived"), [
    pytest.param(process_tasks.failing, BATCH, BATCH, id="an error after a batch"),
    pytest.param(process_tasks.failing, BATCH + 1, BATCH, id="an error within the next batch"),
    pytest.param(process_tasks.killed, BATCH, BATCH, id="killed after a batch"),
    pytest.param(process_tasks.killed, 2 * BATCH - 1, BATCH, id="killed within the next batch"),
])  # fmt: skip
def test_a_process_that_ends_early_gives_less_and_no_other_does(make, count, arrived, caplog):
    ended = [*arriving(make, [("a", count)])]
    assert (ended, caplog.messages) == ([("a", number) for number in range(arrived)], [ENDED])


def test_a_function_that_cannot_be_sent_gives_nothing(caplog):
    assert [*arriving(lambda task: [task], TASKS)] == []
    assert caplog.messages == []


def test_a_process_that_cannot_be_started_gives_nothing(monkeypatch, tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert [*arriving(process_tasks.numbers, TASKS)] == []
    assert caplog.messages == ["no process for pages"] * len(TASKS)


def test_the_processes_end_with_the_iterator():
    items = arriving(process_tasks.endless, [("a", BATCH), ("b", BATCH)])
    processes = {next(items) for _ in range(2 * BATCH)}
    assert len(processes) == 2
    items.close()
    for process in processes:
        with pytest.raises(ProcessLookupError):
            os.kill(process, 0)
