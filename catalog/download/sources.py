"""The reader of each kind of source; and whom a download contacts, as one line each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from catalog.download.entries import Expected, GitBlob, LfsObject, Reader, Source, StoredObject, placed
from catalog.download.folder import FileObject
from catalog.download.manifest import MAX_MANIFEST
from catalog.download.settings import account_name
from catalog.download.trust import CLOUDS, WEB, Trust, path_of
from catalog.download.verification import Verification
from catalog.errors import OriginError, Refused, TooBig
from catalog.text import quote

if TYPE_CHECKING:
    from collections.abc import Callable

    from catalog.download.clouds import Clouds
    from catalog.download.git_files import GitFiles
    from catalog.download.web import Web
    from catalog.transport.limits import Limits


class Sources:
    """Opens whatever an entry is read from; `tell` gets whom it contacts."""

    def __init__(
        self, trust: Trust, git: Callable[[], GitFiles], limits: Limits, tell: Callable[[str], object]
    ) -> None:
        self._trust, self._git, self._limits, self._tell = trust, git, limits, tell
        self._web: Web | None = None
        self._clouds: Clouds | None = None

    def reader(self, source: Source) -> Reader:
        """ConfigError where the source may not be contacted."""
        match source:
            case LfsObject():
                from catalog.download.lfs_files import LfsFile

                self._tell(f"{source.repository} (Git LFS)")
                return LfsFile(self._git(), source, self._limits)
            case GitBlob():
                raise Refused("a file of Git is read with others of its repository")
            case StoredObject():
                return self._stored(self._mirrored(source))

    def read(self, source: StoredObject, expected: Expected) -> bytes:
        """The list of a folder, checked. OriginError, with its URL, where it cannot be had; TooBig for one of more than MAX_MANIFEST bytes."""
        try:
            return self._read(source, expected)
        except OriginError as error:
            raise placed(error, quote(source.url)) from error

    def _read(self, source: StoredObject, expected: Expected) -> bytes:
        known, data = Verification(expected), bytearray()
        with self.reader(source).open(0, None) as opened:
            for piece in opened.pieces:
                known.update(piece)
                data += piece
                if len(data) > MAX_MANIFEST:
                    raise TooBig(f"the list of the folder has more than {MAX_MANIFEST:,} bytes")
        known.check(opened.etag)
        return bytes(data)

    def close(self) -> None:
        if self._web is not None:
            self._web.close()

    def _mirrored(self, source: StoredObject) -> StoredObject:
        """The same object where repos.toml says that it is read from."""
        self._trust.check_path(source.url)
        stated = self._trust.settings(source.url)
        if stated is None or stated.read_from is None:
            self._trust.check(source.url)
            return source
        return replace(source, url=stated.read_from.rstrip("/") + source.url[len(stated.url.rstrip("/")) :])

    def _stored(self, source: StoredObject) -> Reader:
        scheme = urlsplit(source.url).scheme
        self._tell(_place(source.url, self._trust))
        if scheme in CLOUDS:
            from catalog.download.clouds import CloudObject, Clouds

            self._clouds = self._clouds or Clouds(self._trust, connect=self._limits.connect, idle=self._limits.idle)
            return CloudObject(self._clouds, source)
        if scheme in WEB:
            from catalog.download.web import Web, WebObject

            self._web = self._web or Web(self._trust, self._limits)
            return WebObject(self._web, source.url)
        if scheme == "file":
            return FileObject(self._trust, source.url)
        from catalog.download.plugins import PluginObject

        return PluginObject(self._trust, source)


def _place(url: str, trust: Trust) -> str:
    """A storage as it is announced: its bucket, host or folder, and the account and endpoint that the user states."""
    parts = urlsplit(url)
    if parts.scheme == "file":
        return f"the folder {trust.folder_of(Path(path_of(url))) or parts.path}"
    stated = trust.settings(url)
    account = account_name(stated) if CLOUDS.get(parts.scheme) == "azure" else None
    of_account = f" of the account {account}" if account else ""
    endpoint = f" at {stated.endpoint}" if stated and stated.endpoint else ""
    return f"{parts.scheme}://{parts.netloc}{of_account}{endpoint}"
