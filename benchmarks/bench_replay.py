"""Reading in a crawl in which nothing changed, against the same requests over plain sockets that are kept, with equal concurrency."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from threading import local
from time import perf_counter
from urllib.parse import urlsplit

from common import JOBS, Fleet, asked, fleet, interleaved, tell

from catalog.store.journal import Journal
from catalog.transport.smart_http import AGENT
from catalog.transport.wire import LS_REFS

SIZES, LARGE, ROUNDS = (200, 2000), 10_000, 11


def main() -> None:
    options = asked(__doc__, large=f"also {LARGE:,} repositories")
    sizes, rounds = ((12,), 1) if options.smoke else ((*SIZES, *([LARGE] if options.large else [])), ROUNDS)
    for repos in sizes:
        with fleet(repos) as served:
            served.crawl("--no-build")
            measure(served, rounds)


def measure(served: Fleet, rounds: int) -> None:
    """The command's own start, and what it does before and after its visits, are in the second row alone."""
    commands: list[float] = []

    def reading() -> float:
        commands.append(served.crawl("--no-build"))
        return Journal(served.output / "store" / "crawls").crawls()[-1].seconds

    ours, theirs, command = interleaved(rounds, reading, lambda: replay(served), lambda: commands[-1])
    for what, seconds, goal in (
        ("reading", ours, "at most 1.3"),
        ("reading, with the start and end of the command", command, ""),
    ):
        tell(
            f"{len(served.urls):,} unchanged repositories: {what}",
            f"{seconds:.2f} s",
            f"replay of its requests {theirs:.2f} s",
            f"{seconds / theirs:.2f}",
            goal,
        )


def replay(served: Fleet) -> float:
    """The seconds of all requests."""
    mine = local()

    def ask(url: str) -> None:
        server = urlsplit(url)
        if not hasattr(mine, "connection"):
            mine.connection = socket.create_connection((server.hostname, server.port))
            mine.answers = mine.connection.makefile("rb")
        mine.connection.sendall(_request(server.netloc, server.path))
        assert b" 200 " in mine.answers.readline()
        headers = dict(line.split(b": ", 1) for line in iter(mine.answers.readline, b"\r\n"))
        mine.answers.read(int(headers[b"Content-Length"]))

    start = perf_counter()
    with ThreadPoolExecutor(JOBS) as workers:
        for _ in workers.map(ask, served.urls):
            pass
    return perf_counter() - start


def _request(host: str, path: str) -> bytes:
    """As `catalog.transport.smart_http` sends it."""
    lines = (
        f"POST {path}/git-upload-pack HTTP/1.1",
        f"Host: {host}",
        f"Content-Length: {len(LS_REFS)}",
        f"User-Agent: {AGENT}",
        "Accept-Encoding: identity",
        "Accept: application/x-git-upload-pack-result",
        "Content-Type: application/x-git-upload-pack-request",
        "Git-Protocol: version=2",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode() + LS_REFS


if __name__ == "__main__":
    main()
