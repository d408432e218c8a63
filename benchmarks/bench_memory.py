"""Peak memory of a first crawl of many repositories, and of the builds after it: of all processes of each command together."""

from __future__ import annotations

import shutil

from common import fleet, smoke, tell

REPOS, GOAL = 2000, 500  # MiB


def main() -> None:
    repos = 20 if smoke(__doc__) else REPOS
    with fleet(repos) as served:
        steps = {
            "first crawl": served.peak("crawl", "--no-build"),
            "first build, without the site": served.peak("build", "--no-site"),
            "crawl in which nothing changed, build and site": served.peak("crawl"),
        }
        shutil.rmtree(served.output)
        steps["first crawl, build and site, in one go"] = served.peak("crawl")
    for what, found in steps.items():
        tell(
            f"peak memory, {repos:,} repositories: {what}",
            f"{found:.0f} MiB",
            f"limit {GOAL} MiB",
            f"{found / GOAL:.2f}",
            "at most 1",
        )


if __name__ == "__main__":
    main()
