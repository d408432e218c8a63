"""A visit ends at its limits of time whatever the repository holds, also from disk, and no other repository waits for it."""

from __future__ import annotations

from time import monotonic

import pytest

from catalog.crawl.context import CrawlContext
from catalog.crawl.crawl import MEMORY_SHARE, CrawlRun, crawl
from catalog.discovery.inventory import Repository
from catalog.transport.origin import Pool
from support.changes import base
from support.crawling import wish
from support.worlds import World

MEMORY = 64 << 20


def tagged(folder, count):
    """A repository on disk with so many lightweight tags, each of a commit of its own."""
    world = base()
    tree = world.tree({"a": "1"})
    who = "Ann <ann@example.com> {} +0000"
    for number in range(count):
        text = f"tree {tree}\nauthor {who.format(number)}\ncommitter {who.format(number)}\n\nc\n"
        world.refs[f"refs/tags/t{number:06}"] = world.add("commit", text.encode())
    return str(world.write(folder))


def outcomes(config, **options):
    visits = crawl(config, **options).visits
    return {visit.repo: (visit.outcome, (visit.message or "").partition(": ")[2]) for visit in visits}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "message"),
    [
        pytest.param("timeout = 0.001", "not done after 0.001 s, the limit timeout", id="time"),
        pytest.param(
            "processor_time = 0.001", "not done after 0.001 s of a processor, the limit processor_time", id="work"
        ),
    ],
)
def test_listing_many_tags_of_a_repository_on_disk_ends_at_the_limit(line, message, tmp_path):
    """THREATS.md: 99,000 lightweight tags read from disk."""
    repos = {"m": tagged(tmp_path / "m", 300)}
    assert outcomes(wish(tmp_path, repos, line)) == {"m": ("too_slow", message)}


def test_a_repository_may_have_as_many_refs_as_repos_toml_says(tmp_path):
    repos = {"m": tagged(tmp_path / "m", 20)}
    count = len(base().refs) + 20 + len(["HEAD"])
    found = [outcomes(wish(tmp_path, repos, f"max_refs = {most}"))["m"] for most in (count, count - 1)]
    assert found == [("new", ""), ("too_big", f"more than {count - 1} refs, the limit max_refs")]


@pytest.mark.slow
def test_99_000_lightweight_tags_on_disk_end_at_the_limit_of_time(tmp_path):
    repos = {"m": tagged(tmp_path / "m", 99_000)}
    began = monotonic()
    found = outcomes(wish(tmp_path, repos, "timeout = 1"))
    assert (found, monotonic() - began < 10) == (
        {"m": ("too_slow", "not done after 1 s, the limit timeout")},
        True,
    )


@pytest.mark.slow
def test_a_folder_of_a_million_files_costs_its_commit(tmp_path):
    """THREATS.md: folders of 10^6 files read from disk."""
    world = World()
    blob = bytes.fromhex(world.add("blob", b""))
    tree = world.add("tree", b"".join(b"100644 f%07d\0%s" % (number, blob) for number in range(1_000_000)))
    who = "Ann <ann@example.com> 1 +0000"
    commit = world.add("commit", f"tree {tree}\nauthor {who}\ncommitter {who}\n\nmany\n".encode())
    world.refs["refs/heads/main"] = commit
    began = monotonic()
    found = outcomes(wish(tmp_path, {"m": str(world.write(tmp_path / "m"))}))
    assert (found, monotonic() - began < 10) == ({"m": ("new", "")}, True)


@pytest.mark.parametrize(
    ("max_bytes", "max_inflated"),
    [
        pytest.param(MEMORY // MEMORY_SHARE // 4, MEMORY // MEMORY_SHARE, id="as its share of all memory"),
        pytest.param(MEMORY // MEMORY_SHARE // 4 + 1, MEMORY // MEMORY_SHARE, id="no more than that"),
        pytest.param(1000, 4000, id="less, where less may be received"),
    ],
)
def test_a_visit_may_inflate_its_share_of_all_memory(max_bytes, max_inflated, tmp_path):
    config = wish(tmp_path, {"m": "/m"}, f"max_bytes = {max_bytes}", f"max_memory = {MEMORY}")
    with Pool() as pool:
        run = CrawlRun(config, CrawlContext.of(config.output, (), pool))
        assert run._task(Repository(repo=config.repos[0]), 1).limits.max_inflated == max_inflated
