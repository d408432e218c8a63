"""Runs crawl, build and publish at the times of repos.toml: one run at a time, missed runs coalesced, until a signal."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from typing import TypeAlias

from catalog.config import cron
from catalog.config.cron import EXAMPLE, zone_of
from catalog.config.model import Schedule
from catalog.config.parse import Config
from catalog.errors import ConfigError
from catalog.schedule import health
from catalog.schedule.health import Health, RunOutcome
from catalog.schedule.steps import Result, Runner

_GLANCE = 1.0  # seconds: a signal that comes just as a wait begins does not end it, and is seen after it
_AWAKE = 60  # glances: how late a run may be after the machine slept, or its clock jumped
_BUILT = (RunOutcome.OK, RunOutcome.SOME_FAILED, RunOutcome.PUBLISH_FAILED)

Say: TypeAlias = Callable[[str], None]
_Ends: TypeAlias = "SimpleQueue[int | BaseException | Future[Result]]"


def next_time(schedule: Schedule, moment: datetime) -> datetime | None:
    """The first time after a moment, without jitter; None where there is no schedule."""
    if schedule.cron is None:
        return None
    after = moment.astimezone(UTC) + timedelta(microseconds=1)
    return cron.next_time(schedule.cron, zone_of(schedule.timezone), after)


def due(schedule: Schedule, last: Health, now: datetime) -> datetime:
    """When the next run is to begin: now, where one was missed, was stopped, or there never was one."""
    if last.started_at is None or last.running or last.outcome is RunOutcome.STOPPED:
        return now
    return max(next_time(schedule, min(last.started_at, now)) or now, now)


def once(config: Config, runner: Runner, say: Say, *, forced: bool) -> Result | None:
    """One run, where one is due or `forced`; None where not. SIGINT and SIGTERM stop it."""
    now = datetime.now(UTC)
    if not forced and (first := due(scheduled(config), health.read(config.schedule.health_file), now)) > now:
        say(f"no run is due before {_shown(first)}")
        return None
    with _ending() as ends, ThreadPoolExecutor(1) as worker:
        future = worker.submit(_attend, config, runner, say)
        future.add_done_callback(ends.put)
        if ends.get() is not future:
            runner.stop()
        return future.result()


def keep(config: Config, runner: Runner, say: Say) -> None:
    """Runs at the times of repos.toml until SIGINT or SIGTERM."""
    from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MAX_INSTANCES  # only the scheduler needs it
    from apscheduler.schedulers.background import BackgroundScheduler

    from catalog.schedule.trigger import CronTrigger

    schedule, file = scheduled(config), config.schedule.health_file
    assert schedule.cron is not None
    logging.getLogger("apscheduler").setLevel(logging.CRITICAL)  # the listeners report the events
    scheduler = BackgroundScheduler(timezone=UTC)
    first = due(schedule, last := health.read(file), now := datetime.now(UTC))
    health.write(file, replace(last, running=False, next_run_at=first))
    trigger = CronTrigger(schedule.cron, zone_of(schedule.timezone), schedule.jitter)
    at_once = {"next_run_time": now} if first <= now else {}
    scheduler.add_job(
        _attend, trigger, (config, runner, say), coalesce=True, max_instances=1, misfire_grace_time=None, **at_once
    )
    with _ending() as ends:
        scheduler.add_listener(lambda event: ends.put(event.exception), EVENT_JOB_ERROR)
        scheduler.add_listener(
            lambda _: say("skipped a run: the previous one is still running"), EVENT_JOB_MAX_INSTANCES
        )
        say(f"next run {_shown(first.astimezone(zone_of(schedule.timezone)))}")
        scheduler.start()
        try:
            end = _first(ends, scheduler.wakeup)
        finally:
            runner.stop()
            scheduler.shutdown()
    if isinstance(end, BaseException):
        raise end


def scheduled(config: Config) -> Schedule:
    """The schedule of a repos.toml that has one; ConfigError where it has none."""
    if config.schedule.cron is None:
        raise ConfigError(f"{config.file}: [crawl]: schedule is missing, expected {EXAMPLE}")
    return config.schedule


def _attend(config: Config, runner: Runner, say: Say) -> Result:
    """One run, with its beginning and its end in the health file."""
    schedule, started = config.schedule, datetime.now(UTC)
    last = health.read(schedule.health_file)
    running = replace(last, running=True, started_at=started, next_run_at=next_time(schedule, started))
    health.write(schedule.health_file, running)
    result = runner.run()
    ended = datetime.now(UTC)
    now = Health(
        started_at=started,
        ended_at=ended,
        outcome=result.outcome,
        message=result.message,
        succeeded_at=ended if result.outcome in _BUILT else last.succeeded_at,
        next_run_at=next_time(schedule, ended),
    )
    health.write(schedule.health_file, now)
    following = now.next_run_at if result.outcome is not RunOutcome.STOPPED else None
    say(f"run finished: {result.message or 'no problems'}" + (f"; next run {_shown(following)}" if following else ""))
    return result


@contextmanager
def _ending() -> Iterator[_Ends]:
    """A queue that gets the number of each signal to end. Only such a queue may be touched while a signal is handled."""
    ends: _Ends = SimpleQueue()
    # A process in the background of a script ignores Ctrl-C, which is for the foreground; this is kept.
    numbers = [n for n in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(n) is not signal.SIG_IGN]
    before = [signal.signal(number, lambda number, _: ends.put(number)) for number in numbers]
    try:
        yield ends
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def _first(ends: _Ends, wake: Callable[[], None]) -> int | BaseException | Future[Result]:
    """Waits for the end, and wakes the scheduler now and then, so that it reads the clock again."""
    glances = 0
    while True:
        try:
            return ends.get(timeout=_GLANCE)
        except Empty:
            glances += 1
            if glances % _AWAKE == 0:
                wake()


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M %Z}"
