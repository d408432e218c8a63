"""GitLab: the projects of a group and its subgroups, of a user, or with a topic (REST v4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog.plugins.forge import Ask, Forge, Listed, ListPage, Response, Scope
from connectors.forges.fields import (
    flag,
    identity,
    moment,
    needed,
    next_link,
    page,
    page_number,
    part,
    site_of,
    text,
    texts,
    with_page,
)

_PAGE = "order_by=id&sort=asc&per_page=100"


def address(url: str) -> str:
    url = url.rstrip("/")
    return url if url.endswith("/api/v4") else f"{url}/api/v4"


def clones(scope: Scope) -> tuple[str, ...]:
    return (site_of(scope.api),)


def begin(scope: Scope) -> tuple[Ask, ...]:
    words = scope.words
    if "group" in words:
        group = part(words["group"].strip("/"))
        return (Ask(url=f"{scope.api}/groups/{group}/projects?include_subgroups=true&with_shared=false&{_PAGE}"),)
    if "user" in words:
        return (Ask(url=f"{scope.api}/users/{part(words['user'])}/projects?{_PAGE}"),)
    return (Ask(url=f"{scope.api}/projects?topic={part(words['topic'])}&pagination=keyset&{_PAGE}"),)


def read(_: Scope, answer: Response) -> ListPage:
    # The number first: behind a proxy, Link headers have the address that GitLab believes to have.
    number = answer.headers.get("x-next-page")
    following = next_link(answer.headers) if number is None else _numbered(answer.ask.url, number.strip())
    return page(answer.value, "the answer", _listed, following)


def _numbered(url: str, number: str) -> str | None:
    """The page of that number; None where the header is empty, as on the last page."""
    return with_page(url, page_number(number, "x-next-page")) if number else None


def _listed(entry: Mapping[str, Any]) -> Listed:
    parent = entry.get("forked_from_project")
    return Listed(
        url=needed(entry, "http_url_to_repo"),
        forge_id=identity(entry),
        default_branch=text(entry, "default_branch"),
        archived=flag(entry, "archived"),
        fork=isinstance(parent, dict),  # absent too where the parent may not be seen
        parent=text(parent, "http_url_to_repo"),
        visibility=text(entry, "visibility"),
        topics=texts(entry, "topics") or texts(entry, "tag_list"),  # the name before GitLab 14.5
        pushed_at=moment(entry, "last_activity_at"),
        created_at=moment(entry, "created_at"),
    )


FORGE = Forge(
    name="gitlab",
    version=1,
    scopes=(frozenset({"group"}), frozenset({"user"}), frozenset({"topic"})),
    begin=begin,
    read=read,
    url="https://gitlab.com/api/v4",
    tells=frozenset({"topics", "archived", "forks", "visibility", "skip_unpushed"}),
    tokens=("GITLAB_TOKEN",),
    address=address,
    clones=clones,
    git_user="oauth2",
    grain=7200.0,  # GitLab notes a project's activity at most once an hour
)
