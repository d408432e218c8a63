"""Builds every link: relative paths inside the site, so that its folder can be moved, and links to known forges."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

from catalog.naming import slug
from sites.pages import MODEL, REPO, Page

_slug = lru_cache(maxsize=65536)(slug)

# `git@host:owner/name.git`, which is not a URL.
_SCP = re.compile(r"(?:[^@/\s]+@)?(?P<host>[A-Za-z0-9.-]+\.[A-Za-z]+):(?P<path>[^/\s:][^\s:]*)")
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d+)?")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_KINDS = {
    "github.com": "/commit/",
    "gitlab.com": "/-/commit/",
    "bitbucket.org": "/commits/",
    "codeberg.org": "/commit/",
    "dev.azure.com": "/commit/",
}
# What companies call their own.
_PREFIXES = {"github.": "/commit/", "gitlab.": "/-/commit/", "gitea.": "/commit/", "forgejo.": "/commit/"}


def model(repo: str, artifact: str) -> str:
    """Where an artifact's page lies, from the root of the site."""
    return MODEL.pattern.format(repo=_slug(repo), artifact=_slug(artifact))


def repository(repo: str) -> str:
    """Where a repository's page lies, from the root of the site."""
    return REPO.pattern.format(repo=_slug(repo))


def root(page: Page) -> str:
    """What leads from a page to the root of the site."""
    return "../" * page.depth


def absolute_root(site_url: str | None) -> str:
    """What leads to the root of the site from any address below it, which is where a server shows its 404 page."""
    path = quote(urlsplit(site_url or "").path, safe="/%~")
    return f"/{path.strip('/')}/".replace("//", "/") if site_url else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RepositoryLinks:
    """Where a repository can be looked at in a browser."""

    url: str
    commits: str

    def commit(self, oid: str) -> str | None:
        """The address of a commit."""
        return f"{self.url}{self.commits}{oid}" if _COMMIT.fullmatch(oid) else None


def repository_links(url: str) -> RepositoryLinks | None:
    """The forge that a repository's URL leads to; None for an unknown one, and for a path."""
    scheme, host, path = _parts(url)
    commits = _KINDS.get(host) or next((to for prefix, to in _PREFIXES.items() if host.startswith(prefix)), None)
    path = path.strip("/").removesuffix(".git")
    if commits is None or "/" not in path or ".." in path.split("/"):
        return None
    return RepositoryLinks(url=f"{scheme}://{host}/{quote(path, safe='/~')}", commits=commits)


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
