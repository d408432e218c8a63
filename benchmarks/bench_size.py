"""Whether time grows as the repositories do, and what memory ten thousand take: all of them against a quarter."""

from __future__ import annotations

import shutil
from time import perf_counter

from common import Fleet, fleet, smoke, tell

REPOS, PART = 10_000, 4
MOST, GROWTH = 1024, 1.15  # MiB; how much longer one repository of many may take than one of few

STEPS = {
    "first crawl": ("crawl", "--no-build"),
    "crawl in which nothing changed": ("crawl", "--no-build"),
    "first build and site": ("build",),
    "crawl in which nothing changed, build and site": ("crawl",),
}


def main() -> None:
    repos = 40 if smoke(__doc__) else REPOS
    with fleet(repos) as served:
        few = measure(served, repos // PART)
        many = measure(served, repos)
    for what, (seconds, peak) in many.items():
        one, of_few = seconds / repos * 1000, few[what][0] / (repos // PART) * 1000
        tell(
            f"{repos:,} repositories: {what}",
            f"{seconds:.1f} s ({one:.1f} ms each)",
            f"{repos // PART:,} of them {few[what][0]:.1f} s ({of_few:.1f} ms each)",
            f"{one / of_few:.2f}",
            f"at most {GROWTH}",
        )
        tell(
            f"{repos:,} repositories: {what}: peak memory",
            f"{peak:.0f} MiB",
            f"limit {MOST} MiB",
            f"{peak / MOST:.2f}",
            "at most 1",
        )


def measure(served: Fleet, repos: int) -> dict[str, tuple[float, float]]:
    """Seconds and peak memory of each step, of so many of the fleet's repositories, from nothing."""
    whole = served.config.read_text("utf-8")
    shutil.rmtree(served.output, ignore_errors=True)
    served.config.write_text("\n[[repo]]".join(whole.split("\n[[repo]]")[: repos + 1]), "utf-8")
    found = {}
    for what, words in STEPS.items():
        start = perf_counter()
        peak = served.peak(*words)
        found[what] = perf_counter() - start, peak
    served.config.write_text(whole, "utf-8")
    return found


if __name__ == "__main__":
    main()
