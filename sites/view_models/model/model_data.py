"""What scripts read of a model: all versions with their metrics, parameters, inputs and problems, the oldest events, and where the numbers of its plots are.

What has one value for each version is a list of points, `[place of the version, number, text, flags]`, where a text that is the number as JavaScript
writes it, and flags that are 0, are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from math import isfinite
from typing import Any

from catalog.naming import plain_slug
from catalog.query.labels import OUTDATED, WHERE
from sites import urls
from sites.data.detail_rows import FileRow, InputRow, MetricRow, ParamRow, ProducerRow
from sites.data.facts import Facts
from sites.data.rows import (
    ArtifactRow,
    AssignmentRow,
    EventRow,
    GoneTagRow,
    ProblemRow,
    StagePeriodRow,
    VersionCardRow,
    VersionRow,
)
from sites.data_script import data_script
from sites.pages import MODEL
from sites.text import clip, look
from sites.view_models.model.history import MOST, history
from sites.view_models.model.plots import Plots
from sites.view_models.problems import NO_PROBLEMS
from sites.view_models.registry import in_order

OF_PROJECT, OF_ANOTHER_RUN = 1, 2  # flags of a point
MOST_PROBLEMS = 20  # of a version
LONG_PROBLEM = 400  # characters of a place or a message
LONG_TITLE = 200  # characters of the title of a plot
EXACT = 1e15  # whole numbers below this are written without an exponent, here and in JavaScript

_Places = Mapping[tuple[str, str], int]


def names(artifacts: Iterable[tuple[str, str, str]]) -> bytes:
    """The script with the paths of those artifacts (repository, artifact, name in the catalog) that do not follow from their names as scripts know it."""
    paths = {ref: urls.model(repo, artifact).removesuffix(".html") for repo, artifact, ref in artifacts}
    return data_script("names", {ref: to for ref, to in sorted(paths.items()) if to != _plain_path(ref)})


def _plain_path(ref: str) -> str:
    repo, _, artifact = ref.partition(":")
    plain = map(plain_slug, (repo, artifact))
    return MODEL.pattern.removesuffix(".html").format(**dict(zip(("repo", "artifact"), plain, strict=True)))


def model_data(
    facts: Facts,
    artifact: ArtifactRow,
    plots: Plots | None = None,
    problems: Mapping[str, Sequence[ProblemRow]] = NO_PROBLEMS,
    links: urls.RepositoryLinks | None = None,
) -> bytes:
    """The script of an artifact. `plots`: what its page shows of them; `problems`: those of its repository, by commit; `links`: the repository on its forge."""
    key = (artifact.repo, artifact.artifact)
    versions = facts.versions.get(key, [])
    places = {(row.version, row.commit): place for place, row in enumerate(versions)}
    files = {(row.version, row.commit): row for row in facts.files.get(key, [])}
    makers = {(row.version, row.commit): row for row in facts.makers.get(key, [])}
    cards = {(row.version, row.commit): row for row in facts.version_cards.get(key, []) if row.differs}
    numbers = plots.numbers if plots else None
    stages = in_order(facts.assignments.get(key, []))
    data = {
        "name": artifact.artifact,
        "repo": artifact.repo,
        "page": urls.model(*key),
        "versions": [
            _version(row, files.get((row.version, row.commit)), makers.get((row.version, row.commit)), stages)
            | _problems(problems.get(row.revision, ()))
            | _card(cards.get((row.version, row.commit)), links)
            | _plots(plots, row)
            for row in versions
        ],
        "metrics": [_metric(row, places) for row in facts.metrics.get(key, [])],
        "params": _params(facts.params.get(key, []), places),
        "inputs": _inputs(facts.inputs.get(key, []), places),
        **_stated(plots=numbers and numbers.path),
        **_stated(history=_older(facts.events.get(key, []), facts.terms.get(key, []), facts.gone_tags.get(key, []))),
    }
    return data_script(artifact.id, data)


def _older(
    events: Sequence[EventRow], periods: Sequence[StagePeriodRow], gone: Sequence[GoneTagRow] = ()
) -> list[dict[str, Any]]:
    """The entries of the history that the page has no room for, the newest first."""
    if len(events) + len(periods) + len(gone) <= MOST:
        return []
    return [
        _stated(
            at=_time(entry.at),
            until=entry.until and _time(entry.until),
            author=entry.author,
            verb=entry.verb,
            version=entry.version,
            to=entry.to,
            stage=entry.event.stage if entry.event else entry.gone.stage if entry.gone else entry.stage.striptags(),
            look=entry.look,
            period=entry.period,
            message=entry.message,
            tag=(entry.event and entry.event.tag) or (entry.gone and entry.gone.tag),
            gone=entry.gone and ("rewritten" if entry.gone.rewritten else "deleted"),
            gone_at=entry.gone and _time(entry.gone.gone_at),
            revision=entry.event and entry.event.revision,
            signed=entry.event and entry.event.signed,
        )
        for entry in history(events, periods, gone).older
    ]


def _version(
    row: VersionRow, file: FileRow | None, maker: ProducerRow | None, stages: Sequence[AssignmentRow]
) -> dict[str, Any]:
    own = [(a.stage, look(a.stage)) for a in stages if (a.version, a.commit) == (row.version, row.commit)]
    return _stated(
        version=row.version,
        commit=row.revision,
        at=_time(row.created_at),
        author=row.author,
        message=row.message,
        stages=own,
        unregistered=not row.registered,
        inactive=not row.active,
        latest=row.is_latest,
        **_file(file),
        **_maker(maker),
    )


def _plots(plots: Plots | None, row: VersionRow) -> dict[str, Any]:
    """Whether the file of numbers has some of a version, and the path and title of each image among its plots."""
    if plots is None:
        return {}
    images = plots.images.get((row.version, row.commit), {})
    return _stated(
        plots=plots.numbers is not None and row.version in plots.numbers.versions,
        images=[[path, clip(title, LONG_TITLE)] for path, title in images.items()],
    )


def _problems(rows: Sequence[ProblemRow]) -> dict[str, Any]:
    """Place and message of what could not be read at a commit, and how many more there are."""
    shown = [[clip(row.place, LONG_PROBLEM), clip(row.message, LONG_PROBLEM)] for row in rows[:MOST_PROBLEMS]]
    return _stated(problems=shown, more_problems=len(rows[MOST_PROBLEMS:]) or None)


def _card(card: VersionCardRow | None, links: urls.RepositoryLinks | None) -> dict[str, Any]:
    """The file of a card that says something else than the one of the latest version, and its address where the forge is known."""
    if card is None:
        return {}
    return {"card": _trimmed([card.file, links.file(card.reading, card.file) if links else None])}


def _file(file: FileRow | None) -> dict[str, Any]:
    if file is None:
        return {}
    other = file.duplicate
    return {
        "storage": WHERE.get(file.status, file.status),
        "hash": file.hash,
        "size": file.size,
        "files": file.files,
        "url": file.url or file.path,
        "link": file.link if (file.link or "").startswith("https://") else None,
        "duplicate": other
        and {
            "name": f"{other['repo']}:{other['artifact']}@{other['version']}",
            "page": urls.model(other["repo"], other["artifact"]),
        },
        "mixed": list(file.mixed),
        "other_inputs": file.other_inputs,
    }


def _maker(maker: ProducerRow | None) -> dict[str, Any]:
    if maker is None:
        return {}
    return {
        "pipeline_stage": maker.pipeline_stage,
        "command": maker.command,
        "outdated": [OUTDATED.get(reason, reason) for reason in maker.outdated],
        "uncompared": list(maker.not_compared),
    }


def _metric(row: MetricRow, places: _Places) -> dict[str, Any]:
    points = [
        _point(
            places[p["version"], p["commit"]],
            p["number"],
            p["text"],
            OF_PROJECT * p["of_project"] | OF_ANOTHER_RUN * p["mixed"],
        )
        for p in row.points
        if (p["version"], p["commit"]) in places
    ]
    return _stated(file=row.file, name=row.name, direction=row.direction, points=points)


def _params(rows: Sequence[ParamRow], places: _Places) -> list[dict[str, Any]]:
    return [
        {"file": file, "name": name, "points": points}
        for (file, name), points in _grouped(
            rows,
            places,
            lambda row: (row.file, row.name),
            lambda place, row: _point(place, row.number, row.text, OF_PROJECT * row.of_project),
        )
    ]


def _inputs(rows: Sequence[InputRow], places: _Places) -> list[dict[str, Any]]:
    """The inputs of versions: points are `[place of the version, hash, size, source]`."""
    return [
        _stated(path=name, git=in_git, points=points)
        for (name, in_git), points in _grouped(
            rows,
            places,
            lambda row: (row.path, row.in_git),
            lambda place, row: [place, row.hash, row.size, row.source_rev],
        )
    ]


def _grouped(
    rows: Sequence[Any], places: _Places, key: Callable[[Any], tuple[Any, ...]], point: Callable[[int, Any], list[Any]]
) -> list[tuple[tuple[Any, ...], list[list[Any]]]]:
    grouped: dict[tuple[Any, ...], list[list[Any]]] = {}
    for row in rows:
        place = places.get((row.version, row.commit))
        if place is not None:
            grouped.setdefault(key(row), []).append(_trimmed(point(place, row)))
    return sorted(grouped.items())


def _point(place: int, number: float | None, text: str | None, flags: int) -> list[Any]:
    if number is not None and not isfinite(number):
        number = None
    if number is not None and number.is_integer() and abs(number) < EXACT:
        number = int(number)
    is_plain = number is not None and text == repr(number) and "e" not in text
    return _trimmed([place, number, None if is_plain else text or "", flags or None])


def _trimmed(point: list[Any]) -> list[Any]:
    while point[-1] is None:
        point = point[:-1]
    return point


def _stated(**fields: object) -> dict[str, Any]:
    """The fields that say something."""
    return {
        name: value
        for name, value in fields.items()
        if value is not None and value is not False and value not in ("", [])
    }


def _time(moment: datetime) -> str:
    return f"{moment.replace(microsecond=0).isoformat()}Z"
