"""Lines for copying: in every shell they are the words that they were made of, or there is none."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.shell_line import shell_line

SHELLS = {
    "bash": ["--norc", "-c"],
    "zsh": ["-f", "-c"],
    "fish": ["--no-config", "-c"],
    "pwsh": ["-NoProfile", "-Command"],
}
HOSTILE = (
    "$(touch owned)",
    "`touch owned`",
    "${HOME}",
    "a;touch owned",
    "a && touch owned",
    "a | touch owned",
    "> owned",
    "!!",
    "*",
    "~root",
    "=ls",
    "%self",
    "a{b,c}",
    "a,b",
    "#comment",
    "a b  c",
    "(touch owned)",
    "@args",
    "",
    "é漢",
)
REFUSED = (
    "it's",
    'say "so"',
    "back\\slash",
    "ends in \\",
    "line\nbreak",
    "\x1b[2J",
    "\u2019typographic\u2019",
    "\u202eturned",
    "tab\there",
)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        pytest.param(
            ["gto", "show", "churn", "--repo", "https://h/o/n.git"],
            "gto show churn --repo https://h/o/n.git",
            id="plain",
        ),
        pytest.param(["git", "show", "abc:models/g 1.bin"], "git show 'abc:models/g 1.bin'", id="a space"),
        pytest.param(["dvc", "get", "$(x)"], "dvc get '$(x)'", id="a substitution"),
        pytest.param(["catalog", "show", "=x"], "catalog show '=x'", id="what zsh would look up"),
        pytest.param(["catalog", "show", "@x"], "catalog show '@x'", id="what PowerShell would take for a variable"),
        pytest.param(["catalog", "show", ""], "catalog show ''", id="an empty word"),
    ],
)
def test_the_line_of_some_words(words, line):
    assert shell_line(words) == line


@pytest.mark.parametrize("word", [pytest.param(word, id=repr(word)) for word in REFUSED])
def test_what_shells_read_differently_has_no_line(word):
    assert shell_line(["dvc", "get", word]) is None


@pytest.mark.parametrize("shell", SHELLS)
def test_a_hostile_name_is_harmless_when_pasted(shell, tmp_path):
    assert echoed(shell, HOSTILE, tmp_path) == [*HOSTILE]
    assert [*tmp_path.iterdir()] == []


@pytest.mark.slow
@pytest.mark.law
@pytest.mark.parametrize("shell", SHELLS)
@given(st.lists(st.text(max_size=8).filter(lambda word: shell_line([word])), min_size=1, max_size=30))
def test_any_word_that_has_a_line_arrives_as_it_is(shell, tmp_path_factory, words):
    assert echoed(shell, words, tmp_path_factory.getbasetemp()) == words


def echoed(shell, words, folder):
    """What a program gets that is started by the line."""
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    line = shell_line([sys.executable, "-c", "import json, sys; print(json.dumps(sys.argv[1:]))", *words])
    assert line
    done = subprocess.run([program, *SHELLS[shell], line], cwd=folder, capture_output=True, check=True, timeout=30)
    return json.loads(done.stdout)
