"""How to use a version: lines that work, and none where a name would be read differently."""

from __future__ import annotations

from datetime import datetime

import pytest

from sites.data.rows import ArtifactRow, AssignmentRow, CommandRow, RepositoryRow
from sites.view_models.model import commands as module

NOON = datetime(2024, 1, 1)  # noqa: DTZ001 - as the catalog has it
PYTHON = """import catalog

with catalog.open() as registry:
    version = registry.model("host/acme/churn:churn").version("#prod")
    print(version.metrics, version.params)"""
LINK = "https://store.acme.example/b0/de"


def artifact(**said) -> ArtifactRow:
    row = {
        "repo": "host/acme/churn",
        "artifact": "churn",
        "id": "host/acme/churn:churn",
        "name": "churn",
        "active": True,
    }
    row |= {"path": "models/churn.pkl", "created_at": NOON, "labels": [], "versions": 1, "latest": "v1.0.0"}
    return ArtifactRow(**dict.fromkeys(ArtifactRow._fields) | row | said)  # type: ignore[arg-type]


def assigned(stage: str, version: str = "v1.0.0") -> AssignmentRow:
    return AssignmentRow("r", "m", stage, stage, None, version, "c" * 40, "c" * 40, NOON, "assigned", "Ann", None, "")


REPOSITORY = RepositoryRow(**dict.fromkeys(RepositoryRow._fields) | {"url": "https://host/acme/churn.git"})  # type: ignore[arg-type]
GET = CommandRow("r", "m", "v1.0.0", "c" * 40, True, ["dvc", "get", "https://host/acme/churn.git", "models/churn.pkl"])


def usages(assignments=(), commands=(GET,), links=None, **said) -> list[module.Usage]:
    return module.usages(artifact(**said), REPOSITORY, assignments, commands, links or {})


def test_what_is_offered_for_the_version_in_production():
    (usage,) = usages([assigned("prod")], links={("v1.0.0", "c" * 40): LINK})
    assert (usage.words, [(tab.name, [line for _, line in tab.snippets]) for tab in usage.tabs]) == (
        "v1.0.0 in prod",
        [
            ("CLI", ["catalog show 'host/acme/churn:churn#prod'", "catalog get 'host/acme/churn:churn#prod'"]),
            (
                "Python",
                [PYTHON],
            ),
            ("DVC", ["dvc get https://host/acme/churn.git models/churn.pkl"]),
            ("GTO", ["gto show churn --repo https://host/acme/churn.git"]),
            ("CI", ["catalog resolve 'host/acme/churn:churn#prod' -o json"]),
            ("curl", [f"curl -fL -o churn.pkl {LINK}"]),
        ],
    )


@pytest.mark.parametrize(
    ("stage", "version", "words"),
    [
        pytest.param("prod", "v1.0.0", "catalog show 'host/acme/churn:churn#prod'", id="a stage"),
        pytest.param('a"b', "v1.0.0", "catalog show host/acme/churn:churn@v1.0.0", id="a stage that cannot be quoted"),
        pytest.param('a"b', 'v1");x', "catalog show host/acme/churn:churn", id="nor can the version"),
    ],
)
def test_a_name_that_would_be_read_differently_is_in_no_line(stage, version, words):
    found = usages([assigned(stage, version)], commands=())
    assert next(line for tab in found[0].tabs for _, line in tab.snippets) == words
    assert not [
        line for usage in found for tab in usage.tabs for _, line in tab.snippets if '"b' in line or ");x" in line
    ]


def test_bytes_that_no_command_gets_are_not_offered():
    (usage,) = usages([assigned("prod")], commands=())
    assert [(tab.name, len(tab.snippets)) for tab in usage.tabs] == [("CLI", 1), ("Python", 1), ("GTO", 1), ("CI", 1)]


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as a page has", "one more"])
def test_versions_to_choose_from(beyond):
    assignments = [assigned(f"s{number}") for number in range(module.MOST + beyond)]
    assert len(usages(assignments)) == module.MOST


def test_a_name_that_no_tool_accepts_has_no_line():
    assert usages([assigned("prod")], artifact="a b") == []
