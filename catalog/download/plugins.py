"""Reads what obstore does not know (SSH, WebDAV, HDFS, OSS, Google Drive) with DVC's own file systems, where they are installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from catalog.download.entries import Denied, Opened, StoredObject
from catalog.download.settings import secrets
from catalog.download.trust import PLUGINS, Trust
from catalog.errors import CatalogError, Gone, NotFound
from catalog.text import quote

_PIECE = 1 << 20
_DEFAULTS: dict[str, dict[str, Any]] = {
    "ssh": {"agent_forwarding": False}
}  # else the server could use the agent's keys


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
        with ExitStack() as stack:
            with _saying():
                system, path = self._system()
                file = stack.enter_context(system.open(path, "rb"))
                size = system.size(path)
            yield Opened(pieces=_pieces(file), size=size)

    def _system(self) -> tuple[Any, str]:
        scheme = urlsplit(self._url).scheme
        try:
            from dvc.fs import get_cloud_fs

            kind, config, path = get_cloud_fs({"core": {}, "remote": {}}, url=self._url, **self._settings)
            system = kind(**_DEFAULTS.get(scheme, {}) | config)
        except ImportError as error:
            raise NotFound(
                f"{quote(self._url)!r} needs DVC's plugin for {scheme}, which is not installed: pip install 'federated-model-catalog[dvc]' {PLUGINS[scheme]}"
            ) from error
        if scheme == "ssh":
            # Those of `ssh`: the plugin would compare the server's key with none.
            system.fs_args.setdefault("known_hosts", ())
        return system, path


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    """Its content. Only what reading raises is the storage's: what else a download raises passes."""
    while True:
        with _saying():
            piece = file.read(_PIECE)
        if not piece:
            return
        yield piece


@contextmanager
def _saying() -> Iterator[None]:
    """One sentence for whatever a file system of another project raises: each has errors of its own, and not all are of OSError."""
    try:
        yield
    except CatalogError:
        raise
    except FileNotFoundError as error:
        raise Gone("is not there") from error
    except Exception as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise Denied(f"cannot be read: {quote(reason)}") from error
