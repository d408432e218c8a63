"""A cold `catalog show churn#prod`, against `python -c "import duckdb"`."""

from __future__ import annotations

import sys

from common import BIN, fleet, interleaved, smoke, tell

REPOS, ROUNDS = 12, 25
REF = "churn#prod"


def main() -> None:
    rounds = 3 if smoke(__doc__) else ROUNDS
    with fleet(REPOS) as served:
        served.crawl("--no-site")
        show = (BIN / "catalog", "show", REF, "--catalog", served.output / "catalog.duckdb")
        duckdb = (sys.executable, "-c", "import duckdb")
        served.run(*show)  # byte code, and the disk's cache
        served.run(*duckdb)
        ours, theirs, nothing = interleaved(
            rounds,
            lambda: served.run(*show),
            lambda: served.run(*duckdb),
            lambda: served.run(sys.executable, "-c", ""),
        )
    tell(
        f"cold `catalog show {REF}`",
        f"{ours * 1000:.0f} ms",
        f"import duckdb {theirs * 1000:.0f} ms (python alone {nothing * 1000:.0f} ms)",
        f"{ours / theirs:.2f}",
        "at most 2",
    )


if __name__ == "__main__":
    main()
