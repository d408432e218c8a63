"""A `.dvc` file: data that was added or imported, and in DVC 0.x a pipeline stage with its command.

After `dvc/schema.py` (`SINGLE_STAGE_SCHEMA`), `dvc/dependency/__init__.py` and `dvc/stage/__init__.py` of DVC 3.67; what
older versions wrote and 3.67 rejects (`cmd`, `locked`, `metric`) is read as they meant it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from posixpath import normpath
from typing import NamedTuple

from catalog.errors import MetafileError
from catalog.naming import public_url
from catalog.schema.record import Record
from catalog.schema.tables.dvc import Import, Param, PipelineStage
from connectors.dvc.declared_measures import DeclaredMeasure, output_named
from connectors.dvc.entries import DataEntry, read_entry
from connectors.dvc.files import OLD_NAME, PARAMS
from connectors.dvc.rows import (
    METRIC,
    OUT,
    PLOT,
    Declaration,
    dependency_row,
    listed_rows,
    output_rows,
    param_rows,
    read_flags,
)
from connectors.dvc.schema import SINGLE, refusals
from connectors.dvc.values import Complaints, Values, command, flag, folder_at, is_external, maps, stated, word
from connectors.formats.paths import basename, dirname, join
from connectors.formats.typed import mapping, text

REPO, DB, PARAM, FILE = "repo", "db", "params", "path"  # the keys that determine what a dependency is
_CONNECTION = re.compile(r"[\w.-]+|[A-Za-z][A-Za-z0-9+.-]*://[^\s;]*")


@dataclass(frozen=True, kw_only=True, slots=True)
class _ImportSource:
    """Where imported data comes from."""

    url: str | None
    path: str | None = None
    rev: str | None = None
    rev_lock: str | None = None
    query: str | None = None
    etag: str | None = None
    version_id: str | None = None
    version_aware: bool = False


class _DeclaredEntry(NamedTuple):
    """An entry and the map that it was read from."""

    values: Values
    place: str
    entry: DataEntry


@dataclass(frozen=True, kw_only=True, slots=True)
class _FileFacts:
    """What concerns the whole file."""

    command: str | None
    folder: str
    frozen: bool
    always_changed: bool
    description: str | None


def format_of(content: object, file: str) -> str | None:
    """The age of the format: DVC 3 says `hash: md5`; 0.x had commands here, and a metric's role."""
    if not isinstance(content, dict):
        return None
    outs = content.get("outs")
    entries = [entry for entry in outs if isinstance(entry, dict)] if isinstance(outs, list) else []
    if any("hash" in entry for entry in entries):
        return "3"
    is_old = basename(file) == OLD_NAME or "cmd" in content or any("metric" in entry for entry in entries)
    return "0" if is_old else None


def read_single(content: object, site: Declaration, complaints: Complaints) -> Iterator[Record | DeclaredMeasure]:
    """The rows of a file, and what is named in it. MetafileError where the whole file is none."""
    document = mapping(content, "")
    facts = _file_facts(document, site, complaints)
    if facts.command is not None:
        site = Declaration(
            commit=site.commit, metafile=site.metafile, dvc_root=site.dvc_root, stage=basename(site.metafile)
        )
        yield _stage(facts, site)
    outs = [*_entries(maps(document.get("outs"), "outs", complaints), facts.folder, complaints)]
    deps = [*maps(document.get("deps"), "deps", complaints)]
    inputs = [*_entries((dep for dep in deps if _kind(dep[1]) == FILE), facts.folder, complaints)]
    source = deps[0] if facts.command is None and len(deps) == len(outs) == 1 else None
    for values, place, entry in outs:
        role = METRIC if values.get("metric") else PLOT if values.get("plot") else OUT
        fetched = source is not None and _kind(source[1]) == REPO
        yield from output_rows(site, entry, read_flags(values, place, complaints), role, fetched=fetched)
        if role != OUT:
            plot = values.get("plot")
            flags = plot if isinstance(plot, dict) else {}
            yield output_named(entry.path, role, flags, site.stage, f"{place}.plot", complaints)
    yield from (dependency_row(site, each.entry) for each in inputs)
    for place, values in deps:
        if _kind(values) == PARAM:
            yield from _params(site, facts.folder, values, place, complaints)
    if source is not None and (row := _import(site, source, inputs, outs[0].entry, complaints)):
        yield row
        if row.version_aware:
            yield from _listed_at_source(site, inputs[0].entry, outs[0].entry)
    if format_of(document, site.metafile) != "0":
        complaints += refusals(SINGLE, document, complaints)


def _file_facts(document: Values, site: Declaration, complaints: Complaints) -> _FileFacts:
    frozen = stated(document, "frozen", flag, "", complaints)
    return _FileFacts(
        command=stated(document, "cmd", command, "", complaints),
        folder=folder_at(dirname(site.metafile), document.get("wdir") or ".", "wdir"),
        frozen=(frozen if frozen is not None else stated(document, "locked", flag, "", complaints)) or False,
        always_changed=stated(document, "always_changed", flag, "", complaints) or False,
        description=stated(document, "desc", text, "", complaints),
    )


def _stage(facts: _FileFacts, site: Declaration) -> PipelineStage:
    return PipelineStage(
        commit=site.commit,
        file=site.metafile,
        pipeline_stage=site.stage or "",
        command=facts.command,
        locked_command=facts.command,
        wdir=facts.folder,
        frozen=facts.frozen,
        always_changed=facts.always_changed,
        description=facts.description,
    )


def _entries(
    placed_maps: Iterable[tuple[str, Values]], folder: str, complaints: Complaints
) -> Iterator[_DeclaredEntry]:
    for place, values in placed_maps:
        try:
            yield _DeclaredEntry(values, place, read_entry(folder, values, place, complaints))
        except MetafileError as error:
            complaints.append(error)


def _kind(dep: Values) -> str:
    """What a dependency is. Only a file or URL becomes a row of `dependencies`: `imports` and `params` hold the others."""
    return next((kind for kind in (REPO, DB, PARAM) if kind in dep), FILE)


def _params(site: Declaration, folder: str, values: Values, place: str, complaints: Complaints) -> Iterator[Record]:
    """Parameters of DVC before 1.0; a list of names was never locked."""
    params, file = values.get(PARAM), values.get("path") or PARAMS
    if isinstance(params, dict) and isinstance(file, str):
        rows = param_rows(site, folder, {file: params}, place, complaints)
        yield from (row for row in rows if isinstance(row, Param))


def _import(
    site: Declaration,
    source: tuple[str, Values],
    inputs: Sequence[_DeclaredEntry],
    out: DataEntry,
    complaints: Complaints,
) -> Import | None:
    place, dep = source
    match _kind(dep):
        case "repo":
            import_source = _from_repo(dep, place, complaints)
        case "db":
            import_source = _from_database(dep, place, complaints)
        case "path" if inputs:
            entry = inputs[0].entry
            import_source = _ImportSource(
                url=entry.path,
                etag=entry.etag,
                version_id=entry.version_id,
                version_aware=_keeps_versions(inputs[0], complaints),
            )
        case _:
            return None
    return Import(
        commit=site.commit,
        metafile=site.metafile,
        path=out.path,
        kind="url" if _kind(dep) == FILE else _kind(dep),
        url=import_source.url,
        source_path=import_source.path,
        rev=import_source.rev,
        rev_lock=import_source.rev_lock,
        query=import_source.query,
        etag=import_source.etag,
        version_id=import_source.version_id,
        partial=out.hash is None,
        version_aware=import_source.version_aware,
    )


def _listed_at_source(site: Declaration, source: DataEntry, out: DataEntry) -> Iterator[Record]:
    """The files of an imported folder, in the versions that its source lists."""
    if not out.listed and not is_external(out.path):
        placed = [file._replace(path=normpath(join(out.path, file.relpath))) for file in source.listed]
        yield from listed_rows(site, out.path, placed)


def _keeps_versions(source: _DeclaredEntry, complaints: Complaints) -> bool:
    """Whether DVC reads versions at the source: where settings of the entry say so, or else where it states a version."""
    settings = stated(source.values, "fs_config", mapping, source.place, complaints) or {}
    aware = stated(settings, "version_aware", flag, f"{source.place}.fs_config", complaints)
    return bool(source.entry.version_id or source.entry.listed) if aware is None else aware


def _from_repo(dep: Values, place: str, complaints: Complaints) -> _ImportSource:
    repo = stated(dep, REPO, mapping, place, complaints) or {}
    url = stated(repo, "url", text, f"{place}.repo", complaints)
    return _ImportSource(
        url=url and public_url(url),
        path=stated(dep, "path", text, place, complaints),
        rev=stated(repo, "rev", word, f"{place}.repo", complaints),
        rev_lock=stated(repo, "rev_lock", word, f"{place}.repo", complaints),
    )


def _from_database(dep: Values, place: str, complaints: Complaints) -> _ImportSource:
    """The connection is a name of DVC's settings, or a URL; of another form it may hold a password."""
    db = stated(dep, DB, mapping, place, complaints) or {}
    connection = stated(db, "connection", text, f"{place}.db", complaints) or ""
    return _ImportSource(
        url=public_url(connection) if _CONNECTION.fullmatch(connection) else None,
        path=stated(db, "table", text, f"{place}.db", complaints),
        query=stated(db, "query", text, f"{place}.db", complaints),
    )
