"""The experiments of a repository as a table: a column for each metric, and above each group the commit that its experiments began from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile
from math import isfinite
from typing import NamedTuple

from markupsafe import Markup

from sites import text, urls
from sites.data.detail_rows import MetricPoint, MetricRow
from sites.data.experiments import ExperimentMetricRow, ExperimentRow
from sites.data.facts import Facts
from sites.view_models.model.metrics import BETTER, MetricCell, cells
from sites.view_models.registry import commit_mark

_Metric = tuple[str, str]  # file, name
_OTHER_COLUMNS = ("name", "began from", "author", "when")  # by which the table can be sorted, too


class ExperimentColumn(NamedTuple):
    """A metric. `of`: what tells its file from those of others that have its name; `key`: its name in addresses."""

    name: str
    of: str
    key: str
    title: str
    better: str


class ExperimentCell(NamedTuple):
    """What an experiment has of a metric; `number` is what the column is sorted by."""

    cell: MetricCell
    number: float | None


class ComparedExperiment(NamedTuple):
    """An experiment, or the commit that some began from."""

    name: str
    is_baseline: bool
    began: str
    detached: bool
    was_read: bool
    commit: Markup
    author: str
    authored_at: datetime | None
    cells: list[ExperimentCell]


class ExperimentTable(NamedTuple):
    """The newest experiments of a repository."""

    total: int
    shown: int
    columns: list[ExperimentColumn]
    lines: list[ComparedExperiment]
    more: int


def experiment_table(facts: Facts, repo: str, links: urls.RepositoryLinks | None) -> ExperimentTable | None:
    """The experiments, by the commit that they began from: the group of the newest first. None where there are none."""
    rows = facts.experiments.get(repo, [])
    if not rows:
        return None
    metrics = facts.experiment_metrics.get(repo, [])
    measured: dict[_Metric, dict[str, ExperimentMetricRow]] = {}
    for row in metrics:
        measured.setdefault((row.file, row.name), {})[row.commit] = row
    groups: dict[str, list[ExperimentRow]] = {}
    for experiment in rows:
        groups.setdefault(experiment.baseline, []).append(experiment)
    lines = [
        line for baseline, group in groups.items() for line in _group(baseline, group, [*measured.values()], links)
    ]
    columns = _columns(
        {metric: next(iter(by_commit.values())).direction or "" for metric, by_commit in measured.items()}
    )
    more = metrics[0].total - len(measured) if metrics else 0
    return ExperimentTable(rows[0].total, len(rows), columns, lines, more)


def _columns(directions: dict[_Metric, str]) -> list[ExperimentColumn]:
    files: dict[str, list[str]] = {}
    for file, name in directions:
        files.setdefault(name or file, []).append(file)
    parts = {name: _differing(of) if len(of) > 1 else dict.fromkeys(of, "") for name, of in files.items()}
    return [_column(file, name, parts[name or file][file], direction) for (file, name), direction in directions.items()]


def _column(file: str, name: str, of: str, direction: str) -> ExperimentColumn:
    better = BETTER.get(direction, "")
    title = f"{file}: {name}"
    key = title if of or name.lower() in _OTHER_COLUMNS else name or file
    return ExperimentColumn(name or file, of, key, title + (f", {direction} is better" if better else ""), better)


def _differing(files: Sequence[str]) -> dict[str, str]:
    """Each path without the folders and the name that all have; the whole paths where nothing is left of one."""
    parts = [file.split("/") for file in files]
    start = _common(parts)
    rest = [part[start:] for part in parts]
    end = _common([part[::-1] for part in rest])
    shown = ["/".join(part[: len(part) - end]) for part in rest]
    return dict(zip(files, shown if all(shown) else files, strict=True))


def _common(parts: Sequence[Sequence[str]]) -> int:
    """How many of the first are the same in all."""
    return sum(1 for _ in takewhile(lambda each: len({*each}) == 1, zip(*parts, strict=False)))


def _group(
    baseline: str,
    group: Sequence[ExperimentRow],
    measured: Sequence[dict[str, ExperimentMetricRow]],
    links: urls.RepositoryLinks | None,
) -> list[ComparedExperiment]:
    """The commit that some experiments began from, and these."""
    first = group[0]
    began = ", ".join(ref.removeprefix(f"{first.repo}:") for ref in first.versions) or text.short(baseline)
    commits = [baseline, *(row.commit for row in group)]
    columns = [_cells(by_commit, commits, baseline) for by_commit in measured]
    across = [[column[place] for column in columns] for place in range(len(commits))]
    head = ComparedExperiment(
        began, True, "", False, True, commit_mark(links, baseline), "", None, across[0]
    )  # fmt: skip
    return [
        head,
        *(
            ComparedExperiment(
                name=row.name,
                is_baseline=False,
                began=began,
                detached=bool(row.detached),
                was_read=row.was_read,
                commit=commit_mark(links, row.commit),
                author=row.author,
                authored_at=row.authored_at,
                cells=own,
            )
            for row, own in zip(group, across[1:], strict=True)
        ),
    ]


def _cells(by_commit: dict[str, ExperimentMetricRow], commits: Sequence[str], baseline: str) -> list[ExperimentCell]:
    """What each commit has of a metric, and how much that differs from the baseline."""
    points = [_point(row) for commit in dict.fromkeys(commits) if (row := by_commit.get(commit))]
    direction = next(iter(by_commit.values())).direction
    metric = MetricRow("", "", "", "", direction, None, 1, points)
    own = cells(metric, [("", commit) for commit in commits], ("", baseline), _best(points, direction))
    numbers = {point["commit"]: point["number"] for point in points}
    return [
        ExperimentCell(cell, number if number is not None and isfinite(number) else None)
        for cell, number in zip(own, map(numbers.get, commits), strict=True)
    ]


def _point(row: ExperimentMetricRow) -> MetricPoint:
    return {
        "version": "", "commit": row.commit, "number": row.number, "text": row.text, "of_project": False, "mixed": False,
    }  # fmt: skip


def _best(points: Sequence[MetricPoint], direction: str | None) -> MetricPoint | None:
    """The best of a group, where some are worse and it is known which way is better."""
    numbers = [
        (point["number"], point) for point in points if point["number"] is not None and isfinite(point["number"])
    ]
    if direction not in BETTER or len({number for number, _ in numbers}) < len(("best", "worse")):
        return None
    choose = max if direction == "higher" else min
    return choose(numbers, key=lambda each: each[0])[1]
