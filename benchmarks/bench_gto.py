"""A first crawl, catalog and exports included, against `gto show --json --repo URL` for each repository."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from common import BIN, Fleet, fleet, interleaved, smoke, tell

REPOS, ROUNDS = 500, 3
SAMPLE = 50  # of these repositories, evenly spread, are shown by GTO: it takes the same time for each of many as of few
ALONE = "gto", "annotations"  # the connectors that read what GTO reads


def main() -> None:
    repos, rounds = (6, 1) if smoke(__doc__) else (REPOS, ROUNDS)
    with fleet(repos) as served:
        sample = served.urls[:: max(repos // SAMPLE, 1)]
        crawl_and_build(served)  # makes byte code, as the first `gto` does below
        served.run(BIN / "gto", "show", "--json", "--repo", served.urls[0])
        theirs, whole, alone = interleaved(
            rounds,
            lambda: sum(served.run(BIN / "gto", "show", "--json", "--repo", url) for url in sample) / len(sample),
            lambda: crawl_and_build(served),
            lambda: crawl_and_build(served, *ALONE),
        )
        what = f"first crawl and build, for each of {repos} repositories"
        told(f"{what}, all of DVC's facts included", whole / repos, theirs, "at least 20 times less")
        told(f"{what}, of what GTO reads", alone / repos, theirs, "at least 30 times less")


def told(what: str, ours: float, theirs: float, goal: str) -> None:
    tell(what, f"{ours * 1000:.1f} ms", f"gto show {theirs * 1000:.0f} ms", f"{theirs / ours:.0f} times less", goal)


def crawl_and_build(served: Fleet, *connectors: str) -> float:
    """Seconds of `catalog crawl --no-site` in a process of its own, or of the same with just these connectors."""
    shutil.rmtree(served.output, ignore_errors=True)
    if not connectors:
        return served.crawl("--no-site")
    return served.run(sys.executable, __file__, "crawl", served.config, *connectors)


def crawl_with(file: Path, names: list[str]) -> None:
    from catalog.build import build  # noqa: PLC0415 - only the process that is measured imports what it uses
    from catalog.config import load  # noqa: PLC0415 - as above
    from catalog.connector import installed  # noqa: PLC0415 - as above
    from catalog.crawl import crawl  # noqa: PLC0415 - as above

    config = load(file)
    report = crawl(config, connectors=tuple(each for each in installed() if each.name in names))
    if report.failed:
        raise SystemExit(f"{report.failed} repositories could not be read")
    build(config)


if __name__ == "__main__":
    if sys.argv[1:2] == ["crawl"]:
        crawl_with(Path(sys.argv[2]), sys.argv[3:])
    else:
        main()
