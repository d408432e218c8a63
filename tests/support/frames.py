"""pandas and Polars in a folder of their own, which `.ci/run` fills: in the environment of the tests, NumPy would be in every process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FRAMES = ROOT / ".venv" / "frames"

needs_frames = pytest.mark.skipif(not FRAMES.is_dir(), reason="pandas and Polars are where .ci/run installs them")


def python_with_frames(folder: Path, code: str) -> str:
    """What Python prints that has both."""
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{FRAMES}", "XDG_CACHE_HOME": str(folder)}
    command = [sys.executable, "-P", "-c", code]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=True, timeout=100
    ).stdout
