"""A catalog.duckdb that is open for reading: a failure in it becomes an error that says what to do."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Self

from catalog import __version__
from catalog.errors import CatalogError, InvalidArgument, NotFound, StoreError
from catalog.query.answer import Answer, Bounds, answer, sentence
from catalog.query.arguments import Count, Memory, checked
from catalog.query.published.location import as_url, database_at, default_location, is_published
from catalog.query.resolve import ReferenceResolver
from catalog.text import cleaned

if TYPE_CHECKING:
    import duckdb

_EXPECTED = f"expected a catalog that this version of catalog, {__version__}, can read"
_UNLIMITED = 1 << 60  # DuckDB counts not much further


@checked
class CatalogFile:
    """Opens and closes the file, and puts questions to it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path | str, bounds: Bounds | None = None) -> None:
        self._connection = connection
        self._path = path  # or URL
        self._bounds = bounds or Bounds()
        self._names = ReferenceResolver(self._ask, path)

    @classmethod
    def open(
        cls,
        path: Path | str | None = None,
        *,
        timeout: float | None = None,
        max_memory: Memory | None = None,
        max_rows: Count | None = None,
    ) -> Self:
        """Opens a catalog.duckdb, the one in a folder, or one that is published: `https://host/data/`, `s3://bucket/data/`.

        `~` at the beginning of a path is the home directory. Without a path, that of `CATALOG` in the environment, or in the folder
        `output`, or the user's default (docs/publish.md). A published one is downloaded to the user's cache where it is another one
        than last time; of a folder, the database is compared with its `catalog.json`. OriginError where that fails.

        A question that takes longer than `timeout` seconds is given up, as is SQL with more than `max_rows` rows. DuckDB holds
        `max_memory` bytes (at least 64 MiB; 4 GiB where not given), not counting the values that a query makes; what is more goes by way of the disk.
        """
        if timeout is not None:
            check_timeout(timeout)
        # DuckDB is most of a cold start; a usage error needs none.
        from catalog.database.database import FOR_ONE, ForeignFile, UnreadableFile, connect

        bounds = Bounds(timeout=timeout, max_rows=None if max_rows is None else min(max_rows, _UNLIMITED))
        location = default_location() if path is None else path
        file, url = database_at(location), as_url(location)
        try:
            return cls(connect(file, max_memory=min(max_memory or FOR_ONE, _UNLIMITED)), url or file, bounds)
        except (ForeignFile, UnreadableFile) as error:
            if is_published(url or file) and isinstance(error.__cause__, Exception):  # DuckDB's: the file is whole
                reason = sentence(error.__cause__)
                raise StoreError(f"{url or file}: its database cannot be opened ({reason}); {_EXPECTED}") from error
            raise

    def __repr__(self) -> str:
        """One line, whatever is in the name of the file."""
        return f"<{type(self).__name__}: {cleaned(str(self._path))}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """StoreError where the code does not fit the catalog, as that of another version may not, and so fails."""
        from catalog.database.database import is_current
        from catalog.database.shapes import all_shapes

        try:
            foreseen = not isinstance(error, Exception) or isinstance(error, CatalogError | OSError)
            if not foreseen and not is_current(self._connection, all_shapes()):
                raise StoreError(
                    f"{self._path} was made by another version of catalog or DuckDB; {self._mend('`catalog build` makes it anew')}"
                ) from error
        finally:
            self.close()

    def close(self) -> None:
        """Closes the catalog. A question that another thread is asking is answered; one that comes later is a StoreError."""
        import duckdb

        # DuckDB's complaint of such a question, whose cursor closes when it is done.
        with suppress(duckdb.OperationalError):
            self._connection.close()

    def _ask(self, question: str, **parameters: object) -> Answer:
        """One of the questions of sql/questions/."""
        import duckdb

        from catalog.database.database import is_catalog, not_a_catalog

        try:
            return answer(self._connection, question, parameters, Bounds(timeout=self._bounds.timeout))
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            if not is_catalog(self._connection):
                raise NotFound(not_a_catalog(self._path)) from error
            raise StoreError(
                f"{self._path} was made by another version of catalog ({sentence(error)}); {self._mend('run `catalog build`')}"
            ) from error
        except duckdb.OutOfMemoryException as error:
            raise StoreError(
                f"the answer needs more memory than it may have, the limit max_memory ({sentence(error)})"
            ) from error
        except duckdb.Error as error:
            raise StoreError(
                f"{self._path} cannot be read ({sentence(error)}); {self._mend('`catalog build` replaces it')}"
            ) from error

    def _mend(self, advice: str) -> str:
        """What to do about a catalog that cannot be read; nobody builds one that is published elsewhere."""
        return _EXPECTED if is_published(self._path) else advice


def check_timeout(seconds: float) -> None:
    """InvalidArgument for what no question can be limited to."""
    from threading import TIMEOUT_MAX  # only where there is a limit

    if not 0 < seconds <= TIMEOUT_MAX:
        raise InvalidArgument("timeout", f"{seconds:g}", f"more than 0 and at most {TIMEOUT_MAX:g} seconds")
