"""A catalog of four artifacts in three repositories, made of rows: small enough to know by heart."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from catalog.schema.tables.git import Branch, Commit, History, Revision
from catalog.schema.tables.inventory import Crawl, Repo, StageName, Visit
from catalog.schema.tables.problems import Problem
from catalog.schema.tables.registry import Annotation, Event
from support.catalog_files import write_catalog
from support.once import once
from support.small_facts import TRIED, facts

CHURN, VISION, EVIL = "git.example/acme/churn", "git.example/acme/vision", "git.example/evil/x"
C1, C2, C3, LOOSE = "1" * 40, "2" * 40, "3" * 40, "4" * 40
HOSTILE = "\x1b[2J[red]a|b\u202e<b>"
FORMULA = "=HYPERLINK(1)"


def day(number: int) -> datetime:
    """Noon of a day of January 2024."""
    return datetime(2024, 1, number, 12, tzinfo=UTC)


def event(tag: str, commit: str, when: datetime, *, author: str = "Ann", message: str = "why") -> Event:
    """The event of a GTO tag that needs no trick: `name@version`, `name#stage#n`, or one of them with `!`."""
    body, _, counter = tag.replace("=", ":").partition("#") if "@" in tag else (tag.replace("=", ":"), "", "")
    if body.endswith("@deprecated"):
        kind, name, version, stage = "deprecation", body.removesuffix("@deprecated"), None, None
    elif "@" in body:
        name, _, version = body.partition("@")
        kind, stage = ("deregistration" if version.endswith("!") else "registration"), None
        version = version.rstrip("!")
    else:
        name, stage, counter = (*body.split("#"), "")[:3]
        kind, version = ("unassignment" if stage.endswith("!") else "assignment"), None
        stage = stage.rstrip("!")
    return Event(
        oid=(tag.encode().hex() + "0" * 40)[:40],
        tag=tag,
        event=kind,
        artifact=name,
        version=version,
        precedence=version,
        stage=stage,
        counter=int(counter) if counter else None,
        commit=commit,
        created_at=when,
        utc_offset=60,
        author=author,
        author_email="ann@acme.example",
        message=message,
        signed=None,
    )


def small_catalog() -> Path:
    """The path of the catalog: whoever changes it takes a copy."""
    return once("small-catalog", _make) / "catalog.duckdb"


def _make(folder: Path) -> Path:
    return write_catalog(folder / "catalog.duckdb", {CHURN: _churn(), VISION: _vision(), EVIL: _evil()}, _crawl())


def _revision(commit: str) -> Revision:
    return Revision(
        commit=commit,
        reasons=("tag",),
        author="Ann",
        author_email="ann@acme.example",
        authored_at=day(1),
        committed_at=day(1),
        summary="work",
        signed=None,
    )


def _churn() -> dict:
    events = (
        event("churn@v1.0.0", C1, day(2)),
        event("churn#production#1", C1, day(3), author="Bob"),
        event("churn@v2.0.0", C2, day(4)),
        event("churn#staging#2", C2, day(5)),
        event("churn@v3.0.0", C3, day(6)),
        event("churn@v3.0.0!", C3, day(7)),
    )
    annotation = Annotation(
        commit=C1,
        file="dvc.yaml",
        source="dvc.yaml",
        artifact="churn",
        path="models/churn.pkl",
        type="model",
        description="Who leaves next",
        labels=("tabular", "gbm"),
        meta={"framework": "sklearn"},
        dvc_root="",
        target="models/churn.pkl",
    )
    commits = tuple(
        Commit(
            commit=commit,
            parents=(),
            author="Ann",
            author_email="ann@acme.example",
            authored_at=day(1),
            committed_at=day(1),
            summary="work",
        )
        for commit in (C1, C2)
    )
    return {
        Branch: (Branch(branch="main", commit=C1, is_default=True),),
        Commit: commits,
        History: (History(commits=2, complete=True),),
        Revision: tuple(_revision(commit) for commit in (C1, C2, C3, TRIED)),
        Event: events,
        Annotation: (annotation,),
        **facts(C1, C2),
    }


def _vision() -> dict:
    events = (
        event("seg=mask@v1.0.0", C1, day(2)),
        event("seg=mask#prod#1", C1, day(8)),
        event("seg=mask#dev#2", LOOSE, day(9)),
        event("churn@v0.1.0", C2, day(3)),
        event("old@v1.0.0", C3, day(2)),
        event("old@deprecated", C3, day(4)),
    )
    return {Event: events}


def _evil() -> dict:
    problem = Problem(connector="gto", rule="not-utf8", place="refs/tags/x", message=HOSTILE)
    return {
        Event: (event("evil@v1.0.0", C1, day(2), author=FORMULA, message=HOSTILE),),
        Problem: (problem,),
    }


def _crawl() -> dict:
    repos = [
        Repo(
            repo=repo,
            url=f"https://{repo}",
            outcome=outcome,
            message=message,
            stale=message is not None,
            visited_at=day(20),
            read_at=day(20),
            partition="r-d",
        )
        for repo, outcome, message in ((CHURN, "new", None), (VISION, "down", "no answer"), (EVIL, "new", None))
    ]
    visits = [
        Visit(
            crawl=1,
            repo=repo.repo,
            outcome=repo.outcome,
            why="new",
            message=repo.message,
            started_at=day(20),
            seconds=1.0,
            received=10,
            requests=3,
        )
        for repo in repos
    ]
    crawl = Crawl(crawl=1, started_at=day(20), seconds=2.5, new=2, changed=0, fresh=0, failed=1, received=2048)
    stages = [
        StageName(raw=raw, stage=stage, rank=rank)
        for raw, stage, rank in (("prod", "prod", 0), ("production", "prod", 0), ("staging", "staging", 1))
    ]
    return {Repo: repos, StageName: stages, Crawl: [crawl], Visit: visits}
