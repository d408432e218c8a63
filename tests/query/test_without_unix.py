"""Reading works without the modules that Windows lacks, in Python and from the command line: tried on this system with them out of reach."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from support.publishing import published_in
from support.small_catalog import small_catalog

UNIX = ("fcntl", "grp", "pty", "pwd", "readline", "resource", "termios", "tty")
FLAGS = "os.O_NONBLOCK, os.O_CLOEXEC, os.O_NOFOLLOW, os.fchmod"
HIDE = f"import os, sys, tempfile, shutil; sys.modules.update(dict.fromkeys({UNIX})); del {FLAGS}"  # the import of a None is an ImportError

PYTHON = """
import catalog
with catalog.open({path!r}) as c:
    churn = c.model("acme/churn:churn")
    print(len(c.artifacts()) > 0, churn.latest.name == c.show("acme/churn:churn").one()["latest"], len(c.search("churn")) > 0,
          len(c.at("now")) > 0, len(c.history("acme/churn:churn")) > 0, c.sql("select 42 as x").one())
"""
COMMANDS = [
    ["ls", "models"],
    ["show", "acme/churn:churn"],
    ["search", "churn"],
    ["history", "acme/churn:churn"],
    ["at", "now"],
    ["sql", "from versions"],
    ["queries", "behind"],
]


def run(code):
    done = subprocess.run([sys.executable, "-c", f"{HIDE}\n{code}"], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.slow
def test_python_answers():
    assert run(PYTHON.format(path=str(small_catalog()))) == (0, "True True True True True {'x': 42}\n", "")


@pytest.mark.slow
def test_python_answers_of_a_published_folder(tmp_path):
    published_in(tmp_path, small_catalog().read_bytes())
    assert run(PYTHON.format(path=str(tmp_path))) == (0, "True True True True True {'x': 42}\n", "")


@pytest.mark.slow
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_command_line_answers(words):
    arguments = [*words, "-o", "json", "--catalog", str(small_catalog())]
    code, out, _ = run(f"from catalog.cli import main; sys.exit(main({arguments!r}))")
    kind = dict if words[0] == "show" else list
    assert (code, type(json.loads(out))) == (0, kind)
