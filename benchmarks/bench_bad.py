"""Healthy repositories among others that hang or are broken, 5 % each, against the same ones alone."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from threading import Thread

from common import BIN, Fleet, fleet, interleaved, smoke, tell

REPOS, ROUNDS = 1000, 1
SHARE = 20  # one of so many hangs, and another one is broken
IDLE = 5  # seconds without a byte until a visit is given up


def main() -> None:
    repos, rounds = (20, 1) if smoke(__doc__) else (REPOS, ROUNDS)
    with fleet(repos) as served, _bad() as (hanging, broken):
        alone = served.config.read_text("utf-8").replace("[crawl]\n", f"[crawl]\nidle_timeout = {IDLE}\n")
        entries = alone.split("\n[[repo]]")
        for place in range(len(entries) - 1, 0, -SHARE):
            entries.insert(place, f'\nname = "hangs/{place}"\nurl = "{hanging}/{place}"\n')
            entries.insert(place // 2 + 1, f'\nname = "broken/{place}"\nurl = "{broken}/{place}"\n')
        among = "\n[[repo]]".join(entries)
        one, other = interleaved(rounds, lambda: healthy(served, among), lambda: healthy(served, alone))
    tell(
        f"{repos:,} healthy repositories, {repos // SHARE} that hang and {repos // SHARE} that are broken: until the last healthy one",
        f"{one:.1f} s",
        f"without the bad ones {other:.1f} s",
        f"{one / other:.2f}",
        "at most 1.2",
    )


def healthy(served: Fleet, config: str) -> float:
    """Crawls from nothing; seconds until the last healthy repository was read."""
    shutil.rmtree(served.output, ignore_errors=True)
    served.config.write_text(config, "utf-8")
    command = [BIN / "catalog", "crawl", "--no-build", "--report", "-", "--config", served.config]
    done = subprocess.run(command, env=dict(served.environment), capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    begun = datetime.fromisoformat(report["crawl"]["started_at"])
    ends = [
        datetime.fromisoformat(visit["started_at"]) + timedelta(seconds=visit["seconds"])
        for visit in report["visits"]
        if visit["repo"].startswith("demo.example/")
    ]
    return (max(ends) - begun).total_seconds()


@contextmanager
def _bad() -> Iterator[tuple[str, str]]:
    """The addresses of a server that never answers, and of one that hangs up in the middle of a word."""
    with (
        socket.create_server(("127.0.0.1", 0), backlog=512) as hanging,
        socket.create_server(("127.0.0.1", 0)) as broken,
    ):
        Thread(target=_break, args=(broken,), daemon=True).start()
        yield tuple(f"http://127.0.0.1:{server.getsockname()[1]}" for server in (hanging, broken))  # type: ignore[misc]  # two of them


def _break(server: socket.socket) -> None:
    with suppress(OSError):  # closed: the benchmark is over
        while True:
            connection, _ = server.accept()
            with connection:
                connection.recv(1 << 16)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n001e# serv")


if __name__ == "__main__":
    main()
