"""Builds every link: relative paths inside the site, so that its folder can be moved, and links to known forges."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlsplit

from catalog.naming import slug
from sites.pages import MODEL, REPO, Page

_slug = lru_cache(maxsize=65536)(slug)

_COMMIT = re.compile(r"[0-9a-f]{40}")
# What stands in the address of a file before the commit, and before the line; of hosts, and of what their names begin with.
_FILES = {
    "github.com": ("/blob/", "L"),
    "gitlab.com": ("/-/blob/", "L"),
    "bitbucket.org": ("/src/", "lines-"),
    "codeberg.org": ("/src/commit/", "L"),
    "github.": ("/blob/", "L"),
    "gitlab.": ("/-/blob/", "L"),
    "gitea.": ("/src/commit/", "L"),
    "forgejo.": ("/src/commit/", "L"),
}


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
    """Where a repository can be looked at in a browser: its page on a known forge, and those of its commits."""

    url: str
    commits: str  # what stands before the name of a commit

    def file(self, oid: str, path: str, line: int | None = None) -> str | None:
        """The address of a file at a commit; None where the forge's addresses of files are not known."""
        host = urlsplit(self.url).netloc.lower()
        forge = next(
            (forge for forge in _FILES if host == forge or (forge[-1] == "." and host.startswith(forge))), None
        )
        if forge is None or not _COMMIT.fullmatch(oid) or ".." in path.split("/"):
            return None
        before, mark = _FILES[forge]
        return f"{self.url}{before}{oid}/{quote(path, safe='/~')}" + (f"#{mark}{line}" if line else "")

    def commit(self, oid: str) -> str | None:
        """The address of a commit."""
        return f"{self.commits}{oid}" if _COMMIT.fullmatch(oid) else None


def repository_links(page: str | None, commits: str | None) -> RepositoryLinks | None:
    """The links of a repository whose forge is known; None for any other."""
    return None if page is None or commits is None else RepositoryLinks(url=page, commits=commits)
