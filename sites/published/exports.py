"""`data/` in the site: the files of an export, so that the folder of the site alone, uploaded, is a published catalog.

`catalog.json` of the export names them all, each with its checksum. They become hard links where the disk lets them, and else copies.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from catalog.errors import StoreError
from catalog.store.files import read

FOLDER, INDEX = "data", "catalog.json"


class PublicFile(TypedDict):
    """A file as the index states it; `rows` is not stated of a database."""

    path: str
    rows: int
    bytes: int
    sha256: str


class PublicColumn(TypedDict):
    """A column as the index states it."""

    name: str
    type: str
    comment: str | None


class PublicTable(TypedDict):
    """A table or view as the index states it."""

    name: str
    kind: str
    comment: str
    rows: int
    files: list[PublicFile]
    csv: NotRequired[list[PublicFile]]
    columns: list[PublicColumn]


@dataclass(frozen=True, kw_only=True)
class Exports:
    """The files of an export in a folder, by what its index says of them; none of them where there is no export."""

    folder: Path
    text: bytes

    @cached_property
    def _index(self) -> dict[str, Any]:
        try:
            index: dict[str, Any] = json.loads(self.text or '{"tables": []}')
        except ValueError as error:
            raise StoreError(
                f"{self.folder / INDEX} is damaged: {error}; `catalog build --check` makes it anew"
            ) from error
        return index

    @property
    def digest(self) -> str:
        """The digest of all that is exported."""
        return sha256(self.text).hexdigest()

    @property
    def database(self) -> PublicFile | None:
        """The database, where it is published."""
        return self._index.get("database")

    @property
    def tables(self) -> list[PublicTable]:
        """The tables and views, in the order of their names."""
        return self._index["tables"]  # type: ignore[no-any-return]

    @property
    def files(self) -> Mapping[str, str]:
        """The digest of each file by its path in the site. The index is the last: it names the others."""
        listed = [
            *([self.database] if self.database else []),
            *(file for table in self.tables for file in (*table["files"], *table.get("csv", ()))),
        ]
        files = {f"{FOLDER}/{file['path']}": file["sha256"] for file in listed}
        return files | ({f"{FOLDER}/{INDEX}": self.digest} if self.text else {})

    def sources(self, stale: Collection[str]) -> Iterator[tuple[str, Path]]:
        """Where those files are that are among these paths of the site."""
        return ((path, self.folder / path.removeprefix(f"{FOLDER}/")) for path in self.files if path in stale)


def exports_in(folder: Path | None) -> Exports:
    """The files of the export in a folder. StoreError where its index cannot be read."""
    if folder is None:
        return Exports(folder=Path(), text=b"")
    try:
        return Exports(folder=folder, text=read(folder / INDEX))
    except OSError as error:
        raise StoreError(f"cannot read {folder / INDEX}: {error}") from error
