"""A first crawl, and the build after it, against `gto show --json --repo URL` for each repository."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from statistics import median
from time import perf_counter

from common import BIN, Fleet, fleet, run, smoke, tell

REPOS, ROUNDS = 500, 3
SAMPLE = 50  # of these repositories, evenly spread, are shown by GTO: it takes the same time for each of many as of few
ALONE = "gto", "annotations"  # the connectors that read what GTO reads
CRAWL = "crawl"  # the argument with which this script is the process that is measured


def main() -> None:
    repos, rounds = (6, 1) if smoke(__doc__) else (REPOS, ROUNDS)
    with fleet(repos) as served:
        sample = served.urls[:: max(repos // SAMPLE, 1)]
        crawl_and_build(served)  # makes byte code, as the first `gto` does below
        served.run(BIN / "gto", "show", "--json", "--repo", served.urls[0])
        taken = [
            (
                sum(served.run(BIN / "gto", "show", "--json", "--repo", url) for url in sample) / len(sample),
                *crawl_and_build(served),
                *crawl_and_build(served, *ALONE),
            )
            for _ in range(rounds)
        ]
    theirs, *ours = (median(column) for column in zip(*taken, strict=True))
    everything, gto = "all of DVC's facts included", "of what GTO reads"
    for seconds, what, goal in zip(
        ours,
        (f"crawl, {everything}", f"crawl and build, {everything}", f"crawl, {gto}", f"crawl and build, {gto}"),
        ("at least 20 times less", "", "at least 30 times less", ""),
        strict=True,
    ):
        each = seconds / repos
        told = f"{each * 1000:.1f} ms", f"gto show {theirs * 1000:.0f} ms", f"{theirs / each:.0f} times less"
        tell(f"first {what}, for each of {repos} repositories", *told, goal)


def crawl_and_build(served: Fleet, *connectors: str) -> tuple[float, float]:
    """Seconds of a process that crawls, and of the same with the build and its exports; `connectors`: just these."""
    shutil.rmtree(served.output, ignore_errors=True)
    command = [sys.executable, __file__, CRAWL, str(served.config), *connectors]
    clock = perf_counter()
    built = float(run(command, served.environment))
    whole = perf_counter() - clock
    return whole - built, whole


def crawl_with(file: Path, names: list[str]) -> float:
    """What `catalog crawl --no-site` does; the seconds of the build."""
    from catalog.config.parse import load
    from catalog.crawl.crawl import crawl
    from catalog.database import prewarm  # only the process that is measured imports what it uses
    from catalog.plugins.connector import installed

    config = load(file)
    prewarm.begin(config)
    report = crawl(config, connectors=tuple(each for each in installed() if not names or each.name in names))
    if report.failed:
        raise SystemExit(f"{report.failed} repositories could not be read")
    clock = perf_counter()

    from catalog.database.build import build

    build(config)
    return perf_counter() - clock


if __name__ == "__main__":
    if sys.argv[1:2] == [CRAWL]:
        print(crawl_with(Path(sys.argv[2]), sys.argv[3:]))
    else:
        main()
