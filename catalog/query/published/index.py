"""`catalog.json`: which file of a published folder is the database, and what its bytes must be."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from catalog.errors import NotFound
from catalog.text import quote

INDEX = "catalog.json"
MAX_INDEX = 8 << 20  # bytes: of 77 tables in 256 parts, 4 MiB
MAX_DATABASE = 16 << 30  # bytes

NAME = re.compile(r"catalog\.[0-9a-f]{16}\.duckdb")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, kw_only=True, slots=True)
class PublishedFile:
    """A published database: its name beside the index, its size, and the checksum of its bytes."""

    path: str
    bytes: int
    sha256: str


def parse_index(content: bytes, where: str) -> PublishedFile:
    """The database that the index names; NotFound with a sentence for an index that names none, and for a file that is no index."""
    try:
        index = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise NotFound(f"{where} is not the catalog.json of a catalog: it is not JSON") from error
    if not isinstance(index, dict) or not isinstance(index.get("tables"), list):
        raise NotFound(f"{where} is not the catalog.json of a catalog: expected an object with 'tables'")
    entry = index.get("database")
    if entry is None:
        raise NotFound(
            f"{where} names no database: expected a catalog that is built with publish_database = true in [catalog] of repos.toml"
        )
    match entry:
        case {"path": str(path), "bytes": int(size), "sha256": str(sha256)} if (
            NAME.fullmatch(path) and _SHA256.fullmatch(sha256) and 0 < size <= MAX_DATABASE
        ):
            return PublishedFile(path=path, bytes=size, sha256=sha256)
    raise NotFound(f"{where} states a database that cannot be one ({quote(json.dumps(entry))})")
