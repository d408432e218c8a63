"""The processor time of the gate for credentials in a first crawl, with a credential that every request carries and without any."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time, thread_time
from typing import Any

from common import Fleet, fleet, smoke, tell

REPOS, ROUNDS = 500, 3
MEASURED = "--measured"  # what the processes of this benchmark are called with
HEADER = "Authorization: Bearer bench_9fGh3jKlZ7xCvBnM5tYu2wQe8rTz"


def main() -> None:
    if sys.argv[1:2] == [MEASURED]:
        return measured(Path(sys.argv[2]))
    repos, rounds = (12, 1) if smoke(__doc__) else (REPOS, ROUNDS)
    with fleet(repos) as served:
        stated = served.config.read_text("utf-8")
        served.config.write_text(stated.replace("[crawl]\n", "[crawl]\nprocesses = 1\n"), "utf-8")  # its time is all
        for what, header in (("with a credential", HEADER), ("without a credential", None)):
            spent, whole = map(min, zip(*(crawl(served, header) for _ in range(rounds)), strict=True))
            tell(
                f"first crawl of {repos:,} repositories: the gate, {what}",
                f"{spent / repos * 1000:.2f} ms each",
                f"crawl {whole / repos * 1000:.1f} ms of processor time each",
                f"{spent / whole:.1%}",
                "at most 5 %",
            )
    return None


def crawl(served: Fleet, header: str | None) -> tuple[float, float]:
    """Crawls from nothing in a process of its own; the seconds of the gate, and of all."""
    shutil.rmtree(served.output, ignore_errors=True)
    environment = dict(served.environment) | {"PYTHONPATH": os.pathsep.join(sys.path)}
    if header:
        environment |= {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "http.extraHeader", "GIT_CONFIG_VALUE_0": header}
    done = subprocess.run(
        [sys.executable, __file__, MEASURED, str(served.config)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    spent, whole = json.loads(done.stdout)
    return spent, whole


def measured(file: Path) -> None:
    """Crawls in this process alone, and prints both."""
    from catalog.config.parse import load
    from catalog.crawl import visit
    from catalog.crawl.crawl import crawl
    from catalog.transport import lfs_site, smart_http, stream

    spent = [0.0]

    def timed(function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*words: Any, **named: Any) -> Any:  # noqa: ANN401 - as it was called
            start = thread_time()
            try:
                return function(*words, **named)
            finally:
                spent[0] += thread_time() - start

        return call

    for room, names in {
        visit: ("without_echoed_rows", "without_echoed_refs"),
        smart_http: ("learn_request",), stream: ("learn_request",), lfs_site: ("learn_request",),
    }.items():  # fmt: skip
        for name in names:
            setattr(room, name, timed(getattr(room, name)))
    start = process_time()
    crawl(load(file))
    print(json.dumps((spent[0], process_time() - start)))


if __name__ == "__main__":
    main()
