"""Where a repository and its commits can be looked at in a browser, on the forges that are known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

# `git@host:owner/name.git`, which is not a URL.
_SCP = re.compile(r"(?:[^@/\s]+@)?(?P<host>[A-Za-z0-9.-]+\.[A-Za-z]+):(?P<path>[^/\s:][^\s:]*)")
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d+)?")
_KINDS = {
    "github.com": "/commit/",
    "gitlab.com": "/-/commit/",
    "bitbucket.org": "/commits/",
    "codeberg.org": "/commit/",
    "dev.azure.com": "/commit/",
}
# What companies call their own.
_PREFIXES = {"github.": "/commit/", "gitlab.": "/-/commit/", "gitea.": "/commit/", "forgejo.": "/commit/"}


@dataclass(frozen=True, kw_only=True, slots=True)
class ForgePages:
    """The addresses of a repository's pages on its forge."""

    repository: str
    commits: str  # what stands before the name of a commit


def forge_pages(url: str) -> ForgePages | None:
    """The forge that a repository's URL leads to; None for an unknown one, and for a path."""
    scheme, host, path = _parts(url)
    commits = _KINDS.get(host) or next((to for prefix, to in _PREFIXES.items() if host.startswith(prefix)), None)
    path = path.strip("/").removesuffix(".git")
    if commits is None or "/" not in path or ".." in path.split("/"):
        return None
    repository = f"{scheme}://{host}/{quote(path, safe='/~')}"
    return ForgePages(repository=repository, commits=f"{repository}{commits}")


def _parts(url: str) -> tuple[str, str, str]:
    """Scheme for the browser, host and path. A port is kept where it is the browser's, not where it is that of SSH."""
    scp = _SCP.fullmatch(url)
    if scp:
        return "https", scp["host"].lower(), scp["path"]
    try:
        split = urlsplit(url)
        host, port = (split.hostname or "").lower(), split.port
    except ValueError:
        return "", "", ""
    if split.scheme not in ("http", "https", "ssh", "git"):
        return "", "", ""
    if split.scheme in ("http", "https"):
        named = f"{host}:{port}" if port else host
        return (split.scheme, named, unquote(split.path)) if _HOST.fullmatch(named) else ("", "", "")
    return ("https", host, unquote(split.path)) if _HOST.fullmatch(host) else ("", "", "")
