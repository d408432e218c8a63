"""The home page: how much there is of what, which stages are in use, and what needs attention."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode

from catalog.text import plural
from sites import urls
from sites.data.groups import ProductionRow, WeekRow
from sites.data.rows import RepositoryRow, StageRow, TypeRow
from sites.text import clip, number, of_type, short

DATASETS = ("dataset", "data")
MOST_TYPES = 3  # that are named in a tile
MOST_CHARACTERS = 40  # of the name of a type
MOST_NAMED, MOST_REPO = 3, 60  # repositories in a sentence, and characters of the name of each
_BAR = 100  # the width of the longest bar
_STEP, _TALL = 10, 48  # from bar to bar of the trend, and the height of the tallest


class Tile(NamedTuple):
    """A count, and what it is of."""

    name: str
    total: int
    link: str
    note: str


class StageBar(NamedTuple):
    """A stage in use, with a bar as long as it has artifacts."""

    stage: StageRow
    width: int


class Attention(NamedTuple):
    """What somebody should look at: the names of repositories of which older entries are shown, of those that were never read, and how many problems the others have."""

    older: Sequence[str]
    never: Sequence[str]
    problems: int


def tiles(types: Iterable[TypeRow]) -> list[Tile]:
    """How many models there are, datasets, and others. Those that are deprecated are counted apart: the list leaves them out, too."""
    models: list[TypeRow] = []
    datasets: list[TypeRow] = []
    others: list[TypeRow] = []
    for row in types:
        kind = (row.type or "").lower()
        (models if kind == "model" else datasets if kind in DATASETS else others).append(row)
    shown = [_tile("Models", models), _tile("Datasets", datasets)]
    return shown + [_tile("Other artifacts", others, named=True)] * bool(others)


def _tile(name: str, rows: Sequence[TypeRow], *, named: bool = False) -> Tile:
    types = urlencode([("type", row.type or "") for row in rows])
    active = [(row.type, count) for row in rows if (count := row.artifacts - row.deprecated)]
    deprecated = sum(row.deprecated for row in rows)
    notes = [of_type(count, clip(kind, MOST_CHARACTERS) or None) for kind, count in active[:MOST_TYPES] if named]
    if named and len(active) > MOST_TYPES:
        notes.append(f"{number(sum(count for _, count in active[MOST_TYPES:]))} of other types")
    notes += [f"{number(deprecated)} deprecated"] * bool(deprecated)
    return Tile(
        name,
        sum(count for _, count in active),
        f"models.html?{types}" if types and not named else "models.html",
        ", ".join(notes),
    )


class Behind(NamedTuple):
    """An artifact of which the version in production is behind the latest one."""

    path: str
    repo: str
    name: str
    prod: str
    latest: str
    words: str


class TrendBar(NamedTuple):
    """A week: where its bar stands, how high both parts are, and what it says."""

    x: int
    registered: int
    registered_y: int
    assigned: int
    assigned_y: int
    title: str


class Trend(NamedTuple):
    """The registrations and assignments of the last weeks, as bars."""

    bars: list[TrendBar]
    width: int
    height: int
    last: datetime
    registrations: int
    assignments: int


def behind(rows: Iterable[ProductionRow]) -> list[Behind]:
    """The artifacts of which production is furthest behind."""
    return [
        Behind(
            path=urls.model(row.repo, row.artifact),
            repo=row.repo,
            name=row.artifact,
            prod=short(row.prod or ""),
            latest=short(row.latest or ""),
            words=plural(row.behind or 0, "version")
            + (f", {plural(row.days_behind or 0, 'day')}" if (row.days_behind or 0) > 0 else ""),
        )
        for row in rows
        if row.repo is not None and row.artifact is not None
    ]


def trend(weeks: Sequence[WeekRow]) -> Trend | None:
    """The last weeks; None where nothing was registered or assigned yet. The numbers below it are of the last week."""
    if not weeks:
        return None
    most = max(week.registrations + week.assignments for week in weeks)
    bars = [_trend_bar(place, week, most) for place, week in enumerate(weeks)]
    last = weeks[-1]
    return Trend(bars, _STEP * len(weeks), _TALL, last.week, last.registrations, last.assignments)


def _trend_bar(place: int, week: WeekRow, most: int) -> TrendBar:
    registered, assigned = round(_TALL * week.registrations / most), round(_TALL * week.assignments / most)
    return TrendBar(
        x=_STEP * place,
        registered=registered,
        registered_y=_TALL - registered,
        assigned=assigned,
        assigned_y=_TALL - registered - assigned,
        title=f"Week of {week.week:%Y-%m-%d}: {number(week.registrations)} registered, {number(week.assignments)} assigned",
    )


def stage_bars(stages: Sequence[StageRow]) -> list[StageBar]:
    """The stages in use; no bar is too short to be seen."""
    most = max((row.artifacts for row in stages), default=1)
    return [StageBar(row, max(1, _BAR * row.artifacts // most)) for row in stages]


def attention(repositories: Iterable[RepositoryRow], problems: int) -> Attention:
    """What needs attention in a catalog."""
    stale = [row for row in repositories if row.stale]
    older = [row.repo for row in stale if row.read_at is not None]
    return Attention(older, [row.repo for row in stale if row.read_at is None], problems)


def of_artifacts(repositories: Iterable[RepositoryRow], problems: int) -> Attention:
    """What needs attention of the repositories that have artifacts: the page of the status has the others, too. `problems`: those that concern a model."""
    return attention([row for row in repositories if row.artifacts], problems)


def sentences(needs: Attention) -> list[str]:
    """What needs attention, in sentences."""
    older, never = map(_named, (needs.older, needs.never))
    problems = plural(needs.problems, "tag or file", "tags or files")
    each = (
        (needs.older, f"{older} could not be read in the last crawl: what is shown of {'it' if len(needs.older) == 1 else 'them'} is older."),
        (needs.never, f"{never} could never be read, and {'has' if len(needs.never) == 1 else 'have'} no entries yet."),
        (needs.problems, f"{problems} of models{' in other repositories' if needs.older or needs.never else ''} {'has a problem' if needs.problems == 1 else 'have problems'}."),
    )  # fmt: skip
    return [sentence for concerned, sentence in each if concerned]


def _named(repos: Sequence[str]) -> str:
    """The first few, and how many more."""
    shown = [clip(repo, MOST_REPO) for repo in repos[:MOST_NAMED]]
    if more := len(repos) - len(shown):
        shown.append(f"{number(more)} more")
    return " and ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))
