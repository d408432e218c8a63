"""View models of what versions consist of (files, metrics, inputs, parameters), and of experiments and releases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeVar

from markupsafe import Markup

from catalog.query.labels import OF_PROJECT, OUTDATED, WHERE, mixed_runs, not_compared, where
from catalog.text import plural
from sites import text, urls
from sites.data.detail_rows import FileRow, InputRow, ParamRow, ProducerRow, VersionKey
from sites.data.experiments import ExperimentRow, ReleaseRow
from sites.data.facts import Facts, Key
from sites.data.rows import AssignmentRow, ProblemRow
from sites.view_models.problems import NO_PROBLEMS
from sites.view_models.registry import VersionLine, commit_mark

NEWEST = 4  # versions of which the page itself says everything, besides those in a stage
MOST_PARAMS = 20
MOST_INPUTS = 12
LONG_PARAM = 60  # characters
LONG_PATH = 300  # characters
MOST_PROBLEMS = 5


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


class ParamLine(NamedTuple):
    """A parameter of a version, and what it was in others, where that differs."""

    name: str
    text: str
    was: str


class VersionStorage(NamedTuple):
    """Where a version's bytes are."""

    file: FileRow
    where: str
    size: str
    link: str
    host: str
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
    params: list[ParamLine]
    more_params: int
    params_of: str
    problems: list[ProblemRow]
    more_problems: int


class ExperimentLine(NamedTuple):
    """An experiment of DVC."""

    experiment: ExperimentRow
    commit: Markup
    began: str


class ReleaseLine(NamedTuple):
    """A release."""

    release: ReleaseRow
    commit: Markup


_At = tuple[str, str]  # version, commit
DetailRow = TypeVar("DetailRow", FileRow, ProducerRow, InputRow, ParamRow)


def storage_of(facts: Facts, key: Key) -> dict[_At, VersionStorage]:
    """Where the bytes of each version of an artifact are: (version, commit) → bytes."""
    return {(file.version, file.commit): _storage(file) for file in facts.files.get(key, [])}


def version_details(
    facts: Facts,
    key: Key,
    versions: Sequence[VersionLine],
    storage: dict[_At, VersionStorage],
    first: AssignmentRow | None = None,
    problems: Mapping[str, Sequence[ProblemRow]] = NO_PROBLEMS,
) -> list[VersionDetails]:
    """What the highest versions and those in stages are made of, the highest first.

    `first`: the assignment that parameters are compared with; `problems`: those of the repository, by commit.
    """
    makers, inputs = _of_version(facts.makers.get(key, [])), _of_version(facts.inputs.get(key, []))
    params = _of_version(facts.params.get(key, []))
    order = [(row.version, row.commit) for row in sorted(facts.shown.get(key, []), key=lambda row: row.place)]
    shown = {(row.version, row.commit) for row in facts.shown.get(key, []) if row.place <= NEWEST or row.in_stage}
    before = dict(pairwise(order))  # the version before each
    base = (first.version, first.commit) if first else None
    lines = []
    for version in versions:
        at = (version.version.version, version.version.commit)
        if at not in shown:
            continue
        unread = problems.get(version.version.revision, ())
        if not (unread or _is_known(storage.get(at), params.get(at))):
            continue
        others = {}
        if previous := before.get(at):
            others[f"in {text.short(previous[0])}"] = params.get(previous, [])
        if first and base and base not in (at, previous):
            others[f"in {first.stage}"] = params.get(base, [])
        maker = next(iter(makers.get(at, [])), None)
        lines.append(
            _details(version, storage.get(at), maker, inputs.get(at, []), _param_lines(params.get(at, []), others))
        )
        lines[-1] = lines[-1]._replace(
            params_of=OF_PROJECT if any(row.of_project for row in params.get(at, [])) else "",
            problems=[*unread[:MOST_PROBLEMS]],
            more_problems=len(unread[MOST_PROBLEMS:]),
        )
    return lines


def _details(
    version: VersionLine,
    storage: VersionStorage | None,
    maker: ProducerRow | None,
    inputs: Sequence[InputRow],
    params: Sequence[ParamLine],
) -> VersionDetails:
    tracked = [row for row in inputs if not row.in_git]
    return VersionDetails(
        line=version,
        bytes=storage,
        maker=maker,
        outdated=", ".join(OUTDATED.get(reason, reason) for reason in maker.outdated) if maker else "",
        not_compared=_sentence(not_compared(maker.not_compared, maker.why_not_compared)) if maker else "",
        mixed=_mixed(storage),
        inputs=[_input(row) for row in tracked[:MOST_INPUTS]],
        more_inputs=len(tracked[MOST_INPUTS:]),
        code=[row.path for row in inputs if row.in_git],
        params=[*params[:MOST_PARAMS]],
        more_params=len(params[MOST_PARAMS:]),
        params_of="",
        problems=[],
        more_problems=0,
    )


def _param_lines(params: Sequence[ParamRow], others: Mapping[str, Sequence[ParamRow]]) -> list[ParamLine]:
    """The parameters of a version, those that differ from other versions first. `others`: the parameters of these, by the words for each."""
    texts = {where: {(row.file, row.name): row.text for row in rows} for where, rows in others.items() if rows}
    lines = []
    for row in params:
        was = [
            f"{text.clip(other, LONG_PARAM) if other is not None else 'none'} {where}"
            for where, theirs in texts.items()
            if (other := theirs.get((row.file, row.name))) != row.text
        ]
        lines.append(ParamLine(row.name, text.clip(row.text, LONG_PARAM), ", ".join(was)))
    return sorted(lines, key=lambda line: not line.was)


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


def begun_from(experiments: Sequence[ExperimentRow], artifact: str) -> list[ExperimentRow]:
    """Those of a repository's experiments that began from versions of an artifact."""
    return [row for row in experiments if any(ref.rpartition("@")[0] == artifact for ref in row.versions)]


def _is_known(storage: VersionStorage | None, params: list[ParamRow] | None) -> bool:
    """Whether there is anything to show of a version."""
    return bool(params) or (storage is not None and storage.file.status != "not-annotated")


def _mixed(storage: VersionStorage | None) -> str:
    """What differs from the run that made a version, in a sentence; empty where all of it is of one run."""
    return _sentence(mixed_runs(storage.file.mixed, other_inputs=storage.file.other_inputs)) if storage else ""


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}." if words else ""


def _of_version(rows: Sequence[DetailRow]) -> dict[_At, list[DetailRow]]:
    grouped: dict[_At, list[DetailRow]] = {}
    for row in rows:
        grouped.setdefault((row.version, row.commit), []).append(row)
    return grouped


def _storage(file: FileRow) -> VersionStorage:
    size = "" if file.size is None else text.size(file.size)
    if file.files is not None:
        size = f"{size} in {plural(file.files, 'file')}".strip()
    link = file.link if file.link and file.link.startswith("https://") and urls.host(file.link) else ""
    short = size or ("" if file.status == "not-annotated" else WHERE.get(file.status, file.status))
    path = None if file.path is None else text.clip(file.path, LONG_PATH)
    return VersionStorage(
        file=file,
        where=where(file.status, path),
        size=size,
        link=link,
        host=urls.host(link),
        duplicate=_version_link(file.duplicate),
        short=short,
    )


def _version_link(key: VersionKey | None) -> VersionLink | None:
    if key is None:
        return None
    path = f"{urls.model(key['repo'], key['artifact'])}{urls.fragment(key['version'])}"
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
