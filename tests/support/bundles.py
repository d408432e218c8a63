"""The bundles of public repositories, where that folder is there: tests that need them are skipped where it is not."""

from __future__ import annotations

import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from conftest import FLEET
from support.loopback import environment

BUNDLES = {str(bundle.relative_to(FLEET).with_suffix("")): bundle for bundle in FLEET.rglob("*.bundle")}
NAMES = sorted(BUNDLES)
NEEDED = pytest.mark.skipif(not BUNDLES, reason=f"no bundles of public repositories in {FLEET}")


def mirror(folder: Path) -> Path:
    """The bundles as bare repositories in a folder."""

    def clone(name: str) -> None:
        command = ["git", "clone", "--quiet", "--mirror", str(BUNDLES[name]), str(folder / name)]
        subprocess.run(command, env=environment({}), check=True, capture_output=True)

    with ThreadPoolExecutor(2) as workers:
        list(workers.map(clone, NAMES))
    return folder
