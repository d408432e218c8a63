"""The host scheduler: every visit ends once, no host has more than its share, and a visit that hangs gives up its slot."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from itertools import chain
from threading import Event, Lock
from threading import enumerate as enumerate_threads
from time import sleep

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import catalog.transport.host_scheduler as module
from catalog.transport.host_scheduler import SchedulerLimits, schedule_batches, schedule_visits

ONE_BY_ONE = SchedulerLimits(overall=1, for_host=1, host=lambda _: None)


@settings(max_examples=30)
@given(st.lists(st.sampled_from("abc"), max_size=30), st.integers(1, 5), st.integers(1, 3))
def test_every_visit_ends_once_and_no_host_has_more_than_its_share(hosts, overall, for_host):
    lock, now, most = Lock(), Counter(), Counter()

    def visit(task: tuple[int, str]) -> tuple[int, str]:
        for place in (task[1], "all"):
            with lock:
                now[place] += 1
                most[place] = max(most[place], now[place])
        sleep(0.0005)
        for place in (task[1], "all"):
            with lock:
                now[place] -= 1
        return task

    tasks = [*enumerate(hosts)]
    limits = SchedulerLimits(overall=overall, for_host=for_host, host=lambda task: task[1])
    assert sorted(schedule_visits(tasks, visit, limits)) == tasks
    assert most["all"] <= overall
    assert all(most[host] <= for_host for host in "abc")


@pytest.mark.slow
def test_who_hangs_steps_aside_and_keeps_nobody_waiting(monkeypatch):
    monkeypatch.setattr(module, "FIRST", 0.2)
    healthy_done, told = Event(), []

    def visit(task: str) -> str:
        if task.startswith("hangs"):
            return "in time" if healthy_done.wait(20) else "kept the others waiting"
        return task

    tasks = ["hangs 1", "hangs 2", "hangs 3", *(f"{number}" for number in range(20))]
    found = []
    for result in schedule_visits(
        tasks, visit, SchedulerLimits(overall=2, for_host=2, host=lambda _: "h", slow=told.append)
    ):
        found.append(result)
        if len(found) == 20:
            healthy_done.set()
    assert (found[20:], told[-1], ["hangs 1", "hangs 2"] in told) == (["in time"] * 3, [], True)


@pytest.mark.slow
def test_a_host_that_is_slow_with_everybody_is_asked_by_no_more_at_a_time(monkeypatch):
    monkeypatch.setattr(module, "SOON", 0.01)
    lock, now, most = Lock(), 0, 0

    def visit(task: int) -> int:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        sleep(0.05)
        with lock:
            now -= 1
        return task

    list(schedule_visits(range(20), visit, SchedulerLimits(overall=2, for_host=2, host=lambda _: "far away")))
    assert most == 2


@pytest.mark.slow
def test_a_host_that_answers_nobody_is_asked_by_few_and_keeps_nobody_elsewhere_waiting(monkeypatch):
    monkeypatch.setattr(module, "FIRST", 0.05)
    elsewhere_done, begun = Event(), []

    def visit(task: str) -> str:
        begun.append(task)
        if task.startswith("down"):
            elsewhere_done.wait(20)
        return task

    tasks = [*(f"down {number}" for number in range(40)), *(f"up {number}" for number in range(20))]
    slots = SchedulerLimits(
        overall=2, for_host=2, host=lambda task: task.split()[0], is_success=lambda task: task.startswith("up")
    )
    found, down = [], 0
    for result in schedule_visits(tasks, visit, slots):
        found.append(result)
        if len(found) == 20:
            down = sum(task.startswith("down") for task in begun)
            elsewhere_done.set()
    assert (found[:20], down <= module.MOST_UNANSWERED + 2) == ([f"up {number}" for number in range(20)], True)


def test_who_hangs_is_told_also_when_all_others_are_done(monkeypatch):
    monkeypatch.setattr(module, "FIRST", 0.1)
    told, known = [], Event()

    def slow(tasks):
        told.append(list(tasks))
        known.set()

    slots = SchedulerLimits(overall=2, for_host=2, host=lambda _: "h", slow=slow)
    assert (list(schedule_visits(["hangs"], lambda _: known.wait(20), slots)), told) == ([True], [["hangs"], []])


def test_an_error_is_raised_and_no_other_visit_begins():
    begun = []

    def visit(task: int) -> int:
        begun.append(task)
        if task == 2:
            raise ZeroDivisionError
        return task

    with pytest.raises(ZeroDivisionError):
        list(schedule_visits([1, 2, 3, 4], visit, SchedulerLimits(overall=1, for_host=1, host=lambda _: None)))
    assert begun == [1, 2]


def test_whoever_goes_to_another_host_need_not_wait():
    order = []
    slots = SchedulerLimits(overall=2, for_host=1, host=lambda task: task[0])
    gate = Event()

    def visit(task: str) -> str:
        if task == "a1":
            assert gate.wait(20)
        order.append(task)
        if task == "b1":
            gate.set()
        return task

    list(schedule_visits(["a1", "a2", "b1"], visit, slots))
    assert order[0] == "b1"


def test_the_first_task_that_waits_begins_first_whatever_its_host():
    begun: list[str] = []

    def visit(task: str) -> str:
        begun.append(task)
        return task

    tasks = ["a1", "b1", "a2", "b2", "c1"]
    list(schedule_visits(tasks, visit, SchedulerLimits(overall=1, for_host=1, host=lambda task: task[0])))
    assert begun == tasks


def test_the_usual_duration_is_the_median():
    host = module._Host(most=1)
    host.took.extend([9.0, 0.25, 0.5])
    scheduler = module._Scheduler([], str, SchedulerLimits(overall=1, for_host=1, host=lambda _: "h"))
    assert scheduler._patience(host) == module.FAR_LONGER * 0.5


@pytest.mark.parametrize(
    ("took", "answered", "patience"),
    [
        pytest.param([0.1], False, module.SOON, id="every visit may take so long"),
        pytest.param([], True, module.SOON, id="a host that has not answered, where others have"),
        pytest.param([], False, module.FIRST, id="nobody has answered"),
    ],
)
def test_how_long_a_visit_keeps_its_slot(took, answered, patience):
    host = module._Host(most=1)
    host.took.extend(took)
    scheduler = module._Scheduler([], str, SchedulerLimits(overall=1, for_host=1, host=lambda _: "h"))
    scheduler._answered = answered
    assert scheduler._patience(host) == patience


def test_the_durations_of_the_last_visits_are_remembered():
    host = module._Host(most=1)
    host.took.extend(range(module.REMEMBERED + 1))
    assert [*host.took] == [*range(1, module.REMEMBERED + 1)]


@pytest.mark.parametrize(
    ("slots", "took", "demoted", "room"),
    [
        pytest.param(1, [1.0], 0, True, id="one of two slots is free"),
        pytest.param(2, [1.0], 0, False, id="no slot is free"),
        pytest.param(0, [], module.MOST_UNANSWERED - 1, True, id="a host that has not answered, one demotion before its bound"),
        pytest.param(0, [], module.MOST_UNANSWERED, False, id="at its bound"),
        pytest.param(0, [1.0], module.MOST_UNANSWERED, True, id="which is none of a host that has answered"),
    ],
)  # fmt: skip
def test_whether_a_host_has_room(slots, took, demoted, room):
    host = module._Host(most=2, slots=slots, demoted=demoted)
    host.took.extend(took)
    assert host.has_room() is room


@pytest.mark.slow
@pytest.mark.parametrize(("most", "demoted"), [(2, ["a", "b"]), (1, ["a"])], ids=["as many as may", "no more than may"])
def test_how_many_visits_are_demoted(monkeypatch, most, demoted):
    monkeypatch.setattr(module, "MAX_DEMOTED", most)
    monkeypatch.setattr(module, "FIRST", 0.05)
    released, told = Event(), []

    def tell(tasks) -> None:
        told.append([*tasks])
        if len(tasks) == most:
            released.set()

    def visit(task: str) -> str:
        released.wait(20)
        sleep(0.3)
        return task

    limits = SchedulerLimits(overall=2, for_host=2, host=lambda _: "h", slow=tell)
    assert sorted(schedule_visits(["a", "b"], visit, limits)) == ["a", "b"]
    assert max(told, key=len) == demoted


@pytest.mark.parametrize(
    ("demoted", "waits"), [(module.MAX_DEMOTED - 1, True), (module.MAX_DEMOTED, False)], ids=["one before", "at it"]
)
def test_the_scheduler_looks_for_slow_visits_below_its_bound(demoted, waits):
    scheduler = module._Scheduler(["a"], str, SchedulerLimits(overall=1, for_host=1, host=lambda _: "h"))
    scheduler._running[0] = 0.0
    scheduler._demoted = dict.fromkeys(range(demoted), 0.0)
    assert (scheduler._wait() is not None) is waits


@pytest.mark.parametrize(
    ("before", "running"),
    [(126, []), (127, [1]), (128, [0, 1])],
    ids=["two below the bound, both are demoted", "one below, the first is demoted", "at the bound, none is"],
)
def test_of_two_slow_visits_no_more_than_may_be_are_demoted(before, running):
    limits = SchedulerLimits(overall=2, for_host=2, host=lambda _: "h")
    scheduler = module._Scheduler([str(number) for number in range(2 + before)], str, limits)
    scheduler._running = {0: 0.0, 1: 0.0}
    scheduler._demoted = dict.fromkeys(range(2, 2 + before), 0.0)
    scheduler._demote()
    assert ([*scheduler._running], len(scheduler._demoted) + len(running)) == (running, before + 2)


@pytest.mark.parametrize(("result", "lesson"), [("bad", (False, 0)), ("good", (True, 1))])
def test_what_is_no_success_teaches_nothing(result, lesson):
    limits = SchedulerLimits(overall=1, for_host=1, host=lambda _: "h", is_success=lambda result: result == "good")
    scheduler = module._Scheduler([result], str, limits)
    scheduler.next_results()
    scheduler.dismiss()
    assert (scheduler._answered, len(scheduler._of[0].took)) == lesson


def test_an_error_teaches_nothing():
    def visit(task: str) -> str:
        raise ValueError(task)

    scheduler = module._Scheduler(["a"], visit, SchedulerLimits(overall=1, for_host=1, host=lambda _: "h"))
    with pytest.raises(ValueError, match="a"):
        scheduler.next_results()
    scheduler.dismiss()
    assert (scheduler._answered, [*scheduler._of[0].took]) == (False, [])


def test_the_next_visit_begins_before_the_result_of_the_last_one_is_taken():
    begun = {number: Event() for number in range(3)}

    def visit(task: int) -> int:
        begun[task].set()
        return task

    with closing(schedule_batches([0, 1, 2], visit, ONE_BY_ONE)) as batches:
        assert (0 in next(batches), begun[2].wait(20)) == (True, True)


def test_no_other_visit_begins_when_the_caller_gives_up():
    begun, given_up = [], Event()

    def visit(task: int) -> int:
        begun.append(task)
        if task == 1:
            given_up.wait(20)
        return task

    with closing(schedule_batches([0, 1, 2], visit, ONE_BY_ONE)) as batches:
        assert next(batches) == [0]
    given_up.set()
    for thread in enumerate_threads():
        if thread.name.startswith("visit-"):
            thread.join(20)
    assert begun == [0, 1]


def test_what_ended_before_an_error_is_returned_before_it_is_raised():
    def visit(task: int) -> int:
        return 6 // task

    batches = schedule_batches([1, 2, 0, 3], visit, ONE_BY_ONE)
    results = []
    with pytest.raises(ZeroDivisionError):
        results.extend(chain.from_iterable(batches))
    assert results == [6, 3]


def test_an_error_in_judging_a_result_is_the_visits_own():
    limits = SchedulerLimits(overall=1, for_host=1, host=lambda _: "h", is_success=lambda result: bool(1 // result))
    with pytest.raises(ZeroDivisionError):
        list(schedule_visits([0], int, limits))


def test_no_host_has_no_bound():
    lock, now, most = Lock(), Counter(), Counter()

    def visit(_: int) -> None:
        with lock:
            now["all"] += 1
            most["all"] = max(most["all"], now["all"])
        sleep(0.1)
        with lock:
            now["all"] -= 1

    list(schedule_visits(range(3), visit, SchedulerLimits(overall=3, for_host=1, host=lambda _: None)))
    assert most["all"] == 3


@pytest.mark.parametrize(
    ("hanging", "for_host"),
    [
        pytest.param(["x1", "x2"], 2, id="they have given up their slots"),
        pytest.param([f"x{number}" for number in range(20)], 1, id="or wait for a host that has not answered"),
    ],
)
def test_it_is_told_when_only_slow_visits_are_left(hanging, for_host, monkeypatch):
    """Also before the others on a host that hangs could begin: at most MOST_UNANSWERED are let go on beside the others."""
    monkeypatch.setattr(module, "SOON", 0.02)
    over, found, told = Event(), [], []

    def visit(task: str) -> str:
        return task if task[0] == "a" or over.wait(20) else "never"

    def only_slow_left(tasks):
        told.append((sorted(found), sorted(tasks)))
        over.set()

    tasks = [*hanging, "a1", "a2", "a3"]
    slots = SchedulerLimits(
        overall=3, for_host=for_host, host=lambda task: task[0], is_success=bool, only_slow_left=only_slow_left
    )
    found.extend(schedule_visits(tasks, visit, slots))
    assert (told[0], sorted(found)) == ((["a1", "a2", "a3"], sorted(hanging)), sorted(tasks))


@pytest.mark.slow
def test_it_is_not_told_while_a_host_that_answers_has_visits_left(monkeypatch):
    monkeypatch.setattr(module, "SOON", 0.02)
    told = []

    def visit(task: str) -> str:
        sleep(0.1 if task == "x" else 0.01)
        return task

    slots = SchedulerLimits(overall=2, for_host=1, host=lambda task: task[0], only_slow_left=told.append)
    list(schedule_visits(["x", *(f"a{number}" for number in range(12))], visit, slots))
    assert told in ([], [["x"]])
