"""The catalog of all others does not wait for slow repositories: it is published while these are still being read."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from catalog.cli import main
from catalog.crawl.crawl import crawl
from catalog.database import database
from catalog.database.build import build
from support.changes import base
from support.crawling import wish
from support.loopback import Request, serve


@pytest.fixture
def over():
    event = Event()
    yield event
    event.set()


@pytest.fixture
def site(tmp_path, over):
    """Three repositories; the server says nothing of `hangs` until it is over."""
    for name in ("a", "b", "hangs"):
        base().write(tmp_path / "git" / name)

    def rule(request: Request) -> None:
        if "hangs" in request.path:
            over.wait(60)

    with serve(tmp_path / "git", rule=rule) as address:
        try:
            yield address
        finally:
            over.set()  # the server waits for its answers


def urls(site):
    return {name: f"{site}/{name}" for name in ("a", "b", "hangs")}


def published(output: Path) -> list[tuple[str, str]]:
    with closing(database.connect(output / "catalog.duckdb")) as connection:
        return connection.execute("select repo, outcome from repos order by repo").fetchall()


@pytest.mark.slow
def test_who_waits_is_told_once_when_only_slow_repositories_are_left(tmp_path, site, over):
    told, read = [], []

    def only_slow_left(names):
        told.append((list(names), sorted(read)))
        over.set()

    report = crawl(
        wish(tmp_path, urls(site)), report=lambda visit, *_: read.append(visit.repo), only_slow_left=only_slow_left
    )
    assert (told, report.crawl.new) == ([(["hangs"], ["a", "b"])], 3)


@pytest.mark.slow
def test_nobody_is_told_where_nothing_was_read(tmp_path, site, over):
    config = wish(tmp_path, urls(site))
    over.set()
    crawl(config)
    over.clear()
    told = []

    def slow(names):
        told.extend(names)
        over.set()

    crawl(config, slow=slow, only_slow_left=lambda _: told.append("everybody else"))
    assert told == ["hangs"]


@pytest.mark.slow
def test_the_catalog_of_all_others_is_whole_while_a_slow_repository_is_read(tmp_path, site, over):
    config, found = wish(tmp_path, urls(site)), []

    def only_slow_left(_names):
        build(config, in_crawl=True)
        found.append(published(config.output))
        over.set()

    crawl(config, only_slow_left=only_slow_left)
    build(config)
    found.append(published(config.output))
    assert found == [
        [("a", "new"), ("b", "new"), ("hangs", "never")],
        [("a", "new"), ("b", "new"), ("hangs", "new")],
    ]


@pytest.mark.slow
def test_a_crawl_that_is_stopped_after_the_early_build_leaves_a_whole_catalog(tmp_path, site):
    config = wish(tmp_path, urls(site))

    def only_slow_left(_names):
        build(config, in_crawl=True)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crawl(config, only_slow_left=only_slow_left)
    with closing(database.connect(config.output / "catalog.duckdb")) as connection:
        row = connection.execute("select new, failed, outcome from crawls").fetchall()
    assert (published(config.output)[:2], row) == ([("a", "new"), ("b", "new")], [(2, 0, "cut_short")])


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("--no-build", "--publish-early")], ids=["crawl", "schedule"])
def test_the_command_publishes_and_then_waits(options, tmp_path, site, capsys):
    """The slow one ends at its limit; the report and the exit code are those of the whole crawl."""
    config = wish(tmp_path, urls(site))
    lines = ["[crawl]", "timeout = 4", "[schedule]", f"publish = ['touch', '{tmp_path / 'published'}']"]
    entries = [f"[[repo]]\nname = '{name}'\nurl = '{url}'" for name, url in urls(site).items()]
    (tmp_path / "repos.toml").write_text("\n".join([*lines, *entries]))
    began = monotonic()
    code = main(
        ["crawl", *options, "--no-site", "--report", str(tmp_path / "r.json"), "--config", str(tmp_path / "repos.toml")]
    )
    said = capsys.readouterr().err
    visits = json.loads((tmp_path / "r.json").read_text())["visits"]
    early = said.index("still reading 1 slow repository; the catalog of all others is built now")
    assert (code, {visit["repo"]: visit["outcome"] for visit in visits}, monotonic() - began > 4) == (
        5,
        {"a": "new", "b": "new", "hangs": "too_slow"},
        True,
    )
    assert early < said.index("too_slow hangs")
    assert (tmp_path / "published").exists() == bool(options)
    assert len(published(config.output)) == 3
