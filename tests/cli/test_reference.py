"""docs/cli.md is made from the commands, and has all of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.main import get_command

from catalog.cli.app import app
from catalog.cli.reference import cli_reference

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
GIVEN_BY_ALL = {"-h", "--help"}


def commands(path=(), command=None):
    """Every command and subcommand, by its words."""
    command = command or get_command(app())
    yield path
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands((*path, name), inner)


def section(path):
    """What the page says of a command."""
    heading = re.escape(" ".join(("catalog", *path)))
    found = re.search(rf"^#+ {heading}\n(.*?)(?=^##|\Z)", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return found[1] if found else ""


def options(text):
    return set(re.findall(r"(?<![\w-])--?[a-z][a-z-]*", text))


def test_the_reference_page_is_in_step():
    assert PAGE.read_text("utf-8") == cli_reference(), "run: python -m catalog.cli.reference docs/cli.md"


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_a_command_is_there_with_the_options_that_its_help_shows(run, monkeypatch, path):
    monkeypatch.setenv("COLUMNS", "300")
    code, out, _ = run(*path, "--help")
    table = re.findall(r"^\| `(-.*?)` \|", section(path), re.MULTILINE)
    shown = re.findall(r"^│ (?:\*  )? *((?:-[\w-]+ *)+)", out, re.MULTILINE)
    assert (code, options(" ".join(shown)) - GIVEN_BY_ALL) == (0, options(" ".join(table)))


def test_each_value_has_a_name_of_ours():
    values = re.findall(r"^\| `(.+?)` \|", cli_reference(), re.MULTILINE)
    assert [value for value in values if value.endswith("None")] == []


def test_no_help_has_words_that_the_terminal_takes_for_markup():
    """`publish` of a table in brackets was shown as `publish` of nothing."""
    rows = re.findall(r"^\| `-.*", cli_reference(), re.MULTILINE)
    assert [row for row in rows if re.search(r"\[[a-z]+\]", row.rpartition("|")[0].rpartition("|")[2])] == []


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_no_sentence_of_a_command_is_taken_for_markup(path):
    """`emails` in a table in brackets was shown as `emails` in nothing."""
    command = get_command(app())
    for name in path:
        command = command.commands[name]
    assert re.findall(r"(?<!\\)\[[a-z]+\]", command.help or "") == []
