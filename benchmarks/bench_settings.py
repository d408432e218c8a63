"""First crawls under two settings of `repos.toml`, in turns: what it costs to visit in other processes, and to look for secrets.

The processor time of a whole command, the processes that it starts included. Each ratio is the median of the pairs, with its 90 %
interval (bootstrap).
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from random import Random
from statistics import median

from common import BIN, Fleet, fleet, smoke, tell

REPOS, PAIRS = 500, 13
SAMPLES = 2000  # of the bootstrap
CHECKED = [  # what is compared, the line under test and the one beside it, each with its section, and the limit of the ratio
    ("visits that can be ended, in other processes", None, ("crawl", "processes = 1"), "in one process", 1.05),
    ("detectors of secrets", None, ("privacy", 'secrets = "show"'), "without them", 1.1),
]

Setting = tuple[str, str] | None  # section and line; None: as `repos.toml` is


def main() -> None:
    is_smoke = smoke(__doc__)
    repos, pairs = (4, 2) if is_smoke else (REPOS, PAIRS)
    with fleet(repos) as served:
        for what, one, other, beside, limit in CHECKED:
            files = [written(served, name, setting) for name, setting in (("one", one), ("other", other))]
            for file in files:
                first_crawl(served, file)  # makes the byte code, and warms the server
            taken = [in_turns(served, files, number) for number in range(pairs)]
            low, ratio, high = interval([ours / theirs for ours, theirs in taken])
            tell(
                f"{what}: processor time of a first crawl of {repos:,} repositories",
                f"{median(ours for ours, _ in taken):.1f} s",
                f"{beside} {median(theirs for _, theirs in taken):.1f} s",
                f"{ratio:.2f} ({low:.2f} to {high:.2f}, 90 %, {pairs} pairs)",
                f"at most {limit}",
            )


def written(served: Fleet, name: str, setting: Setting) -> Path:
    """A `repos.toml` in a folder of its own, with that line."""
    text = served.config.read_text("utf-8")
    if setting:
        section, line = setting
        head = f"[{section}]\n"
        text = text.replace(head, f"{head}{line}\n") if head in text else f"{head}{line}\n\n{text}"
    file = served.folder / name / served.config.name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def in_turns(served: Fleet, files: list[Path], number: int) -> tuple[float, float]:
    """The processor time of either, each the first one every other time."""
    order = files if number % 2 else files[::-1]
    taken = {file: first_crawl(served, file) for file in order}
    return taken[files[0]], taken[files[1]]


def first_crawl(served: Fleet, config: Path) -> float:
    """The processor time of a crawl in a process of its own, and of all that it waited for, in seconds (wait4(2))."""
    shutil.rmtree(config.parent / served.output.name, ignore_errors=True)
    command = [str(BIN / "catalog"), "crawl", "--no-build", "--config", str(config)]
    silent = [(os.POSIX_SPAWN_OPEN, number, os.devnull, os.O_WRONLY, 0) for number in (1, 2)]
    _, status, usage = os.wait4(os.posix_spawn(command[0], command, served.environment, file_actions=silent), 0)
    if status:
        raise SystemExit(f"{' '.join(command)}: exit code {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime


def interval(ratios: list[float]) -> tuple[float, float, float]:
    """The median of the ratios between the bounds of its 90 % interval."""
    draw = Random(0)
    drawn = sorted(median(draw.choices(ratios, k=len(ratios))) for _ in range(SAMPLES))
    return drawn[SAMPLES // 20], median(ratios), drawn[-SAMPLES // 20]


if __name__ == "__main__":
    main()
