"""kill -9 at each file that an incremental build of the site touches: the next build has the bytes of one from nothing."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
from pathlib import Path

import pytest

from sites.build import build
from support.site_worlds import NAMES, Fleet, assign, commit_and_register, pages, remove

pytestmark = pytest.mark.slow

CHURN, ADS, _, _ = NAMES
EVENTS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir")


def killed_build(database: Path, site: Path, point: int) -> bool:
    """Whether a build in a process of its own was killed at its file operation of this number, in the site."""
    child = os.fork()
    if child == 0:
        seen = 0

        def count(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal seen
            if event in EVENTS and str(arguments[0]).startswith(str(site)):
                seen += 1
                if seen == point:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        try:
            build(database, site, title="Models")
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def test_a_build_that_is_killed_anywhere_is_made_up_for(tmp_path):
    fleet, before, site = Fleet(tmp_path), tmp_path / "before", tmp_path / "site"
    fleet.build(before)
    chance = random.Random(1)
    assign(fleet, chance, CHURN)
    remove(fleet, chance, ADS)
    commit_and_register(fleet, chance, CHURN)
    database = fleet.write(tmp_path / "c.duckdb")
    build(database, tmp_path / "whole", title="Models")
    whole, point, wrong = pages(tmp_path / "whole"), 0, []
    is_killed = True
    while is_killed:
        point += 1
        shutil.rmtree(site, ignore_errors=True)
        shutil.copytree(before, site)
        is_killed = killed_build(database, site, point)
        build(database, site, title="Models")
        again = build(database, site, title="Models")
        if pages(site) != whole or again.made:
            wrong.append(point)
    assert (wrong, point > 50) == ([], True)
