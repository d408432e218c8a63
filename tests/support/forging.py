"""Forges on the loopback interface: their real JSON, page by page, with ETags; and a repos.toml that points at them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from catalog.config.parse import Config, parse
from catalog.discovery.discover import discover
from catalog.discovery.inventory import Inventory, read_inventory
from catalog.discovery.listing_cache import SourceState
from catalog.transport.origin import GitConfig, Pool
from support.loopback import Answer, Request, serve


@dataclass(kw_only=True)
class Talk:
    """What a forge was asked, and how it answers. `pages` are by address without the query `page`."""

    url: str = ""
    requests: list[Request] = field(default_factory=list)
    answer: Callable[[Request], Answer | None] = lambda _: None

    def asked(self) -> list[str]:
        """The questions so far, as path and query; then they are forgotten."""
        found = [f"{request.path}?{request.query}" if request.query else request.path for request in self.requests]
        self.requests.clear()
        return found


@contextmanager
def forge(folder: Path) -> Iterator[Talk]:
    """A server of what `talk.answer` says; what it leaves open is asked of git, for the bare repositories in the folder."""
    talk = Talk()

    def rule(request: Request) -> Answer | None:
        talk.requests.append(request)
        return talk.answer(request)

    with serve(folder, rule=rule) as site:
        talk.url = str(site)
        yield talk


def said(value: object, *, status: int = 200, **headers: str) -> Answer:
    """A value as JSON, with an ETag; `Retry_After` in `headers` means Retry-After."""
    body = json.dumps(value).encode()
    etag = {"ETag": f'"{sha256(body).hexdigest()[:16]}"'} if status == 200 else {}
    stated = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(status=status, headers={"Content-Type": "application/json", **etag, **stated}, body=body)


def conditional(answer: Answer, request: Request) -> Answer:
    """304 where the client has that answer already."""
    if answer.headers.get("ETag") and request.headers.get("if-none-match") == answer.headers["ETag"]:
        return Answer(status=304, headers={"ETag": answer.headers["ETag"]})
    return answer


def query(request: Request, key: str, default: str = "1") -> str:
    return parse_qs(request.query).get(key, [default])[0]


def page_number(request: Request) -> int:
    """The page that a request asks for; the first where it names none."""
    stated = query(request, "page")
    return int(stated) if stated.isdecimal() else 1


def cut(entries: Sequence[object], page: int, size: int = 2) -> list[object]:
    return list(entries[size * (page - 1) : size * page])


def config_of(folder: Path, *tables: Mapping[str, object], repos: Mapping[str, str] | None = None) -> Config:
    """A repos.toml with one [[source]] for each table, and [[repo]] for name → URL."""
    lines = ["[crawl]", "timeout = 5", "connect_timeout = 2", "idle_timeout = 2"]
    for table in tables:
        lines += ["[[source]]", *(f"{key} = {json.dumps(value)}" for key, value in table.items())]
    for name, url in (repos or {}).items():
        lines += ["[[repo]]", f"name = {json.dumps(name)}", f"url = {json.dumps(url)}"]
    return parse("\n".join(lines), folder / "repos.toml")


def ask(config: Config, **environ: str) -> tuple[dict[str, SourceState], list[str]]:
    """Asks the sources of a repos.toml with an environment, and gives what is known of each, and what was messages."""
    messages: list[str] = []
    with Pool(GitConfig(environ=environ)) as pool:
        return discover(config, pool, messages.append), messages


def names(config: Config) -> list[str]:
    """The repositories to read by the listings that were kept, without their host."""
    return [repo.name.partition("/")[2] for repo in read_inventory(config).repos]


def reasons(found: Inventory) -> dict[str, str]:
    """Why each repository is left out, by the last part of its name."""
    return {
        urlsplit(entry.listed.url).path.rpartition("/")[2].removesuffix(".git"): entry.reason
        for entry in found.excluded
    }
