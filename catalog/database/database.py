"""catalog.duckdb as its readers open it: read-only, and without access to anything else. `rebuild` makes it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from catalog.database.statements import named
from catalog.database.template import quoted, recipe
from catalog.errors import NotFound, StoreError

if TYPE_CHECKING:
    import pyarrow as pa

FOR_ONE = 4 << 30  # bytes of memory of DuckDB for the questions of one reader
FOR_ALL = 512 << 20  # the same where each row of the catalog is read once
FOR_PART = 192 << 20  # the same for one of several processes, each of which reads a part, in one thread
MAX_SPILL = "8GB"  # on the disk, for a question that needs more than its memory

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/+(.*)", re.DOTALL)  # a path has lost one of the two slashes
_NO_ADDRESS = re.compile(r"(https?|s3):(/*|[^/].*)", re.IGNORECASE)  # `https://` as a path
_PROCESS = re.compile(r"\(PID (\d+)\)")

_SQL = named("build")
_LOCKED = (
    "set global TimeZone = 'UTC'",  # all times are of UTC, but without a zone: compared with `now()`, they are of the session's
    "set enable_external_access = false",
    "set autoinstall_known_extensions = false",
    "set autoload_known_extensions = false",
    "set lock_configuration = true",
)


class ForeignFile(NotFound):
    """The file is not a DuckDB database."""


class UnreadableFile(StoreError):
    """DuckDB cannot open the database."""


def connect(path: Path, *, max_memory: int = FOR_ONE, threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """Opens a catalog read-only, without access to files, network, extensions or settings. NotFound where there is none.

    `max_memory`: the most bytes that DuckDB holds; what is more goes by way of the disk, up to MAX_SPILL. `threads`: one for each processor by default.
    """
    if not path.is_file():
        raise NotFound(_absent(path))
    try:
        connection = _open(path, max_memory)
        if threads:
            connection.execute("set threads = $1", [threads])
        for setting in _LOCKED:
            connection.execute(setting)
    except duckdb.Error as error:
        raise _refused(path, error) from error
    return connection


def not_a_catalog(path: Path | str) -> str:
    """The sentence about a file of another kind."""
    return f"{path} is not a catalog: expected a catalog.duckdb, as `catalog build` writes it to the output folder"


def _absent(path: Path) -> str:
    if _NO_ADDRESS.fullmatch(str(path)):
        return f"{path} is not the URL of a catalog: expected https://host/folder, s3://bucket/folder, or a path"
    url = _URL.fullmatch(str(path))
    if url and url[1].lower() == "file":
        return f"file:///{url[2]} is not the URL of a catalog: expected the path alone, /{url[2]}"
    if url:
        return f"{url[1]}://{url[2]} is not the URL of a catalog: expected https, http or s3, or a path"
    if path.is_dir():
        return f"{path} is a folder without a catalog.duckdb: give the path of a catalog"
    return f"{path}: no catalog here; `catalog crawl` makes one"


def _refused(path: Path, error: duckdb.Error) -> NotFound | StoreError:
    """NotFound for a file of another kind; else StoreError: another program or this one has it open, or DuckDB cannot read it."""
    message = " ".join(str(error).split())
    if "Conflicting lock is held" in message:
        process = _PROCESS.search(message)
        return StoreError(
            f"{path} is open for writing in another program{f' (PID {process[1]})' if process else ''}: close it there, "
            "or open it there for reading only, as `duckdb -readonly` does"
        )
    if "Unique file handle conflict" in message or "already attached" in message:
        return StoreError(
            f"{path} is open for writing in this program: close that connection, or open it with read_only=True"
        )
    if isinstance(error, duckdb.IOException) and "Permission denied" in message:
        return StoreError(f"{path} cannot be read: permission denied")
    if isinstance(error, duckdb.OutOfMemoryException):
        return StoreError(f"{path} cannot be opened: there is too little memory ({message})")
    if not _is_duckdb(path):
        return ForeignFile(not_a_catalog(path))
    return UnreadableFile(
        f"{path} is not a catalog that DuckDB {duckdb.__version__} can open ({message}); `catalog build` replaces it"
    )


def _is_duckdb(path: Path) -> bool:
    """Whether a file begins as those of DuckDB do: a checksum, and its mark."""
    try:
        with path.open("rb") as file:
            return file.read(12)[8:] == b"DUCK"
    except OSError:
        return False


def is_catalog(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether a database is a catalog, made by any version of this code."""
    try:
        connection.execute(_SQL["making"])
    except duckdb.Error:
        return False
    return True


def is_current(connection: duckdb.DuckDBPyConnection, shapes: Mapping[str, pa.Schema]) -> bool:
    """Whether a catalog has the tables, views and macros that this version of the code creates; `shapes` are the tables'."""
    try:
        row = connection.execute(_SQL["shape"]).fetchone()
    except duckdb.Error:
        return False
    return row == (recipe(shapes),)


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
