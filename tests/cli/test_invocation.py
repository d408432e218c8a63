"""What the command calls itself where it prints a command line."""

from __future__ import annotations

import subprocess
import sys

import pytest

from catalog.cli.invocation import command

ARGUMENTS = ("show", "--catalog", "my demo/catalog.duckdb")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with a virtual environment whose `catalog` prints its arguments, and that was started."""
    scripts = tmp_path / "here" / ".venv" / "bin"
    scripts.mkdir(parents=True)
    script = scripts / "catalog"
    script.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    script.chmod(0o755)
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(sys, "argv", [str(script)])
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    return tmp_path / "here"


def printed(line):
    return subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True).stdout.splitlines()


def test_a_command_on_path_is_called_by_its_name(folder, monkeypatch):
    monkeypatch.setenv("PATH", f"{folder}/.venv/bin:/usr/bin:/bin")
    assert (command(*ARGUMENTS), printed(command(*ARGUMENTS))) == (
        "catalog show --catalog 'my demo/catalog.duckdb'",
        list(ARGUMENTS),
    )


@pytest.mark.usefixtures("folder")
def test_one_that_is_not_is_called_by_its_path_from_here():
    assert (command(*ARGUMENTS), printed(command(*ARGUMENTS))) == (
        ".venv/bin/catalog show --catalog 'my demo/catalog.duckdb'",
        list(ARGUMENTS),
    )


def test_one_elsewhere_by_its_whole_path(folder, monkeypatch):
    (folder / "below").mkdir()
    monkeypatch.chdir(folder / "below")
    assert printed(command(*ARGUMENTS)) == list(ARGUMENTS)


def test_another_program_of_that_name_on_path_is_not_called(folder, monkeypatch):
    (folder / "other").mkdir()
    other = folder / "other" / "catalog"
    other.write_text("#!/bin/sh\necho other\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}/other:/usr/bin:/bin")
    assert printed(command(*ARGUMENTS)) == list(ARGUMENTS)


def test_without_a_script_it_is_a_module_of_this_python(folder, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["catalog/__main__.py"])
    monkeypatch.setattr(sys, "executable", str(folder / "python"))
    assert command("show") == "python -m catalog show"
