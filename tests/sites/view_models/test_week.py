"""What changed in a week, by artifact."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sites.data.groups import ChangeRow
from sites.text import pill
from sites.view_models.week import DAYS, MOST, MOST_CHANGES, week

NOON = datetime(2024, 6, 10, 12)  # noqa: DTZ001 - as the catalog has it


def change(artifact: str, kind: str = "registration", stage: str | None = None, hours: int = 0) -> ChangeRow:
    return ChangeRow("r", artifact, kind, "v1.0.0", stage, NOON - timedelta(hours=hours))


def test_the_changes_of_an_artifact_stand_in_one_line():
    rows = [
        change("a", "rollback", "prod"),
        change("b", hours=1),
        change("a", "promotion", "dev", hours=2),
        change("a", hours=3),
    ]
    shown = week(rows)
    assert shown is not None
    assert (
        shown.total,
        shown.last,
        shown.activity,
        [(a.artifact, a.path, a.changes, a.more, a.last) for a in shown.artifacts],
    ) == (
        2,
        NOON,
        "activity.html?since=2024-06-03",
        [
            (
                "a",
                "models/r/a.html",
                [
                    ("v1.0.0", "(rollback) in", pill("prod")),
                    ("v1.0.0", "to", pill("dev")),
                    ("v1.0.0", "registered", ""),
                ],
                0,
                NOON,
            ),
            ("b", "models/r/b.html", [("v1.0.0", "registered", "")], 0, NOON - timedelta(hours=1)),
        ],
    )


def test_a_catalog_without_changes_has_no_week():
    assert week([]) is None


@pytest.mark.parametrize(("count", "shown"), [(MOST, MOST), (MOST + 1, MOST)])
def test_the_artifacts_that_changed_last_are_listed(count, shown):
    rows = week([change(f"m{number}") for number in range(count)])
    assert rows is not None
    assert (len(rows.artifacts), rows.total) == (shown, count)


@pytest.mark.parametrize(("count", "more"), [(MOST_CHANGES, 0), (MOST_CHANGES + 1, 1)])
def test_the_last_changes_of_an_artifact_are_listed(count, more):
    rows = week([change("m")] * count)
    assert rows is not None
    assert [(len(each.changes), each.more) for each in rows.artifacts] == [(MOST_CHANGES, more)]


def test_the_activity_of_the_week_begins_on_the_day_before_it():
    rows = week([change("m")])
    assert rows is not None
    assert rows.activity == f"activity.html?since={(NOON - timedelta(days=DAYS)).date()}"
