"""The table of an artifact's versions: the highest and those in a stage are in sight, all others in folds by year; of very many, the names alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from sites import text
from sites.data.detail_rows import MetricRow
from sites.view_models.model.metrics import value
from sites.view_models.model.version_details import VersionStorage
from sites.view_models.registry import VersionLine

OPEN = 20  # versions in sight, besides those in a stage
ROWS = 300  # in folds; of the versions beyond, the page has the names, and its script says the rest of each
LONG_MESSAGE = 120  # characters

_At = tuple[str, str]


class VersionCells(NamedTuple):
    """A row: the version, the message of its tag, its main metric and its size."""

    line: VersionLine
    message: str
    metric: str
    size: str


class VersionYear(NamedTuple):
    """The versions of a year that are in a fold: those with a row, and those of which it has the name alone."""

    year: int
    rows: list[VersionCells]
    names: list[VersionCells]


class VersionTable(NamedTuple):
    """All versions. `metric`: the name of the main metric; empty where there is none."""

    open: list[VersionCells]
    years: list[VersionYear]
    total: int
    metric: str


def version_table(
    versions: Sequence[VersionLine], measured: Sequence[MetricRow], storage: Mapping[_At, VersionStorage]
) -> VersionTable:
    """The table. `versions`: the highest first; `measured`: the main metric first."""
    main = next(
        (metric for metric in measured if metric.place == 1 and any(p["number"] is not None for p in metric.points)),
        None,
    )
    numbers = {(point["version"], point["commit"]): value(point) for point in main.points} if main else {}
    rows = []
    for line in versions:
        at = (line.version.version, line.version.commit)
        rows.append(
            VersionCells(
                line=line,
                message=text.clip(line.version.message.partition("\n")[0], LONG_MESSAGE),
                metric=numbers.get(at, ""),
                size=storage[at].short if at in storage else "",
            )
        )
    rest = [row for row in rows[OPEN:] if not row.line.stages]
    rest.sort(key=_year, reverse=True)
    whole = {id(row) for row in rest[:ROWS]}
    folds = ((year, [*its]) for year, its in groupby(rest, _year))
    return VersionTable(
        open=[row for place, row in enumerate(rows) if place < OPEN or row.line.stages],
        years=[
            VersionYear(year, [row for row in its if id(row) in whole], [row for row in its if id(row) not in whole])
            for year, its in folds
        ],
        total=len(rows),
        metric=main.name or main.file if main else "",
    )


def _year(row: VersionCells) -> int:
    return row.line.version.created_at.year
