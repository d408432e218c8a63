"""A published catalog on the loopback interface: `catalog.json` and a database, in memory, to be changed by a test."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import md5, sha256
from pathlib import Path

from support.loopback import Answer, Request, Site, serve


class Published:
    """The files of a site, by path; `status` is what every request gets instead, where it is set."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.status: int | None = None
        self.site = Site("")

    def publish(self, database: bytes, folder: str = "/", **stated: object) -> str:
        """Puts a database there, and an index that states it, or something else; its path."""
        entry = entry_of(database) | stated
        self.files = {f"{folder}{entry['path']}": database}
        self.files[f"{folder}catalog.json"] = json.dumps({"database": entry, "tables": []}).encode()
        return f"{folder}{entry['path']}"

    def answer(self, request: Request) -> Answer:
        if self.status is not None:
            return Answer(status=self.status)
        if request.path not in self.files:
            return Answer(status=404)
        etag = f'"{md5(self.files[request.path]).hexdigest()}"'
        headers = {"ETag": etag, "Last-Modified": "Wed, 01 May 2024 00:00:00 GMT"}
        if request.headers.get("if-none-match") == etag:
            return Answer(status=304, headers=headers)
        return Answer(headers=headers, body=self.files[request.path])

    @property
    def asked(self) -> list[str]:
        """The paths of all requests since the last look."""
        paths = [path for _, path in self.site.requests]
        self.site.requests.clear()
        return paths


def entry_of(database: bytes) -> dict[str, object]:
    """What catalog.json says of a database."""
    digest = sha256(database).hexdigest()
    return {"path": f"catalog.{digest[:16]}.duckdb", "bytes": len(database), "sha256": digest}


def published_in(folder: Path, database: bytes, **stated: object) -> Path:
    """Writes a database and an index that states it, or something else, into a folder; the path of the database."""
    entry = entry_of(database) | stated
    (folder / "catalog.json").write_text(json.dumps({"database": entry, "tables": []}))
    (folder / str(entry["path"])).write_bytes(database)
    return folder / str(entry["path"])


@contextmanager
def publishing(folder: Path, rule=None) -> Iterator[Published]:
    """A site that publishes nothing yet; a `rule` answers first, where it answers."""
    published = Published()
    with serve(folder, rule=lambda request: (rule(request) if rule else None) or published.answer(request)) as site:
        published.site = site
        yield published
