"""kill -9 at many points of crawl and build: nothing that was finished is lost, and the next crawl makes up for the rest."""

from __future__ import annotations

import random
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from catalog.config.parse import Config, load
from catalog.crawl.crawl import crawl
from catalog.database import build_record, database
from catalog.database.build import build
from catalog.store.observations import Observations
from support.changes import base, delete_tag, move_tag, register
from support.killing import completed, killed
from support.worlds import World

pytestmark = pytest.mark.slow

REPOS, CHANGED = 8, 2
AT_FILES, AT_TIMES = 14, 10  # kills of each kind
CLOCKS = {
    "crawls",
    "crawl_times",
    "deleted_tags",
    "observations",
    "repos",
    "rewritten_tags",
    "time_skew",
    "known_events",
    "visits",
}

CLOCKED = {
    ".lock",
    "catalog.duckdb",
    ".catalog.duckdb.sum",
    build_record.FILE,
    "data/catalog.json",
    "data/.exports.json",
}

WORK = """
from catalog.config.parse import load
from catalog.crawl.crawl import crawl
from catalog.database.build import build

def work(folder):
    config = load(folder / "repos.toml")
    if not (folder / "crawled").exists():
        crawl(config)
    build(config)
"""


def make(folder: Path, *, crawled: bool) -> Path:
    """A folder with repos.toml and what a crawl and a build leave; since then some repositories have changed."""
    state = folder / "state"
    state.mkdir()
    worlds: list[World] = [base() for _ in range(REPOS)]
    urls = [world.write(folder / "git" / f"r{number}") for number, world in enumerate(worlds)]
    text = "".join(f"[[repo]]\nname = 'r{number}'\nurl = '{url}'\n" for number, url in enumerate(urls))
    (state / "repos.toml").write_text(text)
    if crawled:
        again(state)
    for number in range(CHANGED):
        for change in (register, move_tag, delete_tag):
            change(worlds[number], number + 5)
        worlds[number].write(folder / "git" / f"r{number}")
    return state


def again(folder: Path) -> Config:
    """A crawl and a build to their ends."""
    config = load(folder / "repos.toml")
    crawl(config, debug=True)
    build(config)
    return config


def facts(folder: Path) -> dict[str, list[tuple[object, ...]]] | None:
    """All rows of the catalog that no clock goes into; None where there is no catalog yet."""
    path = folder / "output" / "catalog.duckdb"
    if not path.is_file():
        return None
    with closing(database.connect(path)) as connection:
        names = [name for name, *_ in connection.execute("from relations()").fetchall() if name not in CLOCKS]
        return {name: connection.execute(f'from "{name}" order by all').fetchall() for name in names}


def files(folder: Path) -> dict[str, bytes | None]:
    """Every file that a crawl and a build leave; without its bytes where a clock goes in."""
    found = {}
    for file in sorted((folder / "output").rglob("*")):
        name = str(file.relative_to(folder / "output"))
        if file.is_file() and not name.startswith("store/crawls"):
            clocked = name in CLOCKED or "observations/" in name
            found[name] = None if clocked or file.stem in CLOCKS else file.read_bytes()
    return found


def remembered(folder: Path, *cells: str) -> set[tuple[object, ...]]:
    """Those cells of all that was observed."""
    observations = Observations(folder / "output" / "store" / "observations")
    memories = [observations.load(name) for name in observations.stamps()]
    return {(m.repo, *(getattr(row, cell) for cell in cells)) for m in memories for row in m.rows()}


@pytest.mark.parametrize("crawled", [True, False], ids=["some changed", "the first crawl"])
def test_a_kill_costs_time_and_nothing_else(tmp_path, crawled):
    state = make(tmp_path, crawled=crawled)
    whole, operations = completed(state, WORK)
    chance = random.Random(7)
    points: list[float] = [*sorted(chance.sample(range(1, operations + 1), AT_FILES))]
    points += [round(chance.uniform(0.01, 1.5), 3) for _ in range(AT_TIMES)]
    finished = (facts(state), facts(whole))
    known = remembered(state, "ref", "oid", "first_seen")
    complaints = []
    for folder in killed(state, WORK, points):
        if facts(folder) not in finished:
            complaints.append(f"{folder.name}: the catalog is neither as it was nor as it should become")
        if not known <= remembered(folder, "ref", "oid", "first_seen"):
            complaints.append(f"{folder.name}: something was forgotten")
        again(folder)
        if files(folder) != files(whole):
            complaints.append(f"{folder.name}: the next crawl ends in other bytes")
        if remembered(folder, "ref", "oid") != remembered(whole, "ref", "oid"):
            complaints.append(f"{folder.name}: the next crawl remembers other things")
    assert complaints == []


def everything(output: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows of the catalog, with those that clocks go into."""
    with closing(database.connect(output / "catalog.duckdb")) as connection:
        names = [name for name, *_ in connection.execute("from relations()").fetchall()]
        return {name: connection.execute(f'from "{name}" order by all').fetchall() for name in names}


def test_a_kill_while_only_the_times_of_a_crawl_are_written_costs_time_and_nothing_else(tmp_path):
    """At each of the file operations of a build in which nothing changed."""
    state = make(tmp_path, crawled=False)
    config = again(state)
    crawl(config, debug=True)
    (state / "crawled").touch()
    whole, operations = completed(state, WORK)
    shutil.copytree(state / "output" / "store", tmp_path / "anew" / "store")
    build(replace(config, output=tmp_path / "anew"))
    before, after = everything(config.output), everything(tmp_path / "anew")
    complaints = [] if everything(whole / "output") == after else ["it is not as from nothing"]
    for folder in killed(state, WORK, [*range(1, operations + 1)]):
        if everything(folder / "output") not in (before, after):
            complaints.append(f"{folder.name}: the catalog is neither as it was nor as it should become")
        build(load(folder / "repos.toml"))
        if everything(folder / "output") != after:
            complaints.append(f"{folder.name}: the next build gives something else")
        if files(folder) != files(whole):
            complaints.append(f"{folder.name}: the next build ends in other bytes")
    assert (complaints, before == after) == ([], False)
