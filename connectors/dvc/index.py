"""All that DVC's files of a revision state, read once for all connectors: rows, problems, and the measures that they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from catalog.errors import MetafileError
from catalog.git.snapshot import RevisionFiles
from catalog.naming import without_users
from catalog.schema.record import Record
from catalog.schema.tables.dvc import Output, PipelineStage
from catalog.schema.tables.problems import Problem
from connectors.dvc import pipeline as dvc_pipeline
from connectors.dvc import single
from connectors.dvc.declared_measures import DeclaredMeasure
from connectors.dvc.files import IGNORE, LOCK, PARAMS, PIPELINE, MetafileWalk
from connectors.dvc.ignore import IgnoreFile, parse
from connectors.dvc.lock import LockFile, read_lock
from connectors.dvc.pipeline import PipelineFile, Statement
from connectors.dvc.rows import Declaration, LockedParams
from connectors.dvc.templates.resolver import may_have_templates
from connectors.dvc.templates.value_files import load_values
from connectors.dvc.values import Complaints, Values
from connectors.formats.faults import Fault, fault_of, first_faults
from connectors.formats.memo import BoundedCache
from connectors.formats.paths import basename, dirname, join
from connectors.formats.typed import load_once, mapping

NAME = "metafiles"  # the connector that reports the problems of DVC's files
MAX_PROBLEMS = 100  # of one file
MAX_VARIABLES = 100  # files that the templates of one file may draw from
MAX_REMEMBERED = 16 << 20  # bytes of rows
ROW = 1_000  # bytes of a row, about
VALUE = 100  # bytes of a value, about


class ParsedMetafile(NamedTuple):
    """What was read of a file, for any commit that has the same content at the same place.

    `value_files` are the files of variables that its templates draw from and that were not at hand. `locked` are the parameters that
    each locked pipeline stage ran with.
    """

    rows: tuple[Record, ...]
    problems: tuple[Problem, ...]
    formats: Mapping[str, str | None]
    named: tuple[DeclaredMeasure, ...] = ()
    value_files: tuple[str, ...] = ()
    locked: tuple[LockedParams, ...] = ()


class IndexedMetafile(NamedTuple):
    """A metafile in DVC's order, or a `dvc.yaml` with its lock; its project's folder, None where there is no project."""

    path: str
    root: str | None
    read: ParsedMetafile


class MetafileIndex(NamedTuple):
    """The metafiles of a revision. `value_files` are the files of variables that Git has, whether or not they could be read.

    `outputs` are the paths of all outputs.
    """

    files: tuple[IndexedMetafile, ...]
    roots: frozenset[str]
    problems: tuple[Problem, ...] = ()
    value_files: tuple[str, ...] = ()
    outputs: frozenset[str] = frozenset()


def _bytes_of(key: Any, read: ParsedMetafile) -> int:  # noqa: ANN401 - a key of _REMEMBERED
    command_size = sum(len(row.command or "") for row in read.rows if isinstance(row, PipelineStage))
    return sum(len(data) for _, data in key[0]) + _bytes_of_rows(read) + command_size


def _bytes_of_all(key: Any, index: MetafileIndex) -> int:  # noqa: ANN401 - a key of _INDEXES
    return ROW * len(key) + sum(_bytes_of_rows(file.read) for file in index.files)


def _bytes_of_rows(read: ParsedMetafile) -> int:
    rows = len(read.rows) + len(read.problems) + sum(1 + len(named.template_values) for named in read.named)
    return ROW * rows + VALUE * sum(params.size for params in read.locked)


# By the content of the files that were read, never by the commit: the rows of a commit do not depend on those before.
_REMEMBERED: BoundedCache[Any, ParsedMetafile] = BoundedCache(MAX_REMEMBERED, _bytes_of)
_INDEXES: BoundedCache[Any, MetafileIndex] = BoundedCache(MAX_REMEMBERED, _bytes_of_all)


def index(revision: RevisionFiles) -> MetafileIndex:
    """The metafiles of a revision. Revisions with the same files share them, unless a file was not at hand."""
    return revision.once(_cached, lambda metafiles: _is_final(revision, metafiles))


def is_final(revision: RevisionFiles) -> bool:
    """No file can arrive that would change the index."""
    return _is_final(revision, index(revision))


def _is_final(revision: RevisionFiles, metafiles: MetafileIndex) -> bool:
    return revision.is_whole and not metafiles.value_files


def _cached(revision: RevisionFiles) -> MetafileIndex:
    if not revision.is_whole:
        return _index(revision)
    metafiles = _INDEXES.get(tuple(revision.files.items()), lambda: _index(revision))
    return _index(revision) if metafiles.value_files else metafiles


def _index(revision: RevisionFiles) -> MetafileIndex:
    ignores, problems = _ignores(revision)
    walk = MetafileWalk(revision.files, ignores)
    params = _params(revision)
    files: list[IndexedMetafile] = []
    value_files: dict[str, None] = {}
    for path, root in walk:
        if basename(path) == PIPELINE:
            lock = join(dirname(path), LOCK)
            read = _read_pipeline(revision, [path, lock] if walk.is_visible(lock) else [path], root, params)
        else:
            read = _read_single(revision, path, root)
        walk.outputs.update(row.path for row in read.rows if isinstance(row, Output))
        value_files |= dict.fromkeys(read.value_files)
        files.append(IndexedMetafile(path, root, read))
    return MetafileIndex(tuple(files), walk.roots, tuple(problems), tuple(value_files), frozenset(walk.outputs))


def _ignores(revision: RevisionFiles) -> tuple[dict[str, IgnoreFile], list[Problem]]:
    """The `.dvcignore` files by their folders; one that cannot be read ignores nothing."""
    by_folder: dict[str, IgnoreFile] = {}
    problems: list[Problem] = []
    for path in revision.files:
        if basename(path) == IGNORE:
            try:
                if patterns := parse(revision.read(path) or b""):
                    by_folder[dirname(path)] = IgnoreFile(folder=dirname(path), patterns=patterns)
            except MetafileError as error:
                problems.append(_problem(path, error))
    return by_folder, problems


def _read_single(revision: RevisionFiles, path: str, root: str | None) -> ParsedMetafile:
    try:
        data = revision.read(path) or b""
    except MetafileError as error:
        return ParsedMetafile((), (_problem(path, error),), {path: None})
    return _REMEMBERED.get((((path, data),), path, root), lambda: _single(data, path, root))


def _single(data: bytes, path: str, root: str | None) -> ParsedMetafile:
    complaints: Complaints = []
    statements: list[Statement] = []
    content = None
    try:
        content = load_once(data)
        statements += single.read_single(content, _site(path, root), complaints)
    except MetafileError as error:
        complaints.append(error)
    return _read(statements, _problems(path, complaints), {path: single.format_of(content, path)})


def _read_pipeline(
    revision: RevisionFiles, files: Sequence[str], root: str | None, params: Mapping[str, bytes]
) -> ParsedMetafile:
    """Loads the pipeline's file, its lock and the files of variables, and parses them."""
    path = files[0]
    data: dict[str, bytes] = {}
    problems: list[Problem] = []
    _add(data, files, revision, problems)
    if b"${" in data.get(path, b""):
        data |= params
    value_files: dict[str, None] = {}
    while True:
        read = _REMEMBERED.get((tuple(data.items()), path, root), lambda: _pipeline(data, path, root))
        fresh = [file for file in read.value_files if file not in value_files and _is_file(revision, file)]
        if not fresh:
            break
        value_files |= dict.fromkeys(fresh)
        _add(data, fresh, revision, problems)
    formats = {file: read.formats.get(file) for file in files if file in revision.files}
    return read._replace(problems=(*problems, *read.problems), formats=formats, value_files=tuple(value_files))


def _add(data: dict[str, bytes], files: Iterable[str], revision: RevisionFiles, problems: list[Problem]) -> None:
    for file in files:
        try:
            content = revision.read(file)
        except MetafileError as error:
            problems.append(_problem(file, error))
        else:
            if content is not None:
                data[file] = content


def _is_file(revision: RevisionFiles, path: str) -> bool:
    try:
        entry = revision.entry(path)
    except MetafileError:
        return False
    return entry is not None and entry.kind == "file"


def _params(revision: RevisionFiles) -> dict[str, bytes]:
    """The parameter files that templates may name. One that cannot be read is absent, and reported where it is named."""
    contents = {}
    for file in revision.files:
        if basename(file) == PARAMS:
            try:
                contents[file] = revision.read(file) or b""
            except MetafileError:
                continue
    return contents


def _pipeline(data: Mapping[str, bytes], path: str, root: str | None) -> ParsedMetafile:
    lock_file = join(dirname(path), LOCK)
    complaints: Complaints = []
    lock_complaints: Complaints = []
    lock = _lock(data.get(lock_file), lock_complaints)
    definition = _definition(data.get(path), complaints)
    value_files: dict[str, None] = {}

    def load(file: str) -> Any:  # noqa: ANN401 - whatever a file can say
        if basename(file) != PARAMS:
            if len(value_files) == MAX_VARIABLES and file not in value_files:
                message = f"found more than {MAX_VARIABLES} files of variables, expected at most that"
                raise MetafileError(message, rule="too-many")
            value_files[file] = None
        return load_values(file, data[file]) if file in data else None

    pipeline = PipelineFile(_site(path, root), complaints, lock_file, lock, lock_complaints)
    statements = [*pipeline.rows(definition, load, templates=may_have_templates(data.get(path, b"")))]
    problems = (*_problems(path, complaints), *_problems(lock_file, lock_complaints))
    missing = (file for file in value_files if file not in data)
    return _read(statements, problems, {path: dvc_pipeline.format_of(definition), lock_file: lock.format}, missing)


def _read(
    statements: Iterable[Statement],
    problems: tuple[Problem, ...],
    formats: Mapping[str, str | None],
    value_files: Iterable[str] = (),
) -> ParsedMetafile:
    rows: list[Record] = []
    named: dict[DeclaredMeasure, None] = {}
    locked: list[LockedParams] = []
    for statement in statements:
        if isinstance(statement, DeclaredMeasure):
            named[statement] = None
        elif isinstance(statement, LockedParams):
            locked.append(statement)
        else:
            rows.append(statement)
    return ParsedMetafile(tuple(rows), problems, formats, tuple(named), tuple(value_files), tuple(locked))


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


def _lock(data: bytes | None, complaints: Complaints) -> LockFile:
    try:
        return LockFile() if data is None else read_lock(load_once(data), complaints)
    except MetafileError as error:
        complaints.append(error)
        return LockFile()


def _site(path: str, root: str | None) -> Declaration:
    return Declaration(commit="", metafile=path, dvc_root=root, stage=None)


def _problems(path: str, complaints: Complaints) -> tuple[Problem, ...]:
    """One for each place and rule: what a `foreach` repeats is said once."""
    first = {(error.place, error.rule): error for error in reversed(complaints)}
    faults = [fault_of(error) for error in complaints if first[error.place, error.rule] is error]
    return tuple(_problem(path, fault) for fault in first_faults(faults, MAX_PROBLEMS))


def _problem(path: str, error: MetafileError | Fault) -> Problem:
    place = f"{path}: {error.place}" if error.place else path
    return Problem(
        connector=NAME,
        rule=error.rule,
        place=without_users(place),
        message=without_users(error.message),
        commit="",
    )
