"""The plan of a crawl: who is visited, who is not, and why."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import pytest

from catalog.config.model import RepoConfig, RepoOptions
from catalog.crawl.crawl import crawl
from catalog.crawl.plan import SkipReason, plan_crawl
from catalog.discovery.inventory import Inventory, Repository
from catalog.discovery.listing_cache import ListedRepo
from catalog.errors import NotFound, StoreError
from catalog.plugins.forge import Listed
from catalog.store.journal import Journal
from support.changes import base
from support.crawling import wish as config_of
from support.loopback import Request, serve
from support.worlds import START

FILE = Path("repos.toml")


def repository(name: str, *, left: bool = False) -> Repository:
    known = ListedRepo(name=name, listed=Listed(url=f"https://x/{name}"), left_at=START if left else None)
    return Repository(repo=RepoConfig(name=name, url=f"https://x/{name}", options=RepoOptions()), known=known)


INVENTORY = Inventory(
    repositories=(repository("a"), repository("b"), repository("c", left=True)), excluded=(), names={}
)


def unpushed(skipped: bool) -> SkipReason | None:
    return SkipReason.UNPUSHED if skipped else None


def planned(*only: str, skip: str = ""):
    plan = plan_crawl(FILE, INVENTORY, {"s": "down"}, lambda entry: unpushed(entry.repo.name in skip), only=only)
    return [repo.name for repo in plan.repos], plan.skipped, plan.departed


@pytest.mark.parametrize(
    ("only", "skip", "expected"),
    [
        pytest.param((), "", (["a", "b"], {}, ("c",)), id="all that are listed still"),
        pytest.param((), "ac", (["b"], {"a": SkipReason.UNPUSHED}, ("c",)), id="without those that can be skipped"),
        pytest.param(("a",), "", (["a"], {}, ("c",)), id="those that are named"),
        pytest.param(("a", "b"), "a", (["a", "b"], {}, ("c",)), id="of which none is skipped"),
    ],
)
def test_who_is_visited(only, skip, expected):
    assert planned(*only, skip=skip) == expected


@pytest.mark.parametrize("name", ["zz", "c"], ids=["a name that is nowhere", "one that its source lists no more"])
def test_a_name_that_cannot_be_visited(name):
    with pytest.raises(NotFound) as refused:
        planned("a", name)
    assert str(refused.value) == f"repos.toml has no repository named {name!r}; `catalog status` lists the names"


def test_a_plan_can_be_read():
    plan = plan_crawl(FILE, INVENTORY, {"s": "down"}, lambda entry: unpushed(entry.repo.name == "a"))
    nothing = plan_crawl(FILE, Inventory(repositories=(), excluded=(), names={}), {}, lambda _: None)
    assert (str(plan), str(nothing)) == (
        "visit b; skip a (no push since it was read); departed c; failed s",
        "nothing to do",
    )


def sums(folder: Path) -> dict[str, bytes]:
    """What a crawl sums up for the next one."""
    files = (folder / "output" / "store" / name for name in ("crawls/repos.json", "sources/pushed.json"))
    return {file.name: file.read_bytes() for file in files if file.exists()}


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("error", "summed_up"),
    [
        pytest.param(KeyboardInterrupt(), True, id="Ctrl-C"),
        pytest.param(SystemExit(143), True, id="SIGTERM"),
        pytest.param(StoreError("the disk is full"), False, id="a full disk"),
    ],
)
def test_what_an_interrupted_crawl_leaves_to_the_next(tmp_path, error, summed_up):
    """The second visit lasts until the first was reported."""
    first_is_over, before = Event(), sums(tmp_path)

    def wait(request: Request) -> None:
        if request.path.startswith("/b"):
            first_is_over.wait(10)

    def interrupt(*_: object) -> None:
        first_is_over.set()
        raise error

    for name in ("a", "b"):
        base().write(tmp_path / "git" / name)
    with serve(tmp_path / "git", rule=wait) as site:
        config = config_of(tmp_path, {name: f"{site}/{name}" for name in ("a", "b")})
        with pytest.raises(type(error)):
            crawl(config, report=interrupt)
    known = Journal(config.output / "store" / "crawls").last_visits()
    assert (sums(tmp_path) != before, len(known)) == (summed_up, 1)
