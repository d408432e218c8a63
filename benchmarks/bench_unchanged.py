"""A crawl in which nothing changed, against `git ls-remote` in a loop with equal concurrency."""

from __future__ import annotations

from common import Fleet, fleet, interleaved, smoke, tell

SIZES, ROUNDS = (100, 500, 2000), 3


def main() -> None:
    sizes, rounds = ((12,), 1) if smoke(__doc__) else (SIZES, ROUNDS)
    for repos in sizes:
        with fleet(repos) as served:
            served.crawl("--no-build")
            measure(served, rounds)


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


if __name__ == "__main__":
    main()
