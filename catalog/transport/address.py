"""Parses a repository's URL as Git does: https, http, ssh, git, file, `user@host:path` or a plain path."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, cast
from urllib.parse import SplitResult, unquote, urlsplit

from catalog.errors import Refused
from catalog.naming import local_path
from catalog.text import is_plain, quote

PORTS = {"http": 80, "https": 443, "git": 9418, "ssh": 22}
KINDS = "expected https, http, ssh, git, file, user@host:path or a path"

_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]*://")
_HELPER = re.compile(r"^[A-Za-z0-9+.-]+::")  # `ext::sh -c ...` names a program to run (gitremote-helpers(7))
_SCP = re.compile(r"^(?:(?P<user>[^/@:]+)@)?(?P<host>\[[^\]/]+\]|[^/:\[\]]+):(?P<path>.+)$")


@dataclass(frozen=True, kw_only=True, slots=True)
class GitServer:
    """A repository behind a server. `user` and `secret` are never part of `shown`."""

    scheme: Literal["http", "https", "ssh", "git"]
    host: str
    port: int | None = None
    path: str
    user: str | None = None
    secret: str | None = field(default=None, repr=False)

    @property
    def site(self) -> str:
        """`scheme://host`, with the port where the URL states one."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (f":{self.port}" if self.port else "")

    @property
    def shown(self) -> str:
        if self.path.startswith("/"):
            return self.site + self.path
        return f"{self.host}:{self.path}"  # relative to the home folder: only `user@host:path` says that


@dataclass(frozen=True, kw_only=True, slots=True)
class Local:
    """A repository on this machine."""

    path: Path
    shown: str


def parse_address(url: str) -> GitServer | Local:
    """The address of a URL; Refused with a sentence for an unsupported one."""
    if not url.strip() or not is_plain(url):
        raise Refused(f"URL {quote(url)!r} is empty or has control characters: {KINDS}")
    if _HELPER.match(url):
        raise Refused(f"URL {quote(url)!r} names a remote helper: {KINDS}")
    if _SCHEME.match(url):
        return _parse_url(url)
    scp = _SCP.match(url)
    if scp:
        return _safe(GitServer(scheme="ssh", host=scp["host"].strip("[]"), path=scp["path"], user=scp["user"]))
    return Local(path=local_path(url), shown=url)


def server_at(url: str) -> GitServer | None:
    """The server that an untrusted URL names, such as that of a redirect; None where it names none."""
    try:
        address = parse_address(url)
    except Refused:  # its sentence would quote the URL, which may repeat a credential
        return None
    return address if isinstance(address, GitServer) else None


def _parse_url(url: str) -> GitServer | Local:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused(f"URL {quote(url)!r} is malformed: {quote(str(error))}") from error
    scheme = parts.scheme
    if scheme == "file" and parts.netloc in {"", "localhost"}:
        return Local(path=Path(unquote(url.partition("://")[2].removeprefix(parts.netloc))), shown=url)
    if scheme not in PORTS:
        raise Refused(f"URL {quote(url)!r} has the scheme {scheme!r}: {KINDS}")
    return _remote(url, parts, port)


def _remote(url: str, parts: SplitResult, port: int | None) -> GitServer:
    scheme = cast("Literal['http', 'https', 'ssh', 'git']", parts.scheme)
    if not parts.hostname:
        raise Refused(f"URL {quote(url)!r} names no host: {KINDS}")
    if scheme in {"http", "https"} and (parts.query or parts.fragment):
        raise Refused(f"URL {quote(url)!r} has a query or a fragment, expected {scheme}://host/path")
    # For ssh and git, `?` and `#` belong to the path, and Git decodes percent signs itself.
    path = parts.path if scheme in {"http", "https"} else unquote(url.partition("://")[2].removeprefix(parts.netloc))
    return _safe(
        GitServer(
            scheme=scheme,
            host=parts.hostname,
            port=None if port == PORTS[scheme] else port,
            path=path.rstrip("/") or "/",
            user=unquote(parts.username) if parts.username else None,
            secret=unquote(parts.password) if parts.password else None,
        )
    )


def _safe(remote: GitServer) -> GitServer:
    """What begins with a dash would be an option of the ssh command."""
    parts = (remote.host, remote.user or "", remote.path)
    if any(part.startswith("-") for part in parts) or not is_plain(unquote("".join(parts))):
        raise Refused(f"URL {quote(remote.shown)!r} has a strange host, user or path: {KINDS}")
    return remote
