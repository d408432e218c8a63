"""DVC's files of a revision: `.dvc` files of every age, and `dvc.yaml` with `dvc.lock`. Never runs, fetches or follows anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from posixpath import basename, dirname, join
from typing import Any, NamedTuple, cast

from catalog.connector import Connector
from catalog.dvc_tables import Metafile, Output, PipelineStage
from catalog.errors import MetafileError
from catalog.record import Record
from catalog.snapshot import Revision
from catalog.tables import Problem
from connectors import dvc_pipeline, dvc_single
from connectors.dvc_files import IGNORE, LOCK, PARAMS, PIPELINE, SUFFIX, Walk, is_metafile, is_settings
from connectors.dvc_lock import Lock, read_lock
from connectors.dvc_pipeline import Pipeline
from connectors.dvc_rows import Site
from connectors.dvc_values import Complaints, Values
from connectors.dvcignore import Ignore, parse
from connectors.public_urls import without_users
from connectors.reading import load_once, mapping
from connectors.remembering import Remembered

NAME = "metafiles"
MAX_PROBLEMS = 100  # of one file
MAX_REMEMBERED = 16 << 20  # bytes of rows
ROW = 1_000  # bytes of a row, about


class _Read(NamedTuple):
    """What was read of a file, for any commit that has the same content at the same place."""

    rows: tuple[Record, ...]
    problems: tuple[Problem, ...]
    formats: Mapping[str, str | None]


def _bytes_of(key: Any, read: _Read) -> int:  # noqa: ANN401 - a key of _REMEMBERED
    said = sum(len(row.command or "") for row in read.rows if isinstance(row, PipelineStage))
    return sum(len(data) for _, data in key[0]) + ROW * (len(read.rows) + len(read.problems)) + said


# By the content of the files that were read, never by the commit: the rows of a commit do not depend on those before.
_REMEMBERED: Remembered[Any, _Read] = Remembered(MAX_REMEMBERED, _bytes_of)


def wants_file(path: str) -> bool:
    """DVC's files, and those that tell how to read them."""
    return is_metafile(path) or basename(path) in (LOCK, PARAMS, IGNORE) or is_settings(path)


def read_revision(revision: Revision) -> Iterator[Record]:
    """The rows of a commit's metafiles, in DVC's order, each with what is wrong with it."""
    ignores, problems = _ignores(revision)
    yield from problems
    walk = Walk(revision.files, ignores)
    params = _params(revision)
    for path, root in walk:
        if basename(path) == PIPELINE:
            lock = join(dirname(path), LOCK)
            found = _read_pipeline(revision, [path, lock] if walk.is_in_sight(lock) else [path], root, params)
        else:
            found = _read_single(revision, path, root)
        yield from _metafiles(revision, found.formats, root)
        for row in (*found.rows, *found.problems):
            if isinstance(row, Output):
                walk.outputs.add(row.path)
            yield cast("Any", replace)(row, commit=revision.commit.oid)


CONNECTOR = Connector(name=NAME, version=1, wants_file=wants_file, read_revision=read_revision)


def _metafiles(revision: Revision, formats: Mapping[str, str | None], root: str | None) -> Iterator[Metafile]:
    for file, age in formats.items():
        yield Metafile(
            commit=revision.commit.oid,
            file=file,
            kind=basename(file) if basename(file) in (PIPELINE, LOCK) else SUFFIX,
            dvc_root=root,
            format=age,
            blob=revision.files[file],
        )


def _ignores(revision: Revision) -> tuple[dict[str, Ignore], list[Problem]]:
    """The `.dvcignore` files by their folders; one that cannot be read ignores nothing."""
    found: dict[str, Ignore] = {}
    problems: list[Problem] = []
    for path in revision.files:
        if basename(path) == IGNORE:
            try:
                if patterns := parse(revision.read(path) or b""):
                    found[dirname(path)] = Ignore(folder=dirname(path), patterns=patterns)
            except MetafileError as error:
                problems.append(_problem(path, error, revision.commit.oid))
    return found, problems


def _read_single(revision: Revision, path: str, root: str | None) -> _Read:
    try:
        data = revision.read(path) or b""
    except MetafileError as error:
        return _Read((), (_problem(path, error),), {path: None})
    return _REMEMBERED.get((((path, data),), path, root), lambda: _single(data, path, root))


def _single(data: bytes, path: str, root: str | None) -> _Read:
    complaints: Complaints = []
    rows: list[Record] = []
    content = None
    try:
        content = load_once(data)
        rows += dvc_single.read_single(content, _site(path, root), complaints)
    except MetafileError as error:
        complaints.append(error)
    return _Read(tuple(rows), _problems(path, complaints), {path: dvc_single.format_of(content, path)})


def _read_pipeline(revision: Revision, files: Sequence[str], root: str | None, params: Mapping[str, bytes]) -> _Read:
    """The content of the pipeline's file, its lock and its parameters, and then what they say."""
    path = files[0]
    data: dict[str, bytes] = {}
    problems: list[Problem] = []
    for file in files:
        try:
            content = revision.read(file)
        except MetafileError as error:
            problems.append(_problem(file, error))
        else:
            if content is not None:
                data[file] = content
    if b"${" in data.get(path, b""):
        data |= params
    read = _REMEMBERED.get((tuple(data.items()), path, root), lambda: _pipeline(data, path, root))
    formats = {file: read.formats.get(file) for file in files if file in revision.files}
    return _Read(read.rows, (*problems, *read.problems), formats)


def _params(revision: Revision) -> dict[str, bytes]:
    """The parameter files that templates may name. What cannot be read is absent, and complained of where it is named."""
    found = {}
    for file in revision.files:
        if basename(file) == PARAMS:
            try:
                found[file] = revision.read(file) or b""
            except MetafileError:
                continue
    return found


def _pipeline(data: Mapping[str, bytes], path: str, root: str | None) -> _Read:
    lock_file = join(dirname(path), LOCK)
    complaints: Complaints = []
    lock_complaints: Complaints = []
    lock = _lock(data.get(lock_file), lock_complaints)
    definition = _definition(data.get(path), complaints)

    def load(file: str) -> Any:  # noqa: ANN401 - whatever YAML can say
        return load_once(data[file]) if file in data else None

    rows = tuple(Pipeline(_site(path, root), complaints, lock_file, lock, lock_complaints).rows(definition, load))
    problems = (*_problems(path, complaints), *_problems(lock_file, lock_complaints))
    return _Read(rows, problems, {path: dvc_pipeline.format_of(definition), lock_file: lock.format})


def _definition(data: bytes | None, complaints: Complaints) -> Values | None:
    """None where the file cannot be read. To DVC, an empty file is one without stages."""
    if data is None:
        return None
    try:
        content = load_once(data)
        return {} if content is None else mapping(content, "")
    except MetafileError as error:
        complaints.append(error)
        return None


def _lock(data: bytes | None, complaints: Complaints) -> Lock:
    try:
        return Lock() if data is None else read_lock(load_once(data), complaints)
    except MetafileError as error:
        complaints.append(error)
        return Lock()


def _site(path: str, root: str | None) -> Site:
    return Site(commit="", metafile=path, dvc_root=root, stage=None)


def _problems(path: str, complaints: Complaints) -> tuple[Problem, ...]:
    """One for each place and rule: what a `foreach` repeats is said once."""
    found = {(error.place, error.rule): error for error in reversed(complaints)}
    errors = [error for error in complaints if found[error.place, error.rule] is error]
    if len(errors) > MAX_PROBLEMS:
        message = f"found {len(errors):,} faults; those after the first {MAX_PROBLEMS} are left out"
        errors = [*errors[:MAX_PROBLEMS], MetafileError(message, rule="too-many")]
    return tuple(_problem(path, error) for error in errors)


def _problem(path: str, error: MetafileError, commit: str = "") -> Problem:
    place = f"{path}: {error.place}" if error.place else path
    return Problem(
        connector=NAME,
        rule=error.rule,
        place=without_users(place),
        message=without_users(error.message),
        commit=commit,
    )
