"""catalog.duckdb: built from partitions in a copy that replaces the old file, and opened read-only everywhere else."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from catalog.database import search_index
from catalog.database.load import delete_rows, load_in_parts, load_rows, materialize_full
from catalog.database.statements import named
from catalog.database.template import attach, quoted, recipe, write_template
from catalog.errors import NotFound, StoreError
from catalog.store import files

if TYPE_CHECKING:
    import pyarrow as pa

FOR_ONE = 4 << 30  # bytes of memory of DuckDB for the questions of one reader
FOR_ALL = 512 << 20  # the same where each row of the catalog is read once
MOST_CHANGED = 0.25  # of the repositories: beyond that a new file is quicker, and smaller
# Tables on which conclusions about every repository depend: the names of stages, and the directions of metrics.
VOCABULARY = ("stage_names", "metric_directions")
MOST_AGE = 50  # rebuilds in place, each of which leaves some dead space behind

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/+(.*)", re.DOTALL)  # a path has lost one of the two slashes
_PROCESS = re.compile(r"\(PID (\d+)\)")

_SQL = named("build")
MAX_SPILL = "8GB"  # on the disk, for a question that needs more than its memory

_LOCKED = (
    "set global TimeZone = 'UTC'",  # all times are of UTC, but without a zone: compared with `now()`, they are of the session's
    "set enable_external_access = false",
    "set autoinstall_known_extensions = false",
    "set autoload_known_extensions = false",
    "set lock_configuration = true",
)


def connect(path: Path, *, max_memory: int = FOR_ONE) -> duckdb.DuckDBPyConnection:
    """Opens a catalog read-only, without access to files, network, extensions or settings. NotFound where there is none.

    `max_memory`: the most bytes that DuckDB holds; what is more goes by way of the disk, up to MAX_SPILL.
    """
    if not path.is_file():
        raise NotFound(_absent(path))
    try:
        connection = _open(path, max_memory)
        for setting in _LOCKED:
            connection.execute(setting)
    except duckdb.Error as error:
        raise StoreError(_refused(path, error)) from error
    return connection


def _absent(path: Path) -> str:
    if url := _URL.fullmatch(str(path)):
        return f"{url[1]}://{url[2]} is a URL: download that file, and give its path"
    if (file := path / "catalog.duckdb").is_file():
        return f"{path} is a folder: give the file in it, {file}"
    if path.is_dir():
        return f"{path} is a folder without a catalog.duckdb: give the path of a catalog"
    return f"{path}: no catalog here; `catalog crawl` makes one"


def _refused(path: Path, error: duckdb.Error) -> str:
    """Why DuckDB does not open a file: another program has it open, this program has it open, or it cannot read it."""
    said = " ".join(str(error).split())
    if "Conflicting lock is held" in said:
        process = _PROCESS.search(said)
        return (
            f"{path} is open for writing in another program{f' (PID {process[1]})' if process else ''}: close it there, "
            "or open it there for reading only, as `duckdb -readonly` does"
        )
    if "Unique file handle conflict" in said or "already attached" in said:
        return f"{path} is open for writing in this program: close that connection, or open it with read_only=True"
    if isinstance(error, duckdb.IOException) and "Permission denied" in said:
        return f"{path} cannot be read: permission denied"
    return f"{path} is not a catalog that DuckDB {duckdb.__version__} can open ({said}); `catalog build` replaces it"


def is_current(connection: duckdb.DuckDBPyConnection, shapes: Mapping[str, pa.Schema]) -> bool:
    """Whether a catalog has the tables, views and macros that this version of the code creates; `shapes` are the tables'."""
    try:
        row = connection.execute(_SQL["shape"]).fetchone()
    except duckdb.Error:
        return False
    return row == (recipe(shapes),)


Updater = Callable[[duckdb.DuckDBPyConnection], None]
Changes = tuple[set[str], set[str]]  # repositories to take out, and to put in


def build(
    path: Path,
    tables: Mapping[str, pa.Schema],
    partitions: Mapping[str, Path],
    crawl_tables: Mapping[str, pa.Table],
    updaters: Mapping[str, Updater] | None = None,
) -> bool:
    """Makes the database and swaps it in; True where it could start from the last one and change only what changed.

    `tables`: name → schema of those that partitions fill; `partitions`: repository → file; `crawl_tables`: name → rows of all others.
    `updaters`: of the others those whose rows are not replaced: each function brings its table up to date.
    """
    temporary_file = files.temporary(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for left in (
            temporary_file,
            temporary_file.with_name(f"{temporary_file.name}.wal"),
        ):  # of a build that was killed
            left.unlink(missing_ok=True)
        shapes = {**{name: table.schema for name, table in crawl_tables.items()}, **tables}
        current_recipe = _recipe(shapes, crawl_tables)
        with closing(duckdb.connect()) as connection:
            _configure(connection, temporary_file)
            changes = _copy_last(connection, path, temporary_file, current_recipe, partitions)
            if changes is None:
                write_template(temporary_file, shapes)
                attach(connection, temporary_file)
                connection.execute(_SQL["begin"], [current_recipe, recipe(shapes)])
            _replace(connection, {name: table for name, table in crawl_tables.items() if name not in (updaters or {})})
            for bring_up_to_date in (updaters or {}).values():
                bring_up_to_date(connection)
            out, into = changes if changes is not None else (set(), set(partitions))
            if out:
                delete_rows(connection, tables, out)
            parts = load_in_parts(connection, {repo: partitions[repo] for repo in into}, tables)
            load_rows(connection, tables, parts, {name: crawl_tables[name] for name in VOCABULARY})
            materialize_full(connection)
            search_index.update(connection, None if changes is None else out | into)
            if changes is not None:
                connection.execute(_SQL["increment_age"])
            connection.execute("use memory")
            connection.execute("checkpoint staging")
            connection.execute("detach staging")
        files.move(temporary_file, path)
    except (duckdb.Error, OSError, StoreError) as error:
        with suppress(OSError):
            temporary_file.unlink()
        raise StoreError(f"cannot build {path}: {error}") from error
    return changes is not None


def _open(path: Path, max_memory: int) -> duckdb.DuckDBPyConnection:
    """Opens the file that is there now.

    `duckdb.connect(path)` would share what this process opened under that name before: with its settings locked, and after a
    swap with the rows of the file that is gone.
    """
    connection = duckdb.connect()
    try:
        connection.execute("set temp_directory = $1", [f"{path}.tmp"])
        connection.execute("set max_temp_directory_size = $1", [MAX_SPILL])
        connection.execute("set memory_limit = $1", [f"{max_memory // 1024}KiB"])
        # Without the type, a file of another program makes DuckDB look for an extension.
        connection.execute(f"attach '{quoted(path)}' as catalog (read_only, type duckdb)")
        connection.execute("use catalog")
        connection.execute("detach memory")
    except duckdb.Error:
        connection.close()
        raise
    return connection


def _configure(connection: duckdb.DuckDBPyConnection, temporary_file: Path) -> None:
    connection.execute("set temp_directory = $1", [f"{temporary_file}.tmp"])
    connection.execute("set memory_limit = '320MB'")
    # Rows are compressed once: those of a full row group at once, all others at the end.
    connection.execute("set write_buffer_row_group_count = 1")
    connection.execute("set checkpoint_threshold = '1TB'")


def _recipe(shapes: Mapping[str, pa.Schema], crawl_tables: Mapping[str, pa.Table]) -> str:
    """What the shape of the database depends on: when it differs, nothing of the last one is used."""
    rows = [str(table.to_pylist()) for name, table in crawl_tables.items() if name in VOCABULARY]
    return blake2b("\n".join([recipe(shapes), *rows]).encode(), digest_size=16).hexdigest()


def _copy_last(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    temporary_file: Path,
    current_recipe: str,
    partitions: Mapping[str, Path],
) -> Changes | None:
    """Opens a copy of the last database, and returns what is to change in it; None where a new one is better."""
    if not path.is_file():
        return None
    shutil.copyfile(path, temporary_file)
    try:
        attach(connection, temporary_file)
        changes = _changes(connection, current_recipe, partitions)
    except duckdb.Error:  # another program's file, or damaged: it is replaced
        changes = None
    if changes is None:
        connection.execute("use memory")
        connection.execute("detach database if exists staging")
        temporary_file.unlink()
    return changes


def _changes(
    connection: duckdb.DuckDBPyConnection, current_recipe: str, partitions: Mapping[str, Path]
) -> Changes | None:
    """Which repositories to take out, and which to put in; None where too much differs."""
    last = connection.execute(_SQL["making"]).fetchone()
    before = dict(connection.execute(_SQL["partitions"]).fetchall())
    if last is None or last[0] != current_recipe or last[1] >= MOST_AGE:
        return None
    now = {repo: file.name for repo, file in partitions.items()}
    out = {repo for repo, file in before.items() if now.get(repo) != file}
    into = {repo for repo, file in now.items() if before.get(repo) != file}
    return None if len(out | into) > MOST_CHANGED * len(now) else (out, into)


def _replace(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, pa.Table]) -> None:
    for name, table in tables.items():
        connection.register("rows", table)
        connection.execute(f'delete from "{name}"')
        connection.execute(f'insert into "{name}" from rows')
        connection.unregister("rows")
