"""A crawl in which nothing changed: its reading, against `git ls-remote` in a loop with equal concurrency; and all of it, against its reading."""

from __future__ import annotations

from common import Fleet, fleet, interleaved, smoke, tell

SIZES, ROUNDS = (100, 500, 2000), 3
WHOLE, WHOLE_ROUNDS = (200, 2000), 5
MOST, MORE = 1.1, 0.2  # times the reading, and seconds: the most that a whole crawl may take


def main() -> None:
    is_tiny = smoke(__doc__)
    sizes, rounds = ((12,), 1) if is_tiny else (SIZES, ROUNDS)
    for repos in sizes:
        with fleet(repos) as served:
            served.crawl("--no-build")
            measure(served, rounds)
    sizes, rounds = ((12,), 1) if is_tiny else (WHOLE, WHOLE_ROUNDS)
    for repos in sizes:
        with fleet(repos) as served:
            served.crawl()
            measure_whole(served, rounds)


def measure(served: Fleet, rounds: int) -> None:
    ours, theirs = interleaved(
        rounds,
        lambda: served.crawl("--no-build"),
        lambda: served.each(lambda url: ["git", "ls-remote", url]),
    )
    tell(
        f"unchanged, {len(served.urls):,} repositories",
        f"{ours:.2f} s",
        f"git ls-remote {theirs:.2f} s",
        f"{ours / theirs:.2f}",
        "at most 0.6",
    )


def measure_whole(served: Fleet, rounds: int) -> None:
    """With database, exports and site, which are there."""
    whole, reading = interleaved(rounds, served.crawl, lambda: served.crawl("--no-build"))
    tell(
        f"unchanged, {len(served.urls):,} repositories: the whole crawl",
        f"{whole:.2f} s",
        f"reading {reading:.2f} s",
        f"{whole / reading:.2f}",
        f"at most {MOST * reading + MORE:.2f} s",
    )


if __name__ == "__main__":
    main()
