"""The page of a repository: its tags, its DVC remotes, how crawls found it, and the repositories that have something in common with it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from catalog.schema.tables.dvc import Remote
from catalog.schema.tables.git import Branch, Tag
from catalog.schema.tables.inventory import Rename, Repo, Visit
from catalog.schema.tables.problems import Problem
from catalog.schema.tables.registry import Event
from sites.build import build
from sites.data.repository_rows import RelativeRow
from sites.view_models.repository import relative_lines
from support.catalog_files import repository, write_catalog
from support.catalogs import asked, catalog_of
from support.site_worlds import pages
from support.small_catalog import day, event

from .conftest import parse

pytestmark = pytest.mark.slow

CHURN, FORK, LOST = "git.example/acme/churn", "git.example/lab/churn", "git.example/lab/lost"
PAGES = {name: f"repos/{name.replace('/', '~')}.html" for name in (CHURN, FORK, LOST)}
TIP, OLD = "a" * 40, "b" * 40
REGISTERED = event("churn@v1.0.0", "1" * 40, day(1))


def remote(name: str, commit: str = TIP, **stated: Any) -> Remote:
    unsaid: dict[str, Any] = dict.fromkeys(("endpoint_url", "region"))
    rest: dict[str, Any] = {
        "scheme": "s3",
        "is_default": False,
        "version_aware": False,
        "worktree": False,
        "anonymous": False,
        "secrets": (),
    }
    return Remote(**{"commit": commit, "dvc_root": "", "remote": name, "url": f"s3://{name}"} | unsaid | rest | stated)


def tag(name: str, oid: str = "2" * 40, **said: Any) -> Tag:
    return Tag(**{"tag": name, "oid": oid, "annotated": True} | said)


def problem(name: str, message: str) -> Problem:
    return Problem(connector="gto", rule="x", place=f"refs/tags/{name}", message=message)


OWN = {
    Event: [REGISTERED],
    Branch: [Branch(branch="main", commit=TIP, is_default=True)],
    Tag: [
        tag("churn@v1.0.0", REGISTERED.oid), tag("release-1", annotated=False), tag("churn@1.0"), tag("churn@v2.0.0", annotated=False),
        tag("churn@v3.0.0"), tag("churn@v4.0.0", problem="the tag's message is not UTF-8 text"),
    ],
    Problem: [problem("churn@v3.0.0", "the tag names a blob, expected a commit")],
    Remote: [
        remote("s3", is_default=True, endpoint_url="https://minio.example", secrets=("password",)), remote("old", OLD),
        remote("cache", dvc_root="sub", version_aware=True),
    ],
}  # fmt: skip
FORKED = {Event: [REGISTERED, event("churn@v9.0.0", "9" * 40, day(2))]}
ROWS = {CHURN: OWN, FORK: FORKED}


def visit(crawl: int, outcome: str, repo: str = CHURN, **said: Any) -> Visit:
    cost = {"seconds": 1.0, "received": 0, "requests": 1, "message": None, "why": None}
    return Visit(
        **{"crawl": crawl, "repo": repo, "outcome": outcome, "started_at": day(crawl), "first_at": day(crawl)}
        | cost
        | said
    )


VISITS = [visit(1, "new"), visit(2, "fresh"), visit(3, "down"), visit(5, "changed"), visit(6, "fresh")]


CHURN_STATES = {"source": "acme", "visibility": "private", "archived": True}


def repos(**said: Mapping[str, Any]) -> list[Repo]:
    stated = {"fork": {"fork_of": CHURN, "fork": True}, "churn": CHURN_STATES} | said
    lost = repository(LOST, outcome="down", stale=True, message="no answer", fork_of="git.example/else/lost")
    return [repository(CHURN, f"https://{CHURN}.git", **stated["churn"]), repository(FORK, **stated["fork"]), lost]


def made(
    folder: Path, visits: list[Visit] = VISITS, some: list[Repo] | None = None, renames: list[Rename] | None = None
) -> Path:
    crawl = {Repo: some or repos(), Visit: visits, Rename: renames or []}
    build(write_catalog(folder / "c.duckdb", ROWS, crawl), folder / "site", title="x")
    return folder / "site"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(
        tmp_path_factory.mktemp("repository"),
        renames=[Rename(crawl=1, repo=CHURN, former="git.example/old/churn", name=CHURN)],
    )


def section(site: Path, repo: str, first: str, last: str) -> list[str]:
    """The texts of a page from one heading up to another."""
    texts = parse((site / PAGES[repo]).read_text("utf-8")).text()
    return texts[texts.index(first) : texts.index(last)]


def test_tags_that_look_like_those_of_gto_say_why_they_are_not_read(site):
    assert section(site, CHURN, "Tags 6", "DVC remotes 2") == [
        "Tags 6",
        "1 is a registry tag of GTO; 4 look like one and are not read.",
        "Tag Why it is not read",
        "churn@1.0 GTO reads no tag of this name: expected NAME@v1.2.3, NAME#STAGE or NAME@deprecated",
        "churn@v2.0.0 a lightweight tag: GTO reads annotated tags alone",
        "churn@v3.0.0 the tag names a blob, expected a commit",
        "churn@v4.0.0 the tag's message is not UTF-8 text",
    ]


def test_the_remotes_of_the_tip_are_listed_without_their_secrets(site):
    assert section(site, CHURN, "DVC remotes 2", "Forks, copies and same content 3") == [
        "DVC remotes 2",
        "Where DVC keeps data, as configured at the tip of the default branch.",
        "Remote URL Project Settings",
        "s3 default s3://s3 Git root endpoint: https://minio.example; not shown: password",
        "cache s3://cache sub version-aware: yes",
    ]


def test_a_repository_names_its_forks_copies_and_former_names(site):
    assert section(site, CHURN, "Forks, copies and same content 3", "Crawls") == [
        "Forks, copies and same content 3",
        "Relation Repository In common",
        "Copied by git.example/lab/churn 1 registry tag in both, 1 of the copy alone",
        "Forked by git.example/lab/churn as its forge says",
        "Former name git.example/old/churn",
    ]


def test_a_fork_names_its_original_and_a_parent_that_the_catalog_does_not_read(site):
    assert [section(site, name, "Relation Repository In common", "Crawls")[1:] for name in (FORK, LOST)] == [
        [
            "Copy of git.example/acme/churn 1 registry tag in both, 1 of this repository alone",
            "Forked from git.example/acme/churn as its forge says",
        ],
        ["Forked from git.example/else/lost as its forge says"],
    ]


def test_the_crawls_of_a_repository_say_when_it_was_seen_first_and_when_it_could_not_be_read(site):
    texts = parse((site / PAGES[CHURN]).read_text("utf-8")).text()
    assert texts[texts.index("Crawls") :][:11] == [
        "Crawls",
        "Last visit",
        "read The page Status has the time of the last crawl.",
        "First seen",
        "1 Jan 2024, 12:00 UTC",
        "Listed by",
        "acme",
        "Visibility",
        "private, archived",
        "Failures",
        "could not be read: since 3 Jan 2024, 12:00 UTC, until 5 Jan 2024, 12:00 UTC",
    ]


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are listed", "one more"])
def test_the_forks_of_a_repository_are_bounded(beyond):
    forks = [repository(f"git.example/f/{number:03}", fork_of=CHURN, fork=True) for number in range(49 + beyond)]
    connection = catalog_of(ROWS, {Repo: [*repos(), *forks], Visit: VISITS, Rename: []})
    rows = asked(connection, f"from internal.site_relatives() where repo = '{CHURN}' and relation = 'fork'")
    lines = relative_lines([RelativeRow(**row) for row in rows], [])
    assert (len(rows), [line.other for line in lines][50:]) == (50, ["1 more"] * beyond)


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are listed", "one more"])
def test_the_failures_of_a_repository_are_bounded(beyond):
    count = 10 + beyond
    visits = [visit(number + 2, ("down", "fresh")[number % 2]) for number in range(2 * count)]
    connection = catalog_of(ROWS, {Repo: repos(), Visit: [visit(1, "new"), *visits], Rename: []})
    rows = asked(connection, f"from internal.site_visits() where repo = '{CHURN}'")
    assert [(row["outcome"], row["run"]) for row in rows] == [
        *(("down", 2 * number) for number in range(count, beyond, -1)),
        ("new", 1),
    ]


def about(
    visits: list[Visit] = VISITS, some: list[Repo] | None = None, renames: list[Rename] | None = None
) -> dict[str, int]:
    """The digest of what each page says of crawls and of other repositories."""
    connection = catalog_of(ROWS, {Repo: some or repos(), Visit: visits, Rename: renames or []})
    return {row["repo"]: row["about"] for row in asked(connection, "from internal.site_about_digests()")}


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        pytest.param({"visits": [*VISITS[:3], visit(4, "gone"), *VISITS[3:]]}, {CHURN}, id="a failure"),
        pytest.param({"some": repos(churn={"source": "other"})}, {CHURN}, id="another source"),
        pytest.param({"some": repos()[:1] + repos()[2:]}, {CHURN, FORK}, id="a fork that is gone"),
        pytest.param({"renames": [Rename(crawl=1, repo=LOST, former="x", name=LOST)]}, {LOST}, id="a former name"),
        pytest.param(
            {"visits": [*VISITS[:-1], visit(7, "fresh", times=2, first_at=day(6))]},
            set(),
            id="a visit that found nothing",
        ),
        pytest.param({"visits": VISITS[:-1]}, set(), id="no visit that found nothing"),
        pytest.param({"visits": [*VISITS, visit(7, "changed")]}, set(), id="a visit that found a change"),
        pytest.param({"some": repos(churn=CHURN_STATES | {"visibility": "public"})}, {CHURN}, id="another visibility"),
        pytest.param({"some": repos(churn=CHURN_STATES | {"archived": False})}, {CHURN}, id="no archive"),
    ],
)
def test_the_digest_of_a_page_follows_what_the_catalog_says_of_its_repository(change, changed):
    before, after = about(), about(**change)
    assert {repo for repo in before.keys() | after.keys() if before.get(repo) != after.get(repo)} == changed


def test_pages_that_are_made_again_are_those_of_a_build_from_nothing(tmp_path):
    change = {"visits": [visit(1, "new"), visit(3, "down")], "some": repos()[:1] + repos()[2:]}
    before = pages(made(tmp_path / "a"))
    after = pages(made(tmp_path / "a", **change))
    assert (after, after[PAGES[CHURN]] != before[PAGES[CHURN]]) == (pages(made(tmp_path / "b", **change)), True)
