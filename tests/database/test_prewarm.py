"""What prepares a build in a thread harms none: where it fails for want of memory, the build goes on by itself."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

PROGRAM = """
import sys, time
from pathlib import Path
from catalog.cli.catalog_and_site import build
from catalog.config.parse import load
from catalog.database import prewarm

class TooLittleMemory:
    is_over = False

    def find_spec(self, name, *_):
        if name == "catalog.database.last_build" and not self.is_over:
            self.is_over = True
            time.sleep(0.5)  # meanwhile, the build begins
            raise MemoryError

sys.meta_path.insert(0, TooLittleMemory())
config = load(Path(sys.argv[1]))
prewarm.begin(config)
time.sleep(0.1)
print(build(config, no_site=True, tell=lambda _: None).catalog)
"""


def test_a_build_goes_on_where_its_preparation_had_too_little_memory(tmp_path):
    file = tmp_path / "repos.toml"
    file.write_text("")
    done = subprocess.run([sys.executable, "-c", PROGRAM, file], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("True\n", "")
