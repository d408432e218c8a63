"""What changed in a week, as the home page lists it: an artifact a line, with what was registered, what came into which stage, and which tags are gone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from markupsafe import Markup

from sites import urls
from sites.data.groups import ChangeRow
from sites.text import pill, short

MOST = 10  # artifacts
MOST_CHANGES = 6  # of one of them
DAYS = 7

_VERBS = {
    "registration": "registered",
    "promotion": "to",
    "rollback": "(rollback) in",
    "deleted_tag": "deleted",
    "rewritten_tag": "rewritten",
}


class WeekChange(NamedTuple):
    """A version that was registered, or that came into a stage; or a tag that is gone."""

    version: str
    verb: str
    stage: Markup


class ChangedArtifact(NamedTuple):
    """An artifact, its last changes, and how many more there are."""

    path: str
    repo: str
    artifact: str
    changes: list[WeekChange]
    more: int
    last: datetime


class Week(NamedTuple):
    """The artifacts that changed last, how many changed in all, the time of the last change, and the address of the page with all changes."""

    artifacts: list[ChangedArtifact]
    total: int
    last: datetime
    activity: str


def week(rows: Sequence[ChangeRow]) -> Week | None:
    """The changes by artifact, of which the last changed stands first; None where nothing ever changed. `rows`: the last first."""
    if not rows:
        return None
    by_artifact: dict[tuple[str, str], list[ChangeRow]] = {}
    for row in rows:
        by_artifact.setdefault((row.repo, row.artifact), []).append(row)
    last = rows[0].moment
    since = (last - timedelta(days=DAYS)).date()
    return Week(
        [_artifact(own) for own in list(by_artifact.values())[:MOST]],
        len(by_artifact),
        last,
        f"activity.html?since={since.isoformat()}",
    )


def _artifact(rows: Sequence[ChangeRow]) -> ChangedArtifact:
    first = rows[0]
    return ChangedArtifact(
        path=urls.model(first.repo, first.artifact),
        repo=first.repo,
        artifact=first.artifact,
        changes=[
            WeekChange(short(row.version or ""), _VERBS[row.kind], pill(row.stage) if row.stage else Markup(""))
            for row in rows[:MOST_CHANGES]
        ],
        more=max(0, len(rows) - MOST_CHANGES),
        last=first.moment,
    )
