"""Addresses that can never be cloned, such as a page of a forge, and the address that was probably meant."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from urllib.parse import SplitResult, parse_qsl, urlsplit, urlunsplit

from catalog.text import quoted

# The forges whose repositories are all `owner/name`, by the host of their pages; to the other public ones more applies.
OWNER_NAME = frozenset(
    ("github.com", "www.github.com", "bitbucket.org", "www.bitbucket.org", "codeberg.org", "gitea.com")
)
FORGES = OWNER_NAME | {"gitlab.com", "dev.azure.com", "huggingface.co", "hf.co"}

# The kind of [[source]] that lists what a host has.
_SOURCE_KINDS = {
    "github.com": "github",
    "gitlab.com": "gitlab",
    "bitbucket.org": "bitbucket",
    "dev.azure.com": "azure",
    "codeberg.org": "forgejo",
    "gitea.com": "gitea",
}
_NEED_URL = frozenset(("forgejo", "gitea"))  # kinds without a usual server

_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)
_OWNER_AND_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*/?")
_HELPER = re.compile(r"(?P<helper>[A-Za-z0-9+.-]+)::(?P<rest>.*)", re.DOTALL)  # gitremote-helpers(7)
_CODECOMMIT = re.compile(r"(?P<region>[a-z0-9-]+)://(?:[^@/]*@)?(?P<name>[^/]+)/?")
_PAGES = frozenset(("tree", "blob"))  # of a branch: GitLab reserves these names, GitHub and Hugging Face have them too
_GITEA_PAGES = frozenset(("branch", "commit", "tag"))  # behind `src`
_PAGE_KEYS = frozenset(("tab", "path", "version", "at", "ref", "ref_type", "until"))  # in the query of a page
_HUB_KINDS = frozenset(("datasets", "spaces", "models"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """Why an address cannot be cloned; `meant` is the address that can, where that is clear."""

    expected: str

    @classmethod
    def with_remedy(cls, url: str) -> Mistake:
        """A mistake whose remedy is known."""
        return cls(expected=quoted(url))


def mistake_in(url: str) -> Mistake | None:
    """What is wrong with the address of a repository; None where nothing is known to be."""
    if helper := _HELPER.fullmatch(url):
        return _helper_mistake(helper["helper"].lower(), helper["rest"])
    try:
        split = urlsplit(url)
    except ValueError:
        return None
    if split.scheme == "codecommit":
        return Mistake.with_remedy(
            f"https://git-codecommit.REGION.amazonaws.com/v1/repos/{split.netloc.rpartition('@')[2]}"
        )
    if split.scheme in ("git+ssh", "ssh+git"):  # of old; Git takes both for ssh
        return Mistake.with_remedy("ssh" + url[len(split.scheme) :])
    return _page_mistake(split) if split.scheme in ("http", "https") and split.hostname else None


def completed(word: str) -> tuple[str, bool]:
    """The address that `host/owner/name` or `owner/name` may stand for, and whether its host leaves no doubt; else an empty text."""
    host, *rest = word.rstrip("/").split("/")
    if _HOST.fullmatch(host) and rest:
        return f"https://{word}", host.lower() in FORGES or len(rest) > 1
    return (f"https://github.com/{word}" if _OWNER_AND_NAME.fullmatch(word) else ""), False


def expected_for_path(word: str) -> str | None:
    """What is expected for a path where no folder is; None where only a folder can be meant."""
    url = completed(word)[0]
    if not url:
        return None
    mistake = mistake_in(url) or Mistake.with_remedy(url)
    return f"{mistake.expected}, or {quoted(f'./{word}')} where a folder is meant: there is none now"


def _page_mistake(split: SplitResult) -> Mistake | None:
    parts = [part for part in split.path.split("/") if part]
    if (keys := _owner_keys(split.hostname or "", parts)) is not None:
        return _owner_mistake(split, keys)
    path = _repository_path(split)
    if path is None:
        return _nothing_mistake(split)
    if _is_of_page(split) or path != split.path.rstrip("/"):
        return Mistake.with_remedy(urlunsplit((split.scheme, split.netloc.rpartition("@")[2], path, "", "")))
    return None


def _is_of_page(split: SplitResult) -> bool:
    """Whether a query or fragment is that of a page. A server of one's own may take another, such as a token."""
    keys = {key for key, _ in parse_qsl(split.query, keep_blank_values=True)}
    return bool(split.fragment or keys & _PAGE_KEYS or (split.query and split.hostname in FORGES))


def _helper_mistake(helper: str, rest: str) -> Mistake:
    match = _CODECOMMIT.fullmatch(rest)
    if helper == "codecommit" and match:
        return Mistake.with_remedy(f"https://git-codecommit.{match['region']}.amazonaws.com/v1/repos/{match['name']}")
    return Mistake(expected="an address without a remote helper: none is ever run")


def _repository_path(split: SplitResult) -> str | None:
    """The part of a path that names a repository; None where it names an owner, or nothing."""
    host, path = split.hostname or "", split.path.rstrip("/")
    parts = [part for part in path.split("/") if part]
    if f"{path}/".find("/-/") > 0:  # GitLab's mark between a project and its pages
        return path[: f"{path}/".index("/-/")]
    if "_git" in parts[:-1]:  # Azure DevOps
        return "/" + "/".join(parts[: parts.index("_git") + 2])
    if len(parts) > 3 and parts[0] in ("projects", "users") and parts[2] == "repos":  # noqa: PLR2004 - Bitbucket Data Center
        owner = parts[1] if parts[0] == "projects" else f"~{parts[1]}"
        return f"/scm/{owner}/{parts[3]}.git"
    if host in OWNER_NAME:
        return "/" + "/".join(parts[:2]) if len(parts) > 1 else None
    for place in range(_project_end(host, parts), len(parts) - 1):
        if parts[place - 1].endswith(".git"):
            break
        if parts[place] in _PAGES or (parts[place] == "src" and parts[place + 1] in _GITEA_PAGES):
            return "/" + "/".join(parts[:place])
    return None if host in FORGES and not parts else path


def _project_end(host: str, parts: list[str]) -> int:
    """How many parts a repository's path has at least."""
    is_hub = host in ("huggingface.co", "hf.co")
    return 1 if is_hub and parts[:1] and parts[0] not in _HUB_KINDS else 2


def _nothing_mistake(split: SplitResult) -> Mistake:
    return Mistake(expected=f"a repository, such as {_site(split)}/OWNER/NAME")


def _owner_keys(host: str, parts: Sequence[str]) -> dict[str, str] | None:  # noqa: PLR0911 - one for each kind of page
    """The keys of a [[source]] that lists what the page of an owner or topic shows; None where it is no such page."""
    host = host.removeprefix("www.")
    kind = _SOURCE_KINDS.get(host, "")
    match kind, parts:
        case "github", ["orgs" | "users" | "topics" as page, name, *_]:
            return {"kind": kind, page[:-1]: name}
        case _, ["groups", *names] if host.startswith("gitlab.") and names:
            group = "/".join(takewhile(lambda name: name != "-", names))
            return {"kind": "gitlab", "group": group, **({} if kind else {"url": f"https://{host}"})}
        case "gitlab", ["users", name, *_]:
            return {"kind": kind, "user": name}
        case "gitlab", [group]:
            return {"kind": kind, "group": group}
        case "bitbucket", [workspace] | [workspace, "workspace", *_]:
            return {"kind": kind, "workspace": workspace}
        case "azure", [org, *rest] if "_git" not in parts[:-1]:
            return {"kind": kind, "org": org, **({"project": rest[0]} if rest and rest[0] != "_git" else {})}
        case "github" | "forgejo" | "gitea", [org] | ["org", org, *_]:
            return {"kind": kind, "org": org, **({"url": f"https://{host}"} if kind in _NEED_URL else {})}
    return None


def _owner_mistake(split: SplitResult, keys: dict[str, str]) -> Mistake:
    names = [name for key, name in keys.items() if key not in ("kind", "url", "topic")] or ["OWNER"]
    if keys["kind"] == "azure":
        names = [names[0], *(names[1:] or ["PROJECT"]), "_git"]
    stated = ", ".join(f'{key} = "{value}"' for key, value in keys.items())
    return Mistake(
        expected=f"a repository, such as {_site(split)}/{'/'.join(names)}/NAME; a [[source]] with {stated} reads all that are there"
    )


def _site(split: SplitResult) -> str:
    return f"{split.scheme}://{split.netloc.rpartition('@')[2]}"
