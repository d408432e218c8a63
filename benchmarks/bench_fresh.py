"""A crawl from nothing, against `git fetch --depth 1 --filter=blob:none` of the same refs with equal concurrency."""

from __future__ import annotations

import shutil
import sys
from itertools import count
from pathlib import Path

from common import Fleet, fleet, interleaved, smoke, tell

REPOS, ROUNDS = 2000, 1
REFSPECS = ("HEAD", "refs/heads/*:refs/heads/*", "refs/tags/*:refs/tags/*")
CLONE = """\
[core]
\trepositoryformatversion = 1
\tbare = true
[extensions]
\tpartialClone = origin
[remote "origin"]
\turl = {url}
\tpromisor = true
"""


def main() -> None:
    repos, rounds = (12, 1) if smoke(__doc__) else (REPOS, ROUNDS)
    with fleet(repos) as served:
        served.run(sys.executable, "-c", "import catalog.crawl.crawl, catalog.cli.app")  # makes byte code
        ours, theirs = interleaved(rounds, lambda: crawl(served), lambda: clone(served))
    tell(
        f"first crawl of {repos:,} repositories",
        f"{ours:.1f} s ({ours / repos * 1000:.1f} ms each)",
        f"git fetch {theirs:.1f} s",
        f"{ours / theirs:.2f}",
        "at most 1.3",
    )


def crawl(served: Fleet) -> float:
    shutil.rmtree(served.output, ignore_errors=True)
    return served.crawl("--no-build")


def clone(served: Fleet) -> float:
    """Git's time; empty repositories are made beforehand, outside of it."""
    clones = served.folder / "clones"
    shutil.rmtree(clones, ignore_errors=True)
    places = {url: empty(clones / str(number), url) for number, url in zip(count(), served.urls, strict=False)}
    options = ("-c", "gc.auto=0", "fetch", "-q", "--depth", "1", "--filter=blob:none", "--no-tags", "origin")
    return served.each(lambda url: ["git", "-C", places[url], *options, *REFSPECS])


def empty(path: Path, url: str) -> Path:
    for folder in ("objects", "refs"):
        (path / folder).mkdir(parents=True)
    (path / "HEAD").write_text("ref: refs/heads/none\n")
    (path / "config").write_text(CLONE.format(url=url))
    return path


if __name__ == "__main__":
    main()
