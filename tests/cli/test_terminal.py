"""What the command does on a terminal: tables that fit, colours, nothing that a stranger wrote obeyed, and Tab."""

from __future__ import annotations

import io
import sys
from collections import Counter

import pytest

from catalog.cli import main


class Terminal(io.StringIO):
    """Standard output that says it is a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def terminals(monkeypatch, database):
    """Runs the command where both streams are terminals of some width; gives what each shows."""

    def run(width, *arguments):
        streams = Terminal(), Terminal()
        monkeypatch.setattr(sys, "stdout", streams[0])
        monkeypatch.setattr(sys, "stderr", streams[1])
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setenv("NO_COLOR", "1")
        main([*arguments, "--catalog", str(database)])
        return tuple(stream.getvalue() for stream in streams)

    return run


@pytest.fixture
def terminal(monkeypatch, database):
    """Runs the command on a terminal of some width."""

    def run(width, *arguments):
        screen = Terminal()
        monkeypatch.setattr(sys, "stdout", screen)
        monkeypatch.setenv("COLUMNS", str(width))
        monkeypatch.setenv("TERM", "xterm")
        main([*arguments, "--catalog", str(database)])
        return screen.getvalue()

    return run


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ("ls", "versions"),
        ("show", "acme/churn:churn"),
        ("metrics", "acme/churn:churn", "--all-versions"),
        ("compare", "acme/churn:churn#prod", "acme/churn:churn", "mask#prod"),
        ("lineage", "acme/churn:churn#prod"),
        ("identify", "a" * 32),
        ("experiments",),
    ],
)
def test_tables_fit_the_terminal(terminal, monkeypatch, command):
    monkeypatch.setenv("NO_COLOR", "1")
    assert [line for line in terminal(45, *command).splitlines() if len(line) > 45] == []


@pytest.mark.slow
@pytest.mark.parametrize("width", [60, 80, 100])
@pytest.mark.parametrize(
    "command",
    [
        *(("ls", what) for what in ("models", "versions", "stages", "events", "repos", "experiments", "problems")),
        ("show", "acme/churn:churn"),
        ("show", "acme/churn:churn#prod"),
        ("history",),
        ("events",),
        ("diff",),
        ("search",),
        ("at", "now"),
        ("metrics", "acme/churn:churn", "--all-versions"),
        ("lineage", "acme/churn:churn#prod"),
        ("identify", "a" * 32),
    ],
    ids=" ".join,
)
def test_a_narrow_terminal_shows_all_that_a_wide_one_does(terminal, monkeypatch, capsys, width, command):
    monkeypatch.setenv("NO_COLOR", "1")
    shown = terminal(width, *command)
    narrow_notes = capsys.readouterr().err
    whole = terminal(10_000, *command)
    assert [line for line in shown.splitlines() if len(line) > width and not line.startswith(("url ", "get "))] == []
    assert (narrow_notes, shown.count("…")) == (capsys.readouterr().err, whole.count("…"))
    # The title of a column that is empty stands nowhere, where that column has no room.
    cells = whole if command[0] in ("show", "lineage") else whole.partition("\n")[2]
    assert _letters(cells) - _letters(shown) == Counter()


def _letters(text):
    """All but how a text is laid out. Titles of columns that stand below their rows are repeated."""
    return Counter(character for character in text if character.isalnum())


NOTES = [
    pytest.param(("ls", "models", "--deprecated"), id="brackets"),
    pytest.param(("at", "now", "--known-at", "2024-01-05"), id="where memory begins"),
    pytest.param(("diff", "0"), id="how many changes"),
    pytest.param(("events",), id="since when"),
    pytest.param(("search", "chrun", "-n", "1"), id="what was searched instead, and how many more"),
    pytest.param(("compare", "acme/churn:churn@v1.0.0", "acme/churn:churn@v2.0.0"), id="what a mark means"),
    pytest.param(("metrics", "acme/churn:churn#prod"), id="what could not be read"),
    pytest.param(("status",), id="how the last crawl ended"),
]


@pytest.mark.one_in(4)
@pytest.mark.parametrize("command", NOTES)
def test_notes_fit_the_terminal_and_say_all(terminals, command):
    _, notes = terminals(24, *command)
    _, whole = terminals(10_000, *command)
    assert (len(notes.splitlines()) > 1, [line for line in notes.splitlines() if len(line) > 24]) == (True, [])
    assert "".join(notes.split()) == "".join(whole.split())


@pytest.mark.slow
def test_notes_in_a_card_fit_the_terminal(terminals):
    shown, _ = terminals(24, "show", "acme/churn:churn#prod")
    assert "(eval/roc.json is in\nDVC's storage, not in\nGit)\n" in shown


def test_a_note_in_a_pipe_is_one_line(terminal, capsys):
    terminal(24, "ls", "models", "--deprecated")
    assert capsys.readouterr().err == "(in brackets: deprecated or deregistered)\n"


def test_what_has_no_room_in_a_card_stands_below_its_row(terminal, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert "    notes: latest" in terminal(60, "show", "mask").splitlines()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("width", "lines"),
    [
        pytest.param(
            200, ["metric   auc         0.91              0.93* (+0.02)"], id="beside each other where there is room"
        ),
        pytest.param(
            50,
            ["metric auc          v1.0.0   0.91", "                    v2.0.0   0.93* (+0.02)"],
            id="else below each other",
        ),
    ],
)
def test_a_comparison_shows_all_of_its_versions(terminal, monkeypatch, capsys, width, lines):
    monkeypatch.setenv("NO_COLOR", "1")
    shown = terminal(width, "compare", "acme/churn:churn@v1.0.0", "acme/churn:churn@v2.0.0").splitlines()
    (first,) = [place for place, line in enumerate(shown) if line.startswith("metric") and " auc " in line]
    assert (shown[first : first + len(lines)], "no room" in capsys.readouterr().err) == (lines, False)


def test_nothing_has_no_colour(terminal):
    assert [line for line in terminal(200, "ls", "versions").splitlines() if "\x1b[32m-" in line] == []


@pytest.mark.parametrize(
    ("variable", "coloured"),
    [("OTHER", True), ("NO_COLOR", False)],
    ids=["a terminal has colours", "unless NO_COLOR is set"],
)
def test_colours(terminal, monkeypatch, variable, coloured):
    monkeypatch.setenv(variable, "1")
    assert ("\x1b[" in terminal(80, "show", "mask")) is coloured


@pytest.mark.one_in(4)
@pytest.mark.parametrize("output", ["table", "csv", "tsv", "md", "json", "jsonl", "ids"])
def test_no_format_lets_a_stranger_act_on_the_terminal(terminal, monkeypatch, output):
    monkeypatch.setenv("NO_COLOR", "1")
    shown = terminal(200, "ls", "problems", "-o", output)
    assert [character for character in shown if character in "\x1b\u202e"] == []


def test_parquet_is_not_for_terminals(terminal, capsys):
    assert (terminal(80, "show", "-o", "parquet"), capsys.readouterr().err) == (
        "",
        "catalog: parquet is binary: send it to a file, as in `-o parquet > rows.parquet`\n",
    )


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        pytest.param("ma", ["mask"], id="artifacts by their short names"),
        pytest.param("git.example/evil", ["git.example/evil/x:evil"], id="and by their full ones"),
        pytest.param("mask@", ["mask@latest", "mask@v1.0.0", "mask@" + "4" * 40], id="versions"),
        pytest.param("mask#p", ["mask#prod"], id="stages"),
        pytest.param("nobody@", [], id="nothing where there is nothing"),
    ],
)
def test_completion_of_references(run, database, monkeypatch, typed, offered):
    monkeypatch.setenv("CATALOG_DATABASE", str(database))
    assert _complete(run, monkeypatch, f"catalog show {typed}") == "\n".join(offered)


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        pytest.param("catalog at now --stage s", "staging", id="stages"),
        pytest.param("catalog compare mask ma", "mask", id="references"),
        pytest.param("catalog experiments git.example/e", "git.example/evil/x", id="a repository without an option"),
        pytest.param("catalog ls repos --repo git.example/e", "git.example/evil/x", id="repositories"),
    ],
)
def test_completion_of_options(run, database, monkeypatch, line, offered):
    monkeypatch.setenv("CATALOG_DATABASE", str(database))
    assert _complete(run, monkeypatch, line) == offered


def test_completion_without_a_catalog_is_silent(run, monkeypatch):
    assert _complete(run, monkeypatch, "catalog show m") == ""


def _complete(run, monkeypatch, line):
    """What typer answers to fish, which asks in the plainest way."""
    monkeypatch.setenv("_CATALOG_COMPLETE", "complete_fish")
    monkeypatch.setenv("_TYPER_COMPLETE_ARGS", line)
    monkeypatch.setenv("_TYPER_COMPLETE_FISH_ACTION", "get-args")
    _, out, err = run()
    assert err == ""
    return out.strip()
