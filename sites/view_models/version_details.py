"""View models of what versions consist of (files, metrics, inputs, parameters), and of experiments and releases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeVar

from markupsafe import Markup

from catalog.query.labels import OF_PROJECT, OUTDATED, WHERE, mixed_runs, not_compared, of_project, where
from catalog.text import plural
from sites import text, urls
from sites.data.detail_rows import FileRow, InputRow, MetricPoint, MetricRow, ParamRow, ProducerRow, VersionKey
from sites.data.experiments import ExperimentRow, ReleaseRow
from sites.data.facts import Facts, Key
from sites.svg.figures import line_chart
from sites.view_models.registry import VersionLine, commit_mark

COLUMNS = 4  # versions beside each other in the table of metrics
MOST_METRICS = 20
MOST_PARAMS = 20
MOST_INPUTS = 12
LONG = 10  # characters of a number
LONG_PATH = 300  # characters

BETTER = {"higher": "↑", "lower": "↓"}


class VersionLink(NamedTuple):
    """A version somewhere in the catalog, with the way to it."""

    path: str
    name: str


class InputLine(NamedTuple):
    """What a version was made from."""

    path: str
    size: str
    hash: str
    source: str
    first_version: VersionLink | None


class VersionStorage(NamedTuple):
    """Where a version's bytes are."""

    file: FileRow
    where: str
    size: str
    link: str
    duplicate: VersionLink | None
    short: str


class VersionDetails(NamedTuple):
    """Everything about what one version is made of."""

    line: VersionLine
    bytes: VersionStorage | None
    maker: ProducerRow | None
    outdated: str
    not_compared: str
    mixed: str
    inputs: list[InputLine]
    more_inputs: int
    code: list[str]
    params: list[ParamRow]
    more_params: int
    params_of: str


class MetricLine(NamedTuple):
    """A metric over versions: its chart, its best number, and one cell for each of the newest versions."""

    metric: MetricRow
    better: str
    chart: Markup
    best: str
    cells: list[tuple[str, bool]]


class ExperimentLine(NamedTuple):
    """An experiment of DVC."""

    experiment: ExperimentRow
    commit: Markup
    began: str


class ReleaseLine(NamedTuple):
    """A release."""

    release: ReleaseRow
    commit: Markup


class Metrics(NamedTuple):
    """The table of metrics."""

    columns: list[str]
    lines: list[MetricLine]
    more: int
    files: list[str]
    of_project: str


DetailRow = TypeVar("DetailRow", FileRow, ProducerRow, InputRow, ParamRow)


def storage_of(facts: Facts, key: Key) -> dict[tuple[str, str], VersionStorage]:
    """Where the bytes of each version of an artifact are: (version, commit) → bytes."""
    return {(file.version, file.commit): _storage(file) for file in facts.files.get(key, [])}


def version_details(
    facts: Facts, key: Key, versions: Sequence[VersionLine], storage: dict[tuple[str, str], VersionStorage]
) -> list[VersionDetails]:
    """What the versions of which a page says everything are made of, the highest first."""
    makers, inputs = _of_version(facts.makers.get(key, [])), _of_version(facts.inputs.get(key, []))
    params = _of_version(facts.params.get(key, []))
    shown = {(row.version, row.commit) for row in facts.shown.get(key, [])}
    lines = []
    for version in versions:
        at = (version.version.version, version.version.commit)
        if at not in shown or not _is_known(storage.get(at), params.get(at)):
            continue
        maker = next(iter(makers.get(at, [])), None)
        tracked = [row for row in inputs.get(at, []) if not row.in_git]
        lines.append(
            VersionDetails(
                line=version,
                bytes=storage.get(at),
                maker=maker,
                outdated=", ".join(OUTDATED.get(reason, reason) for reason in maker.outdated) if maker else "",
                not_compared=_sentence(not_compared(maker.not_compared, maker.why_not_compared)) if maker else "",
                mixed=_mixed(storage.get(at)),
                inputs=[_input(row) for row in tracked[:MOST_INPUTS]],
                more_inputs=len(tracked[MOST_INPUTS:]),
                code=[row.path for row in inputs.get(at, []) if row.in_git],
                params=params.get(at, [])[:MOST_PARAMS],
                more_params=len(params.get(at, [])[MOST_PARAMS:]),
                params_of=OF_PROJECT if any(row.of_project for row in params.get(at, [])) else "",
            )
        )
    return lines


def metrics(facts: Facts, key: Key, versions: Sequence[VersionLine]) -> Metrics | None:
    """The metrics of an artifact; None where it has none."""
    rows = facts.metrics.get(key, [])
    if not rows:
        return None
    newest = [v.version for v in versions if v.version.registered and v.version.active][:COLUMNS]
    at = [(version.version, version.commit) for version in newest]
    return Metrics(
        columns=[text.short(version.version) for version in newest],
        lines=[_metric(metric, at) for metric in rows[:MOST_METRICS]],
        more=len(rows[MOST_METRICS:]),
        files=sorted({metric.file for metric in rows}),
        of_project=of_project({text.short(p["version"]): p["of_project"] for metric in rows for p in metric.points}),
    )


def experiment_lines(experiments: Sequence[ExperimentRow], links: urls.RepositoryLinks | None) -> list[ExperimentLine]:
    """The experiments of a repository, the last first."""
    return [
        ExperimentLine(
            experiment=experiment,
            commit=commit_mark(links, experiment.commit),
            began=", ".join(ref.removeprefix(f"{experiment.repo}:") for ref in experiment.versions)
            or text.short(experiment.baseline),
        )
        for experiment in experiments
    ]


def release_lines(releases: Sequence[ReleaseRow], links: urls.RepositoryLinks | None) -> list[ReleaseLine]:
    """The releases of a repository, the last first."""
    return [ReleaseLine(release=release, commit=commit_mark(links, release.commit)) for release in releases]


def begun_from(experiments: Sequence[ExperimentRow], artifact: str) -> int:
    """How many of a repository's experiments began from versions of an artifact."""
    return sum(any(ref.rpartition("@")[0] == artifact for ref in experiment.versions) for experiment in experiments)


def _is_known(storage: VersionStorage | None, params: list[ParamRow] | None) -> bool:
    """Whether there is anything to show of a version."""
    return bool(params) or (storage is not None and storage.file.status != "not-annotated")


def _mixed(storage: VersionStorage | None) -> str:
    """What differs from the run that made a version, in a sentence; empty where all of it is of one run."""
    return _sentence(mixed_runs(storage.file.mixed, other_inputs=storage.file.other_inputs)) if storage else ""


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}." if words else ""


def _of_version(rows: Sequence[DetailRow]) -> dict[tuple[str, str], list[DetailRow]]:
    grouped: dict[tuple[str, str], list[DetailRow]] = {}
    for row in rows:
        grouped.setdefault((row.version, row.commit), []).append(row)
    return grouped


def _storage(file: FileRow) -> VersionStorage:
    size = "" if file.size is None else text.size(file.size)
    if file.files is not None:
        size = f"{size} in {plural(file.files, 'file')}".strip()
    link = file.link if file.link and file.link.startswith("https://") else ""
    short = size or ("" if file.status == "not-annotated" else WHERE.get(file.status, file.status))
    path = None if file.path is None else text.clip(file.path, LONG_PATH)
    return VersionStorage(
        file=file,
        where=where(file.status, path),
        size=size,
        link=link,
        duplicate=_version_link(file.duplicate),
        short=short,
    )


def _version_link(key: VersionKey | None) -> VersionLink | None:
    if key is None:
        return None
    path = f"{urls.model(key['repo'], key['artifact'])}#{key['version']}"
    return VersionLink(path=path, name=f"{key['repo']}:{key['artifact']}@{text.short(key['version'])}")


def _input(row: InputRow) -> InputLine:
    source = " ".join(part for part in (row.source_url, row.source_path) if part)
    return InputLine(
        path=row.path,
        size="" if row.size is None else text.size(row.size),
        hash=(row.hash or "")[:7],
        source=f"{source} at {row.source_rev}" if source and row.source_rev else source,
        first_version=_version_link(row.first_version),
    )


def _metric(metric: MetricRow, columns: Sequence[tuple[str, str]]) -> MetricLine:
    values = {(point["version"], point["commit"]): point for point in metric.points}
    best = next((point for point in metric.points if point["version"] == metric.best), None)
    cells = [values.get(column) for column in columns]
    return MetricLine(
        metric=metric,
        better=BETTER.get(metric.direction or "", ""),
        chart=_chart(metric, best),
        best=_value(best),
        cells=[
            (
                _value(cell),
                bool(
                    best and cell and not cell["of_project"] and not cell["mixed"] and cell["number"] == best["number"]
                ),
            )
            for cell in cells
        ],
    )


def _chart(metric: MetricRow, best: MetricPoint | None) -> Markup:
    points = [point for point in metric.points if not point["of_project"]]
    if len(points) <= 1:
        return Markup("")
    first, last = points[0], points[-1]
    label = f"{metric.name}: {_value(first)} in {first['version']}, {_value(last)} in {last['version']}"
    return line_chart([point["number"] for point in points], label, best["number"] if best else None)


def _value(point: MetricPoint | None) -> str:
    """A value as it is written, where it is not too long a number."""
    if point is None:
        return ""
    if point["number"] is None or len(point["text"]) <= LONG:
        return text.clip(point["text"], 60)
    return f"{point['number']:.5g}"
