"""A command whose memory is limited runs in a process of its own: what native code does to that one is named."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from catalog.cli.limited_memory import SIGNALLED

LACKS = "catalog: this machine has too little memory\n"
PROGRAM = (
    "import os, signal, sys; from catalog.cli.limited_memory import run_apart; sys.exit(run_apart(lambda: {command}))"
)


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        pytest.param("0", 0, "", id="all is well"),
        pytest.param("5", 5, "", id="an exit code of ours"),
        pytest.param("os.kill(os.getpid(), signal.SIGSEGV)", 1, LACKS, id="a segmentation fault"),
        pytest.param("os.abort()", 1, LACKS, id="an abort"),
        pytest.param("os._exit(127)", 1, LACKS, id="no memory for a thread"),
        pytest.param("os.kill(os.getpid(), signal.SIGKILL)", SIGNALLED + signal.SIGKILL, "", id="killed"),
        pytest.param(
            "os.kill(os.getppid(), signal.SIGTERM) or signal.pause()", SIGNALLED + signal.SIGTERM, "", id="a signal that is passed on"
        ),
    ],
)  # fmt: skip
def test_how_the_command_ended(command, code, said):
    done = subprocess.run([sys.executable, "-c", PROGRAM.format(command=command)], capture_output=True, text=True, check=False, timeout=30)  # fmt: skip
    assert (done.returncode, done.stderr) == (code, said)


@pytest.mark.parametrize(("limit", "limited"), [("", "False"), ("ulimit -v 4000000; ", "True")])
def test_whether_memory_is_limited(limit, limited):
    asked = "from catalog.cli.limited_memory import is_limited; print(is_limited())"
    done = subprocess.run(["sh", "-c", f'{limit}exec "$0" -c "$1"', sys.executable, asked], capture_output=True, text=True, check=True)  # fmt: skip
    assert done.stdout.strip() == limited
