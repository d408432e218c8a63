"""A first crawl, catalog and exports included, against `gto show --json --repo URL` for each repository."""

from __future__ import annotations

import shutil

from common import BIN, Fleet, fleet, interleaved, smoke, tell

REPOS, ROUNDS = 500, 3
SAMPLE = 50  # of these repositories, evenly spread, are shown by GTO: it takes the same time for each of many as of few


def main() -> None:
    repos, rounds = (6, 1) if smoke(__doc__) else (REPOS, ROUNDS)
    with fleet(repos) as served:
        crawl_and_build(served)  # makes byte code, as the first `gto` does below
        served.run(BIN / "gto", "show", "--json", "--repo", served.urls[0])
        (ours,) = interleaved(rounds, lambda: crawl_and_build(served))
        sample = served.urls[:: max(repos // SAMPLE, 1)]
        theirs = sum(served.run(BIN / "gto", "show", "--json", "--repo", url) for url in sample) / len(sample)
        tell(
            f"first crawl and build, for each of {repos} repositories",
            f"{ours / repos * 1000:.1f} ms",
            f"gto show {theirs * 1000:.0f} ms",
            f"{theirs * repos / ours:.0f} times less",
            "at least 30 times less",
        )


def crawl_and_build(served: Fleet) -> float:
    shutil.rmtree(served.output, ignore_errors=True)
    return served.crawl("--no-site")


if __name__ == "__main__":
    main()
