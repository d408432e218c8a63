"""Peak memory of a first crawl of many repositories, and of the builds after it, each in a process of its own."""

from __future__ import annotations

import sys

from common import fleet, run, smoke, tell

REPOS, GOAL = 2000, 500  # MiB

# The peak of the process itself: git and other children are counted apart by the kernel.
_MEASURED = """
import resource, sys
from catalog.cli import main
code = main(sys.argv[1:])
sys.stdout.write(f"\\n{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}")
sys.exit(code)
"""
_UNITS = 1 << 20 if sys.platform == "darwin" else 1 << 10  # in a MiB: getrusage(2) counts bytes there, KiB elsewhere


def main() -> None:
    repos = 20 if smoke(__doc__) else REPOS
    with fleet(repos) as served:

        def peak(*words: str) -> float:
            command = [sys.executable, "-c", _MEASURED, *words, "--config", str(served.config)]
            return int(run(command, served.environment).split()[-1]) / _UNITS

        steps = {
            "first crawl": peak("crawl", "--no-build"),
            "first build, without the site": peak("build", "--no-site"),
            "crawl in which nothing changed, build and site": peak("crawl"),
        }
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
