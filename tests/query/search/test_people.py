"""People and owners: a search finds what they own, registered or assigned, by name; an address is asked by its field alone."""

from __future__ import annotations

from contextlib import closing

import pytest

from catalog.database import export_database
from catalog.database.database import connect
from catalog.database.shapes import all_shapes
from catalog.privacy.emails import HIDDEN, hide
from catalog.query import Catalog
from catalog.schema.tables.cards import CodeOwner
from catalog.schema.tables.registry import Event
from support.catalog_files import write_catalog
from support.small_catalog import C1, event
from support.worlds import START

pytestmark = pytest.mark.slow

OF_ANN, OF_TEAM, OF_BEN = "git.example/acme/churn:m", "git.example/acme/vision:v", "git.example/acme/fraud:f"


def owned(artifact, *names):
    return CodeOwner(
        commit=C1, file="CODEOWNERS", line=1, section=None, pattern="*", owners=names, artifacts=(artifact,)
    )


def rows(artifact, author, *owners):
    return {Event: (event(f"{artifact}@v1.0.0", C1, START, author=author),), CodeOwner: (owned(artifact, *owners),)}


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """Tags have one address: Ann Lee owns churn by it, in vision it is Bea's; both teams own vision."""
    repos = {
        "git.example/acme/churn": rows("m", "Ann Lee", "ann@acme.example"),
        "git.example/acme/vision": rows("v", "Bea", "@acme/ml-team", "@zoe"),
        "git.example/acme/fraud": rows("f", "Ben Ångström", "eve@other.example"),
    }
    return write_catalog(tmp_path_factory.mktemp("people") / "catalog.duckdb", repos)


@pytest.fixture(scope="module")
def catalog(file):
    with Catalog.open(file) as opened:
        yield opened


@pytest.mark.parametrize(
    ("query", "found", "why"),
    [
        pytest.param("angstrom", [OF_BEN], ("author", "Ångström"), id="a word of an author"),
        pytest.param('"ben angstrom"', [OF_BEN], ("author", "Ben Ångström"), id="an author as a phrase"),
        pytest.param("lee", [OF_ANN], ("author", "Lee"), id="who owns by an address is found by name"),
        pytest.param("ml-team", [OF_TEAM], ("owner", "ml-team"), id="a team"),
        pytest.param("zoe", [OF_TEAM], ("owner", "zoe"), id="a person who tagged nothing"),
        pytest.param('owner:"ann lee"', [OF_ANN], ("owner", "Ann Lee"), id="an owner by a whole name"),
        pytest.param("owner:lee", [OF_ANN], ("owner", "Ann Lee"), id="an owner by a word of the name"),
        pytest.param("owner:ann@acme.example", [OF_ANN], ("owner", "Ann Lee"), id="an owner by the address"),
        pytest.param("owner:eve@other.example", [OF_BEN], ("owner", "eve@other.example"), id="an address of nobody else"),
        pytest.param("author:ann@acme.example ben", [OF_BEN], ("author", "Ben"), id="an author by the address"),
    ],
)  # fmt: skip
def test_what_is_found_of_people(catalog, query, found, why):
    answer = catalog.search(query)
    assert [(row["ref"], (row["why"]["field"], row["why"]["match"])) for row in answer.rows] == [
        (ref, why) for ref in found
    ]


def test_a_person_is_counted_once_however_many_keys_the_name_has(catalog):
    counts = {(row["field"], row["value"]): row["count"] for row in catalog.facets(fields=["owner", "author"]).rows}
    assert counts == {
        ("owner", "@acme/ml-team"): 1,
        ("owner", "@zoe"): 1,
        ("owner", "Ann Lee"): 1,
        ("owner", "eve@other.example"): 1,
        ("author", "Ann Lee"): 1,
        ("author", "Bea"): 1,
        ("author", "Ben Ångström"): 1,
    }


def test_a_published_database_names_nobody_for_a_hidden_address(file, tmp_path):
    with closing(connect(file)) as connection:
        name, _, _ = export_database.write(connection, tmp_path, all_shapes(), hide)
    with Catalog.open(tmp_path / name) as published:
        owners = [row["value"] for row in published.facets(fields=["owner"]).rows]
        people = {row["person"]: row["owns"] for row in published.people().rows}
    assert (owners[0], people[HIDDEN], people["Ann Lee"]) == (HIDDEN, 2, 0)
