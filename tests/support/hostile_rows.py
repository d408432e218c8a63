"""Rows of one version in which every text column of every table holds the same text, such as one that would run on a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from types import NoneType
from typing import Any, cast, get_args, get_type_hints

from catalog.schema.record import Record
from catalog.schema.tables import PARTITION
from catalog.schema.tables.cards import Card, CardResult, CodeOwner, MlemObject
from catalog.schema.tables.dvc import Dependency, Metafile, Output, Param, PipelineStage, Remote
from catalog.schema.tables.git import Branch, Tag
from catalog.schema.tables.inventory import Repo
from catalog.schema.tables.metrics import Experiment, Image, MeasureFile, Metric, Plot, PlotSeries
from catalog.schema.tables.registry import Annotation, Event
from support.dvc_run import PNG

NOON = datetime(2024, 6, 1, 12, tzinfo=UTC)
MD5, IMAGE = "d" * 32, "c" * 40

# What views join by, or what Git and the parsers bound: hexadecimal names of objects, and words of a closed set.
_PLAIN: dict[str, object] = {
    "oid": "0" * 40,
    "parents": (),
    "revision": None,
    "blob": "b" * 40,
    "dvc_root": "",
    "metafile": "dvc.lock",
    "hash_kind": "md5",
    "hash": MD5,
    "git_hash": None,
    "lfs_hash": None,
    "tracked_by": None,
    "x_content": None,
    "x_file": None,
    "precedence": "1",
    "signed": "pgp",
    "in_git": "file",
    "reasons": ("tip",),
}

# Of each table: what its rows have that is not so; one row for each entry.
_ROWS: dict[type[Record], tuple[dict[str, object], ...]] = {
    Branch: ({"is_default": True},),
    Tag: ({"rule": None, "problem": None, "target_kind": "commit"},),
    Event: (
        {"event": "registration", "stage": None},
        {"event": "assignment", "version": None, "oid": "1" * 40},
        {"event": "assignment", "version": None, "oid": "2" * 40, "stage": "prod"},
    ),
    Annotation: ({"source": "dvc.yaml", "file": "dvc.yaml"},),
    Metafile: ({"kind": "dvc.yaml"},),
    Output: ({"role": "out"},),
    Dependency: ({},),
    PipelineStage: ({"file": "dvc.yaml"},),
    Remote: ({"is_default": True, "scheme": "https", "secrets": (), "url": "https://{}"},),
    Param: ({"kind": "text", "number": None, "locked": True},),
    Metric: ({"kind": "number"},),
    MeasureFile: ({"role": "metrics", "status": "ok"}, {"role": "plots", "status": "ok"}),
    Plot: (
        {"kind": "series", "template": None, "content": "lines{}", "x": "x", "y": ("y{}",)},
        {"kind": "series", "template": "confusion", "content": "words{}", "plot": "w{}", "x": "x", "y": ("y{}",)},
        {"kind": "image", "template": None, "content": IMAGE, "plot": "i{}", "x": None, "y": ()},
    ),
    PlotSeries: (
        {"content": "lines{}", "place": 0, "field": "x", "numbers": (1.0, 2.0), "texts": None},
        {"content": "lines{}", "place": 1, "field": "y{}", "numbers": (1.0, 2.0), "texts": None},
        {"content": "words{}", "place": 0, "field": "x", "numbers": None, "texts": ("{}", "b")},
        {"content": "words{}", "place": 1, "field": "y{}", "numbers": None, "texts": ("b", "{}")},
    ),
    Image: ({"content": IMAGE, "media_type": "image/png", "data": PNG},),
    Card: ({"file": "README.md", "folder": "", "is_model_card": True, "licence_name": None},),
    CardResult: ({"file": "README.md"},),
    CodeOwner: ({"pattern": "*"},),
    Experiment: ({"ref": "refs/exps/00/00/{}"},),
    MlemObject: ({"object_type": "model"},),
}


def hostile_rows(text: str, commit: str) -> Mapping[type[Record], list[Record]]:
    """Rows of every table of a repository, about one version of an artifact: all of them have this name."""
    own = {"commit": commit, "baseline": commit, "artifacts": (text,)}
    return {
        table: [table(**dict(_cells(table, text, {**_PLAIN, **own, **stated}))) for stated in _ROWS.get(table, ({},))]
        for table in PARTITION
    }


def hostile_repository(repo: str, text: str) -> Repo:
    """Its row in the inventory."""
    stated = {"repo": repo, "outcome": "down", "stale": True, "left_because": None, "left_at": None, "partition": None}
    return Repo(**dict(_cells(Repo, text, {**stated, "fork_of": None, "renamed_to": None})))


def _cells(table: type[Record], text: str, stated: Mapping[str, object]) -> Iterator[tuple[str, Any]]:
    hints = get_type_hints(table)
    for field in fields(cast("Any", table)):
        cell = stated.get(field.name, ...)
        yield field.name, _of_type(hints[field.name], text) if cell is ... else _with(cell, text)


def _with(cell: object, text: str) -> object:
    match cell:
        case str():
            return cell.replace("{}", text)
        case tuple():
            return tuple(_with(item, text) for item in cell)
    return cell


def _of_type(hint: Any, text: str) -> object:
    kinds = [kind for kind in get_args(hint) if kind is not NoneType] if NoneType in get_args(hint) else [hint]
    values: dict[Any, object] = {
        str: text,
        int: 1,
        float: 1.0,
        bool: False,
        datetime: NOON,
        bytes: text.encode(),
        tuple[str, ...]: (text,),
        tuple[str | None, ...]: (text,),
        tuple[int, ...]: (1,),
        tuple[float | None, ...]: (1.0,),
        Mapping[str, str]: {text: text},
    }
    return values[kinds[0]]
