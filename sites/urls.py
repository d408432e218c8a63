"""Builds every link: relative paths inside the site, so that its folder can be moved, and links to known forges."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import quote, urlsplit

from catalog.naming import slug
from sites.pages import MODEL, REPO, TEAM, Page

_slug = lru_cache(maxsize=65536)(slug)

# Of each forge: what stands between a repository and the commit of a file, or of the bytes of one.
_FILES = {
    "github.com": ("/blob/", "/raw/"),
    "gitlab.com": ("/-/blob/", "/-/raw/"),
    "codeberg.org": ("/src/commit/", "/raw/commit/"),
    "gitea.com": ("/src/commit/", "/raw/commit/"),
    "forgejo.org": ("/src/commit/", "/raw/commit/"),
    "bitbucket.org": ("/src/", "/raw/"),
}
_COMMIT = re.compile(r"[0-9a-f]{40}")
# An SVG is left out: a browser that opens the file by itself would run its program on the site.
_SUFFIXES = {"image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp"}
_CONTENT = re.compile("(md5:|sha256:)?[0-9a-f]{32,64}")


@lru_cache(maxsize=65536)  # called for pages, data, feeds and digests: a tenth of a build in which nothing changed
def model(repo: str, artifact: str) -> str:
    """Where an artifact's page lies, from the root of the site."""
    return MODEL.pattern.format(repo=_slug(repo), artifact=_slug(artifact))


def fragment(version: str) -> str:
    """What leads to a version within the page of its artifact; nothing for a name with a space, which can be no id there."""
    return f"#{version}" if version.split() == [version] else ""


def model_data(repo: str, artifact: str) -> str:
    """Where the script with an artifact's data lies, from the root of the site."""
    return f"{model(repo, artifact).removesuffix('.html')}.js"


def lineage(repo: str) -> str:
    """Where the script with the graph of a repository's lineage lies, from the root of the site."""
    return f"lineage/{_slug(repo)}.js"


def phrase_texts(repo: str) -> str:
    """Where the script with the texts of a repository lies, in which the list of models finds phrases."""
    return f"index/texts/{_slug(repo)}.js"


def record(repo: str, artifact: str) -> str:
    """Where an artifact's record for programs lies: beside its page."""
    return model(repo, artifact).removesuffix(".html") + ".json"


def image_path(content: str, media_type: str | None) -> str:
    """Where an image lies: its name is that of its content, which never changes. Empty for one that is not shown."""
    suffix = _SUFFIXES.get(media_type or "")
    return f"plots/{content.replace(':', '-')}.{suffix}" if suffix and _CONTENT.fullmatch(content) else ""


def badge(repo: str, artifact: str, stage: str) -> str:
    """Where the badge of a stage of an artifact lies, from the root of the site."""
    return f"badges/{_slug(repo)}/{_slug(artifact)}/{_slug(stage)}.svg"


def repository(repo: str) -> str:
    """Where a repository's page lies, from the root of the site."""
    return REPO.pattern.format(repo=_slug(repo))


@lru_cache(maxsize=65536)  # 140,000 calls for 2,000 repositories, of which 5 changed: 0.15 s
def team_of(repo: str) -> str:
    """What stands between the host and the name of a repository, as `internal.team_of` has it; empty where nothing does."""
    return repo.removeprefix(_host_of(repo)).rpartition("/")[0]


def shared_host(repos: Iterable[str]) -> str:
    """The host with which the names of all these repositories begin, and a slash: lists leave it out. Empty where they have several, or one has none."""
    hosts = {_host_of(repo) for repo in repos}
    return hosts.pop() if len(hosts) == 1 else ""


def _host_of(repo: str) -> str:
    """The host with which the name of a repository begins, and a slash; empty where it begins with none."""
    first, slash, _ = repo.partition("/")
    return f"{first}/" if slash and ("." in first or ":" in first or first in ("local", "localhost")) else ""


def forge_of(repo: str, url: str) -> str:
    """The host that a repository is read from: of its address, or else of its name; empty for one on disk."""
    first, slash, _ = repo.partition("/")
    return host(url) or (first if slash and ("." in first or ":" in first) else "")


def team(name: str) -> str:
    """Where the page of a team lies, from the root of the site."""
    return TEAM.pattern.format(team=_slug(name))


def root(page: Page) -> str:
    """What leads from a page to the root of the site."""
    return "../" * page.depth


def absolute_root(site_url: str | None) -> str:
    """What leads to the root of the site from any address below it, which is where a server shows its 404 page."""
    path = quote(urlsplit(site_url or "").path, safe="/%~")
    return f"/{path.strip('/')}/".replace("//", "/") if site_url else ""


def host(address: str) -> str:
    """The host that a web address names; empty for any other text."""
    try:
        parts = urlsplit(address)
    except ValueError:  # brackets around what is no IPv6 address
        return ""
    return (parts.hostname or "") if parts.scheme in ("http", "https") else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RepositoryLinks:
    """Where a repository can be looked at in a browser: its page on a known forge, and those of its commits."""

    url: str
    commits: str  # what stands before the name of a commit

    def commit(self, oid: str) -> str | None:
        """The address of a commit."""
        return f"{self.commits}{oid}" if _COMMIT.fullmatch(oid) else None

    def file(self, oid: str, path: str, *, raw: bool = False) -> str | None:
        """The address of a file, or of a folder, at a commit; `raw`: of its bytes. None where this forge has other addresses."""
        server = host(self.url)
        places = next(
            (
                places
                for name, places in _FILES.items()
                if server == name or server.startswith(f"{name.partition('.')[0]}.")
            ),
            None,
        )
        if places is None or not path or not _COMMIT.fullmatch(oid):
            return None
        return f"{self.url}{places[raw]}{oid}/{quote(path, safe='/~')}"

    def line(self, oid: str, path: str, number: int | None) -> str | None:
        """The address of a line of a file, where one is stated."""
        file = None if ".." in path.split("/") else self.file(oid, path)
        mark = "lines-" if host(self.url).startswith("bitbucket.") else "L"
        return file if file is None or number is None else f"{file}#{mark}{number}"


def repository_links(page: str | None, commits: str | None) -> RepositoryLinks | None:
    """The links of a repository whose forge is known, and whose addresses can be links; None for any other."""
    if page is None or commits is None or not (host(page) and host(commits)):
        return None
    return RepositoryLinks(url=page, commits=commits)
