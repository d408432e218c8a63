"""Reads what obstore does not know (SSH, WebDAV, HDFS, OSS, Google Drive) with DVC's own file systems, where they are installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from catalog.download.entries import Opened, StoredObject
from catalog.download.settings import secrets
from catalog.download.trust import PLUGINS, Trust
from catalog.errors import Gone, NotFound, Refused
from catalog.text import quote

_PIECE = 1 << 20


class PluginObject:
    """One object at a URL that the user allows. What repos.toml says of it, and nothing of the repository, goes to the file system."""

    def __init__(self, trust: Trust, source: StoredObject) -> None:
        scheme = urlsplit(source.url).scheme
        if scheme not in PLUGINS:
            raise NotFound(
                f"{quote(source.url)!r}: no reader for {quote(scheme)!r}, expected S3, GCS, Azure, HTTP or {', '.join(PLUGINS)}"
            )
        self._url, self._settings = source.url, secrets(trust.settings(source.url))

    @contextmanager
    def open(self, offset: int, etag: str | None) -> Iterator[Opened]:
        """From its beginning: these have no entity tags."""
        del offset, etag
        system, path = self._system()
        try:
            with system.open(path, "rb") as file:
                yield Opened(pieces=iter(lambda: file.read(_PIECE), b""), size=system.size(path))
        except FileNotFoundError as error:
            raise Gone("is not there") from error
        except OSError as error:
            raise Refused(f"cannot be read: {quote(str(error))}") from error

    def _system(self) -> tuple[Any, str]:
        scheme = urlsplit(self._url).scheme
        try:
            from dvc.fs import get_cloud_fs

            kind, config, path = get_cloud_fs({"core": {}, "remote": {}}, url=self._url, **self._settings)
            return kind(**config), path
        except ImportError as error:
            raise NotFound(
                f"{quote(self._url)!r} needs DVC's plugin for {scheme}, which is not installed: pip install 'federated-model-catalog[dvc]'"
            ) from error
        except Exception as error:  # whatever a file system of another project raises as it connects
            raise Refused(f"cannot be reached: {quote(str(error))}") from error
