"""The board of stages: the scripts with its periods, in columns, and its rows as of the last crawl for readers without scripts.

What is in stages now is in one script, which the page loads at once; the past is in others, which it loads where the reader goes there.
`docs/decisions/52-stage-board.md`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import NamedTuple
from zlib import crc32

from markupsafe import Markup

from catalog.naming import plain_slug, slug
from sites import urls
from sites.data.stages import Board, BoardPeriodRow, BoardVersionRow
from sites.text import clip, look, pill, short, stage_order
from sites.view_models.columns import front_coded, numbers, steps, texts
from sites.view_models.scripts import script

FOLDER = "index/stages"
BOARD, SECONDS = f"{FOLDER}.js", f"{FOLDER}/seconds.js"
KNOWN, GONE, VERSIONS = f"{FOLDER}/known.js", f"{FOLDER}/gone.js", f"{FOLDER}/versions.js"
PERIODS = 12_000  # of the past in one script
ROWS = 300  # of the board without scripts
COLUMNS = 8  # stages with a column of their own

_NEVER = -1
_DAY = 86_400  # of the present the page shows days: a third less to load than with the seconds, which are in a script of their own
_UNREGISTERED, _SKIPPED = 1, 2  # bits of `flags`
_WITHDRAWN, _CURRENT = 1, 2  # and of those of versions
_ABSENT = {"lost": None, "former": "gone", "removed": "removed"}  # what is not in the catalog now, by its page

ArtifactKey = tuple[str, str, str]  # team, repository, artifact: the order of the board


class BoardLine(NamedTuple):
    """An artifact's row: in each column the version, and since when it is there."""

    path: str | None
    name: str
    repo: str
    cells: tuple[Markup, ...]
    others: Markup


def past(number: int) -> str:
    """The path of a script of the past; 0 is the latest."""
    return f"{FOLDER}/past-{number}.js"


def paths(past_periods: int) -> list[str]:
    """The paths of all scripts of a board of which so many periods have ended."""
    return [BOARD, SECONDS, KNOWN, GONE, VERSIONS, *(past(number) for number in range(-(-past_periods // PERIODS)))]


def stages(periods: Iterable[BoardPeriodRow]) -> list[str]:
    """The stages in the order of columns: as repos.toml has them, or else production first."""
    ranks = {row.stage: row.rank for row in periods}
    return sorted(ranks, key=lambda stage: stage_order(stage, ranks[stage]))


def lines(board: Board, most: int | None = None) -> dict[str, list[BoardLine]]:
    """What is in stages now, by team, of all artifacts or of the first so many; production and what is used most have columns."""
    names = columns(board)
    now = sorted(_in_stages(board), key=_key)
    by_team: dict[str, list[BoardLine]] = {}
    for (team, repo, artifact), own in islice(groupby(now, key=_key), most):
        in_stage = {row.stage: row for row in own}
        others = [pill(stage, row.version) for stage, row in in_stage.items() if stage not in names]
        by_team.setdefault(team, []).append(
            BoardLine(
                path=urls.model(repo, artifact),
                name=artifact,
                repo=repo,
                cells=tuple(_cell(in_stage.get(stage)) for stage in names),
                others=Markup(" ").join(others),
            )
        )
    return by_team


def first_lines(board: Board) -> tuple[list[tuple[str, list[BoardLine]]], int]:
    """The first of these rows, by team, and how many there are beyond."""
    shown = lines(board, ROWS)
    artifacts = {(row.repo, row.artifact) for row in _in_stages(board)}
    return [*shown.items()], len(artifacts) - sum(map(len, shown.values()))


def columns(board: Board) -> list[str]:
    """The stages that have columns: production and those that repos.toml names, in its order, then those of the most artifacts.

    Where a single stage is left over, it has a column, too: one of other stages would take as much room.
    """
    ranks = {row.stage: row.rank for row in board.periods}
    counts = Counter(row.stage for row in _in_stages(board))
    order = sorted(
        stages(board.periods),
        key=lambda stage: (ranks[stage] is None, ranks[stage] or 0, stage != board.prod, -counts[stage]),
    )
    first = sorted((stage for stage in order if counts[stage]), key=lambda stage: stage != board.prod)[:COLUMNS]
    shown = [stage for stage in order if stage in first]
    return order if len(order) == len(shown) + 1 else shown


def scripts(board: Board, host: str) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of each script. `host`: with what the names of all repositories begin, which rows leave out."""
    artifacts = sorted({_key(row) for row in board.periods})
    places = {artifact: place for place, artifact in enumerate(artifacts)}
    names = stages(board.periods)
    current = sorted((row for row in board.periods if row.is_current), key=_key)
    ended = sorted((row for row in current if row.ended_at is not None), key=lambda row: -(row.ended_at or 0))
    parts = [ended[first : first + PERIODS] for first in range(0, len(ended), PERIODS)]

    def table(periods: Sequence[BoardPeriodRow], unit: int = 1) -> dict[str, object]:
        return _table(periods, places, names, unit)

    now = [row for row in current if row.ended_at is None]
    known = sorted((row for row in board.periods if not row.is_current), key=_key)
    others = {SECONDS: script("stages/seconds", numbers([row.started_at % _DAY for row in now]))}
    for number, part in enumerate(parts):
        others[past(number)] = script(f"stages/past-{number}", table(sorted(part, key=_key)))
    others[KNOWN] = script("stages/known", table([row for row in known if not row.is_gone]))
    others[GONE] = script("stages/gone", table([row for row in known if row.is_gone]))
    others[VERSIONS] = script("stages/versions", _versions(board.versions, places))
    head = _head(board, artifacts, names, parts) | {"version": f"{crc32(b''.join(others.values())):08x}"}
    yield BOARD, script("stages", head | {"host": host, "now": table(now, _DAY)})
    yield from others.items()


def _head(
    board: Board, artifacts: Sequence[ArtifactKey], names: Sequence[str], parts: Sequence[Sequence[BoardPeriodRow]]
) -> dict[str, object]:
    """What the page knows before any period: artifacts, stages, crawls, and which scripts of the past there are."""
    repos = [repo for _, repo, _ in artifacts]
    distinct = list(dict.fromkeys(repos))
    of_repo = {repo: place for place, repo in enumerate(distinct)}
    teams = list(dict.fromkeys(team for team, _, _ in artifacts))
    of_team = {team: place for place, team in enumerate(teams)}
    pages = {_key(row): row.page for row in board.periods}
    places = {(repo, artifact): place for place, (_, repo, artifact) in enumerate(artifacts)}
    shared, names_of_repos = front_coded(distinct)
    return {
        "stages": names,
        "looks": [look(stage) for stage in names],
        "columns": [names.index(stage) for stage in columns(board)],
        "prod": names.index(board.prod) if board.prod in names else -1,
        "teams": teams,
        "team": numbers([of_team[urls.team_of(repo)] for repo in distinct]),
        "shared": shared,
        "repos": names_of_repos,
        "repo": steps([of_repo[repo] for repo in repos]),
        "repoPaths": {place: slug(repo) for repo, place in of_repo.items() if slug(repo) != plain_slug(repo)},
        "count": len(artifacts),
        "artifact": texts(artifact for _, _, artifact in artifacts),
        "paths": {place: slug(name) for place, (_, _, name) in enumerate(artifacts) if slug(name) != plain_slug(name)},
        **{name: [place for place, key in enumerate(artifacts) if pages[key] == page] for name, page in _ABSENT.items()},
        "behind": [[places[row.repo, row.artifact], row.latest or "", row.behind] for row in board.behind if (row.repo, row.artifact) in places],
        "crawls": [[row.crawl, row.ended_at] for row in board.crawls],
        "absences": [[of_repo[row.repo], row.left_crawl, row.back_crawl] for row in board.absences if row.repo in of_repo],
        "past": [part[0].ended_at for part in parts],
        "gone": sum(row.is_gone for row in board.periods),
        "first": max(board.earliest, min(row.started_at for row in board.periods)) if board.periods else None,
    }  # fmt: skip


def _table(
    periods: Sequence[BoardPeriodRow], places: dict[ArtifactKey, int], names: Sequence[str], unit: int
) -> dict[str, object]:
    """Periods as columns of numbers, which compress to a third of rows. They begin so many units of seconds after the base, rounded down.

    `held`: since when those versions are there that had another name at first.
    """
    counts = Counter(row.version for row in periods)
    versions = sorted(counts, key=lambda version: (-counts[version], version))
    of_version = {version: place for place, version in enumerate(versions)}
    of_stage = {stage: place for place, stage in enumerate(names)}
    base = min((row.started_at for row in periods), default=0) // unit * unit
    return {
        "count": len(periods),
        "model": steps([places[_key(row)] for row in periods]),
        "stage": numbers([of_stage[row.stage] for row in periods]),
        "versions": versions,
        "version": numbers([of_version[row.version] for row in periods]),
        "base": base,
        "unit": unit,
        "from": numbers([(row.started_at - base) // unit for row in periods]),
        "length": numbers([_NEVER if row.ended_at is None else row.ended_at - row.started_at for row in periods]),
        "known": numbers([_NEVER if row.known_from is None else row.known_from for row in periods]),
        "until": numbers([_NEVER if row.known_until is None else row.known_until for row in periods]),
        "held": {place: row.held_since for place, row in enumerate(periods) if row.held_since != row.started_at},
        "flags": numbers([_UNREGISTERED * row.unregistered + _SKIPPED * row.skipped for row in periods]),
    }


def _versions(rows: Sequence[BoardVersionRow], places: dict[ArtifactKey, int]) -> dict[str, object]:
    """Registrations and deregistrations as columns of numbers, in the order of artifacts and, in each, of versions."""
    own = sorted((row for row in rows if _key(row) in places), key=lambda row: places[_key(row)])
    names = sorted({row.version for row in own})
    of_version = {version: place for place, version in enumerate(names)}
    return {
        "count": len(own),
        "model": steps([places[_key(row)] for row in own]),
        "versions": names,
        "version": numbers([of_version[row.version] for row in own]),
        "rank": numbers([row.rank for row in own]),
        "item": numbers([row.item for row in own]),
        "at": numbers([row.registered_at for row in own]),
        "known": numbers([_NEVER if row.known_from is None else row.known_from for row in own]),
        "until": numbers([_NEVER if row.known_until is None else row.known_until for row in own]),
        "flags": numbers([_WITHDRAWN * row.withdrawn + _CURRENT * row.is_current for row in own]),
    }


def _in_stages(board: Board) -> Iterator[BoardPeriodRow]:
    """The periods that have not ended, by today's tags."""
    return (row for row in board.periods if row.is_current and row.ended_at is None)


def _key(row: BoardPeriodRow | BoardVersionRow) -> ArtifactKey:
    return (urls.team_of(row.repo), row.repo, row.artifact)


def _cell(row: BoardPeriodRow | None) -> Markup:
    if row is None:
        return Markup("")
    return Markup('<b class="s-{}">{}</b>').format(look(row.stage), clip(short(row.version), 40))
