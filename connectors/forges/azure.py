"""Azure DevOps: the repositories of an organisation, or of one project of it (REST 7.1)."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from functools import partial
from typing import Any

from catalog.plugins.forge import Ask, Forge, Listed, ListPage, Response, Scope
from connectors.forges.fields import flag, identity, inside, needed, page, part, site_of, text

_API = "api-version=7.1"


def clones(scope: Scope) -> tuple[str, ...]:
    """Organisations of old may still be cloned from their own host."""
    site = site_of(scope.api)
    old = (f"https://{scope.words['org'].lower()}.visualstudio.com",) if site == "https://dev.azure.com" else ()
    return (site, *old)


def begin(scope: Scope) -> tuple[Ask, ...]:
    return (Ask(url=f"{_home(scope)}/_apis/git/repositories?{_API}"),)


def read(scope: Scope, answer: Response) -> ListPage:
    token = answer.headers.get("x-ms-continuationtoken")
    following = f"{_home(scope)}/_apis/git/repositories?{_API}&continuationToken={part(token)}" if token else None
    return page(inside(answer.value, "value"), "value", partial(_listed, scope), following)


def _home(scope: Scope) -> str:
    parts = [scope.words[key] for key in ("org", "project") if key in scope.words]
    return "/".join([scope.api, *map(part, parts)])


def _listed(scope: Scope, entry: Mapping[str, Any]) -> Listed:
    parent, branch = entry.get("parentRepository"), text(entry, "defaultBranch")
    return Listed(
        url=needed(entry, "remoteUrl"),
        forge_id=identity(entry),
        default_branch=branch.removeprefix("refs/heads/") if branch else None,
        archived=bool(flag(entry, "isDisabled")),
        fork=bool(flag(entry, "isFork")) or isinstance(parent, dict),
        parent=_parent(scope, parent) if isinstance(parent, dict) else None,
        visibility=text(entry, "project", "visibility"),
    )


def _parent(scope: Scope, parent: Mapping[str, Any]) -> str | None:
    project, name = text(parent, "project", "name"), text(parent, "name")
    if stated := text(parent, "remoteUrl"):
        return stated
    org = part(scope.words["org"])
    return f"{scope.api}/{org}/{part(project)}/_git/{part(name)}" if project and name else None


def authorize(token: str) -> str:
    return f"Basic {b64encode(f':{token}'.encode()).decode()}"


def address(url: str) -> str:
    return url.rstrip("/")


FORGE = Forge(
    name="azure",
    version=1,
    scopes=(frozenset({"org"}), frozenset({"org", "project"})),
    begin=begin,
    read=read,
    url="https://dev.azure.com",
    tells=frozenset({"archived", "forks", "visibility"}),
    tokens=("AZURE_DEVOPS_TOKEN", "AZURE_DEVOPS_EXT_PAT"),
    address=address,
    clones=clones,
    authorize=authorize,
)
