"""The badges that a page offers for READMEs."""

from __future__ import annotations

from datetime import datetime

import pytest

from sites.data.rows import ArtifactRow, AssignmentRow
from sites.view_models.model.badges import BadgeLink, badges

NOTHING = dict.fromkeys(ArtifactRow._fields)
CHURN = ArtifactRow(**NOTHING | {"repo": "host/a", "artifact": "churn"})  # type: ignore[arg-type]
NOON = datetime(2024, 6, 1, 12)  # noqa: DTZ001 - as the catalog has it


def assigned(stage: str, version: str) -> AssignmentRow:
    return AssignmentRow("host/a", "churn", stage, stage, None, version, "c", "c", NOON, "assigned", "Ann", None, "")


@pytest.mark.parametrize(
    ("site_url", "markdown"),
    [
        (None, ""),
        (
            "https://models.example/x/",
            "[![prod: v1](https://models.example/x/badges/host~a/churn/prod.svg)](https://models.example/x/models/host~a/churn.html)",
        ),
    ],
    ids=["nowhere yet", "at an address"],
)
def test_a_badge(site_url, markdown):
    assert badges(CHURN, [assigned("prod", "v1")], site_url) == [
        BadgeLink("prod: v1", "badges/host~a/churn/prod.svg", 62, markdown)
    ]


def test_each_stage_has_one_in_their_order():
    rows = [assigned("dev", "v3"), assigned("prod", "v1"), assigned("prod", "v2")]
    assert [badge.words for badge in badges(CHURN, rows, None)] == ["prod: v1", "dev: v3"]


def test_words_of_others_are_no_markdown():
    (badge,) = badges(CHURN, [assigned("](x) <b>", "v1`")], "https://models.example")
    assert badge.markdown.startswith("[![\\](x) \\<b>: v1\\`](https://models.example/badges/")
