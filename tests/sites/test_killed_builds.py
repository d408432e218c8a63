"""kill -9 at each file that an incremental build of the site touches: no link leads nowhere, and the next build has the bytes of one from nothing."""

from __future__ import annotations

import random
import re
import shutil
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

from sites.build import build
from support.killing import completed, killed
from support.site_worlds import NAMES, Fleet, assign, commit_and_register, pages, remove

pytestmark = pytest.mark.slow

CHURN, ADS, _, _ = NAMES
WORK = """
from sites.build import build

def work(folder):
    build(folder / "c.duckdb", folder / "site", title="Models")
"""


LINK = re.compile(r'(?:href|src)="([^"#?:]+)[^":]*"')


def dead_links(site: Path) -> set[tuple[str, str]]:
    """The links that lead nowhere, on all pages to which the home page leads."""
    pages, todo, dead = {site / "index.html"}, [site / "index.html"], set()
    while todo:
        page = todo.pop()
        for link in LINK.findall(page.read_text("utf-8")):
            target = (page.parent / unquote(unescape(link))).resolve()
            if not target.is_file():
                dead.add((page.name, link))
            elif target.suffix == ".html" and target not in pages:
                pages.add(target)
                todo.append(target)
    return dead


def test_a_build_that_is_killed_anywhere_is_made_up_for(tmp_path):
    state = tmp_path / "state"
    fleet = Fleet(state)
    fleet.build(state / "site")
    chance = random.Random(1)
    assign(fleet, chance, CHURN)
    remove(fleet, chance, ADS)
    commit_and_register(fleet, chance, CHURN)
    fleet.write(state / "c.duckdb")
    whole, operations = completed(state, WORK, below="/site/")
    wrong = []
    for folder in killed(state, WORK, [*range(1, operations + 1, 2)], below="/site/"):
        assert not (folder / "done").exists()
        if dead := dead_links(folder / "site"):
            wrong.append((folder.name, dead))
        build(folder / "c.duckdb", folder / "site", title="Models")
        again = build(folder / "c.duckdb", folder / "site", title="Models")
        if pages(folder / "site") != pages(whole / "site") or again.rendered:
            wrong.append(folder.name)
        shutil.rmtree(folder)
    assert (wrong, operations > 50) == ([], True)
