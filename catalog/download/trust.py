"""Which addresses may be contacted. A repository is a stranger's: it may name storage in public places; anything else the user must allow.

What the user wrote, in repos.toml or on the command line, is contacted wherever it leads.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from posixpath import normpath
from socket import gaierror
from urllib.parse import SplitResult, unquote, urlsplit

from catalog.config.model import StorageConfig
from catalog.errors import ConfigError, Down, InvalidArgument
from catalog.text import quote
from catalog.transport.network_rules import METADATA, is_public, resolve

CLOUDS = {"s3": "s3", "gs": "gs", "gcs": "gs", "azure": "azure", "abfs": "azure", "abfss": "azure"}
WEB = ("http", "https")
PLUGINS = {  # the package of DVC that reads it
    "ssh": "dvc-ssh",
    "webdav": "dvc-webdav",
    "webdavs": "dvc-webdav",
    "hdfs": "dvc-hdfs",
    "webhdfs": "dvc-webhdfs",
    "oss": "dvc-oss",
    "gdrive": "dvc-gdrive",
}
PORTS = {"http": 80, "https": 443, "webdav": 80, "webdavs": 443, "ssh": 22, "sftp": 22}

# A bucket's name becomes a part of a host: what else it held would choose another host.
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*")
_REGION = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LEADS_UP = re.compile(r"(?:^|/)\.\.?(?:/|$)")


def is_region(text: str) -> bool:
    """Whether it can be a part of a host's name."""
    return _REGION.fullmatch(text) is not None


@dataclass(frozen=True, kw_only=True)
class Trust:
    """`allow`: beginnings of URLs that the user allows; `storage`: how the user reaches some storage."""

    allow: tuple[str, ...] = ()
    storage: tuple[StorageConfig, ...] = ()
    _public: set[tuple[str, int]] = field(default_factory=set, compare=False, repr=False)

    def settings(self, url: str) -> StorageConfig | None:
        """What repos.toml says of the storage at a URL: the longest beginning of it counts."""
        matching = [each for each in self.storage if is_below(url, each.url)]
        return max(matching, key=lambda each: len(each.url), default=None)

    def allows(self, url: str) -> bool:
        """Whether the user names this URL, or its beginning."""
        return any(is_below(url, prefix) for prefix in self._named)

    def check_path(self, url: str) -> None:
        """ConfigError for a URL with a path that leads elsewhere than it begins."""
        if _LEADS_UP.search(unquote(split_url(url).path)):
            raise ConfigError(f"{quote(url)!r} is not contacted: found '..' in it, expected a path without")

    def check(self, url: str) -> None:
        """ConfigError for a URL that a repository states and that may not be contacted."""
        self.check_path(url)
        scheme = split_url(url).scheme
        if scheme in CLOUDS:
            _check_bucket(url)
        elif scheme in WEB:
            self.check_host(url)
        elif not self.allows(url):
            what = "is on a disk of this machine" if scheme == "file" else "is not public storage"
            raise ConfigError(
                f"{quote(url)!r} {what}: expected a URL that [get] allow in repos.toml, or --allow, names"
            )

    def check_host(self, url: str) -> None:
        """ConfigError for a URL of the web whose host is not public, and that the user does not name."""
        parts = split_url(url)
        if not parts.hostname or "@" in parts.netloc:
            raise ConfigError(f"{quote(url)!r} is not contacted: expected a URL with a host and without a user")
        place = parts.hostname, _port(url)
        if self.allows(url) or place in self._public:
            return
        try:
            address = resolve(*place, _is_public)
        except (gaierror, UnicodeError) as error:
            raise Down(f"{quote(parts.hostname)}: the host name does not resolve") from error
        if address is None:
            raise ConfigError(
                f"{quote(url)!r} is on a host that is not public: expected a public one, or a URL that [get] allow in repos.toml, or --allow, names"
            )
        self._public.add(place)

    @cached_property
    def _named(self) -> tuple[str, ...]:
        mirrors = (each.read_from for each in self.storage if each.read_from is not None)
        return (*self.allow, *(each.url for each in self.storage), *mirrors)

    @cached_property
    def folders(self) -> tuple[Path, ...]:
        """The folders of this machine that the user names, without links."""
        return tuple(Path(path_of(url)).resolve() for url in self._named if urlsplit(url).scheme == "file")

    def is_in_folder(self, file: Path) -> bool:
        """Whether a file, links followed, is in a folder that the user names."""
        return self.folder_of(file) is not None

    def folder_of(self, file: Path) -> Path | None:
        """The folder that the user names and that a file, links followed, is in."""
        try:
            there = file.resolve()
        except (OSError, RuntimeError, ValueError):  # a loop of links; a NUL
            return None
        return next((folder for folder in self.folders if there.is_relative_to(folder)), None)


def split_url(url: str) -> SplitResult:
    """The parts of an untrusted URL. ConfigError for a text that is no URL."""
    try:
        return urlsplit(url)
    except ValueError as error:  # of brackets that no address is in
        raise ConfigError(f"{quote(url)!r} is not contacted: expected a URL") from error


def is_below(url: str, prefix: str) -> bool:
    """Whether a URL begins with whole parts of another."""
    whole, beginning = _plain(url), _plain(prefix)
    return whole is not None and beginning is not None and (whole == beginning or whole.startswith(beginning + "/"))


def path_of(url: str) -> str:
    """The path of a `file:` URL."""
    return unquote(urlsplit(url).path)


def permits(host: str, address: str) -> bool:
    """For URLs that the user names: any address, but a service of metadata only by its own address."""
    return host == address or ip_address(address.partition("%")[0]) not in METADATA


def _is_public(_host: str, address: str) -> bool:
    return is_public(address)


def _plain(url: str) -> str | None:
    """A URL in the one spelling that prefixes are compared in; None for one that has none."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or ""), parts.port
    except ValueError:
        return None
    path = normpath(unquote(parts.path)) if parts.path.strip("/") else ""
    standard = port is None or port == PORTS.get(parts.scheme)
    return f"{CLOUDS.get(parts.scheme, parts.scheme)}://{host}{'' if standard else f':{port}'}{path}"


def _port(url: str) -> int:
    parts = urlsplit(url)
    try:
        return parts.port or PORTS[parts.scheme]
    except ValueError as error:
        raise ConfigError(f"{quote(url)!r} is not contacted: expected a port that is a number") from error


def _check_bucket(url: str) -> None:
    name = urlsplit(url).netloc
    if not _BUCKET.fullmatch(name):
        raise ConfigError(f"{quote(url)!r} is not contacted: {quote(name)!r} cannot be the name of a bucket")


def allowed(prefixes: Iterable[str]) -> tuple[str, ...]:
    """URL prefixes that the user states outside of repos.toml; InvalidArgument for what is none."""
    from catalog.config.storage_keys import URL_PREFIX, is_url_prefix

    stated = tuple(prefixes)
    for prefix in stated:
        if not is_url_prefix(prefix):
            raise InvalidArgument("allow", repr(quote(prefix)), URL_PREFIX.expected)
    return stated
