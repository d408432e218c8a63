"""The seam of forges: where repositories come from. Answers in, repositories and further questions out; no network."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Literal

GROUP = "catalog.forges"


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A repository as a forge lists it. None where the forge does not say."""

    url: str  # to clone it, without credentials
    place: str | None = None  # its name below the host, where the URL does not contain it
    forge_id: str | None = None  # stays when it is renamed
    default_branch: str | None = None
    archived: bool | None = None
    fork: bool | None = None
    parent: str | None = None  # the URL of what it was forked from
    visibility: str | None = None  # public, internal or private
    topics: tuple[str, ...] = ()
    pushed_at: datetime | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """A question: an address, and what its answer is read as. A folder is answered by (name, kind) of what lies in it."""

    url: str
    reads: Literal["json", "text", "folder"] = "json"


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """What came back. Header names are in lower case."""

    ask: Ask
    value: Any
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Skipped:
    """An entry of a listing that cannot be used: why, and the id of its repository where the forge states one."""

    reason: str
    forge_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ListPage:
    """One page of a listing: repositories, the next requests, and the entries that cannot be used."""

    listed: tuple[Listed, ...] = ()
    then: tuple[Ask, ...] = ()
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Whose repositories to list: the address of the forge's API, and the keys of repos.toml that say it (`org`, `group`)."""

    api: str
    words: Mapping[str, str]


def _no_hosts(_: Scope) -> tuple[str, ...]:
    return ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Forge:
    """A kind of forge, as pure functions. Raise `version` when the same answer is read otherwise.

    `scopes`: the sets of keys of which a source states one. `tells`: the keys that choose by what this forge tells (`topics`,
    `archived`, `forks`, `visibility`, `skip_unpushed`). `tokens`: environment variables, the first that is set counts.
    `address(url)`: the API's address from a URL that a person would state. `clones(scope)`: the sites (`https://host`) that
    repositories are cloned from, to which alone the token may go; none: any URL will do, and there is no token.
    `read(scope, answer)`: raises OriginError where the answer is not what the forge should say; an entry that is not costs itself.
    `authorize(token)`: the Authorization header; `git_user`: the name that goes with the token when Git asks.
    `grain`: seconds within which a push may leave `pushed_at` as it was.
    """

    name: str
    version: int
    scopes: tuple[frozenset[str], ...]
    begin: Callable[[Scope], tuple[Ask, ...]]
    read: Callable[[Scope, Response], ListPage]
    url: str = ""
    tells: frozenset[str] = frozenset()
    tokens: tuple[str, ...] = ()
    address: Callable[[str], str] = str
    clones: Callable[[Scope], tuple[str, ...]] = _no_hosts
    authorize: Callable[[str], str] = "Bearer {}".format
    git_user: str = "token"
    grain: float = 300.0


@cache
def installed() -> Mapping[str, Forge]:
    """The installed forges by kind: entry points of the group `catalog.forges`."""
    from importlib.metadata import entry_points  # 20 ms, which a query need not wait for

    return {point.name: point.load() for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)}
