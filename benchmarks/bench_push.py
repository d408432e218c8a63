"""`catalog register --push` against `gto register --repo URL`, which clones, on a repository of 1,000 commits over loopback HTTP."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from common import BIN, HERE, clean, interleaved, run, smoke, tell

COMMITS, ROUNDS = 1000, 5
CHANGED = 20_000  # bytes that each commit changes, and that do not compress
WHO = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in (("NAME", "Ann"), ("EMAIL", "ann@example.com"))}  # fmt: skip


def main() -> None:
    commits, rounds = (5, 1) if smoke(__doc__) else (COMMITS, ROUNDS)
    sys.path.append(str(HERE.parent / "tests"))
    loopback = import_module("support.loopback")
    with TemporaryDirectory(prefix="bench-") as temporary:
        folder = Path(temporary)
        environment = clean(folder) | WHO | {"PYTHONPATH": str(HERE.parent)}
        tip = make(folder / "served" / "r.git", commits, environment)
        with loopback.serve(folder / "served", push=True) as site:
            url = f"{site}/r.git"
            config = folder / "repos.toml"
            config.write_text(f"[[repo]]\nurl = '{url}'\n", "utf-8")
            ours = [sys.executable, "-P", "-m", "catalog"]
            environment["CATALOG_CONFIG"] = str(config)
            run([*ours, "crawl", "--no-site", "--config", config], environment)
            numbers = count()

            def register() -> float:
                words = ["register", f"a-{next(numbers)}", "--repo", url, "--at", tip, "--push", "--yes", "--no-crawl"]
                before = len(site.requests)
                seconds = timed([*ours, *words], environment)
                if len(site.requests) - before != 2:  # noqa: PLR2004 - the refs, and the push
                    raise SystemExit(f"{len(site.requests) - before} requests, expected 2")
                return seconds

            def clone() -> float:
                words = ["register", f"b-{next(numbers)}", tip, "--repo", url]
                return timed([str(BIN / "gto"), *words], environment)

            register(), clone()  # make byte code
            mine, theirs = interleaved(rounds, register, clone)
        run(["git", "-C", folder / "served" / "r.git", "fsck", "--strict"], environment)
    what = f"register a version of a repository of {commits:,} commits, and push it"
    tell(what, f"{mine:.2f} s", f"gto {theirs:.2f} s", f"{theirs / mine:.0f} times less", "at least 10 times less")


def timed(command: list[str], environment: Mapping[str, str]) -> float:
    """The seconds of a command."""
    clock = perf_counter()
    run(command, environment)
    return perf_counter() - clock


def make(path: Path, commits: int, environment: Mapping[str, str]) -> str:
    """A bare repository of so many commits, each of which changes a file; the last of them."""
    run(["git", "init", "-q", "--bare", "-b", "main", path], environment)
    stream = b""
    for number in range(commits):
        head = f"commit refs/heads/main\ncommitter Ann <ann@example.com> {1_600_000_000 + number} +0000\ndata 4\nwork\n"
        stream += head.encode() + f"M 100644 inline data/{number % 50}\ndata {CHANGED}\n".encode()
        stream += os.urandom(CHANGED) + b"\n"
    subprocess.run(["git", "-C", path, "fast-import", "--quiet"], input=stream, env=dict(environment), check=True)
    return run(["git", "-C", path, "rev-parse", "main"], environment).strip()


if __name__ == "__main__":
    main()
