"""View models of lists: rows with the links and badges that templates print."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite
from typing import NamedTuple

from markupsafe import Markup

from catalog.errors import VisitOutcome
from catalog.text import visible_on_page
from sites import urls
from sites.data.facts import Facts, Key
from sites.data.lists import ModelRow
from sites.data.rows import (
    ArtifactRow,
    AssignmentRow,
    EventRow,
    VersionRow,
)
from sites.text import clip, decimal, look, pill, short, stage_order

CLIPPED = 140  # characters of a description in a list
METRIC = 40  # and of the name of a metric

# How a last visit ended, for people.
OUTCOMES: Mapping[str, str] = {
    VisitOutcome.NEW: "read",
    VisitOutcome.CHANGED: "read",
    VisitOutcome.FRESH: "read",
    VisitOutcome.DOWN: "could not be read",
    VisitOutcome.MALFORMED: "malformed answer",
    VisitOutcome.REFUSED: "refused",
    VisitOutcome.GONE: "not found",
    VisitOutcome.TOO_BIG: "too large",
    VisitOutcome.TOO_SLOW: "too slow",
    VisitOutcome.BUG: "internal error",
    VisitOutcome.NEVER: "not visited yet",
    VisitOutcome.REMOVED: "removed",
    VisitOutcome.LEFT: "no longer listed",
}
ICONS = {"model": "model", "dataset": "data", "data": "data"}
VERBS = {
    "registration": "registered",
    "deregistration": "deregistered",
    "assignment": "assigned",
    "unassignment": "unassigned",
    "deprecation": "deprecated",
}


class ArtifactLine(NamedTuple):
    """An artifact in a list."""

    path: str
    folder: str
    name: str
    repo: str
    type: str
    icon: str
    description: str
    stages: Markup
    latest: str
    versions: int
    artifact: ArtifactRow


class MainMetric(NamedTuple):
    """The main metric of an artifact's latest version, as the list shows it."""

    name: str
    value: str


class VersionLine(NamedTuple):
    """A version in the table of its artifact."""

    version: VersionRow
    anchor: str
    name: str
    stages: Markup
    commit_link: Markup
    look: str


class StageCard(NamedTuple):
    """Which version is in a stage now."""

    assignment: AssignmentRow
    look: str
    stage: Markup
    commit: Markup
    version: str


class EventLine(NamedTuple):
    """What one tag did."""

    event: EventRow
    verb: str
    stage: Markup
    version: str
    look: str
    commit: str
    message: str
    path: str
    artifact: str


def artifact_lines(facts: Facts) -> dict[Key, ArtifactLine]:
    """Every artifact's line, in the order of the list."""
    return {(a.repo, a.artifact): _line(a, facts.assignments.get((a.repo, a.artifact), [])) for a in facts.artifacts}


def _line(artifact: ArtifactRow, assignments: list[AssignmentRow]) -> ArtifactLine:
    return ArtifactLine(
        path=urls.model(artifact.repo, artifact.artifact),
        folder=f"{artifact.folder}:" if artifact.folder else "",
        name=artifact.name,
        repo=artifact.repo,
        type=artifact.type or "",
        icon=icon(artifact.type),
        description=clip(artifact.description, CLIPPED),
        stages=Markup("").join(pill(a.stage, a.version) for a in in_order(assignments)),
        latest=short(artifact.latest or ""),
        versions=artifact.versions,
        artifact=artifact,
    )


def main_metrics(models: Iterable[ModelRow]) -> dict[Key, MainMetric]:
    """The main metric of each artifact whose latest version has a number of it."""
    return {
        (row.repo, row.artifact): MainMetric(clip(row.metric, METRIC), decimal(row.number))
        for row in models
        if row.metric and row.number is not None and isfinite(row.number)
    }


def icon(kind: str | None) -> str:
    """The icon of a type."""
    return ICONS.get((kind or "model").lower(), "other")


def in_order(assignments: list[AssignmentRow]) -> list[AssignmentRow]:
    """The assignments of one artifact, as repos.toml orders stages, or else production first."""
    return sorted(assignments, key=lambda a: stage_order(a.stage, a.rank))


def foremost(assignments: list[AssignmentRow]) -> AssignmentRow | None:
    """The assignment that readers come for: to production, or else the first in order."""
    ordered = in_order(assignments)
    return next((a for a in ordered if look(a.stage) == "prod"), next(iter(ordered), None))


def commit_mark(links: urls.RepositoryLinks | None, oid: str, *, copied: bool = True) -> Markup:
    """A commit, with a link where it can be looked at; its whole name can be copied."""
    to = links.commit(oid) if links else None
    attribute = Markup(' data-copy="{}"').format(visible_on_page(oid)) if copied else Markup("")
    shown = Markup("<code{}>{}</code>").format(attribute, visible_on_page(short(oid)))
    # Without `nofollow`, which all other links to forges have: of twenty versions that is half a kilobyte of a page of at most 30.
    return Markup('<a href="{}">{}</a>').format(to, shown) if to else shown


def version_lines(
    versions: list[VersionRow], assignments: list[AssignmentRow], links: urls.RepositoryLinks | None
) -> list[VersionLine]:
    """The versions of one artifact; of a version on two commits, the first has the anchor."""
    stages: dict[tuple[str, str], list[AssignmentRow]] = {}
    for assignment in in_order(assignments):
        stages.setdefault((assignment.version, assignment.commit), []).append(assignment)
    named: set[str] = set()
    shown_versions = []
    for version in versions:
        own_stages = stages.get((version.version, version.commit), [])
        shown_versions.append(
            VersionLine(
                version=version,
                anchor="" if version.version in named else urls.fragment(version.version)[1:],
                name=short(version.version),
                stages=Markup("").join(pill(a.stage) for a in own_stages),
                commit_link=commit_mark(links, version.revision, copied=False),
                look=look(own_stages[0].stage) if own_stages else "",
            )
        )
        named.add(version.version)
    return shown_versions


def stage_cards(assignments: list[AssignmentRow], links: urls.RepositoryLinks | None) -> list[StageCard]:
    """Which version is in which stage, in order."""
    return [
        StageCard(
            assignment=a,
            look=look(a.stage),
            stage=pill(a.stage),
            commit=commit_mark(links, a.revision),
            version=short(a.version),
        )
        for a in in_order(assignments)
    ]


def event_lines(events: list[EventRow]) -> list[EventLine]:
    """What tags did, the last first."""
    return [
        EventLine(
            event=event,
            verb=VERBS[event.event],
            stage=pill(event.stage) if event.stage else Markup(""),
            version=short(event.version or ""),
            look=look(event.stage) if event.stage else event.event,
            commit=short(event.revision),
            message=clip(event.message, 1000),
            path=urls.model(event.repo, event.artifact),
            artifact=event.artifact,
        )
        for event in events
    ]
