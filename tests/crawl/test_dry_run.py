"""A dry run: the steps of the crawl that would begin now, without a request to a repository, and without a file."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import pytest

from catalog.config.parse import parse
from catalog.crawl.crawl import crawl
from catalog.crawl.dry_run import REFS, PlannedStep, dry_run
from catalog.store.files import write
from support.changes import base, register
from support.crawling import talking, visited, wish
from support.forging import config_of, forge, said

LONG_AGO = "2023-01-02T03:04:05Z"


def steps(config, *only):
    return [(step.repo, step.action, step.why) for step in dry_run(config, only=only).steps]


def stats(folder):
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}


@pytest.fixture
def config(tmp_path):
    """Two repositories, one of which was crawled."""
    for name in "ab":
        base().write(tmp_path / f"{name}.git")
    config = wish(tmp_path, {name: str(tmp_path / f"{name}.git") for name in "ab"})
    crawl(config, only=["a"], debug=True)
    return config


def test_why_each_is_visited(config):
    assert steps(config) == [("a", "visit", REFS), ("b", "visit", "it was never read")]


def test_those_that_are_named(config):
    assert steps(config, "b") == [("b", "visit", "it was never read")]


def test_nothing_is_written_and_no_repository_is_contacted(tmp_path):
    base().write(tmp_path / "git" / "a.git")
    with talking(tmp_path / "git") as (site, talk):
        config = wish(tmp_path, {"a": f"{site}/a.git"})
        crawl(config, debug=True)
        talk.clear()
        before = stats(tmp_path)
        assert (steps(config), list(talk), stats(tmp_path)) == ([("a", "visit", REFS)], [], before)


def test_a_first_crawl_makes_no_folder(tmp_path):
    config = wish(tmp_path, {"a": "/nowhere"})
    assert (steps(config), config.output.exists()) == ([("a", "visit", "it was never read")], False)


def test_rows_that_are_missing(config):
    shutil.rmtree(config.output / "store" / "rows")
    assert steps(config, "a") == [("a", "visit", "its rows are missing")]


def test_what_a_crawl_withholds_otherwise_is_read_again(config):
    changed = replace(config, privacy=replace(config.privacy, secrets="show"))
    assert steps(changed, "a") == [("a", "visit", "connectors or [privacy] changed: all of it is read again")]


def test_a_repository_that_failed(config, tmp_path):
    shutil.rmtree(tmp_path / "a.git")
    crawl(config, only=["a"])
    assert steps(config, "a") == [("a", "visit", "the last visit ended as gone")]


def test_what_is_renamed_and_removed_is_said_before_it_is_done(config, tmp_path):
    crawl(config, debug=True)
    text = f'[[repo]]\nurl = "{tmp_path}/a.git"\nname = "c"\naliases = ["a"]\n'
    assert steps(parse(text, tmp_path / "repos.toml")) == [
        ("c", "rename", "its name was a"),
        ("c", "visit", "to see whether its refs changed"),
        ("b", "remove", "repos.toml no longer includes it"),
    ]


@pytest.mark.usefixtures("config")
def test_rows_go_on_under_another_name(tmp_path, caplog):
    text = f'[[repo]]\nurl = "{tmp_path}/a.git"\nname = "c"\naliases = ["a"]\n'
    done = crawl(parse(text, tmp_path / "repos.toml"), debug=True)
    assert ([visit.outcome for visit in done.visits], caplog.messages) == (["fresh"], [])


def _entry(talk, name, number, pushed=LONG_AGO):
    facts = {"archived": False, "fork": False, "visibility": "public", "topics": [], "created_at": LONG_AGO}
    return {"id": number, "clone_url": f"{talk.url}/acme/{name}.git", "pushed_at": pushed} | facts


@pytest.mark.slow
def test_a_crawl_does_what_the_dry_run_said(tmp_path):
    """A forge lists one that was pushed to, one that was not, one that is new; one is renamed and one is gone."""
    git = tmp_path / "git" / "acme"
    for name in ("pushed", "quiet", "old", "left"):
        base().write(git / f"{name}.git")
    with forge(tmp_path / "git") as talk:
        talk.answer = lambda request: said(talk.entries) if request.path.startswith("/api") else None
        talk.entries = [_entry(talk, name, number) for number, name in enumerate(("pushed", "quiet", "old", "left"))]
        source = {"kind": "github", "org": "acme", "name": "s", "url": talk.url, "skip_unpushed": True}
        config = config_of(tmp_path, source)
        crawl(config, debug=True)
        (git / "old.git").rename(git / "new.git")
        world = base()
        register(world, 3)
        shutil.rmtree(git / "pushed.git")
        world.write(git / "pushed.git")
        talk.entries = [
            _entry(talk, "pushed", 0, "2024-01-02T03:04:05Z"),
            _entry(talk, "quiet", 1),
            _entry(talk, "new", 2),
        ]
        before = stats(tmp_path / "output")
        planned = dry_run(config)
        assert stats(tmp_path / "output") == before
        done = visited(config)
    actions = {}
    for step in planned.steps:
        actions.setdefault(step.action, []).append(step.repo.rpartition("/")[2])
    assert actions == {"rename": ["new"], "visit": ["new", "pushed"], "skip": ["quiet"], "leave": ["left"]}
    assert sorted(done) == sorted(step.repo for step in planned.steps if step.action == "visit")


def test_a_source_that_fails_is_named(tmp_path, run_here):
    text = '[[source]]\nkind = "github"\norg = "acme"\nname = "s"\nurl = "http://127.0.0.1:9"\n'
    write(tmp_path / "repos.toml", text)
    code, out = run_here("crawl", "--dry-run", "-o", "json")
    assert (code, json.loads(out), (tmp_path / "output").exists()) == (5, [], False)


@pytest.fixture
def run_here(tmp_path, monkeypatch, capsys):
    from catalog.cli import main

    monkeypatch.chdir(tmp_path)
    return lambda *words: (main(list(words)), capsys.readouterr().out)


def test_the_steps_are_a_list_for_programs(config, tmp_path, run_here):
    repos = "".join(f'[[repo]]\nurl = "{repo.url}"\nname = "{repo.name}"\n' for repo in config.repos)
    write(tmp_path / "repos.toml", repos)
    code, out = run_here("crawl", "--dry-run", "a", "-o", "json")
    assert (code, json.loads(out)) == (0, [{"repo": "a", "action": "visit", "why": REFS}])
    assert PlannedStep(**json.loads(out)[0]) == dry_run(config, only=["a"]).steps[0]
