"""What fails in a crawl harms no other repository, keeps the last good rows, and is said in one sentence."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from threading import Lock
from time import sleep
from typing import Any

import pytest

from catalog.config.parse import Config
from catalog.crawl.crawl import CrawlReport, crawl
from catalog.database import database
from catalog.database.build import build
from catalog.errors import NotFound, StoreError
from catalog.git.snapshot import RefListing
from catalog.store.journal import Journal
from catalog.store.lock import lock
from catalog.store.partitions import refs_digest
from support.changes import base, register
from support.crawling import partition, talking, visited, wish
from support.loopback import Answer, Request, evil, serve


def outcomes(report: CrawlReport) -> dict[str, tuple[str, str | None]]:
    return {visit.repo: (visit.outcome, visit.message) for visit in report.visits}


def test_a_bug_costs_one_repository_and_is_raised_only_with_debug(tmp_path, caplog, monkeypatch):
    good, bad = base(), base()
    tip = bad.commit({"boom": ""})

    def of_all_but_one(listing: RefListing, options: str) -> str:
        if listing.tip() == tip:
            raise RuntimeError("nobody thought of this")
        return refs_digest(listing, options)

    monkeypatch.setattr("catalog.crawl.visit.refs_digest", of_all_but_one)
    config = wish(tmp_path, {"good": str(good.write(tmp_path / "good")), "bad": str(bad.write(tmp_path / "bad"))})
    report = crawl(config)
    with pytest.raises(RuntimeError, match="nobody thought of this"):
        crawl(config, debug=True)
    assert (outcomes(report), [record.getMessage() for record in caplog.records]) == (
        {"bad": ("bug", "RuntimeError: nobody thought of this"), "good": ("new", None)},
        ["bad: this is a bug in catalog"],
    )


def test_a_repository_that_lists_nothing_where_there_was_something_is_down(tmp_path):
    base().write(tmp_path / "git" / "m")
    with serve(tmp_path / "git") as site:
        config = wish(tmp_path, {"m": f"{site}/m"})
        visited(config)
        (tmp_path / "git" / "m" / "packed-refs").write_text("")
        found = outcomes(crawl(config))
    assert found == {"m": ("down", f"{site}/m lists no refs, where there were some before")}


def states(config: Config) -> list[dict[str, Any]]:
    build(config)
    with closing(database.connect(config.output / "catalog.duckdb")) as connection:
        cursor = connection.execute(
            "select repo, outcome, stale, read_at is not null as read, count(version) as versions "
            "from repos left join versions using (repo) group by all order by repo"
        )
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


FAILURES = [
    pytest.param(Answer(status=404), "gone", id="not found"),
    pytest.param(Answer(status=410), "gone", id="gone for good"),
    pytest.param(Answer(status=403), "refused", id="forbidden"),
    pytest.param(Answer(status=200, body=b"<html>log in</html>", headers={"Content-Type": "text/html"}), "refused", id="a page for people"),
    pytest.param(Answer(status=500), "down", id="broken"),
    pytest.param(Answer(status=200, headers={"Content-Type": "application/x-git-upload-pack-result"}), "refused", id="an empty answer"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "outcome"), FAILURES)
def test_what_a_server_can_do_wrong(tmp_path, answer, outcome):
    with talking(tmp_path, answer=answer) as (site, _):
        report = crawl(wish(tmp_path, {"m": f"{site}/m"}, "timeout = 5"), debug=True)
    assert [visit.outcome for visit in report.visits] == [outcome]


@pytest.mark.slow
def test_failures_of_all_kinds_harm_no_other_and_keep_the_last_good_rows(tmp_path):
    repositories = tmp_path / "git"
    for name in ("good", "gone", "big", "broken"):
        base().write(repositories / name)
    with serve(repositories) as site, evil(lambda connection: connection.close()) as nobody:
        urls = {name: f"{site}/{name}" for name in ("good", "gone", "big")}
        paths = {"broken": str(repositories / "broken"), "never": f"{nobody}/m"}
        before = wish(tmp_path, urls | paths, "idle_timeout = 2", "timeout = 5")
        crawl(before)
        first = states(before)
        for name in ("good", "big"):
            world = base()
            register(world, 9)
            world.write(repositories / name)
        (repositories / "gone").rename(tmp_path / "elsewhere")
        (repositories / "broken" / "HEAD").unlink()
        after = wish(tmp_path, urls | paths, "idle_timeout = 2", "timeout = 5")
        repos = tuple(
            replace(repo, options=replace(repo.options, max_bytes=100)) if repo.name == "big" else repo
            for repo in after.repos
        )
        crawl(replace(after, repos=repos))
        second = states(after)
    assert (first, second) == (
        [
            {"repo": "big", "outcome": "new", "stale": False, "read": True, "versions": 2},
            {"repo": "broken", "outcome": "new", "stale": False, "read": True, "versions": 2},
            {"repo": "gone", "outcome": "new", "stale": False, "read": True, "versions": 2},
            {"repo": "good", "outcome": "new", "stale": False, "read": True, "versions": 2},
            {"repo": "never", "outcome": "down", "stale": True, "read": False, "versions": 0},
        ],
        [
            {"repo": "big", "outcome": "too_big", "stale": True, "read": True, "versions": 2},
            {"repo": "broken", "outcome": "refused", "stale": True, "read": True, "versions": 2},
            {"repo": "gone", "outcome": "gone", "stale": True, "read": True, "versions": 2},
            {"repo": "good", "outcome": "changed", "stale": False, "read": True, "versions": 3},
            {"repo": "never", "outcome": "down", "stale": True, "read": False, "versions": 0},
        ],
    )


@pytest.mark.slow
def test_a_slow_server_is_not_asked_more_at_a_time_than_is_its_share(tmp_path):
    for number in range(3):
        base().write(tmp_path / "git" / f"r{number}")
    lock, now, most = Lock(), set(), []

    def rule(request: Request) -> None:
        with lock:
            now.add(request.path)
            most.append(len(now))
        sleep(0.3)
        with lock:
            now.discard(request.path)

    with serve(tmp_path / "git", rule=rule) as site:
        visited(wish(tmp_path, {f"r{number}": f"{site}/r{number}" for number in range(3)}, "jobs_per_host = 1"))
    assert max(most) == 1


def test_the_summary_counts_each_kind_of_visit(tmp_path):
    fresh, changed = base(), base()
    urls = {name: str(world.write(tmp_path / name)) for name, world in {"fresh": fresh, "changed": changed}.items()}
    visited(wish(tmp_path, urls))
    register(changed, 9)
    changed.write(tmp_path / "changed")
    base().write(tmp_path / "new")
    found = crawl(wish(tmp_path, urls | {"new": str(tmp_path / "new"), "gone": str(tmp_path / "gone")})).crawl
    assert (found.crawl, found.new, found.changed, found.fresh, found.failed) == (2, 1, 1, 1, 1)


def test_each_visit_is_reported_as_it_ends(tmp_path):
    config = wish(tmp_path, {name: str(base().write(tmp_path / name)) for name in ("a", "b", "c")})
    said: list[tuple[int, int]] = []
    report = crawl(config, report=lambda _visit, done, total: said.append((done, total)))
    assert (said, [visit.repo for visit in report.visits]) == ([(1, 3), (2, 3), (3, 3)], ["a", "b", "c"])


def test_only_some_repositories_are_visited(tmp_path):
    config = wish(tmp_path, {name: str(base().write(tmp_path / name)) for name in ("a", "b", "c")})
    assert visited(config, "b", "a") == {"a": ("new", "new"), "b": ("new", "new")}


def test_a_name_that_is_not_in_the_file_is_not_found(tmp_path):
    with pytest.raises(NotFound, match=r"repos\.toml has no repository named 'zz'; `catalog status` lists the names"):
        crawl(wish(tmp_path, {"a": "/a"}), only=["zz", "a"])


# The folder of the output.


def test_two_crawls_at_once_are_one_too_many(tmp_path):
    config = wish(tmp_path, {})
    script = (
        "import sys, pathlib, catalog.store.lock\n"
        "with catalog.store.lock.lock(pathlib.Path(sys.argv[1])):\n    print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(config.output)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(
            StoreError,
            match=rf"^{config.output} is in use by process {holder.pid} since .* UTC; try again later, or use --wait$",
        ):
            crawl(config)
        holder.communicate()
    assert visited(config) == {}


def test_a_lock_does_not_outlive_its_holder(tmp_path):
    with lock(tmp_path):
        pass
    with lock(tmp_path):
        assert (tmp_path / ".lock").read_text().startswith("process ")


def test_a_folder_in_the_place_of_the_lock_is_named(tmp_path):
    (tmp_path / "output" / ".lock").mkdir(parents=True)
    says = f"cannot lock {tmp_path}/output: {tmp_path}/output/.lock is a folder, expected a file; move it away"
    with pytest.raises(StoreError, match=f"^{re.escape(says)}$"):
        crawl(wish(tmp_path, {}))


def test_an_output_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "output").write_text("a file where a folder should be")
    with pytest.raises(StoreError, match=r"^cannot write to .*/output: File exists$"):
        crawl(wish(tmp_path, {}))


def test_rows_that_were_lost_are_read_again(tmp_path):
    config = wish(tmp_path, {"m": str(base().write(tmp_path / "m"))})
    visited(config)
    first = partition(config, "m")
    shutil.rmtree(config.output / "store" / "rows")
    assert (visited(config)["m"][0], partition(config, "m")) == ("changed", first)


def test_a_repository_that_lists_nothing_is_down_though_its_rows_are_lost(tmp_path):
    base().write(tmp_path / "git" / "m")
    with serve(tmp_path / "git") as site:
        config = wish(tmp_path, {"m": f"{site}/m"})
        visited(config)
        shutil.rmtree(config.output / "store" / "rows")
        (tmp_path / "git" / "m" / "packed-refs").write_text("")
        found = outcomes(crawl(config))
    assert found == {"m": ("down", f"{site}/m lists no refs, where there were some before")}


def test_a_journal_that_was_lost_costs_a_word_and_no_rows(tmp_path):
    config = wish(tmp_path, {"m": str(base().write(tmp_path / "m"))})
    visited(config)
    first = partition(config, "m")
    shutil.rmtree(Journal(config.output / "store" / "crawls").root)
    assert (visited(config)["m"][0], partition(config, "m")) == ("new", first)
