"""What a catalog says of a repository that is acted on: facts that no push can change, and what is worth a look before one."""

from __future__ import annotations

import pytest

from catalog.actions.known import known_of, notes_of
from catalog.query import Catalog
from catalog.schema.tables.git import Revision, Tag
from catalog.schema.tables.inventory import Repo
from catalog.schema.tables.registry import Annotation, GtoConfig
from support.catalog_files import repository, write_catalog
from support.small_catalog import C1, C2, C3, CHURN, VISION, day, small_catalog

ANNOTATED = Annotation(
    commit=C1, file="dvc.yaml", source="dvc.yaml", artifact="m", path="m.pkl", type="model", description=None, labels=(), meta={}, target="m.pkl"
)  # fmt: skip
READ = Revision(
    commit=C1, reasons=("tag", "tip"), author="A", author_email="a@x", authored_at=day(1), committed_at=day(1), summary="of the revision", signed=None
)  # fmt: skip


@pytest.fixture(scope="module")
def small():
    with Catalog.open(small_catalog()) as catalog:
        yield catalog


def test_tags_and_commits(small):
    known = known_of(small, CHURN)
    assert {event.name: (event.commit, event.at) for event in known.events.values()} == {
        "churn@v1.0.0": (C1, int(day(2).timestamp())),
        "churn#production#1": (C1, int(day(3).timestamp())),
        "churn@v2.0.0": (C2, int(day(4).timestamp())),
        "churn#staging#2": (C2, int(day(5).timestamp())),
        "churn@v3.0.0": (C3, int(day(6).timestamp())),
        "churn@v3.0.0!": (C3, int(day(7).timestamp())),
    }
    assert {key: event.oid for key, event in known.events.items()} == {key: key for key in known.events}
    assert (known.summaries[C1], known.stages, known.is_config_read, known.lightweight) == (
        "work",
        None,
        False,
        frozenset(),
    )
    assert {event.parsed.artifact for event in known_of(small, VISION).events.values()} == {"seg:mask", "churn", "old"}


@pytest.mark.parametrize(
    ("artifact", "commit", "notes"),
    [
        pytest.param("churn", None, (), id="no commit to register"),
        pytest.param("churn", C1, (), id="all is there"),
        pytest.param(
            "churn",
            C2,
            (f"neither dvc.yaml nor artifacts.yaml annotates churn at {C2[:7]}",),
            id="not annotated at this commit",
        ),
        pytest.param("churn", "9" * 40, (), id="a commit that was not read"),
        pytest.param(
            "other", C1, ("other has no annotation: neither dvc.yaml nor artifacts.yaml has one",), id="not annotated"
        ),
    ],
)
def test_notes(small, artifact, commit, notes):
    assert notes_of(small, CHURN, artifact, commit) == notes


def test_a_repository_that_was_never_read_may_have_an_annotation(small):
    assert notes_of(small, "acme/absent", "other", C1) == ()


@pytest.mark.slow
def test_a_file_that_is_not_there_and_an_archived_repository(tmp_path):
    repo = repository("r", archived=True, partition="r-d")
    config = GtoConfig(commit=C1, stages=("prod",), types=None, index=None)
    rows = {
        Annotation: (ANNOTATED,),
        Revision: (READ,),
        GtoConfig: (config,),
        Tag: (Tag(tag="m#prod#1", oid=C2, annotated=False, commit=C2),),
    }
    with Catalog.open(write_catalog(tmp_path / "catalog.duckdb", {"r": rows}, {Repo: [repo]}).parent) as catalog:
        assert notes_of(catalog, "r", "m", C1) == (
            "its forge says that the repository is archived: it takes no push",
            f"{C1[:7]} does not have m.pkl, which m is annotated as",
        )
        known = known_of(catalog, "r")
        assert (known.stages, known.is_config_read, known.lightweight, known.summaries) == (
            ("prod",),
            True,
            {C2},
            {C1: "of the revision"},
        )
