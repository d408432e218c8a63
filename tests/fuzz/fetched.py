"""What is fuzzed of `catalog get` and of published catalogs: the answers of storages and web servers."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from catalog.download.manifest import MAX_PATH, parse_manifest
from catalog.errors import NotFound, Refused
from catalog.git.lfs import Pointer
from catalog.query.published.index import MAX_DATABASE, parse_index
from catalog.transport.lfs import downloads
from catalog.transport.lfs_endpoint import site_of

_POINTERS = tuple(Pointer(digit * 64, 7) for digit in "ab")


def folder_list(data: bytes) -> None:
    """DVC's list of a folder: as it is, and with the bytes as its paths. No file leaves the folder, and none meets another."""
    lines = [{"relpath": line, "md5": "a" * 32} for line in data.decode("utf-8", "surrogateescape").split("\n")]
    for content in (data, json.dumps(lines).encode()):
        with suppress(Refused):
            paths = [PurePosixPath(path) for path in parse_manifest(content)]
            assert all(not path.is_absolute() and ".." not in path.parts for path in paths)
            assert all("\0" not in str(path) and len(str(path).encode()) <= MAX_PATH for path in paths)
            assert len({str(path).casefold() for path in paths}) == len(paths)
            assert not {*paths}.intersection(above for path in paths for above in path.parents)


def lfs_answer(data: bytes) -> None:
    """The answer of a server of Git LFS to a batch. Only what was requested is read of it, each file once, with headers of text."""
    with suppress(ValueError, RecursionError):
        named = [*downloads(json.loads(data), _POINTERS)]
        assert {download.pointer for download in named} <= {*_POINTERS}
        assert len({download.pointer for download in named}) == len(named)
        for download in named:
            assert all(isinstance(word, str) for words in download.headers.items() for word in words)
            if site := site_of(download.url):
                assert urlsplit(site).scheme in ("http", "https")


def catalog_index(data: bytes) -> None:
    """The catalog.json of a published catalog: the database is a file beside it."""
    with suppress(NotFound):
        file = parse_index(data, "catalog.json")
        assert PurePosixPath(file.path).name == file.path
        assert 0 < file.bytes <= MAX_DATABASE
