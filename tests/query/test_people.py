"""Teams and people: of paths, CODEOWNERS and tags."""

from __future__ import annotations

import pytest

from catalog.cli import main
from catalog.query import Catalog
from catalog.schema.tables.cards import CodeOwner
from catalog.schema.tables.inventory import Repo
from support.catalog_files import repository, write_catalog
from support.small_catalog import C1, C2, event
from support.worlds import START

pytestmark = pytest.mark.slow


def owners(commit, *names, artifact="m"):
    return CodeOwner(
        commit=commit, file="CODEOWNERS", line=1, section=None, pattern="*", owners=names, artifacts=(artifact,)
    )


def rows(*events, owned=()):
    from catalog.schema.tables.registry import Event

    return {Event: events, CodeOwner: owned}


REPOS = {
    "git.example/acme/churn": rows(
        event("m@v1.0.0", C1, START, author="Ann"),
        event("m@v2.0.0", C2, START, author="Ben"),
        event("m#prod#1", C2, START, author="Ben"),
        owned=(owners(C1, "@acme/old"), owners(C2, "@acme/ml", "@acme", "@zoe", "ann@acme.example", "eve@x.example")),
    ),
    "git.example/acme/vision": rows(event("v@v1.0.0", C1, START, author="Ann")),
    "alone": rows(event("x@v1.0.0", C1, START, author="Cy")),
}


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("people") / "catalog.duckdb"
    return write_catalog(path, REPOS, {Repo: [repository(name) for name in REPOS]})


@pytest.fixture(scope="module")
def catalog(file):
    with Catalog.open(file) as opened:
        yield opened


def test_teams_are_folders_and_those_that_own_latest_versions(catalog):
    keys = ("team", "named_by", "repos", "artifacts", "in_stages", "people")
    assert [tuple(row[key] for key in keys) for row in catalog.teams().rows] == [
        ("acme", ["code_owners", "path"], 2, 2, 1, 2),
        ("acme/ml", ["code_owners"], 1, 1, 1, 2),
    ]


def test_people_are_authors_and_owners_who_are_no_team(catalog):
    keys = ("person", "registrations", "assignments", "artifacts", "repos", "owns")
    assert [tuple(row[key] for key in keys) for row in catalog.people().rows] == [
        ("@zoe", 0, 0, 0, 0, 1),
        ("Ann", 2, 0, 2, 2, 1),
        ("Ben", 1, 1, 1, 1, 0),
        ("Cy", 1, 0, 1, 1, 0),
        ("eve@x.example", 0, 0, 0, 0, 1),
    ]


def test_of_one_repository(catalog):
    assert [row["team"] for row in catalog.teams(repo="vision").rows] == ["acme"]
    assert [(row["person"], row["repos"]) for row in catalog.people(repo="vision").rows] == [("Ann", 1)]


@pytest.mark.parametrize(("emails", "owners"), [("hide", []), ("show", ["owner:eve@x.example"])])
def test_ids_find_what_people_tagged_or_own(catalog, file, tmp_path, monkeypatch, capsys, emails, owners):
    monkeypatch.setenv("CATALOG_CONFIG", str(tmp_path / "repos.toml"))
    (tmp_path / "repos.toml").write_text(f'[privacy]\nemails = "{emails}"\n')
    assert main(["ls", "people", "-q", "--catalog", str(file)]) == 0
    queries = capsys.readouterr().out.splitlines()
    tagged = [f"is:version author:{name}" for name in ("Ann", "Ben", "Cy")]
    assert sorted(queries) == sorted(["owner:@zoe", *tagged, *owners])
    assert [query for query in queries if not catalog.search(query).total] == []
