"""Faults of the machine under a whole command: one sentence, never "a bug", and the next run is whole."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from catalog.config.parse import parse
from catalog.schedule import health
from catalog.schedule.health import RunOutcome
from support.changes import base, register
from support.loopback import Answer, Request, serve

pytestmark = pytest.mark.slow

MANY = 3
# With so few repositories no process would be started; and no folder that Python knows for temporary files is tried.
COMMAND = """
import sys, tempfile
from catalog.crawl import crawl
crawl.MANY = 1
if sys.argv[1] == "nowhere":
    tempfile._candidate_tempdir_list = lambda: ["/nonexistent"]
from catalog.cli import main
sys.exit(main(sys.argv[2:]))
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Three repositories and a repos.toml."""
    with TemporaryDirectory() as name:
        root = Path(name)
        urls = [base().write(root / "git" / f"r{number}") for number in range(MANY)]
        entries = [f"[[repo]]\nname = 'r{number}'\nurl = '{url}'\n" for number, url in enumerate(urls)]
        (root / "repos.toml").write_text("[crawl]\nprocesses = 2\n" + "".join(entries))
        (root / "home").mkdir()
        yield root
        allow(root / "output")


def obey() -> None:
    """Before a command begins: root without the right to pass over permissions (capabilities(7), CAP_DAC_OVERRIDE)."""
    if os.getuid() == 0:
        ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)  # PR_CAPBSET_DROP


def allow(root: Path, mode: int = 0o755) -> None:
    for path in sorted([root, *root.rglob("*")], reverse=not mode & 0o200):
        if path.exists() and not path.is_file():
            path.chmod(mode)


def run(folder: Path, *words: str, where: str = "anywhere", **environ: str | None) -> subprocess.CompletedProcess[str]:
    known = {"PATH": os.environ["PATH"], "PYTHONPATH": ":".join(sys.path), "HOME": str(folder / "home"), **environ}
    return subprocess.run(
        [sys.executable, "-c", COMMAND, where, *words, "--config", str(folder / "repos.toml")],
        env={name: value for name, value in known.items() if value is not None},
        cwd=folder,
        preexec_fn=obey,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_crawl_is_whole(folder):
    done = run(folder, "crawl")
    assert (done.returncode, f"{MANY} new, 0 changed" in done.stderr) == (0, True)


@pytest.mark.parametrize("command", ["crawl", "build"])
def test_an_output_that_may_not_be_written(folder, command):
    first = run(folder, "crawl")
    (folder / "output" / ".catalog.built.json").unlink()  # else a build has nothing to write
    allow(folder / "output", 0o555)
    refused = run(folder, command)
    catalog = folder / "output" / "catalog.duckdb"
    shown = subprocess.run(
        [sys.executable, "-m", "catalog", "ls", "models", "--catalog", catalog],
        capture_output=True,
        text=True,
        check=False,
    )
    allow(folder / "output")
    again = run(folder, command)
    said = refused.stderr.splitlines()
    assert (first.returncode, refused.returncode, len(said), said[0].startswith("catalog: cannot ")) == (
        0,
        1,
        1,
        True,
    ), said
    assert (shown.returncode, again.returncode) == (0, 0)


HOMES = {"that is missing": "/nonexistent", "that may not be written": "/proc", "that is not stated": None}


@pytest.mark.parametrize("home", HOMES.values(), ids=HOMES.keys())
def test_a_home(folder, home):
    done = run(folder, "crawl", HOME=home)
    assert (done.returncode, "bug" in done.stderr) == (0, False), done.stderr


@pytest.mark.parametrize(
    ("where", "environ"),
    [
        pytest.param("anywhere", {"TMPDIR": "/nonexistent"}, id="that is missing"),
        pytest.param("anywhere", {"TMPDIR": "/proc"}, id="that may not be written"),
        pytest.param("nowhere", {}, id="that is nowhere"),
    ],
)
def test_a_folder_for_temporary_files(folder, where, environ):
    done = run(folder, "crawl", where=where, **environ)
    assert (done.returncode, f"{MANY} new, 0 changed" in done.stderr) == (0, True), done.stderr


def test_a_folder_for_temporary_files_that_holds_nothing(folder):
    (folder / "tmp").mkdir()
    (folder / "tmp").chmod(0o555)
    done = run(folder, "crawl", TMPDIR=str(folder / "tmp"))
    assert (done.returncode, "bug" in done.stderr) == (0, False), done.stderr


@pytest.mark.parametrize("moment", ["info/refs", "git-upload-pack"])
def test_an_output_that_is_removed_in_the_middle(tmp_path, moment):
    for number in range(MANY):
        base().write(tmp_path / "git" / f"r{number}")
    asked = 0

    def rule(request: Request) -> Answer | None:
        nonlocal asked
        asked += moment in request.path
        if asked == 2:
            shutil.rmtree(tmp_path / "output", ignore_errors=True)
        return None

    with serve(tmp_path / "git", rule=rule) as site:
        entries = [f"[[repo]]\nname = 'r{number}'\nurl = '{site}/r{number}'\n" for number in range(MANY)]
        (tmp_path / "repos.toml").write_text("[crawl]\njobs = 1\n" + "".join(entries))
        command = [sys.executable, "-m", "catalog", "crawl", "--config", tmp_path / "repos.toml"]
        first = subprocess.run(command, capture_output=True, text=True, check=False)
        asked = 9
        again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (first.returncode in (0, 1), "bug" in first.stderr) == (True, False), first.stderr
    assert (again.returncode, f"{MANY} repositories" in again.stderr) == (0, True), again.stderr


def test_a_scheduler_that_is_killed_in_a_run_makes_up_for_it(tmp_path):
    """Its crawl goes on and holds the output: the next run waits for it."""
    world = base()
    world.write(tmp_path / "git" / "m")
    slow = True

    def rule(_: Request) -> Answer | None:
        time.sleep(3 if slow else 0)
        return None

    with serve(tmp_path / "git", rule=rule) as site:
        text = f"[crawl]\nschedule = '0 3 * * *'\n[[repo]]\nname = 'm'\nurl = '{site}/m'\n"
        (tmp_path / "repos.toml").write_text(text)
        file = parse(text, tmp_path / "repos.toml").schedule.health_file
        command = [sys.executable, "-m", "catalog", "schedule", "--config", tmp_path / "repos.toml"]
        killed = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while not (tmp_path / "output" / "store" / "crawls").is_dir() and time.monotonic() < deadline:
            time.sleep(0.05)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        during, slow = health.read(file), False
        register(world, 9)
        world.write(tmp_path / "git" / "m")
        done = subprocess.run([*command, "--once"], capture_output=True, text=True, check=False)
    after = health.read(file)
    assert (during.running, done.returncode, after.running, after.outcome) == (True, 0, False, RunOutcome.OK), (
        done.stderr
    )
