"""`data/`: the tables and views as Parquet files, sorted, with their documentation inside, as CSV where that is wanted, and `catalog.json` beside them.

A table of many rows is divided by repository: a file whose rows are those of the last build is left alone, and its rows are not read.
See docs/decisions/30-parts-of-exports.md.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from hashlib import blake2b, sha256
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from catalog.database import export_database
from catalog.database.build_record import not_as_built
from catalog.database.code_digest import files_digest
from catalog.database.export_files import WrittenFile, holds, write_parts
from catalog.database.export_index import ExportedFile, entry_of, index_of
from catalog.database.export_parts import Part, Relation, parts, relations
from catalog.database.export_slots import Counted, Counts, RowCounter
from catalog.database.template import recipe
from catalog.errors import StoreError
from catalog.privacy.emails import Mask, hide
from catalog.store import checked_file, files
from catalog.store.file_stamps import time_if_unchanged

AT_ONCE = 2  # tables: while DuckDB sorts one, another is compressed
INDEX, MANIFEST = "catalog.json", ".exports.json"
# What of the program decides how rows become files, besides the rows and their columns.
SOURCES = (
    "database/export_csv.py",
    "database/export_database.py",
    "database/export_files.py",
    "database/export_index.py",
    "database/export_parts.py",
    "database/export_slots.py",
    "database/masking.py",
    "privacy/emails.py",
)

_PACKAGE = Path(__file__).parents[1]

_DATABASE = re.compile(r"catalog\.[0-9a-f]+\.duckdb")
# A file of an export, or what an interrupted write or an earlier version left: its manifest had the name of that of a site.
_FILE = re.compile(
    r"\.?(?P<file>[^.].*\.(?:parquet|csv\.gz)|catalog(?:\.[0-9a-f]+)?\.duckdb|catalog\.json|\.(?:exports|made)\.json)(?:\.new|\.aside-[0-9]+)?"
)
_PART_FILE = re.compile(r"\.?(?P<file>[0-9a-f]{2}-[0-9a-f]{2}\.(?:parquet|csv\.gz))(?:\.new)?")

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportReport:
    """How many files an export has, and how many parts of tables and views were written."""

    files: int
    changed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportManifest:
    """The files of an export. `program`: the digest of what decides how rows become files; `counted`: what the next export need not count again."""

    program: str = ""
    files: dict[str, ExportedFile] = field(default_factory=dict)
    counted: Counted = field(default_factory=Counted)


def damaged(folder: Path) -> frozenset[str]:
    """The files of the last export that do not hold what was written, whatever their size and time."""
    with suppress(OSError, ValueError):
        last = checked_file.read(folder / MANIFEST, ExportManifest)
        return frozenset(path for path, file in last.files.items() if _sha256(folder / path) != file.sha256)
    return frozenset()


def intact(folder: Path, paths: Iterable[str]) -> frozenset[str]:
    """Those of these files that hold what the last export wrote, whatever their time."""
    with suppress(OSError, ValueError):
        last = checked_file.read(folder / MANIFEST, ExportManifest).files
        return frozenset(
            path for path in paths if path == MANIFEST or (path in last and _sha256(folder / path) == last[path].sha256)
        )
    return frozenset()


def write(  # noqa: PLR0913 - each is something that repos.toml or the last build says
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    mask: Mask = hide,
    *,
    single: Collection[str] = (),
    anew: Collection[str] = (),
    check: bool = False,
    shapes: Mapping[str, pa.Schema] | None = None,
    csv: bool = False,
) -> ExportReport:
    """Writes every table and view of the catalog; the same rows give the same bytes.

    `single`: the relations that follow from single repositories, by their partitions. `anew`: files that are made, whatever is known of
    them, and not named again. `check`: all rows are counted. `shapes`: the tables of the database to publish; None where none is wanted. `csv`: whether each
    file is there as compressed CSV, too.

    One of up to 16,384 rows is `folder/<name>.parquet`; a larger one that says of each row which repository it belongs to is divided into
    `folder/<name>/<slots>.parquet`. `mask` says what becomes of e-mail addresses.

    `catalog.json` lists them, and first the database to publish (path, bytes and SHA-256), each on a line: name, kind, comment, columns (name, type, comment), rows, files (path, rows, bytes and
    SHA-256), and in `csv` the same of those. Files of tables that are gone are deleted. StoreError where the disk fails.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        last = _last(folder, _program(mask))
        known = {path: file for path, file in last.files.items() if path not in anew}
        counter = RowCounter(connection, single, Counted() if check else last.counted)
        exporting = _Export(connection, folder, mask, known, counter, csv=csv)
        with ThreadPoolExecutor(AT_ONCE) as threads:
            done = list(threads.map(exporting.write, relations(connection)))
        if exporting.edited:
            log.warning("%s", not_as_built(folder, exporting.edited, "not as it was built, and made again"))
        now = {path: file for exported, _, _ in done for path, file in exported.items()}
        database = {} if shapes is None else exporting.database(shapes, now)
        _replace(folder / INDEX, index_of([entry for _, entry, _ in done], database))
        now |= database
        _remove(folder, {*now, INDEX, MANIFEST})
        listed = {**now, INDEX: _as_written(folder / INDEX)}
        manifest = ExportManifest(program=last.program, files=listed, counted=counter.counted(exporting.counts))
        if manifest != last:
            files.clear(folder / MANIFEST, published=folder)
            checked_file.write(folder / MANIFEST, manifest)
    except (OSError, duckdb.Error, pa.ArrowException) as error:
        raise StoreError(f"cannot write {folder}: {error}") from error
    return ExportReport(files=len(now), changed=sum(changed for _, _, changed in done))


class _Export:
    """One export: looks at what the rows of each relation are, and writes the files whose rows have changed."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        folder: Path,
        mask: Mask,
        known: Mapping[str, ExportedFile],
        counter: RowCounter,
        *,
        csv: bool,
    ) -> None:
        self._connection, self._folder, self._mask, self._known = connection, folder, mask, known
        self._counter, self._csv = counter, csv
        self.counts: dict[str, Counts] = {}
        self.edited: list[str] = []  # files of rows that are as they were, and that somebody changed

    def write(self, relation: Relation) -> tuple[dict[str, ExportedFile], dict[str, Any], int]:
        """The relation's files, its entry of the index, and how many of its parts were written."""
        with closing(self._connection.cursor()) as cursor:
            counts = self._counter.count(cursor, relation.name, divisible=relation.is_divisible)
        self.counts[relation.name], every = counts, parts(relation, counts, csv=self._csv)
        left = {path: file for part in every for path in part.files if (file := self._unchanged(path, part))}
        changed = [part for part in every if not left.keys() >= {*part.files}]
        written = write_parts(self._connection, self._folder, relation, changed, self._mask)
        remade = {file.path: self._exported(part, file) for part, its in written for file in its}
        exported = {path: remade.get(path) or left[path] for part in every for path in part.files}
        return exported, entry_of(relation, every, exported), len(changed)

    def database(
        self, shapes: Mapping[str, pa.Schema], exported: Mapping[str, ExportedFile]
    ) -> dict[str, ExportedFile]:
        """The database to publish: that of the last export, where the rows of all relations are those of then."""
        text = repr((recipe(shapes), sorted((path, file.digest) for path, file in exported.items())))
        digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
        for path, last in self._known.items():
            if (
                _DATABASE.fullmatch(path)
                and last.digest == digest
                and (unchanged := _as_left(self._folder / path, last))
            ):
                return {path: unchanged}
        path, size, checksum = export_database.write(self._connection, self._folder, shapes, self._mask)
        mtime_ns = (self._folder / path).stat().st_mtime_ns
        return {path: ExportedFile(digest=digest, bytes=size, sha256=checksum, mtime_ns=mtime_ns)}

    def _exported(self, part: Part, file: WrittenFile) -> ExportedFile:
        mtime_ns = (self._folder / file.path).stat().st_mtime_ns
        return ExportedFile(digest=part.digest, bytes=file.bytes, sha256=file.sha256, mtime_ns=mtime_ns)

    def _unchanged(self, path: str, part: Part) -> ExportedFile | None:
        """A file of these rows as the last export left it; None where there is none, or it has changed since."""
        last = self._known.get(path)
        if last is None or last.digest != part.digest:
            return None
        now = _as_left(self._folder / path, last)
        if now is None:
            self.edited.append(path)
        return now


def _as_left(file: Path, last: ExportedFile) -> ExportedFile | None:
    """What is stated of a file, with its time now; None where it has other bytes."""
    mtime_ns = time_if_unchanged(str(file), last.bytes, last.mtime_ns, lambda: _sha256(file) == last.sha256)
    return None if mtime_ns is None else replace(last, mtime_ns=mtime_ns)


def _as_written(file: Path) -> ExportedFile:
    """The index, which follows from the files: it has no rows of its own."""
    stat = file.stat()
    return ExportedFile(digest="", bytes=stat.st_size, sha256=_sha256(file), mtime_ns=stat.st_mtime_ns)


def digest(folder: Path) -> str:
    """The digest of what the last export says of its files; empty where there is none."""
    return _sha256(folder / MANIFEST)


def _last(folder: Path, program: str) -> ExportManifest:
    """What the last export left; nothing where that cannot be told, or another program wrote it."""
    try:
        last = checked_file.read(folder / MANIFEST, ExportManifest)
        if last.program == program:
            return last
        log.warning(
            "%s is of another version, or of another rule for e-mail addresses: all files are made again",
            folder / MANIFEST,
        )
    except FileNotFoundError:
        pass
    except ValueError as error:
        log.warning("%s %s: all files are made again", folder / MANIFEST, error)
    return ExportManifest(program=program)


def _program(mask: Mask) -> str:
    """The digest of what decides how rows become files: this code, its library, and what becomes of addresses."""
    return files_digest([pa.__version__, mask("mask@digest.example")], (_PACKAGE / name for name in SOURCES))


def _remove(folder: Path, wanted: Collection[str]) -> None:
    """Deletes the files of tables and parts that are gone, and what interrupted writes left."""
    for place in [folder, *(each for each in folder.iterdir() if each.is_dir() and not each.is_symlink())]:
        ours = _FILE if place == folder else _PART_FILE
        names = {ours.fullmatch(file.name) for file in place.iterdir()}
        for file in sorted(place / name["file"] for name in names if name):
            files.remove_remains(file)
            if file.is_file() and file.relative_to(folder).as_posix() not in wanted:
                file.unlink()
        if place != folder and names and not any(place.iterdir()):
            place.rmdir()


def _sha256(file: Path) -> str:
    try:
        return sha256(file.read_bytes()).hexdigest()
    except OSError:
        return ""


def _replace(file: Path, data: bytes) -> None:
    if not holds(file, data):
        files.clear(file, published=file.parent)
        files.write(file, data, durable=False)
