"""Gitea and Forgejo: the repositories of an organisation or a user, or those with a topic (REST v1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog.plugins.forge import Ask, Forge, Listed, ListPage, Response, Scope
from connectors.forges.fields import (
    flag,
    identity,
    inside,
    moment,
    needed,
    next_link,
    page,
    page_of,
    part,
    site_of,
    text,
    texts,
    with_page,
)

_PAGE = "limit=50&page=1"  # 50 is the most that a server gives, unless it is configured otherwise


def address(url: str) -> str:
    url = url.rstrip("/")
    return url if url.endswith("/api/v1") else f"{url}/api/v1"


def clones(scope: Scope) -> tuple[str, ...]:
    return (site_of(scope.api),)


def begin(scope: Scope) -> tuple[Ask, ...]:
    words = scope.words
    if "org" in words:
        return (Ask(url=f"{scope.api}/orgs/{part(words['org'])}/repos?{_PAGE}"),)
    if "user" in words:
        return (Ask(url=f"{scope.api}/users/{part(words['user'])}/repos?{_PAGE}"),)
    return (Ask(url=f"{scope.api}/repos/search?q={part(words['topic'])}&topic=true&{_PAGE}"),)


def read(scope: Scope, answer: Response) -> ListPage:
    value = inside(answer.value, "data") if "topic" in scope.words else answer.value
    # The Link header has the address that the server believes to have: only that there is a next page is taken from it.
    silent = not {"link", "x-total-count"} & answer.headers.keys()
    more = next_link(answer.headers) is not None or (silent and value)
    following = with_page(answer.ask.url, page_of(answer.ask.url) + 1)
    return page(value, "the answer", _listed, following if more else None)


def _listed(entry: Mapping[str, Any]) -> Listed:
    return Listed(
        url=needed(entry, "clone_url"),
        forge_id=identity(entry),
        default_branch=text(entry, "default_branch"),
        archived=flag(entry, "archived"),
        fork=flag(entry, "fork"),
        parent=text(entry, "parent", "clone_url"),
        visibility="private" if flag(entry, "private") else "internal" if flag(entry, "internal") else "public",
        topics=texts(entry, "topics"),
        pushed_at=moment(entry, "updated_at"),
        created_at=moment(entry, "created_at"),
    )


FORGE = Forge(
    name="gitea",
    version=1,
    scopes=(frozenset({"org"}), frozenset({"user"}), frozenset({"topic"})),
    begin=begin,
    read=read,
    tells=frozenset({"topics", "archived", "forks", "visibility", "skip_unpushed"}),
    tokens=("GITEA_TOKEN", "FORGEJO_TOKEN"),
    address=address,
    clones=clones,
    authorize="token {}".format,
)
