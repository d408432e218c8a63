"""A few repositories of many changed: the time from the last byte that the crawl fetched to the swapped database, to the exports, to the site; and theirs where nothing changed."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import closing
from itertools import chain, pairwise
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import ParamSpec, TypeVar
from unittest.mock import patch

from common import Fleet, asked, fleet, run, tell

from catalog.demo import touch

P = ParamSpec("P")
R = TypeVar("R")

REPOS, LARGE, CHANGED, ROUNDS = 2000, 10_000, 5, 5
MORE = 1.5  # times its limit: the most for LARGE
CRAWL = "crawl"  # the argument with which this script is the process that is measured
STAGES = {  # with the limit of each, in seconds
    "from the last byte to the swapped database": 0.8,
    "exports after that": 0.3,
    "site after that": 1.0,
    "exports, of the same database": 0.3,
    "site, of the same database": 0.5,
}

Moment = tuple[float, float]  # of the clock, and of the processor time


def main() -> None:
    options = asked(__doc__, large=f"also {LARGE:,} repositories")
    sizes = (20,) if options.smoke else (REPOS, LARGE) if options.large else (REPOS,)
    for repos in sizes:
        with fleet(repos) as served:
            served.crawl("--no-build")
            anew = measure(served)
            taken = [change_and_measure(served, number) for number in range(1 if options.smoke else ROUNDS)]
        for place, (stage, limit) in enumerate(STAGES.items()):
            most = limit * (MORE if repos > REPOS else 1)
            seconds, processor = (median(row[place][part] for row in taken) for part in (0, 1))
            first = f"{anew[place][0]:.2f} s where all are new"
            tell(
                f"{CHANGED} of {repos:,} changed: {stage}",
                f"{seconds:.2f} s, {processor:.2f} s of processor time; {first}",
                f"limit {most:.2f} s",
                f"{seconds / most:.2f}",
                "at most 1",
            )


def change_and_measure(served: Fleet, number: int) -> list[Moment]:
    # Spread over the whole of repos.toml, the last repository among them.
    for path in served.paths[:: -(len(served.paths) // CHANGED)][:CHANGED]:
        touch(path, number)
    return measure(served)


def measure(served: Fleet) -> list[Moment]:
    """Seconds of each stage, and its processor time."""
    command = sys.executable, __file__, CRAWL, str(served.config)
    numbers = [*map(float, run(command, served.environment).split())]
    moments = [*zip(numbers[::2], numbers[1::2], strict=True)]
    return [(end[0] - begin[0], end[1] - begin[1]) for begin, end in pairwise(moments)]


def now() -> Moment:
    return perf_counter(), process_time()


def crawl_and_build(file: Path) -> list[Moment]:
    """What `catalog crawl` does; the moment of the last byte, and that of the end of each stage."""
    from catalog.config.parse import load
    from catalog.crawl.crawl import crawl
    from catalog.database import prewarm  # the process that is measured imports what the command does, when it does
    from catalog.transport.limits import Meter

    config, bytes_at, swapped_at = load(file), [now()], [now()]
    prewarm.begin(config)
    with patch.object(Meter, "receive", stamped(Meter.receive, bytes_at)):
        report = crawl(config)
    if report.failed or report.crawl.changed not in (0, CHANGED):
        raise SystemExit(f"found {report.crawl}, expected no failure, and {CHANGED} changed or none")

    from catalog.database import build as database_build
    from catalog.database import rebuild

    with patch.object(rebuild, "rebuild", stamped(rebuild.rebuild, swapped_at)):
        built = database_build.build(config)
    moments = [bytes_at[0], swapped_at[0], now()]

    from sites.build import build as build_site

    build_site(built.database, config.output / "site", title=config.title)
    moments.append(now())

    from catalog.database import database, export
    from catalog.database.shapes import partition_shapes
    from catalog.database.statements import views_of_one_repository

    single = [*partition_shapes(), *views_of_one_repository()]
    with closing(database.connect(built.database, max_memory=database.FOR_ALL)) as connection:
        export.write(connection, config.output / "data", database_build.email_mask(config), single=single)
    moments.append(now())
    build_site(built.database, config.output / "site", title=config.title)
    return [*moments, now()]


def stamped(function: Callable[P, R], moment: list[Moment]) -> Callable[P, R]:
    """The function; each call leaves in `moment` when it ended."""

    def timed(*args: P.args, **options: P.kwargs) -> R:
        result = function(*args, **options)
        moment[0] = now()
        return result

    return timed


if __name__ == "__main__":
    if sys.argv[1:2] == [CRAWL]:
        print(*chain.from_iterable(crawl_and_build(Path(sys.argv[2]))))
    else:
        main()
