"""Too little memory, and too few open files: named as that, nothing lost, and the next crawl makes up for it."""

from __future__ import annotations

import errno
import json
import subprocess
import sys

import pytest

from catalog.errors import shortage
from support.changes import base

LIMITED = """
import resource, sys
from catalog.cli import process
limit, most = getattr(resource, sys.argv[1]), int(sys.argv[2])
if most:
    resource.setrlimit(limit, (most, most))
del sys.argv[1:3]
process()
"""
REPOS = 6


def run(folder, limit, most):
    command = [sys.executable, "-c", LIMITED, limit, str(most), "crawl", "--no-site"]
    command += ["--report", folder / "report.json", "--config", folder / "repos.toml"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("limit", "most"),
    [
        *(pytest.param("RLIMIT_NOFILE", most, id=f"{most} open files") for most in (8, 12, 16, 20, 24, 32, 48)),
        *(pytest.param("RLIMIT_AS", most << 20, id=f"{most} MiB of memory") for most in (200, 400, 600, 900)),
    ],
)
def test_what_this_machine_lacks_is_no_bug(limit, most, tmp_path):
    """THREATS.md: of the machine."""
    text = "".join(f"[[repo]]\nname = 'r{n}'\nurl = '{base().write(tmp_path / f'r{n}')}'\n" for n in range(REPOS))
    (tmp_path / "repos.toml").write_text(text)
    lacking = run(tmp_path, limit, most)
    assert (lacking.returncode in (0, 1, 5), "bug" in lacking.stderr, "Traceback" in lacking.stderr) == (
        True,
        False,
        False,
    ), lacking.stderr
    again = run(tmp_path, limit, 0)
    visits = json.loads((tmp_path / "report.json").read_text())["visits"]
    assert (again.returncode, len(visits), {visit["outcome"] for visit in visits} <= {"new", "fresh", "changed"}) == (
        0,
        REPOS,
        True,
    )


def caused(error, cause):
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "says"),
    [
        pytest.param(MemoryError(), "too little memory", id="memory"),
        pytest.param(OSError(errno.ENOMEM, "x"), "too little memory", id="memory of the kernel"),
        pytest.param(
            ImportError("a.so: failed to map segment from shared object"), "too little memory", id="a library"
        ),
        pytest.param(OSError(errno.EMFILE, "x"), "too many files are open", id="files of the process"),
        pytest.param(
            ImportError("a.so: cannot open shared object file: Too many open files"),
            "too many files are open",
            id="files, for a library",
        ),
        pytest.param(ImportError("a.so: cannot open shared object file"), None, id="a library that is absent"),
        pytest.param(OSError(errno.ENFILE, "x"), "too many files are open", id="files of the machine"),
        pytest.param(RuntimeError("can't start new thread"), "no more threads", id="threads"),
        pytest.param(caused(KeyError("x"), MemoryError()), "too little memory", id="the cause of another error"),
        pytest.param(OSError(errno.ENOENT, "x"), None, id="a file that is absent"),
        pytest.param(RuntimeError("x"), None, id="a bug"),
        pytest.param(None, None, id="nothing"),
    ],
)
def test_what_is_a_shortage(error, says):
    found = shortage(error)
    assert found is None if says is None else says in (found or "")
