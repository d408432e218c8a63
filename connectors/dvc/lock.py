"""`dvc.lock`: what each pipeline stage last ran with, and made.

After `dvc/schema.py` (`LOCKFILE_SCHEMA`) of DVC 3.67; version 1.0, without a `schema`, is that of DVC 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, NamedTuple

from catalog.errors import MetafileError
from catalog.text import cleaned
from connectors.dvc.schema import LOCK, LOCKED_STAGES, refusals
from connectors.dvc.values import Complaints, Values, command, maps, stated
from connectors.formats.metadata import written
from connectors.formats.typed import mapping, quoted, text

MAX_PARAMS = 10_000  # of one file
_WORDS = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}
NUMBER, TEXT, BOOL, LIST, MAP, NULL = "number", "text", "bool", "list", "map", "null"


@dataclass(frozen=True, kw_only=True, slots=True)
class LockedStage:
    """One pipeline stage as it last ran; entries by their paths as written."""

    command: str | None = None
    deps: Mapping[str, Values] = field(default_factory=dict)
    outs: Mapping[str, Values] = field(default_factory=dict)
    params: Mapping[str, Values] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class LockFile:
    """A whole file."""

    format: str | None = None
    stages: Mapping[str, LockedStage] = field(default_factory=dict)
    datasets: Mapping[str, Values] = field(default_factory=dict)


class LockedParam(NamedTuple):
    """A parameter and its value."""

    name: str
    number: float | None
    text: str | None
    kind: str


def read_lock(content: object, complaints: Complaints) -> LockFile:
    """The lock, without its bad entries. MetafileError where the whole file is none."""
    document = mapping(content, "")
    bodies: Mapping[Any, object] | None = document
    is_old = "schema" not in document
    if not is_old:
        if str(document["schema"]) != "2.0":
            message = f"found the schema {quoted(document['schema'])}, expected 2.0"
            raise MetafileError(message, place="schema", rule="unknown-schema")
        bodies = stated(document, "stages", mapping, "", complaints)
    above = "" if is_old else "stages."
    stages: dict[str, LockedStage] = {}
    for name, body in (bodies or {}).items():
        place = above + cleaned(str(name))
        try:
            stages[text(name, place)] = _locked(mapping(body, place), place, complaints)
        except MetafileError as error:
            complaints.append(error)
    complaints += refusals(LOCKED_STAGES if is_old else LOCK, document, complaints)
    datasets = {} if is_old else _by("name", document.get("datasets"), "datasets", complaints)
    return LockFile(format="1.0" if is_old else _format(stages), stages=stages, datasets=datasets)


def _locked(body: Values, place: str, complaints: Complaints) -> LockedStage:
    params = stated(body, "params", mapping, place, complaints) or {}
    params_by_file: dict[str, Values] = {}
    for file, values in params.items():
        where = f"{place}.params.{cleaned(str(file))}"
        try:
            params_by_file[text(file, where)] = mapping({} if values is None else values, where)
        except MetafileError as error:
            complaints.append(error)
    return LockedStage(
        command=stated(body, "cmd", command, place, complaints),
        deps=_by("path", body.get("deps"), f"{place}.deps", complaints),
        outs=_by("path", body.get("outs"), f"{place}.outs", complaints),
        params=params_by_file,
    )


def _by(key: str, value: object, place: str, complaints: Complaints) -> dict[str, Values]:
    """The maps of a list by the text that names each."""
    entries: dict[str, Values] = {}
    for where, item in maps(value, place, complaints):
        try:
            entries[text(item.get(key), f"{where}.{key}")] = item
        except MetafileError as error:
            complaints.append(error)
    return entries


def _format(stages: Mapping[str, LockedStage]) -> str:
    """DVC 3 says `hash: md5` beside each hash."""
    entries = [entry for stage in stages.values() for side in (stage.deps, stage.outs) for entry in side.values()]
    return "3" if any("hash" in entry for entry in entries) else "2.0"


def parameters(values: Values, place: str, complaints: Complaints) -> Iterator[LockedParam]:
    """The values of one file, each with the names of the maps that it lies in."""
    left = MAX_PARAMS
    for name, value in _leaves(values, ""):
        left -= 1
        if left < 0:
            message = f"found more than {MAX_PARAMS:,} parameters; the rest is left out"
            complaints.append(MetafileError(message, place=place, rule="too-big"))
            return
        try:
            yield _parameter(name, value)
        except MetafileError as error:
            where = f"{place}.{cleaned(name)}"
            complaints.append(MetafileError(error.message, place=where, rule=error.rule))


def _leaves(value: object, name: str) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict) and (value or not name):
        for key, item in value.items():
            label = key if isinstance(key, str) else written(key)
            yield from _leaves(item, f"{name}.{label}" if name else label)
    else:
        yield name, value


def _parameter(name: str, value: object) -> LockedParam:
    match value:
        case None:
            return LockedParam(name, None, None, NULL)
        case bool():
            return LockedParam(name, None, "true" if value else "false", BOOL)
        case int() | float():
            return LockedParam(name, number_of(value), number_text(value), NUMBER)
        case list() | tuple():
            return LockedParam(name, None, written(value), LIST)
        case dict():
            return LockedParam(name, None, written(value), MAP)
    return LockedParam(name, None, written(value), TEXT)


def number_text(value: float) -> str:
    """The number as JSON writes it: the whole ones exactly, `NaN` and `Infinity` as words."""
    text = str(value)
    return _WORDS.get(text, text)


def number_of(value: float) -> float | None:
    """The nearest floating-point number; None for what is none, such as NaN."""
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if isfinite(number) else None
