"""Bitbucket Cloud: the repositories of a workspace, or of one project of it (REST 2.0)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from catalog.errors import Refused
from catalog.plugins.forge import Ask, Forge, Listed, ListPage, Response, Scope
from connectors.forges.fields import flag, identity, inside, moment, needed, page, part, site_of, text, visibility


def address(url: str) -> str:
    url = url.rstrip("/")
    if url in {"https://bitbucket.org", "https://www.bitbucket.org", "https://api.bitbucket.org"}:
        return "https://api.bitbucket.org/2.0"
    return url if url.endswith("/2.0") else f"{url}/2.0"


def clones(scope: Scope) -> tuple[str, ...]:
    site = site_of(scope.api)
    return ("https://bitbucket.org" if site == "https://api.bitbucket.org" else site,)


def begin(scope: Scope) -> tuple[Ask, ...]:
    url = f"{scope.api}/repositories/{part(scope.words['workspace'])}?pagelen=100&sort=full_name"
    if "project" in scope.words:
        escaped = scope.words["project"].replace("\\", "\\\\").replace('"', '\\"')
        url += "&q=" + part(f'project.key="{escaped}"')
    return (Ask(url=url),)


def read(_: Scope, answer: Response) -> ListPage:
    return page(inside(answer.value, "values"), "values", _listed, text(answer.value, "next"), key="uuid")


def _listed(entry: Mapping[str, Any]) -> Listed | None:
    if text(entry, "scm") == "hg":  # a few have been Mercurial's
        return None
    parent = entry.get("parent")
    return Listed(
        url=_clone_url(entry),
        forge_id=identity(entry, "uuid"),
        default_branch=text(entry, "mainbranch", "name"),
        fork=isinstance(parent, dict),
        parent=text(parent, "links", "html", "href"),
        visibility=visibility(flag(entry, "is_private")),
        pushed_at=moment(entry, "updated_on"),
        created_at=moment(entry, "created_on"),
    )


def _clone_url(entry: Mapping[str, Any]) -> str:
    links = entry.get("links")
    clone = links.get("clone") if isinstance(links, dict) else None
    for link in clone if isinstance(clone, list) else ():
        if text(link, "name") == "https":
            return needed(link, "href")
    raise Refused(f"{needed(entry, 'full_name')}: links.clone has no https, expected one")


def authorize(token: str) -> str:
    """Tokens of workspaces and repositories stand alone; one of an account has its name before it, with a colon."""
    return f"Basic {b64encode(token.encode()).decode()}" if ":" in token else f"Bearer {token}"


FORGE = Forge(
    name="bitbucket",
    version=1,
    scopes=(frozenset({"workspace"}), frozenset({"workspace", "project"})),
    begin=begin,
    read=read,
    url="https://api.bitbucket.org/2.0",
    tells=frozenset({"forks", "visibility", "skip_unpushed"}),
    tokens=("BITBUCKET_TOKEN",),
    address=address,
    clones=clones,
    authorize=authorize,
    git_user="x-token-auth",
)
