"""The address of a repository's Git LFS server. After docs/api/server-discovery.md of git-lfs."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from dulwich.config import ConfigFile

from catalog.errors import Refused
from catalog.transport.address import GitServer, parse_address

if TYPE_CHECKING:
    from typing import IO

MAX_CONFIG = 64 << 10  # bytes of a `.lfsconfig`

_HTTP = {"http", "https"}
_SETTINGS = (((b"lfs",), b"url"), ((b"remote", b"origin"), b"lfsurl"))  # the first that is stated counts


def web_address(remote: GitServer) -> GitServer:
    """The repository's address on the web: over https where it is reached by ssh or git."""
    if remote.scheme in _HTTP:
        return remote
    return GitServer(scheme="https", host=remote.host, path="/" + quote(remote.path.lstrip("/")))


def lfs_endpoint(repository: GitServer, config: bytes | None = None) -> GitServer:
    """The LFS server of a repository with a `web_address`: the one that its `.lfsconfig` names, or else the one by the documented rule.

    The repository's author chooses what is in `.lfsconfig`: an address on another host, or with http in place of https, is ignored.
    """
    stated = _stated(config) if config is not None and len(config) <= MAX_CONFIG else None
    is_downgrade = stated is not None and (repository.scheme, stated.scheme) == ("https", "http")
    if stated is None or stated.host != repository.host or is_downgrade:
        return replace(repository, path=repository.path.removesuffix(".git") + ".git/info/lfs")
    return stated


def site_of(url: str) -> str | None:
    """`scheme://host`, with the port where it is not the scheme's own; None where it is no URL of the web."""
    try:
        parts = urlsplit(url)
        address = parse_address(parts._replace(path="/", query="", fragment="").geturl())
    except (ValueError, Refused):
        return None
    return address.site if isinstance(address, GitServer) and address.scheme in _HTTP else None


def _stated(config: bytes) -> GitServer | None:
    """The address in the file, without the user name and password in it."""
    try:
        settings = ConfigFile.from_file(BytesIO(config), file_opener=_no_file)
        url = next(filter(None, (_value(settings, section, name) for section, name in _SETTINGS)), None)
        address = None if url is None else parse_address(url.decode())
    except (ValueError, Refused):
        return None
    if not isinstance(address, GitServer) or address.scheme not in _HTTP:
        return None
    return replace(address, user=None, secret=None)


def _value(settings: ConfigFile, section: tuple[bytes, ...], name: bytes) -> bytes | None:
    try:
        return settings.get(section, name)
    except KeyError:
        return None


def _no_file(_path: object) -> IO[bytes]:
    """`include.path` would read a file of this machine."""
    raise FileNotFoundError
