"""What prepares a build in a thread harms none: where it fails for want of memory, the build goes on by itself."""

from __future__ import annotations

import subprocess
import sys
from threading import Thread

import pytest

from catalog.cli.crawling import EarlyBuild, run_crawl
from catalog.database import prewarm
from support.changes import base
from support.crawling import wish

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
PREPARED = """
import sys
from pathlib import Path
from catalog.config.parse import load
from catalog.database import prewarm
prewarm.begin(load(Path(sys.argv[1])), exports={exports})
prewarm.wait()
print(*(f"catalog.database.{{name}}" in sys.modules for name in ("build", "export")))
"""


@pytest.mark.parametrize("exports", [True, False])
def test_what_exports_need_is_prepared_where_something_changed(tmp_path, exports):
    file = tmp_path / "repos.toml"
    file.write_text("")
    program = PREPARED.format(exports=exports)
    done = subprocess.run([sys.executable, "-c", program, file], capture_output=True, text=True, check=True)
    assert done.stdout == f"True {exports}\n"


def test_a_crawl_goes_on_where_no_thread_can_be_started_to_prepare_the_build(monkeypatch, tmp_path):
    class NoThread(Thread):
        def start(self):
            raise RuntimeError("can't start new thread")

    monkeypatch.setattr(prewarm, "Thread", NoThread)
    config = wish(tmp_path, {"m": str(base().write(tmp_path / "git"))})
    early = EarlyBuild(config=config, no_site=True, publish=False)
    assert run_crawl(config, (), early, wait=False, debug=True).crawl.new == 1
    prewarm.wait()  # for nothing


def test_a_build_goes_on_where_its_preparation_had_too_little_memory(tmp_path):
    file = tmp_path / "repos.toml"
    file.write_text("")
    done = subprocess.run([sys.executable, "-c", PROGRAM, file], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("True\n", "")
