"""Prepares a build in a thread during the crawl: imports DuckDB's modules and creates an empty catalog."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock, Thread

from catalog.config.parse import Config
from catalog.database.code_digest import code_digest
from catalog.errors import ConfigError, shortage

_begun: list[Thread] = []
_lock = Lock()


def begin(config: Config, *, exports: bool = False) -> None:
    """Starts the thread; `catalog.database.build.build` uses what it has made. `exports`: something changed, so these are made, too."""
    # No daemon: DuckDB cannot be left in the middle of a statement.
    thread = Thread(target=_try, args=(config.output / "catalog.duckdb", exports), name="prewarm")
    with _lock:
        thread.start()
        _begun.append(thread)


def wait() -> None:
    """Waits for the thread. Who imports what it is importing would get half a module where memory is too little for it, and a bug would be reported."""
    with _lock:
        threads = [*_begun]
        _begun.clear()
    for thread in threads:
        thread.join()


def _try(database: Path, exports: bool) -> None:
    try:
        _make(database)
        if exports:
            import_module("catalog.database.export")  # with all of PyArrow: 0.06 s
        code_digest()  # of 800 files: 0.04 s
    except Exception as error:
        if not shortage(error):  # of memory: the build reports it
            raise


def _make(database: Path) -> None:
    import_module("catalog.database.build")  # with DuckDB and PyArrow: a fifth of a second

    import duckdb

    from catalog.database.shapes import all_shapes
    from catalog.database.template import write_template

    with (
        suppress(ConfigError, duckdb.Error, OSError),
        TemporaryDirectory() as folder,
    ):  # the crawl or build reports these
        if database.is_file():
            duckdb.connect().close()  # the first takes twice as long as any other
        else:
            write_template(Path(folder, "template.duckdb"), all_shapes())
