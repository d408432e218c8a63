"""`data/catalog.json`: which tables and views an export has, what their columns mean, and in which files they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.database.export_csv import SUFFIX
from catalog.database.export_parts import Part, Relation


@dataclass(frozen=True, kw_only=True, slots=True)
class ExportedFile:
    """A file as the last export left it: the digest of its rows, and what it was on the disk."""

    digest: str
    bytes: int
    sha256: str
    mtime_ns: int


def index_of(entries: Sequence[Mapping[str, Any]], database: Mapping[str, ExportedFile]) -> bytes:
    """The index, each entry on a line; first the published database, where there is one."""
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    return f'{{{_database_line(database)}"tables": [\n{lines}\n]}}\n'.encode()


def entry_of(relation: Relation, every: Iterable[Part], exported: Mapping[str, ExportedFile]) -> dict[str, Any]:
    """The entry of a table or view, with its parts and their files."""
    listed = [
        {"path": path, "rows": part.rows, "bytes": exported[path].bytes, "sha256": exported[path].sha256}
        for part in every
        for path in part.files
    ]
    csv = [file for file in listed if str(file["path"]).endswith(SUFFIX)]
    return {
        "name": relation.name,
        "kind": relation.kind,
        "comment": relation.comment,
        "rows": sum(part.rows for part in every),
        "files": [file for file in listed if file not in csv],
        **({"csv": csv} if csv else {}),
        "columns": [{"name": name, "type": kind, "comment": comment} for name, kind, comment in relation.columns],
    }


def _database_line(database: Mapping[str, ExportedFile]) -> str:
    """The index's entry of the published database, which the tables follow; empty where there is none."""
    for path, file in database.items():
        entry = {"path": path, "bytes": file.bytes, "sha256": file.sha256}
        return f'"database": {json.dumps(entry)},\n'
    return ""
