"""What tests of the crawl share: a wish, what a server was asked in words, and the bytes of a partition."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from catalog.config.parse import Config, parse
from catalog.crawl.crawl import crawl
from catalog.store.journal import Journal
from catalog.store.partitions import Store
from support.loopback import Answer, Request, Site, serve
from support.worlds import World


def wish(folder: Path, repos: Mapping[str, str], *lines: str) -> Config:
    """A repos.toml in a folder: name → URL, and more lines of [crawl]."""
    entries = [f"[[repo]]\nname = '{name}'\nurl = '{url}'\n" for name, url in repos.items()]
    return parse("\n".join(["[crawl]", "jobs = 2", *lines, *entries]), folder / "repos.toml")


def partition(config: Config, repo: str) -> dict[str, bytes]:
    """The file of a repository's rows: its name and its bytes."""
    found = Journal(config.output / "store" / "crawls").last_visits()[repo].partition
    assert found is not None
    file = Store(config.output / "store" / "rows").file_of(repo, found)
    return {file.name: file.read_bytes()}


def visited(config: Config, *only: str) -> dict[str, tuple[str, str | None]]:
    """Crawls, and says how each visit ended, and why its repository was read."""
    report = crawl(config, only=only, debug=True)
    return {visit.repo: (visit.outcome, visit.why) for visit in report.visits}


class Talk(list[Request]):
    """All requests that a server got."""

    def in_words(self, world: World) -> list[str]:
        """What was asked, with objects called by number: `fetch tree:0 depth 1: want tag2 commit3`. Then it is forgotten."""
        said = [_said(request, names(world)) for request in self]
        self.clear()
        return said


@contextmanager
def talking(folder: Path, *, filters: bool = True, answer: Answer | None = None) -> Iterator[tuple[Site, Talk]]:
    """A server of the repositories in a folder, and what it was asked. With `answer`, it says nothing else."""
    talk = Talk()

    def rule(request: Request) -> Answer | None:
        talk.append(request)
        return answer

    with serve(folder, filters, rule=rule) as site:
        yield site, talk


def names(world: World) -> dict[str, str]:
    """Each object by its kind and its number among them, in the order of their making."""
    counts: dict[str, int] = {}
    found = {}
    for oid, raw in world.objects.items():
        counts[raw.kind] = counts.get(raw.kind, 0) + 1
        found[oid] = f"{raw.kind}{counts[raw.kind]}"
    return found


def _said(request: Request, known: Mapping[str, str]) -> str:
    if request.method == "GET":
        return "capabilities"
    body = request.body.decode("ascii", "replace")
    if "command=ls-refs" in body:
        return "refs"
    words = ["fetch", *re.findall(r"filter (\S+?)(?=\n|[0-9a-f]{4})", body)]
    words += [f"depth {depth}" for depth in re.findall(r"deepen (\d+)", body)]
    return f"{' '.join(words)}: {_listed('want', body, known)} {_listed('have', body, known)}".rstrip()


def _listed(word: str, body: str, known: Mapping[str, str]) -> str:
    found: Sequence[str] = re.findall(rf"{word} ([0-9a-f]{{40}})", body)
    return " ".join([word, *sorted(known.get(oid, oid) for oid in found)]) if found else ""
