"""First crawls by each executor: the standard library's pool and a Dask cluster on loopback, against the crawl's own processes."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from time import sleep

from common import Fleet, fleet, interleaved, smoke, tell

REPOS, ROUNDS = 2000, 3
FEW, LATE = 400, 0.05  # repositories of a server whose answers are so many seconds late
PROCESSES = 2


def main() -> None:
    is_smoke = smoke(__doc__)
    near, far, rounds = (12, 12, 1) if is_smoke else (REPOS, FEW, ROUNDS)
    with fleet(near) as served, dask(served) as scheduler:
        pool, own, cluster = measured(served, rounds, scheduler)
        told(f"first crawl of {near:,} repositories, `processes`", pool, own, "decides which pool stays: 1.1")
        told(f"first crawl of {near:,} repositories, `dask` with {PROCESSES} workers", cluster, own, "at most 1.25")
    with fleet(far, delay=LATE) as served:
        pool, own = measured(served, rounds)
        late = f"each answer {LATE * 1000:g} ms late"
        told(f"first crawl of {far:,} repositories, {late}, `processes`", pool, own, "decides which pool stays: 1.1")


def measured(served: Fleet, rounds: int, scheduler: str | None = None) -> list[float]:
    """The seconds of a first crawl by the standard library's pool, by our own processes, and by the cluster if there is one."""
    stated = served.config.read_text("utf-8")
    executors = ['"processes"', '"threads"', *([f'"dask"\nscheduler = "{scheduler}"'] if scheduler else [])]
    return interleaved(rounds, *(partial(first_crawl, served, stated, executor) for executor in executors))


def first_crawl(served: Fleet, stated: str, executor: str) -> float:
    shutil.rmtree(served.output, ignore_errors=True)
    lines = f"[crawl]\nprocesses = {PROCESSES}\nexecutor = {executor}\n"
    served.config.write_text(stated.replace("[crawl]\n", lines), "utf-8")
    return served.crawl("--no-build")


def told(what: str, theirs: float, ours: float, goal: str) -> None:
    tell(what, f"{theirs:.1f} s", f"`threads` {ours:.1f} s", f"{theirs / ours:.2f}", goal)


@contextmanager
def dask(served: Fleet) -> Iterator[str]:
    """A scheduler and so many workers; the scheduler's address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host, port = probe.getsockname()
    address = f"tcp://{host}:{port}"
    with ExitStack() as stack:
        for kind, words in (
            ("scheduler", ["--host", host, "--port", str(port)]),
            ("worker", [address, "--nworkers", str(PROCESSES), "--nthreads", "4"]),
        ):
            stack.enter_context(running(served, kind, words))
            while not answers(host, port):
                sleep(0.05)
        yield address


@contextmanager
def running(served: Fleet, kind: str, words: list[str]) -> Iterator[None]:
    command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *words, "--no-dashboard"]
    with (served.folder / f"{kind}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=served.folder, env=dict(served.environment), stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def answers(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


if __name__ == "__main__":
    main()
