"""A few repositories of many changed: the time from the last byte that the crawl fetched to the swapped database."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import ParamSpec, TypeVar
from unittest.mock import patch

from common import Fleet, fleet, run, smoke, tell

from catalog.demo import touch

P = ParamSpec("P")
R = TypeVar("R")

REPOS, CHANGED, ROUNDS = 2000, 5, 5
GOAL = 1.0  # seconds
CRAWL = "crawl"  # the argument with which this script is the process that is measured


def main() -> None:
    repos, rounds = (20, 1) if smoke(__doc__) else (REPOS, ROUNDS)
    with fleet(repos) as served:
        served.crawl("--no-build")
        anew = measure(served)
        taken = [change_and_measure(served, number) for number in range(rounds)]
    swapped, exported, site = (median(column) for column in zip(*taken, strict=True))
    what = f"{CHANGED} of {repos:,} changed"
    goal = f"{swapped:.2f} s", f"limit {GOAL:.1f} s", f"{swapped / GOAL:.2f}", "at most 1"
    tell(f"{what}: from the last byte to the swapped database", *goal)
    tell(f"{what}: exports after that", f"{exported:.2f} s", "", "", "")
    tell(f"{what}: site after that", f"{site:.2f} s", "", "", "")
    tell(f"{repos:,} new: database, exports, site", ", ".join(f"{part:.2f} s" for part in anew), "", "", "")


def change_and_measure(served: Fleet, number: int) -> list[float]:
    # Spread over the whole of repos.toml, the last repository among them.
    for path in served.paths[:: -(len(served.paths) // CHANGED)][:CHANGED]:
        touch(path, number)
    return measure(served)


def measure(served: Fleet) -> list[float]:
    """Seconds from the last byte to the database, from there to the end of the exports, and from there to that of the site."""
    command = sys.executable, __file__, CRAWL, str(served.config)
    last_byte, swapped, exported, end = map(float, run(command, served.environment).split())
    return [swapped - last_byte, exported - swapped, end - exported]


def crawl_and_build(file: Path) -> list[float]:
    """What `catalog crawl` does; the moments of the last byte, of the swap, and of the end of exports and of the site."""
    from catalog.config.parse import load
    from catalog.crawl.crawl import crawl
    from catalog.database import prewarm  # the process that is measured imports what the command does, when it does
    from catalog.transport.limits import Meter

    config, bytes_at, swapped_at = load(file), [0.0], [0.0]
    prewarm.begin(config)
    with patch.object(Meter, "receive", stamped(Meter.receive, bytes_at)):
        report = crawl(config)
    if report.failed or report.crawl.changed not in (0, CHANGED):
        raise SystemExit(f"found {report.crawl}, expected no failure, and {CHANGED} changed or none")

    from catalog.database import rebuild
    from catalog.database.build import build

    with patch.object(rebuild, "rebuild", stamped(rebuild.rebuild, swapped_at)):
        built = build(config)
    exported_at = perf_counter()

    from sites.build import build as build_site

    build_site(built.database, config.output / "site", title=config.title)
    return [bytes_at[0], swapped_at[0], exported_at, perf_counter()]


def stamped(function: Callable[P, R], moment: list[float]) -> Callable[P, R]:
    """The function; each call leaves in `moment` when it ended."""

    def timed(*args: P.args, **options: P.kwargs) -> R:
        result = function(*args, **options)
        moment[0] = perf_counter()
        return result

    return timed


if __name__ == "__main__":
    if sys.argv[1:2] == [CRAWL]:
        print(*crawl_and_build(Path(sys.argv[2])))
    else:
        main()
