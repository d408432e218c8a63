"""A connector that somebody else installed, an entry point of a distribution on the path: it does what a file tells it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from catalog.crawl import worker_process
from catalog.plugins.connector import installed
from support.changes import base

GRACE = 0.5  # seconds that a visit has to end by itself, which none of these deeds does; five otherwise
CONNECTOR = """
import ctypes
import os
import re
import time
from catalog.crawl import worker_process
from catalog.plugins.connector import Connector

worker_process.GRACE = GRACE  # in the processes of an executor, too

def read(revision):
    what = (revision.read("do") or b"").decode()
    if what == "spin":
        while True:
            pass
    if what == "hold":  # one call that lets no other thread go on
        re.fullmatch("(a|a)*b", "a" * 60)
    if what == "freeze":  # so does this, without a processor
        ctypes.PyDLL(None).sleep(3600)
    if what == "die":
        os.kill(os.getpid(), 9)
    if what == "sleep":
        time.sleep(3600)
    if what == "grow":
        kept = []
        while True:
            kept.append(bytearray(b"x" * (1 << 20)))
    return ()

speaker = Connector(name="hostile", version=1, wants_file=lambda path: path == "do", read_revision=read)
"""


@contextmanager
def installed_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Installs it for this process and those that it starts."""
    (folder / "hostile-1.dist-info").mkdir()
    (folder / "hostile-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: hostile\nVersion: 1\n")
    (folder / "hostile-1.dist-info" / "entry_points.txt").write_text(
        "[catalog.connectors]\nhostile = hostile:speaker\n"
    )
    (folder / "hostile.py").write_text(CONNECTOR.replace("= GRACE", f"= {GRACE}"))
    monkeypatch.setattr(worker_process, "GRACE", GRACE)
    monkeypatch.syspath_prepend(folder)
    installed.cache_clear()
    yield
    installed.cache_clear()


def fleet(folder: Path, *deeds: str) -> dict[str, str]:
    """Repositories by what they do; a deed that the connector does not know is harmless."""
    repos = {}
    for deed in deeds:
        world = base()
        world.commit({"do": deed})
        repos[deed] = str(world.write(folder / deed))
    return repos
