"""How many of 100,000 echoes of credentials, transformed at random by servers and forges, are in what crawls write."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from common import clean, smoke, tell

TESTS = Path(__file__).parents[1] / "tests"
ECHOES = 100_000  # in all
PLACES, TAGS = 100, 400  # of a crawl: repositories that echo, and versions of one that is made of echoes


def main() -> None:
    echoes, places, tags = (200, 8, 2) if smoke(__doc__) else (ECHOES, PLACES, TAGS)
    sys.path.append(str(TESTS))
    crawl = import_module("support.echo_crawl").crawl_echoes
    sent, crawls, hits = 0, 0, set[str]()
    for seed in count():
        with TemporaryDirectory(prefix="bench-") as folder:
            environment = clean(Path(folder))
            os.environ.clear()
            os.environ.update(environment)
            found, number = crawl(Path(folder), seed, places, tags)
        hits |= {f"seed {seed}: {hit}" for hit in found}
        sent, crawls = sent + number, crawls + 1
        if sent >= echoes:
            break
    print(*sorted(hits), sep="\n", file=sys.stderr)
    tell(
        f"{sent:,} transformed echoes of credentials in {2 * crawls:,} crawls with build and site",
        f"{len(hits)} in any byte of the output",
        "limit 0",
        "",
        "0",
    )


if __name__ == "__main__":
    main()
