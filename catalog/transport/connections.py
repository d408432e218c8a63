"""HTTP connections that count every received byte against the visit's limits, set up by Git's configuration."""

from __future__ import annotations

import io
import logging
import socket
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import InsecureRequestWarning, NameResolutionError

from catalog.errors import Refused
from catalog.text import quote
from catalog.transport.network_rules import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalog.transport.address import GitServer
    from catalog.transport.gitconfig import GitConfig
    from catalog.transport.limits import Meter

Manager = urllib3.PoolManager

# It warns of malformed headers by quoting them, raw.
logging.getLogger("urllib3.connection").setLevel(logging.ERROR)

HOSTS = 128  # whose connections are kept open
CONNECTIONS = 32  # kept for each

# The meter of the visit whose request the current thread makes: urllib3 has no other way to pass it to a connection.
METER: ContextVar[Meter] = ContextVar("METER")


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """How to connect: what `http.*` and the environment say for one URL (git-config(1))."""

    proxy: str | None = None
    verify: bool = True
    ca_file: str | None = None
    ca_folder: str | None = None
    certificate: str | None = None
    key: str | None = None
    is_guarded: bool = False  # for untrusted addresses; their connections are not kept with others

    def connect(self) -> Manager:
        """A manager of connections made in this way."""
        options: dict[str, Any] = {
            "num_pools": HOSTS,
            "maxsize": CONNECTIONS,
            "cert_reqs": "CERT_REQUIRED" if self.verify else "CERT_NONE",
            "ca_certs": self.ca_file,
            "ca_cert_dir": self.ca_folder,
            "cert_file": self.certificate,
            "key_file": self.key,
        }
        if not self.verify:  # the user turned it off in Git's configuration
            urllib3.disable_warnings(InsecureRequestWarning)
        manager = self._through_proxy(options) if self.proxy else Manager(**options)
        is_direct = self.is_guarded and not self.proxy  # a proxy resolves names itself
        manager.pool_classes_by_scheme = (
            {"http": GuardedHttp, "https": GuardedHttps} if is_direct else {"http": MeteredHttp, "https": MeteredHttps}
        )
        return manager

    def _through_proxy(self, options: dict[str, Any]) -> Manager:
        url = proxy_url(self.proxy or "")
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"}:
            raise Refused(f"proxy {quote(url)!r}: expected an http or https proxy")
        headers = (
            urllib3.make_headers(proxy_basic_auth=f"{parts.username}:{parts.password or ''}") if parts.username else {}
        )
        return urllib3.ProxyManager(url, proxy_headers=headers, **options)


def read_settings(git: GitConfig, remote: GitServer) -> Settings:
    """The settings for one repository. As in Git, the environment's certificate variables win over the files."""
    url, environ = remote.shown, git.environ
    return Settings(
        proxy=proxy_of(git, remote),
        verify=git.yes("http", "sslverify", url, default=True) and "GIT_SSL_NO_VERIFY" not in environ,
        ca_file=_path(environ.get("GIT_SSL_CAINFO") or git.most_specific("http", "sslcainfo", url)),
        ca_folder=_path(environ.get("GIT_SSL_CAPATH") or git.most_specific("http", "sslcapath", url)),
        certificate=_path(environ.get("GIT_SSL_CERT") or git.most_specific("http", "sslcert", url)),
        key=_path(environ.get("GIT_SSL_KEY") or git.most_specific("http", "sslkey", url)),
    )


def proxy_of(git: GitConfig, remote: GitServer) -> str | None:
    """The proxy for one repository; None where it is contacted directly."""
    stated = git.most_specific("http", "proxy", remote.shown)
    if stated is None:
        # HTTP_PROXY in capitals is not read: behind CGI, a request's `Proxy:` header would set it.
        names = (f"{remote.scheme}_proxy", "HTTPS_PROXY" * (remote.scheme == "https"), "all_proxy", "ALL_PROXY")
        stated = next((git.environ[name] for name in names if git.environ.get(name)), None)
    return stated if stated and not _bypassed(git, remote.host) else None


def proxy_url(stated: str) -> str:
    """The URL of a proxy; one without a scheme is http's."""
    return stated if "://" in stated or not stated else f"http://{stated}"


def extra_headers(git: GitConfig, remote: GitServer) -> dict[str, str]:
    """`http.extraHeader` for one repository; a later header of the same name replaces an earlier one."""
    lines = (value.partition(":") for value in git.every("http", "extraheader", remote.shown))
    return {name.strip(): value.strip() for name, colon, value in lines if colon and name.strip()}


def _path(value: str | None) -> str | None:
    return str(Path(value).expanduser()) if value else None


def _bypassed(git: GitConfig, host: str) -> bool:
    names = (git.environ.get("no_proxy") or git.environ.get("NO_PROXY") or "").replace(",", " ").split()
    suffixes = (name.removeprefix("*").lstrip(".") for name in names)
    return "*" in names or any(suffix and (host == suffix or host.endswith("." + suffix)) for suffix in suffixes)


class _MeteredSocket(io.RawIOBase):
    """A connection's incoming bytes. Each wait is bounded by the idle limit and by what is left of the visit."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, meter: Meter) -> None:
        self._raw, self._sock, self._meter = raw, sock, meter

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401 - any writable buffer
        self._sock.settimeout(self._meter.patience(self._meter.limits.idle))
        try:
            size: int | None = self._raw.readinto(buffer)
        except TimeoutError:
            raise self._meter.silence() from None
        self._meter.receive_http(size or 0)
        return size

    def close(self) -> None:
        self._raw.close()
        super().close()


class _MeteredResponse(HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as http.client calls it
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_MeteredSocket(self.fp.detach(), sock, METER.get()), 1 << 16)


class _Http(HTTPConnection):
    response_class = _MeteredResponse


class _Https(HTTPSConnection):
    response_class = _MeteredResponse


class _GuardedHttp(_Http):
    def _new_conn(self) -> socket.socket:
        with _at_permitted_address(self):
            return super()._new_conn()


class _GuardedHttps(_Https):
    def _new_conn(self) -> socket.socket:
        with _at_permitted_address(self):
            return super()._new_conn()


@contextmanager
def _at_permitted_address(connection: HTTPConnection) -> Iterator[None]:
    """Lets a connection go to the address that was checked. Its host's name is what certificates and the server are asked for."""
    name = connection._dns_host  # noqa: SLF001 - urllib3 has no other way to say where a connection goes
    try:
        address = permitted_address(name, connection.port, METER.get())
    except socket.gaierror as error:
        raise NameResolutionError(name, connection, error) from error
    connection._dns_host = address  # noqa: SLF001
    try:
        yield
    finally:
        connection._dns_host = name  # noqa: SLF001


def permitted_address(host: str, port: int | None, meter: Meter) -> str:
    """The address to connect to; Refused where the visit's rules do not permit it, OSError where the host has none."""
    assert meter.permits is not None
    address = resolve(host.strip("[]"), port or 0, meter.permits)
    if address is None:
        raise Refused(
            f"{meter.where}: {meter.quote(host)!r} is not a public host, expected one, or one that [network] allow names"
        )
    return address


def check_before_proxy(remote: GitServer, meter: Meter) -> None:
    """Refused for a host that this machine knows to be none that is permitted. The proxy decides what else a name may mean."""
    with suppress(socket.gaierror):
        permitted_address(remote.host, remote.port, meter)


class MeteredHttp(HTTPConnectionPool):
    """Connections to one server."""

    ConnectionCls = _Http


class MeteredHttps(HTTPSConnectionPool):
    """The same, encrypted."""

    ConnectionCls = _Https


class GuardedHttp(HTTPConnectionPool):
    """Connections to a server at an untrusted URL: only to addresses that the visit's rules permit, as they are connected."""

    ConnectionCls = _GuardedHttp


class GuardedHttps(HTTPSConnectionPool):
    """The same, encrypted."""

    ConnectionCls = _GuardedHttps
