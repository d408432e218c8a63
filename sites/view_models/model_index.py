"""The list of models as columns: what the page shows and filters without loading more, in one script file.

Columns of numbers are texts, `3,1,4`, which a browser reads faster than an array of a hundred thousand elements. `docs/decisions/42-models-list.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from math import isfinite

from catalog.naming import plain_slug, slug
from sites.data.lists import FacetRow, FieldRow, FormerNameRow, ModelRow, StageNameRow, StageVersion
from sites.text import clip, look, stage_order

DESCRIPTION = 100  # characters of a description in the list
LEVELS = 22  # heights in a sparkline, as the letters from `a`
FIELDS = ("stage", "type", "label", "framework", "licence", "owner", "task", "has", "is")  # with every list
MORE_FIELDS = ("author", "version")  # loaded when a query asks for them

ACTIVE, COPIED, IN_PROD, STALE = 1, 2, 4, 8  # bits of `flags`


def columns(models: Sequence[ModelRow], facets: Iterable[FacetRow]) -> dict[str, object]:
    """What `index/models.js` holds."""
    repos, repo_of = _coded([row.repo for row in models])
    teams = {row.repo: row.team for row in models}
    metrics, metric_of = _coded([row.metric or "" for row in models])
    directions = {row.metric or "": row.direction for row in models}
    return {
        "count": len(models),
        "repos": repos,
        "teams": [teams[repo] for repo in repos],
        "repoPaths": {place: slug(repo) for place, repo in enumerate(repos) if slug(repo) != plain_slug(repo)},
        "repo": _numbers(repo_of),
        "artifact": [row.artifact for row in models],
        "paths": {
            n: slug(row.artifact) for n, row in enumerate(models) if slug(row.artifact) != plain_slug(row.artifact)
        },
        "description": [clip(" ".join((row.description or "").split()), DESCRIPTION) for row in models],
        "latest": [row.latest or "" for row in models],
        "versions": _numbers(row.versions for row in models),
        "updated": _numbers(_seconds(row.updated_at) for row in models),
        "flags": _numbers(_flags(row) for row in models),
        "stages": [_stages(row.stages) for row in models],
        "looks": {each["stage"]: look(each["stage"]) for row in models for each in row.stages},
        "metrics": metrics,
        "directions": [directions[name] or "" for name in metrics],
        "metric": _numbers(metric_of),
        "number": ",".join(_number(row.number) for row in models),
        "prod": ",".join(_number(_in_prod(row)) for row in models),
        "spark": [sparkline(row.numbers or []) for row in models],
        "fields": fields(len(models), FIELDS, facets),
    }


def language(
    fields: Iterable[FieldRow], stage_names: Iterable[StageNameRow], former_names: Iterable[FormerNameRow]
) -> dict[str, object]:
    """What a query may ask, and what else stages and repositories are called, for `index/models.js`."""
    return {
        "language": [
            {"name": f.name, "kind": f.kind, "choices": f.choices, "versionChoices": f.version_choices} for f in fields
        ],
        "stageNames": [[name.raw, name.stage] for name in stage_names],
        "formerNames": [[name.former, name.repo] for name in former_names],
    }


def more_columns(models: Sequence[ModelRow], facets: Iterable[FacetRow]) -> dict[str, object]:
    """What `index/more.js` holds: what few queries ask for."""
    return {
        "created": _numbers(_seconds(row.created_at) for row in models),
        "fields": fields(len(models), MORE_FIELDS, facets),
    }


def fields(count: int, names: Sequence[str], facets: Iterable[FacetRow]) -> Mapping[str, object]:
    """Each field's values, and for each row the places of those that it has: rows apart by `;`, places by `,`."""
    values: dict[str, dict[str, set[int]]] = {name: {} for name in names}
    keys: dict[str, dict[str, list[str]]] = {name: {} for name in names}
    for row in facets:
        values[row.field].setdefault(row.value, set()).update(row.places)  # two addresses may be masked alike
        if row.keys:
            keys[row.field].setdefault(row.value, []).extend(key for key in row.keys if "[e-mail hidden]" not in key)
    coded = {}
    for name in names:
        rows: list[list[str]] = [[] for _ in range(count)]
        for number, places in enumerate(values[name].values()):
            for place in places:
                rows[place].append(str(number))
        own_keys = {n: also for n, value in enumerate(values[name]) if (also := keys[name].get(value))}
        coded[name] = {"values": [*values[name]], "keys": own_keys, "rows": ";".join(",".join(row) for row in rows)}
    return coded


def sparkline(numbers: Sequence[float]) -> str:
    """Heights between the least and the greatest of some numbers, a letter each."""
    finite = [number for number in numbers if isfinite(number)]
    if len(finite) < 2:  # noqa: PLR2004 - a line has two ends
        return ""
    least, most = min(finite), max(finite)
    reach = most / 2 - least / 2  # the difference of two numbers may be too large for one
    if not reach:
        return chr(ord("a") + LEVELS // 2) * len(finite)
    return "".join(chr(ord("a") + round((number / 2 - least / 2) / reach * (LEVELS - 1))) for number in finite)


def _coded(values: Sequence[str]) -> tuple[list[str], list[int]]:
    """Distinct values in the order of their appearance, and the place of each value among them."""
    places: dict[str, int] = {}
    coded = [places.setdefault(value, len(places)) for value in values]
    return [*places], coded


def _numbers(numbers: Iterable[int]) -> str:
    return ",".join(map(str, numbers))


def _number(number: float | None) -> str:
    """Six digits of a number, which the page shows four of; empty for none."""
    return "" if number is None or not isfinite(number) else f"{number:.6g}"


def _seconds(moment: datetime | None) -> int:
    return 0 if moment is None else int(moment.replace(tzinfo=UTC).timestamp())


def _flags(row: ModelRow) -> int:
    return ACTIVE * row.active | COPIED * row.copied | IN_PROD * row.in_prod | STALE * row.stale


def _in_order(stages: Sequence[StageVersion]) -> list[StageVersion]:
    return sorted(stages, key=lambda each: stage_order(each["stage"], each["rank"]))


def _stages(stages: Sequence[StageVersion]) -> list[str]:
    """Stage and version by turns."""
    return [text for each in _in_order(stages) for text in (each["stage"], each["version"])]


def _in_prod(row: ModelRow) -> float | None:
    """The main metric in production, where that is not the latest version."""
    foremost = next((each for each in _in_order(row.stages) if look(each["stage"]) == "prod"), None)
    return foremost["number"] if foremost and foremost["version"] != row.latest else None
