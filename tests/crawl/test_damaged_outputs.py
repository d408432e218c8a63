"""What can be made again makes itself again: any damage to any derived file is told, costs no other repository, and the next run mends it."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from catalog.config.parse import Config
from catalog.crawl.crawl import crawl
from catalog.database import database
from catalog.database.build import build
from catalog.naming import slug
from sites.build import build as build_site
from support.changes import base, register
from support.crawling import partition, visited, wish
from support.forging import Talk, config_of, forge, said
from support.harm import empty, flip

NAMES = ("churn", "vision")


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def zero(file: Path) -> None:
    file.write_bytes(bytes(file.stat().st_size))


def fold(file: Path) -> None:
    file.unlink()
    file.mkdir()
    (file / "mine").write_text("mine")


def forbid(file: Path) -> None:
    file.chmod(0)


def lead_nowhere(file: Path) -> None:
    file.unlink()
    file.symlink_to("/nowhere/at/all")


def pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


def lead_round(file: Path) -> None:
    file.unlink()
    file.symlink_to(file.name)


HARM: dict[str, Callable[[Path], None]] = {
    "cut short": cut,
    "a flipped bit": flip,
    "zeros": zero,
    "emptied": empty,
    "a folder in its place": fold,
    "a link that leads nowhere": lead_nowhere,
    "a link to itself": lead_round,
    "a pipe in its place": pipe,
    "unreadable": forbid,  # which root does not notice
}
# One of each kind of file that is derived: patterns below the output.
DERIVED = [
    "store/crawls/repos.json",
    f"store/rows/*{NAMES[0]}/*.rows",
    "store/sources/s.json",
    "store/sources/pushed.json",
    "store/observations/identities.json",
    "catalog.duckdb",
    ".catalog.duckdb.sum",
    "data/versions.parquet",
    "data/catalog.json",
    "data/.exports.json",
    "site/index.html",
    "site/.made.json",
    f"site/repos/*{NAMES[0]}.html",
    "site/feeds/*.xml",
]
CLOCKED = ("crawls", "crawl_times", "visits", "repos", "observations", "known_events", "sources", "time_skew")


@contextmanager
def forge_of_two(folder: Path) -> Iterator[Talk]:
    """A forge that lists two repositories."""
    for name in NAMES:
        base().write(folder / "git" / "acme" / f"{name}.git")
    with forge(folder / "git") as talk:
        long_ago = "2023-01-02T03:04:05Z"
        entries = [
            {"id": number, "clone_url": f"{talk.url}/acme/{name}.git", "fork": False, "pushed_at": long_ago}
            for number, name in enumerate(NAMES)
        ]
        talk.answer = lambda request: said(entries) if request.path.startswith("/api") else None
        yield talk


@pytest.fixture
def forged(tmp_path: Path) -> Iterator[Talk]:
    with forge_of_two(tmp_path) as talk:
        yield talk


@dataclass(frozen=True)
class Crawled:
    """A folder with the output of two runs, and what it holds."""

    config: Config
    facts: dict[str, list[tuple[object, ...]]]
    partitions: dict[str, bytes]


@pytest.fixture(scope="module")
def of_two_runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    folder = tmp_path_factory.mktemp("crawled")
    with forge_of_two(folder) as talk:
        config = config_of(
            folder, {"kind": "github", "org": "acme", "name": "s", "url": talk.url, "skip_unpushed": True}
        )
        run(config)
        run(config)
        of_two = Crawled(config, facts(config), partitions(config))
        config.output.rename(folder / "as it was")
        yield of_two


@pytest.fixture
def crawled(of_two_runs: Crawled) -> Crawled:
    """The same with its output as it was after the two runs."""
    output = of_two_runs.config.output
    shutil.rmtree(output, ignore_errors=True)
    shutil.copytree(output.with_name("as it was"), output)
    return of_two_runs


def run(config: Config) -> None:
    """What a nightly run does."""
    assert crawl(config, debug=True).failed == 0
    build(config)
    build_site(config.output / "catalog.duckdb", config.output / "site", title="Models")


def facts(config: Config) -> dict[str, list[tuple[object, ...]]]:
    with closing(database.connect(config.output / "catalog.duckdb")) as connection:
        names = [name for name, *_ in connection.execute("from relations()").fetchall() if name not in CLOCKED]
        return {name: connection.execute(f'from "{name}" order by all').fetchall() for name in names}


def derived(config: Config, pattern: str) -> Path:
    return next(iter(sorted(config.output.glob(pattern))))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("patterns", "harm"),
    [
        *(pytest.param([pattern], flip, id=f"a flipped bit of {pattern}") for pattern in DERIVED),
        *(pytest.param(DERIVED, harm, id=f"all of them: {name}") for name, harm in HARM.items()),
    ],
)
def test_damaged_files_are_made_again(crawled, patterns, harm, caplog):
    """THREATS: damaged `repos.json`; power loss."""
    config = crawled.config
    files = [derived(config, pattern) for pattern in patterns]
    for file in files:
        harm(file)
    run(config)
    first = messages(caplog)
    run(config)
    assert [facts(config), partitions(config), [file.is_file() for file in files]] == [
        crawled.facts,
        crawled.partitions,
        [True] * len(files),
    ]
    assert (messages(caplog), [sentence for sentence in first if "delete" in sentence]) == ([], [])


def partitions(config: Config) -> dict[str, bytes]:
    folder = config.output / "store" / "rows"
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.glob("*/*.rows")}


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The warnings since the last call."""
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    caplog.clear()
    return told


@pytest.mark.one_in(5)
@pytest.mark.parametrize("moved", [pytest.param(False, id="refs as before"), pytest.param(True, id="refs that moved")])
@pytest.mark.parametrize("harm", HARM.values(), ids=HARM.keys())
def test_damaged_rows_are_read_again(tmp_path, harm, moved, caplog):
    world = base()
    config = wish(tmp_path, {"m": str(world.write(tmp_path / "m"))})
    visited(config)
    before = partition(config, "m")
    harm(config.output / "store" / "rows" / "m" / next(iter(before)))
    if moved:
        register(world, 9)
        world.write(tmp_path / "m")
    found = visited(config)["m"]
    told = [record.getMessage() for record in caplog.records]
    if harm is forbid:  # root reads it all the same
        assert found[0] in ("fresh", "changed")
        return
    assert found == ("changed", "refs_changed" if moved else "rows_missing")
    assert moved or partition(config, "m") == before
    assert "m: its rows in the store are lost or damaged, and are read again" in told


@pytest.mark.slow
def test_a_damaged_listing_loses_no_repository_while_the_forge_is_down(forged, tmp_path, caplog):
    config = config_of(tmp_path, {"kind": "github", "org": "acme", "name": "s", "url": forged.url})
    crawl(config, debug=True)
    crawl(config, debug=True)
    flip(config.output / "store" / "sources" / "s.json")
    forged.answer = lambda request: said({}, status=404) if request.path.startswith("/api") else None
    report = crawl(config, debug=True)
    assert ([visit.outcome for visit in report.visits], [*report.failures]) == (["fresh", "fresh"], ["s"])
    assert (
        len([record for record in caplog.records if "what the source listed before is used" in record.getMessage()])
        >= 1
    )


@pytest.mark.slow
def test_rows_of_a_source_whose_listings_are_lost_are_not_pruned(forged, tmp_path):
    config = config_of(tmp_path, {"kind": "github", "org": "acme", "name": "s", "url": forged.url})
    crawl(config, debug=True)
    for file in (config.output / "store" / "sources").glob("s.json*"):
        file.unlink()
    build(config)
    kept = {folder.name for folder in (config.output / "store" / "rows").iterdir()}
    assert kept == {slug(f"127.0.0.1/acme/{name}") for name in NAMES}
