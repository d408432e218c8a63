"""A crawl that is stopped: at once, and nothing that was finished is lost. And two crawls at a time."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from threading import Event

import pytest

from catalog.store.lock import lock
from support.loopback import Request, serve
from support.worlds import World

# Ctrl-C is ignored by whatever a shell begins in its background, and so perhaps by us and our children.
HANDLED = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
COMMAND = [sys.executable, "-c", HANDLED + "from catalog.cli import process; process()"]


@contextmanager
def hanging(folder):
    """A fleet of one repository that is read at once and one whose server never answers; what was asked is an event."""
    world = World()
    world.commit({"artifacts.yaml": "m:\n  path: m.pkl\n"})
    world.tag("m@v1.0.0")
    world.write(folder / "good")
    asked, over = Event(), Event()

    def rule(_: Request) -> None:
        asked.set()
        over.wait(60)

    with serve(folder, rule=rule) as site:
        config = folder / "repos.toml"
        config.write_text(
            f"[[repo]]\nname = 'good'\nurl = '{folder}/good'\n[[repo]]\nname = 'hangs'\nurl = '{site}/x'\n"
        )
        try:
            yield config, asked
        finally:
            over.set()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "code"), [pytest.param(signal.SIGINT, 130, id="Ctrl-C"), pytest.param(signal.SIGTERM, 143, id="SIGTERM")]
)
def test_a_crawl_that_is_stopped_keeps_what_was_finished(tmp_path, number, code):
    with hanging(tmp_path) as (config, asked):
        process = subprocess.Popen(
            [*COMMAND, "crawl", "--config", config], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        lines = [process.stderr.readline()]
        assert asked.wait(20)
        process.send_signal(number)
        lines += process.communicate(timeout=20)[1].splitlines(keepends=True)
        again = subprocess.run(
            [*COMMAND, "crawl", "good", "--no-build", "--config", config], capture_output=True, text=True, check=False
        )
    assert (process.returncode, lines, again.stderr.splitlines()[0]) == (
        code,
        ["new      good\n", "stopped after 1 repository; what was read is kept\n"],
        "fresh    good",
    )


@pytest.mark.slow
@pytest.mark.parametrize("command", ["crawl", "build"])
@pytest.mark.parametrize(
    ("number", "code"), [pytest.param(signal.SIGINT, 130, id="Ctrl-C"), pytest.param(signal.SIGTERM, 143, id="SIGTERM")]
)
def test_a_command_that_is_stopped_before_it_did_anything_says_so(tmp_path, number, code, command):
    os.mkfifo(tmp_path / "repos.toml")
    process = subprocess.Popen(
        [*COMMAND, command, "--config", tmp_path / "repos.toml"], stderr=subprocess.PIPE, text=True
    )
    with (tmp_path / "repos.toml").open("w"):  # once the command has it open
        process.send_signal(number)
        said = process.communicate(timeout=20)[1]
    assert (process.returncode, said) == (code, "catalog: stopped\n")


@pytest.mark.slow
def test_a_second_crawl_says_who_is_at_work(tmp_path):
    (tmp_path / "repos.toml").write_text("")
    with lock(tmp_path / "output"):
        done = subprocess.run(
            [*COMMAND, "crawl", "--config", tmp_path / "repos.toml"], capture_output=True, text=True, check=False
        )
    assert (done.returncode, "is in use by process" in done.stderr) == (1, True)


@pytest.mark.slow
def test_a_second_crawl_can_wait(tmp_path):
    (tmp_path / "repos.toml").write_text("")
    with lock(tmp_path / "output"):
        process = subprocess.Popen(
            [*COMMAND, "crawl", "--wait", "--no-build", "--config", tmp_path / "repos.toml"],
            stderr=subprocess.PIPE,
            text=True,
        )
        told = [process.stderr.readline() for _ in range(2)][-1]  # behind that there are no repositories
    done = process.communicate(timeout=20)[1]
    assert (
        process.returncode,
        told.partition("is in use by process ")[2].partition(" ")[0],
        done.splitlines()[-1].partition(" in ")[0],
    ) == (0, str(os.getpid()), "0 new, 0 changed, 0 fresh, 0 failed; 0 bytes")


@pytest.mark.slow
def test_a_crawl_that_waits_for_another_lets_that_build(tmp_path):
    """The lock is free between crawl and build, and whoever waits may get it first."""
    (tmp_path / "repos.toml").write_text("")
    crawls = [
        subprocess.Popen([*COMMAND, "crawl", "--wait", "--config", tmp_path / "repos.toml"], stderr=subprocess.DEVNULL)
        for _ in range(3)
    ]
    assert [process.wait(60) for process in crawls] == [0, 0, 0]


@pytest.mark.slow
def test_a_report_says_how_it_went(tmp_path):
    world = World()
    world.commit()
    world.write(tmp_path / "m")
    (tmp_path / "repos.toml").write_text(f"[[repo]]\nname = 'm'\nurl = '{tmp_path}/m'\n")
    done = subprocess.run(
        [*COMMAND, "crawl", "--no-build", "--report", "-", "--config", tmp_path / "repos.toml"],
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(done.stdout)
    assert (report["crawl"]["new"], [(visit["repo"], visit["outcome"]) for visit in report["visits"]]) == (
        1,
        [("m", "new")],
    )
