"""Names and identities: file names for names that strangers chose, endings that can stand for a full name, and repositories by their URLs.

A file name is safe on every file system, stable, and never the same for two names.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import blake2b
from os.path import normpath
from pathlib import Path, PurePosixPath
from urllib.parse import SplitResult, unquote, urlsplit

MAX_LENGTH = 100

_UNSAFE = re.compile(r"[^a-z0-9._~-]+")
# Windows reserves these names for devices, whatever their extension.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_HASHED = re.compile(r".*-[0-9a-f]{16}")  # a name that looks like the file name of another one

SCHEMES = ("https", "http", "ssh", "git", "file")  # of a repository's URL
SCP = re.compile(r"(?:[^/@\s]+@)?(?P<host>[^/:\s]{2,}):(?P<path>(?!//)\S.*)")  # user@host:path, as scp writes it
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_GIT = re.compile(
    r"^git\+|\+git$"
)  # `git+ssh` and `ssh+git` are ssh (connect.c of Git), `git+https` is what pip calls https
_PORTS = {"http": "80", "https": "443"}

# By which host a forge is known, of those by which it is reached, too.
_FORGE_HOSTS = {
    "ssh.github.com": "github.com",
    "altssh.gitlab.com": "gitlab.com",
    "altssh.bitbucket.org": "bitbucket.org",
    "ssh.dev.azure.com": "dev.azure.com",
    "vs-ssh.visualstudio.com": "dev.azure.com",
    "hf.co": "huggingface.co",
}
# Forges to which upper and lower case are the same.
_FOLDED = frozenset(
    ("github.com", "gitlab.com", "bitbucket.org", "dev.azure.com", "huggingface.co", "codeberg.org", "gitea.com")
)
_EMPTY_PARTS = re.compile(r"/(?:[.~]?/)+")
_ENDING = re.compile(r"(?:/|\.git)+\Z")
_VISUAL_STUDIO = re.compile(r"([^.]+)\.visualstudio\.com")
_COLLECTION = re.compile(r"^/*defaultcollection/", re.IGNORECASE)
_AZURE_SSH = re.compile(r"^v3/([^/]+)/([^/]+)/([^/]+)\Z")
_AZURE_PROJECT = re.compile(r"^([^/]+)/_git/([^/]+)\Z")
_OTHER_FORGES = re.compile(r"(?:^|\.)(?:github|gitlab|gitea|forgejo)\.")
_DATA_CENTER = re.compile(r"^(?:.*/)?scm/([^/]+/[^/]+)\Z")
_GERRIT = re.compile(r"gerrit|review|\.googlesource\.com\Z")
_SIGNED_IN = re.compile(r"^a/")

_ELSEWHERE = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9+.-]*:|//|#)")

_AUTHORITY = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://)([^/?#]*)(.*)$", re.DOTALL)
_USERS = re.compile(r"://[^/?#\s'\"]*@")
_USER = re.compile(r"[^:@\s]+@[^@]+")  # without a password
_PORT = re.compile(r"(?:\[[^\]]*\]|[^:]*)(?::[0-9]*)?")
# `sig` signs Azure's shared access, `X-Amz-Signature` and `X-Goog-Signature` presigned links.
_SECRET = re.compile(r"sig|token|key|secret|passw|pwd|credential|auth", re.IGNORECASE)
_BETWEEN = re.compile(r"[&#;]")  # parameters


@lru_cache(maxsize=1 << 16)
def slug(name: str) -> str:
    """A file name for `name`: `/` becomes `~` and `:` becomes `~~`; what else would be unsafe is replaced, and told apart by a hash.

    Two names that differ only in case get different file names also where the file system ignores case.
    """
    plain = plain_slug(name)
    safe = _UNSAFE.sub("-", plain.lower()).strip(".")[:MAX_LENGTH]
    back = safe.replace("~~", ":").replace("~", "/")
    device = _DEVICES.fullmatch(safe)
    if safe and back == name and not device and not _HASHED.fullmatch(safe):
        return safe
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    if device:
        safe = safe.replace(".", "-")
    return f"{safe or '-'}-{digest}"


def plain_slug(name: str) -> str:
    """The file name that scripts of pages derive from a name, without a hash. `slug` gives another one where this is unsafe."""
    return name.replace(":", "~~").replace("/", "~")


def endings(name: str) -> Iterator[str]:
    """Everything that can stand for a full name: each end of it that begins after a `/` or `:`, the shortest first."""
    starts = [match.end() for match in re.finditer("[/:]", name)]
    yield from (name[start:] for start in reversed(starts))
    yield name


def short_names(names: Iterable[str]) -> dict[str, str]:
    """For each full name, the shortest ending that no other name shares."""
    every = tuple(names)
    shared = Counter(ending for name in every for ending in endings(name))
    full = frozenset(every)
    return {name: next(e for e in endings(name) if e == name or (shared[e] == 1 and e not in full)) for name in every}


def repo_name(url: str) -> str:
    """The name of a repository from its URL: `host/owner/name`; for a path on this machine, `local/folder/name`."""
    split = urlsplit(url)
    if _SCHEME.match(url) and split.scheme != "file":
        host, path = split.hostname or "", split.path
    elif split.scheme != "file" and (scp := SCP.fullmatch(url)):
        host, path = scp["host"], scp["path"]
    else:
        place = normpath(split.path if split.scheme == "file" else url)
        host, path = "local", "/".join(PurePosixPath(place).parts[-2:])
    return "/".join([host.lower(), *_parts(path)])


def is_repo_name(name: str) -> bool:
    """Whether a repository can be called so."""
    parts = name.split("/")
    return bool(name) and name.isprintable() and all(part.strip() and part not in (".", "..") for part in parts)


def repository_key(url: str) -> str:
    """What the addresses of one repository have in common, whatever the protocol. ValueError for one with an invalid host or port.

    The macro `repository_key` says the same of a server's addresses in SQL.
    """
    split = urlsplit(public_url(url))
    if split.scheme == "file" or not (_SCHEME.match(url) or SCP.fullmatch(url)):
        return normpath(split.path if split.scheme == "file" else url)
    scheme, authority, path = _address(url, split)
    bracket = authority.find("]") + 1  # the end of an address of IPv6
    host, _, port = authority[bracket:].partition(":")
    host = f"{authority[:bracket]}{host}".lower().removeprefix("www.")
    if (organisation := _VISUAL_STUDIO.fullmatch(host)) and host not in _FORGE_HOSTS:
        host, path = "dev.azure.com", f"{organisation[1]}/{_COLLECTION.sub('', path)}"
    host = _FORGE_HOSTS.get(host, host)
    is_web = scheme in _PORTS
    path = _EMPTY_PARTS.sub("/", "/" + path.replace("%20", " "))
    place = _repository_path(host, port, _ENDING.sub("", path).strip("/"), is_web=is_web)
    return f"{host}:{port}/{place}" if is_web and port not in ("", _PORTS[scheme]) else f"{host}/{place}"


def _address(url: str, split: SplitResult) -> tuple[str, str, str]:
    """Scheme, host with port, and path of a server's address."""
    if not _SCHEME.match(url) and (scp := SCP.fullmatch(url)):
        return "ssh", scp["host"], scp["path"]
    if split.port is None and not split.hostname:
        raise ValueError(f"no host in {public_url(url)!r}")
    return _GIT.sub("", split.scheme), split.netloc.rpartition("@")[2], split.path


def _repository_path(host: str, port: str, path: str, *, is_web: bool) -> str:
    """A repository's path, as its forge would spell it over HTTPS."""
    if host in _FOLDED:
        path = path.lower()
    if (
        host == "dev.azure.com"
    ):  # over SSH it has a version in the place of `_git`; a project's first repository may go by one name
        path = _AZURE_SSH.sub(r"\1/\2/_git/\3", path).replace("/_ssh/", "/_git/")
        return _AZURE_PROJECT.sub(r"\1/\2/_git/\2", path)
    if host in _FOLDED or _OTHER_FORGES.search(host):
        return path
    if _DATA_CENTER.search(
        path
    ):  # Bitbucket Data Center: `/scm/` over HTTP, port 7999 over SSH; its names have no case
        return _DATA_CENTER.sub(r"\1", path).lower()
    if port == "7999" and not is_web:
        return path.lower()
    return _SIGNED_IN.sub("", path) if is_web and _GERRIT.search(host) else path


def public_url(url: str) -> str:
    """The URL without what may be a secret. The user of an ssh URL stays: it is `git`, and says which account it is."""
    match = _AUTHORITY.match(url) if "://" in url else None
    if match is None:
        return url
    scheme, authority, path = match.groups()
    if not _PORT.fullmatch(authority.rpartition("@")[2]) and "@" in path:  # a password with a slash in it
        authority, path = "", path.rpartition("@")[2]
    elif "@" in authority and not (scheme.lower().endswith("ssh://") and _USER.fullmatch(authority)):
        authority = authority.rpartition("@")[2]
    return scheme + authority + _without_tokens(path)


def without_users(sentence: str) -> str:
    """A sentence that may quote URLs, without their users and passwords."""
    return _USERS.sub("://", sentence)


def scheme_of(url: str) -> str | None:
    """`s3` of `s3://bucket/key`; None for a path."""
    match = _AUTHORITY.match(url) if "://" in url else None
    return match[1][:-3].lower() if match else None


def is_local(url: str) -> bool:
    """Whether the address of a repository is a path on this machine, or a `file:` URL."""
    return scheme_of(url) == "file" or not (_SCHEME.match(url) or SCP.fullmatch(url))


def local_path(text: str) -> Path:
    """A path on this machine, from the home folder where it begins with `~`; a `~` that names no user is a folder's name."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def is_elsewhere(address: str) -> bool:
    """Whether an address in a text leads to no file of the repository: it has a scheme or a host, or is of a heading."""
    return _ELSEWHERE.match(address) is not None


def linked_path(file: str, address: str) -> str | None:
    """The path from the Git root of what a text in `file` links to; one that begins with a slash counts from there.

    None for an address elsewhere, for the root itself, and for a path that leads out of the repository.
    """
    address = address.strip()
    if is_elsewhere(address):
        return None
    try:
        path = unquote(urlsplit(address).path)
    except ValueError:
        return None
    within = posixpath.normpath(
        path.lstrip("/") if path.startswith("/") else posixpath.join(posixpath.dirname(file), path)
    )
    is_outside = within in (".", "..") or within.startswith(("../", "/"))
    return None if not path or is_outside or "\\" in within or not within.isprintable() else within


def _parts(path: str) -> list[str]:
    parts = [part for part in path.split("/") if part not in ("", ".", "..", "~")]
    if parts:
        parts[-1] = parts[-1].removesuffix(".git")
    return [part for part in parts if part]


def _without_tokens(path: str) -> str:
    """All parameters go where one may be a secret: what is left would lead nowhere."""
    start = re.search(r"[?#]", path)
    return path[: start.start()] if start and any(map(_SECRET.search, _parameters(path[start.start() :]))) else path


def _parameters(query: str) -> Iterator[str]:
    """What may be the name of a parameter: what a sign of equality follows. In the value of another, a question mark may begin one."""
    for part in _BETWEEN.split(query):
        name, *values = part.split("=")
        if values:
            yield name
        yield from (value.partition("?")[2] for value in values[:-1])
