"""GitHub, and GitHub Enterprise: the repositories of an organisation or a user, or those with a topic (REST v3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from catalog.errors import Down, TooBig
from catalog.plugins.forge import Ask, Forge, Listed, ListPage, Response, Scope
from connectors.forges.fields import (
    flag,
    identity,
    inside,
    moment,
    needed,
    next_link,
    page,
    part,
    site_of,
    text,
    texts,
    visibility,
)

API = "https://api.github.com"
MOST_RESULTS = 1_000  # "GitHub's search provides up to 1,000 results for each search": docs, REST, Search

_PAGE = "per_page=100"


def address(url: str) -> str:
    """api.github.com for github.com, `/api/v3` of an Enterprise server, `api.` before a host of ghe.com."""
    split = urlsplit(url)
    host, path = split.netloc.lower(), split.path.rstrip("/")
    if host in {"github.com", "www.github.com"}:
        return API
    if host == "api.github.com" or path.endswith("/api/v3") or (host.startswith("api.") and host.endswith(".ghe.com")):
        return url.rstrip("/")
    if host.endswith(".ghe.com"):
        return f"{split.scheme}://api.{host}"
    return f"{url.rstrip('/')}/api/v3"


def clones(scope: Scope) -> tuple[str, ...]:
    scheme, _, host = site_of(scope.api).partition("://")
    named = host == "api.github.com" or (host.startswith("api.") and host.endswith(".ghe.com"))
    return (f"{scheme}://{host.removeprefix('api.') if named else host}",)


def begin(scope: Scope) -> tuple[Ask, ...]:
    words = scope.words
    if "topic" in words:
        # Forks are found only on request; which of them to leave out is not ours to say.
        terms = [f"topic:{words['topic']}", *(f"{key}:{words[key]}" for key in ("org", "user") if key in words)]
        query = "+".join(part(term) for term in [*terms, "fork:true"])
        return (Ask(url=f"{scope.api}/search/repositories?q={query}&{_PAGE}"),)
    if "org" in words:
        return (Ask(url=f"{scope.api}/orgs/{part(words['org'])}/repos?type=all&sort=full_name&{_PAGE}"),)
    return (Ask(url=f"{scope.api}/users/{part(words['user'])}/repos?type=owner&sort=full_name&{_PAGE}"),)


def read(scope: Scope, answer: Response) -> ListPage:
    repos = _search_results(answer.value, scope.words["topic"]) if "topic" in scope.words else answer.value
    return page(repos, "the answer", _listed, next_link(answer.headers))


def _search_results(value: object, topic: str) -> object:
    items, total = inside(value, "items"), inside(value, "total_count")
    if isinstance(total, int) and total > MOST_RESULTS:
        raise TooBig(
            f"{total:,} repositories have the topic {topic!r}, of which GitHub's search gives {MOST_RESULTS:,}; "
            "state an org or a user beside it"
        )
    if inside(value, "incomplete_results") is True:
        raise Down("GitHub's search ran out of time and gave a part of its results")
    return items


def _listed(entry: Mapping[str, Any]) -> Listed:
    return Listed(
        url=needed(entry, "clone_url"),
        forge_id=identity(entry),
        default_branch=text(entry, "default_branch"),
        archived=bool(flag(entry, "archived") or flag(entry, "disabled")),
        fork=flag(entry, "fork"),
        parent=text(entry, "parent", "clone_url"),  # listings leave it out
        visibility=text(entry, "visibility") or visibility(flag(entry, "private")),
        topics=texts(entry, "topics"),
        pushed_at=moment(entry, "pushed_at"),
        created_at=moment(entry, "created_at"),
    )


FORGE = Forge(
    name="github",
    version=1,
    scopes=(
        frozenset({"org"}),
        frozenset({"user"}),
        frozenset({"topic"}),
        frozenset({"topic", "org"}),
        frozenset({"topic", "user"}),
    ),
    begin=begin,
    read=read,
    url=API,
    tells=frozenset({"topics", "archived", "forks", "visibility", "skip_unpushed"}),
    tokens=("GITHUB_TOKEN", "GH_TOKEN"),
    address=address,
    clones=clones,
    git_user="x-access-token",
)
