"""A disk that takes no more: one sentence, nothing lost, and the next run makes up for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from catalog.store.observations import Observations
from support.changes import base

# No file may grow beyond so many bytes. The kernel's signal is ignored by Python, and writing fails.
LIMITED = """
import resource, sys
from catalog.cli import main
if int(sys.argv[1]) >= 0:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.exit(main(sys.argv[2:]))
"""


def run(folder, most):
    command = [sys.executable, "-c", LIMITED, str(most), "crawl", "--no-site", "--config", folder / "repos.toml"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize("most", [0, 10, 300, 600, 1000, 2000, 5000, 100_000])
def test_a_disk_that_is_full(tmp_path, most):
    text = "".join(f"[[repo]]\nname = 'r{n}'\nurl = '{base().write(tmp_path / f'r{n}')}'\n" for n in range(3))
    (tmp_path / "repos.toml").write_text(text)
    full = run(tmp_path, most)
    said = full.stderr.splitlines()[-1]
    again = run(tmp_path, -1)
    journals = Observations(tmp_path / "output" / "store" / "observations")
    seen = {name: len(list(journals.load(name).rows())) for name in journals.stamps()}
    assert (full.returncode, said.startswith("catalog: cannot "), "bug" in said, again.returncode, seen) == (
        1,
        True,
        False,
        0,
        {f"r{n}.jsonl": 4 for n in range(3)},
    )
