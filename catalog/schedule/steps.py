"""The steps of a run (crawl, build, publish), each in its own process.

Such a process can be stopped at any point (the store tolerates that), frees all of its memory, and reads repos.toml again.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import IO

from catalog.config.parse import Config
from catalog.errors import Exit
from catalog.schedule.health import RunOutcome

PUBLISH_SECONDS = 3600.0  # a command that hangs must not keep all later runs from beginning
GRACE = 10.0  # seconds that a process has to end by itself
_CATALOG = (sys.executable, "-P", "-m", "catalog")  # -P: nothing of the working directory is imported


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A command. After an exit code of `good` the next step follows; any other ends the run with `failure`."""

    name: str
    command: tuple[str, ...]
    good: tuple[int, ...] = (0,)
    failure: RunOutcome = RunOutcome.FAILED
    seconds: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """The outcome of a run, and its exit code."""

    outcome: RunOutcome
    code: int
    message: str | None = None


def steps(config: Config) -> tuple[Step, ...]:
    """What a run of this repos.toml is."""
    file = ("--config", str(config.file.absolute()))
    fixed = (
        Step(
            name="crawl",
            command=(*_CATALOG, "crawl", "--no-build", "--publish-early", "--wait", *file),
            good=(Exit.OK, Exit.ORIGIN),
        ),
        Step(name="build", command=(*_CATALOG, "build", "--wait", *file)),
    )
    return (*fixed, *_publish_steps(config))


def publish(config: Config) -> str | None:
    """Runs the command that publishes; what there is to complain of."""
    return Runner(_publish_steps(config), config.file.absolute().parent, config.output).run().message


def _publish_steps(config: Config) -> tuple[Step, ...]:
    publish = config.schedule.publish
    if publish is None:
        return ()
    command = ("/bin/sh", "-c", publish) if isinstance(publish, str) else publish
    return (Step(name="publish", command=command, failure=RunOutcome.PUBLISH_FAILED, seconds=PUBLISH_SECONDS),)


class Runner:
    """Does the steps, in the folder of repos.toml; `stop`, from any thread, ends them. What they print goes to the file `printed`, if given."""

    def __init__(self, todo: Sequence[Step], folder: Path, output: Path, printed: IO[bytes] | None = None) -> None:
        self._steps = todo
        self._folder = folder
        self._printed = printed
        self._environment = {**os.environ, "CATALOG_OUTPUT": str(output.absolute())}
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def run(self) -> Result:
        """One run, to its end."""
        result = Result(outcome=RunOutcome.OK, code=Exit.OK)
        for step in self._steps:
            code, complaint = self._do(step)
            if self._stopped:
                return Result(
                    outcome=RunOutcome.STOPPED, code=128 + signal.SIGTERM, message=f"stopped during {step.name}"
                )
            if complaint or code not in step.good:
                message = f"{step.name} {complaint or _ending(code)}"
                return Result(outcome=step.failure, code=code if code > 0 else Exit.STORE, message=message)
            if code:
                result = Result(
                    outcome=RunOutcome.SOME_FAILED, code=code, message="some repositories could not be read"
                )
        return result

    def stop(self) -> None:
        """Ends what runs, and lets nothing else begin."""
        with self._lock:
            self._stopped = True
            process = self._process
        if process is not None:
            _end(process)

    def _do(self, step: Step) -> tuple[int, str]:
        """The exit code of a step, and what else there is to complain of."""
        try:
            with self._lock:
                if self._stopped:
                    return 0, ""
                # In a session of its own: Ctrl-C reaches the scheduler alone, and the command's own processes end with it.
                self._process = process = subprocess.Popen(  # noqa: S603 - the owner of repos.toml says what to run
                    step.command,
                    cwd=self._folder,
                    env=self._environment,
                    stdin=subprocess.DEVNULL,
                    stdout=self._printed,
                    stderr=self._printed,
                    start_new_session=True,
                )
            return process.wait(step.seconds), ""
        except OSError as error:
            return 0, f"cannot be run: {error.strerror}: {error.filename!r}"
        except subprocess.TimeoutExpired:
            _end(process)
            return 0, f"did not end within {step.seconds:g} seconds"
        except (KeyboardInterrupt, SystemExit):  # it has a session of its own
            if self._process is not None:
                _end(self._process)
            raise
        finally:
            self._process = None


def _ending(code: int) -> str:
    return f"ended with exit code {code}" if code > 0 else f"was ended by signal {-code}"


def _end(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            with suppress(ProcessLookupError, subprocess.TimeoutExpired):  # it may end at this very moment
                os.killpg(process.pid, number)
                process.wait(GRACE)
