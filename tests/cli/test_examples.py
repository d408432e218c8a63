"""The examples in the help of each command, run one after another by a shell in a copy of the demo."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from catalog.cli.app import app
from catalog.cli.reference import examples

FEWEST = 2
# Exit codes that are not 0: the demo has a repository that is gone, and is on no forge.
EXPECTED: dict[str, int] = {
    "catalog crawl": 5,
    "catalog schedule --once": 5,
    "catalog status --check": 5,
    "catalog open churn#prod": 3,
    "catalog serve --port 0": 124,
    "catalog serve --port 0 --base-path /models/": 124,
    "catalog open churn@v3.1.0 --print": 3,
}
# What is run before, in the folder of the examples.
BEFORE = {
    "identify": "catalog get churn#prod -o model.pkl",
    "build": "catalog crawl --shard 1/1 --no-build; true",
    "schedule": "sed -i 's/^# schedule/schedule/' repos.toml",
}
CHECKOUT = "annotate"  # it needs a checkout of the repository
EMPTY = ("init", "add", "demo")  # these begin in an empty folder
SECONDS = 120
ENDLESS = {"serve": "timeout --signal=INT 3 "}  # what is written before the examples of a command that does not end


def commands(path: tuple[str, ...] = (), command=None) -> Iterator[tuple[str, list[str]]]:
    """Each command that does something, with the examples of its help."""
    command = command or get_command(app())
    if not hasattr(command, "commands"):
        paragraphs = [" ".join(part.split()) for part in (command.help or "").split("\n\n")]
        yield " ".join(path), [line for paragraph in paragraphs for line in examples(paragraph)]
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands((*path, name), inner)


ALL = dict(commands())


@pytest.mark.parametrize("command", ALL)
def test_each_command_has_two_examples(command):
    assert len(ALL[command]) >= FEWEST, ALL[command]


@pytest.mark.slow
@pytest.mark.parametrize("command", ALL)
def test_examples_run_as_they_stand(demo_folder, tmp_path, command):
    folder = prepared(demo_folder, tmp_path, command)
    codes = {}
    for line in ALL[command]:
        done = subprocess.run(
            ["bash", "-c", ENDLESS.get(command, "") + line],
            cwd=folder,
            env=environment(tmp_path),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        codes[line] = (done.returncode, done.stderr if done.returncode != EXPECTED.get(line, 0) else "")
    assert codes == {line: (EXPECTED.get(line, 0), "") for line in ALL[command]}


def test_no_exception_is_left_of_an_example_that_is_gone():
    assert set(EXPECTED) <= {line for lines in ALL.values() for line in lines}


def prepared(demo: Path, folder: Path, command: str) -> Path:
    """A folder in which the examples of a command mean something."""
    if command in EMPTY:
        if command == "add":
            (folder / "repos.toml").write_text("")
        return folder
    shutil.copytree(demo, folder / "demo")
    if before := BEFORE.get(command):
        where = {"cwd": folder / "demo", "env": environment(folder), "timeout": SECONDS}
        subprocess.run(["bash", "-c", before], check=True, **where)
    if command == CHECKOUT:
        clone = ["git", "clone", "-q", str(folder / "demo/repos/risk/churn.git"), str(folder / "checkout")]
        subprocess.run(clone, check=True, timeout=SECONDS)
        return folder / "checkout"
    return folder / "demo"


def environment(folder: Path) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    ours = {
        "PATH": path,
        "BROWSER": "true",
        "GITHUB_REF_NAME": "churn@v3.4.0",
        "GITHUB_OUTPUT": str(folder / "outputs"),
    }
    if (folder / "checkout").exists():
        ours["CATALOG"] = str(folder / "demo/output/catalog.duckdb")
    return dict(os.environ) | ours
