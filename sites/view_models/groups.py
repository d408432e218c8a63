"""What the pages of datasets, teams and people show."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from catalog.privacy.emails import HIDDEN
from sites import urls
from sites.data.facts import Key
from sites.data.groups import CompletenessRow, DatasetRow, LastTag, PersonRow, TeamRow
from sites.data.rows import AssignmentRow
from sites.text import clip, pill, short, size, stage_order
from sites.view_models import feeds
from sites.view_models.feeds import Feed, Feeds
from sites.view_models.registry import VERBS, ArtifactLine

MOST_STAGES = 12  # columns of a team's matrix; an artifact's page has all
MOST_NAMED = 3  # artifacts of a team that lack something
CLIPPED = 140  # characters of a description
DIGITS = 7  # of a hash
ASKED = ("card", "licence", "owner", "metrics")
WORDS = {"card": "Model card", "licence": "Licence", "owner": "Owner", "metrics": "Metrics"}


class DatasetLine(NamedTuple):
    """A dataset in the list."""

    dataset: DatasetRow
    path: str
    folder: str
    description: str
    latest: str
    size: str
    hash: str


class TeamLine(NamedTuple):
    """A team in the list; `path` is empty where it has no page: it is named by CODEOWNERS alone."""

    team: TeamRow
    path: str
    named_by: str


class LastTagLine(NamedTuple):
    """What somebody did last with an artifact."""

    words: str
    name: str
    path: str
    stage: Markup


class PersonLine(NamedTuple):
    """Somebody who tags."""

    person: PersonRow
    emails: str
    last: list[LastTagLine]
    feeds: list[Feed]


class Share(NamedTuple):
    """Of how many artifacts something is known; the first that lack it, and how many more do."""

    name: str
    known: int
    total: int
    named: list[ArtifactLine]
    more: int


class MatrixLine(NamedTuple):
    """An artifact, and its version in each stage."""

    line: ArtifactLine
    cells: list[Markup]


class Matrix(NamedTuple):
    """Which version of what is in which stage."""

    stages: list[str]
    lines: list[MatrixLine]
    others: int

    @property
    def has_repositories(self) -> bool:
        """Whether its artifacts are of several, so that the name of one does not say which it is."""
        return len({own.line.repo for own in self.lines}) > 1


def dataset_lines(datasets: Iterable[DatasetRow]) -> list[DatasetLine]:
    """The datasets, in the order of the rows."""
    return [
        DatasetLine(
            dataset=row,
            path=urls.model(row.repo, row.artifact),
            folder=f"{row.folder}:" if row.folder else "",
            description=clip(row.description, CLIPPED),
            latest=short(row.latest or ""),
            size="" if row.size is None else size(row.size),
            hash=(row.hash or "")[:DIGITS],
        )
        for row in datasets
    ]


def team_lines(teams: Iterable[TeamRow], pages: Collection[str]) -> list[TeamLine]:
    """The teams, by name. `pages`: those that have one."""
    words = {"path": "repositories", "code_owners": "CODEOWNERS"}
    return [
        TeamLine(
            team=row,
            path=urls.team(row.team) if row.team in pages else "",
            named_by=", ".join(words.get(source, source) for source in row.named_by),
        )
        for row in teams
    ]


def person_lines(people: Iterable[PersonRow], news: Feeds) -> list[PersonLine]:
    """The people, who did most first."""
    return [
        PersonLine(
            person=row,
            emails=", ".join(email for email in row.emails if email != HIDDEN),
            last=[_last_tag(tag) for tag in row.last],
            feeds=news.of(feeds.person_feed(row.person)),
        )
        for row in people
    ]


def _last_tag(tag: LastTag) -> LastTagLine:
    return LastTagLine(
        words=VERBS.get(tag["event"], tag["event"]),
        name=tag["artifact"] + (f"@{short(tag['version'])}" if tag["version"] else ""),
        path=urls.model(tag["repo"], tag["artifact"]),
        stage=pill(tag["stage"]) if tag["stage"] else Markup(""),
    )


def matrix(lines: Sequence[ArtifactLine], assignments: Mapping[Key, Sequence[AssignmentRow]]) -> Matrix:
    """Which version of a team's artifacts is in which stage; those in no stage are counted."""
    ranks: dict[str, int | None] = {}
    rows: list[tuple[ArtifactLine, dict[str, Markup]]] = []
    for line in lines:
        own = assignments.get((line.repo, line.artifact.artifact), ())
        ranks |= {each.stage: each.rank for each in own}
        if own:
            rows.append((line, {each.stage: pill(each.stage, each.version) for each in own}))
    stages = sorted(ranks, key=lambda stage: stage_order(stage, ranks[stage]))[:MOST_STAGES]
    empty = Markup("")
    return Matrix(
        stages=stages,
        lines=[MatrixLine(line, [cells.get(stage, empty) for stage in stages]) for line, cells in rows],
        others=len(lines) - len(rows),
    )


def shares(lines: Sequence[ArtifactLine], known: Mapping[Key, CompletenessRow]) -> list[Share]:
    """How complete a team's artifacts are: those in use that are registered."""
    asked = [(line, row) for line in lines if (row := known.get((line.repo, line.artifact.artifact)))]
    every = []
    for name in ASKED:
        lacking = [line for line, row in asked if not getattr(row, name)]
        named = lacking[:MOST_NAMED]
        every.append(Share(WORDS[name], len(asked) - len(lacking), len(asked), named, len(lacking) - len(named)))
    return every
