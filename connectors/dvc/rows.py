"""Rows of outputs and dependencies, which `.dvc` files and pipelines state in the same words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from catalog.errors import MetafileError
from catalog.schema.record import Record
from catalog.schema.tables.dvc import Dependency, Output, OutputFile, Param
from connectors.dvc.entries import DataEntry, VersionedFile
from connectors.dvc.lock import parameters
from connectors.dvc.values import Complaints, Values, flag, located_measure, stated, word
from connectors.formats.metadata import metadata
from connectors.formats.typed import cleaned, mapping, text, texts

OUT, METRIC, PLOT = "out", "metric", "plot"


class Declaration(NamedTuple):
    """What states a row: the file, the pipeline stage in it, and the DVC project that they belong to."""

    commit: str
    metafile: str
    dvc_root: str | None
    stage: str | None


class OutputFlags(NamedTuple):
    """What is stated of an output besides its content."""

    cached: bool
    pushed: bool
    remote: str | None
    type: str | None
    description: str | None
    labels: tuple[str, ...]
    meta: Mapping[str, str]


NO_FLAGS = OutputFlags(cached=True, pushed=True, remote=None, type=None, description=None, labels=(), meta={})


def read_flags(values: Values, place: str, complaints: Complaints) -> OutputFlags:
    """The flags and annotations of an output."""
    if not values:
        return NO_FLAGS

    def complain(message: str, rule: str, key: str) -> None:
        complaints.append(MetafileError(message, place=f"{place}.{key}", rule=rule))

    remote = stated(values, "remote", word, place, complaints)
    return OutputFlags(
        cached=stated(values, "cache", flag, place, complaints) is not False,
        pushed=stated(values, "push", flag, place, complaints) is not False,
        remote=remote.lower() if remote else None,  # as DVC names it: in lower case
        type=stated(values, "type", text, place, complaints),
        description=stated(values, "desc", text, place, complaints),
        labels=stated(values, "labels", texts, place, complaints) or (),
        meta=metadata(values.get("meta"), "meta", complain),
    )


def output_rows(
    site: Declaration, entry: DataEntry, flags: OutputFlags, role: str, *, fetched: bool = False
) -> Iterator[Record]:
    """An output, and the files that are listed in it. What was `fetched` from another repository is not pushed."""
    yield Output(
        commit=site.commit,
        metafile=site.metafile,
        pipeline_stage=site.stage,
        dvc_root=site.dvc_root,
        path=entry.path,
        hash_kind=entry.hash_kind,
        hash=entry.hash,
        size=entry.size,
        files=entry.files,
        is_folder=entry.is_folder,
        executable=entry.executable,
        cached=flags.cached,
        pushed=flags.cached and flags.pushed and not fetched,
        remote=flags.remote or entry.remote,
        version_id=entry.version_id,
        etag=entry.etag,
        role=role,
        type=flags.type,
        description=flags.description,
        labels=flags.labels,
        meta=flags.meta,
    )
    yield from listed_rows(site, entry.path, entry.listed)


def listed_rows(site: Declaration, output: str, files: Iterable[VersionedFile]) -> Iterator[OutputFile]:
    """The files of an output of which a storage keeps versions."""
    for file in files:
        yield OutputFile(
            commit=site.commit,
            metafile=site.metafile,
            output=output,
            path=file.path,
            hash=file.hash,
            size=file.size,
            remote=file.remote,
            version_id=file.version_id,
            etag=file.etag,
        )


def dependency_row(site: Declaration, entry: DataEntry) -> Dependency:
    """A dependency."""
    return Dependency(
        commit=site.commit,
        metafile=site.metafile,
        pipeline_stage=site.stage,
        path=entry.path,
        hash_kind=entry.hash_kind,
        hash=entry.hash,
        size=entry.size,
        files=entry.files,
    )


class LockedParams(NamedTuple):
    """The parameters that a pipeline stage ran with, as the lock states them for each file, by its path as written.

    `size` is how many values there are.
    """

    stage: str
    files: Mapping[str, Values]
    size: int


def param_rows(
    site: Declaration, folder: str, files: Mapping[str, Values], place: str, complaints: Complaints
) -> Iterator[Param | LockedParams]:
    """The parameters of a pipeline stage, file by file; then all of them."""
    spelled: dict[str, Values] = {}
    for file, values in files.items():
        where = f"{place}.params.{cleaned(file)}"
        try:
            path = located_measure(folder, file, where)
            spelled[file] = values
            by_name = {parameter.name: parameter for parameter in parameters(mapping(values, where), where, complaints)}
        except MetafileError as error:
            complaints.append(error)
            continue
        for parameter in by_name.values():
            yield Param(
                commit=site.commit,
                dvc_root=site.dvc_root,
                metafile=site.metafile,
                pipeline_stage=site.stage or "",
                file=path,
                name=parameter.name,
                number=parameter.number,
                text=parameter.text,
                kind=parameter.kind,
                locked=True,
            )
    yield LockedParams(site.stage or "", spelled, _count(spelled.values()))


def _count(values: Iterable[object]) -> int:
    """How many values there are, in lists and maps at any depth."""
    count = 0
    for value in values:
        count += 1
        if isinstance(value, dict | list):
            count += _count(value.values() if isinstance(value, dict) else value)
    return count
