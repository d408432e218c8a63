"""`catalog sql` without a query: on a terminal a shell, tried with a pseudo terminal; else the query is read from standard input."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
from contextlib import suppress
from time import monotonic

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from catalog.cli.sql_shell import Words, is_complete

WORDS = [("relation", "versions"), ("column", "version"), ("macro", "version_of("), ("column", "stages")]
PATIENCE = 20.0  # seconds for an answer
ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # of ECMA-48: what moves the cursor, and colours


class Shell:
    """A `catalog sql` on a pseudo terminal."""

    def __init__(self, database, home, **environment):
        pty = pytest.importorskip("pty")
        self.screen, inner = pty.openpty()
        variables = {"TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1", "NO_COLOR": "1", "COLUMNS": "100", "LINES": "24"}
        state = {"HOME": str(home), "XDG_STATE_HOME": str(home / "state")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "catalog", "sql", "--catalog", str(database)],
            **dict.fromkeys(("stdin", "stdout", "stderr"), inner),
            env=os.environ | variables | state | environment,
            start_new_session=True,
        )
        os.close(inner)
        self.said = ""

    def expect(self, pattern):
        """Reads until that is on the screen, and gives what was until then."""
        end = monotonic() + PATIENCE
        while not (match := re.search(pattern, self.said)):
            assert monotonic() < end, f"{pattern!r} did not come: {self.said!r}"
            if select.select([self.screen], [], [], 0.2)[0]:
                self.said = ESCAPES.sub("", self.said + os.read(self.screen, 65536).decode("utf-8", "replace"))
        shown, self.said = self.said[: match.end()], self.said[match.end() :]
        return shown

    def type(self, keys):
        os.write(self.screen, keys.encode())

    def end(self):
        """Leaves, and gives the exit code."""
        self.expect(r"catalog>")  # before, a key would not reach the shell
        end = monotonic() + PATIENCE
        self.type("\x04")
        with suppress(OSError):  # the terminal ends with the process
            while self.process.poll() is None and monotonic() < end:
                if select.select([self.screen], [], [], 0.2)[0]:
                    os.read(self.screen, 65536)
        return self.process.wait(PATIENCE)


@pytest.fixture
def shell(database, tmp_path):
    shells = []

    def start(**environment):
        shells.append(Shell(database, tmp_path, **environment))
        shells[-1].expect(r"catalog>")
        return shells[-1]

    yield start
    for each in shells:
        if each.process.poll() is None:
            each.process.kill()
            each.process.wait()
        os.close(each.screen)


@pytest.mark.slow
def test_a_query_of_several_lines_is_answered_at_its_semicolon(shell):
    here = shell()
    here.type("select 40 + 2 as answer,\r")
    here.expect(r"\.\.\.")
    here.type("'x;' as text;\r")
    here.expect(r"answer +text")
    here.expect(r"42 +x;")
    assert here.end() == 0


@pytest.mark.slow
def test_a_wrong_query_is_said_and_the_next_one_is_asked_for(shell):
    here = shell()
    here.type("from nowhere;\r")
    here.expect(r"catalog: .*nowhere")
    here.expect(r"catalog>")
    here.type("select 'still ' || 'here' as answer;\r")
    here.expect(r"\nstill here")
    assert here.end() == 0


@pytest.mark.slow
@pytest.mark.parametrize("word", ["help", ".tables"])
def test_who_asks_for_help_is_shown_how_the_shell_is_used(shell, word):
    here = shell()
    here.type(f"{word}\r")
    here.expect(r"lists tables and views")
    here.expect(r"catalog>")
    here.type("select 'still ' || 'here' as answer;\r")
    here.expect(r"\nstill here")
    assert here.end() == 0


@pytest.mark.slow
def test_tab_completes_names_of_the_catalog(shell):
    here = shell()
    here.type("select count(*) > 0 as held from current_assi\t")
    here.expect(r"gnments")
    here.type(";\r")
    here.expect(r"\n(true|yes)")
    assert here.end() == 0


@pytest.mark.slow
def test_what_was_asked_is_remembered_by_the_next_shell(shell, tmp_path):
    first = shell()
    first.type("select 6 * 7 as product;\r")
    first.expect(r"\n *42")
    assert first.end() == 0
    file = tmp_path / "state" / "catalog" / "sql_history"
    assert (file.stat().st_mode & 0o777, "select 6 * 7 as product;" in file.read_text("utf-8")) == (0o600, True)
    second = shell()
    second.type("\x1b[A\r")  # the key up
    second.expect(r"\n *42")
    assert second.end() == 0


@pytest.mark.slow
def test_a_long_answer_goes_to_the_pager_and_a_short_one_does_not(shell):
    here = shell(PAGER="sed s/^7$/seven/")
    here.type("select unnest(range(100)) as number;\r")
    here.expect(r"seven")
    here.type("select 7 as number;\r")
    here.expect(r"\n *7\r")
    assert here.end() == 0


@pytest.mark.slow
def test_control_c_takes_back_what_is_typed(shell):
    here = shell()
    here.type("select nonsense\r")
    here.expect(r"\.\.\.")
    here.type("\x03")
    here.expect(r"catalog>")
    here.type("select 'new' as answer;\r")
    here.expect(r"\nnew")
    assert here.end() == 0


@pytest.mark.slow
def test_without_a_terminal_the_query_is_read_from_standard_input(database):
    command = [sys.executable, "-m", "catalog", "sql", "-o", "csv", "--catalog", str(database)]
    done = subprocess.run(command, input="select 42 as answer", capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "answer\n42\n", "")


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        pytest.param("", True, id="nothing asks again"),
        pytest.param("exit", True, id="a word that leaves"),
        pytest.param("\\q", True, id="what leaves in psql"),
        pytest.param("help", True, id="a word that asks for help"),
        pytest.param("from versions", False, id="no semicolon"),
        pytest.param("from versions;  ", True, id="spaces behind the semicolon"),
        pytest.param("select 'a;", False, id="a semicolon in a text that goes on"),
        pytest.param('select "a;', False, id="a semicolon in a name that goes on"),
        pytest.param("select 'it''s';", True, id="a quotation mark in a text"),
    ],
)
def test_enter_sends_a_whole_query(text, complete):
    assert is_complete(text) is complete


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        pytest.param("from ver", ["versions", "version_of("], id="relations and macros after from"),
        pytest.param("from artifacts JOIN ver", ["versions", "version_of("], id="and after join, in any case"),
        pytest.param("select ver", ["versions", "version", "version_of("], id="columns elsewhere"),
        pytest.param("select v.sta", ["stages"], id="a column behind a point"),
        pytest.param("sel", ["select"], id="a keyword"),
        pytest.param("select ", [], id="nothing before something is begun"),
        pytest.param("from ", ["versions", "version_of("], id="all relations right after from"),
    ],
)
def test_what_tab_offers(text, offered):
    document = Document(text, len(text))
    assert [word.text for word in Words(WORDS).get_completions(document, CompleteEvent())] == offered
