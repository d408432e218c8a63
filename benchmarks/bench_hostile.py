"""Healthy repositories among hostile ones (5 % hang, 5 % send corrupt packs, 5 % refuse, 2 % are bombs, 1 % have hostile metafiles), against the same ones alone."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Thread
from time import perf_counter, sleep

from common import BIN, HERE, SAMPLED, Fleet, children, fleet, memory, smoke, tell

REPOS = 1000
SHARES = {"hangs": 0.05, "corrupt": 0.05, "refuses": 0.05, "bomb": 0.02, "metafiles": 0.01}
IDLE = 5  # seconds without a byte until a visit is given up
MOST = 1024  # MiB: `max_memory` of repos.toml


@dataclass(frozen=True, kw_only=True, slots=True)
class Crawled:
    """Seconds until the last healthy repository was read, until the catalog was first published, and in all; how many healthy ones were read, and the most memory in MiB."""

    healthy: float
    published: float
    whole: float
    read: int
    peak: float


def main() -> None:
    repos = 100 if smoke(__doc__) else REPOS
    counts = {kind: round(share * repos) for kind, share in SHARES.items()}
    healthy = repos - sum(counts.values())
    with fleet(healthy) as served, _hostile(served, counts["metafiles"]) as urls:
        alone = served.config.read_text("utf-8").replace("[crawl]\n", f"[crawl]\nidle_timeout = {IDLE}\n")
        one, other = _crawl(served, _among(alone, urls, counts)), _crawl(served, alone)
    what = f"{healthy:,} healthy repositories among {repos - healthy:,} hostile ones"
    tell(
        f"{what}: until the last healthy one",
        f"{one.healthy:.1f} s",
        f"alone {other.healthy:.1f} s",
        f"{one.healthy / other.healthy:.2f}",
        "at most 1.2",
    )
    tell(f"{what}: healthy ones lost", f"{other.read - one.read}", "", "", "0")
    tell(
        f"{what}: until their catalog is published",
        f"{one.published:.1f} s",
        f"the last hostile one ends at {one.whole:.1f} s",
        "",
        "without waiting",
    )
    tell(
        f"{what}: memory of all processes",
        f"{one.peak:.0f} MiB",
        f"alone {other.peak:.0f} MiB",
        "",
        f"at most {MOST:,}",
    )


def _among(config: str, urls: dict[str, str], counts: dict[str, int]) -> str:
    """The repos.toml with hostile repositories, spread evenly."""
    head, *entries = config.split("\n[[repo]]")
    for kind, count in counts.items():
        step = len(entries) / count
        for place in range(count - 1, -1, -1):
            entries.insert(int(place * step), f'\nname = "{kind}/{place}"\nurl = "{urls[kind]}/{place}"\n')
    return "\n[[repo]]".join((head, *entries))


def _crawl(served: Fleet, config: str) -> Crawled:
    """Crawls from nothing, and builds the catalog."""
    shutil.rmtree(served.output, ignore_errors=True)
    served.config.write_text(config, "utf-8")
    report = served.folder / "report.json"
    command = [BIN / "catalog", "crawl", "--no-site", "--report", report, "--config", served.config]
    began = perf_counter()
    peaks, published = [0.0], 0.0
    with subprocess.Popen(command, env=dict(served.environment), stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        Thread(target=_watch, args=(process, peaks), daemon=True).start()
        for line in process.stderr:
            if not published and "catalog.duckdb: " in line:
                published = perf_counter() - began
    whole = perf_counter() - began
    found = json.loads(report.read_text("utf-8"))
    healthy = [visit for visit in found["visits"] if visit["repo"].startswith("demo.example/")]
    begun = datetime.fromisoformat(found["crawl"]["started_at"])
    ends = [datetime.fromisoformat(visit["started_at"]) + timedelta(seconds=visit["seconds"]) for visit in healthy]
    return Crawled(
        healthy=(max(ends) - begun).total_seconds(),
        published=published,
        whole=whole,
        read=sum(visit["outcome"] == "new" for visit in healthy),
        peak=max(peaks),
    )


def _watch(process: subprocess.Popen[str], peaks: list[float]) -> None:
    while process.poll() is None:
        peaks.append(sum(map(memory, [process.pid, *children(process.pid)])))
        sleep(SAMPLED * 5)


@contextmanager
def _hostile(served: Fleet, metafiles: int) -> Iterator[dict[str, str]]:
    """The URL of each kind of hostile repository."""
    command = [sys.executable, str(HERE / "serve_hostile.py"), str(served.folder / "hostile"), str(metafiles)]
    with subprocess.Popen(command, stdin=-1, stdout=-1, text=True, env=dict(served.environment)) as server:
        assert server.stdin
        assert server.stdout
        try:
            lines = iter(lambda: str(server.stdout and server.stdout.readline().strip()), "")
            yield dict(line.split(" ", 1) for line in lines)  # type: ignore[misc]  # two words each
        finally:
            server.stdin.close()


if __name__ == "__main__":
    main()
