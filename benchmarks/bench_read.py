"""All revisions of a bare repository: DVC's files, without and with the measures that they name, against DVC's own index."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from common import clean, interleaved, smoke, tell
from serve import TESTS

from catalog.demo import make_fleet
from catalog.git.snapshot import Snapshot
from connectors.dvc import metafiles
from connectors.formats.memo import BoundedCache
from connectors.metrics import measures

ROUNDS = 15
HAND_MADE = 15  # repositories of the fleet, with the one below among them
REPO = "risk/churn.git"
GOAL = "at least 20 times faster"

_REMEMBERED = [each for each in gc.get_objects() if isinstance(each, BoundedCache)]

Read = Callable[[Any], Iterable[object]]


def main() -> None:
    rounds = 1 if smoke(__doc__) else ROUNDS
    sys.path.append(str(TESTS))
    logging.disable()
    with TemporaryDirectory(prefix="bench-") as temporary:
        folder = Path(temporary)
        make_fleet(folder / "repos", repos=HAND_MADE)
        path = folder / "repos" / REPO
        os.environ.update(
            clean(folder)
            | {f"DVC_{name}_DIR": str(folder / name) for name in ("GLOBAL_CONFIG", "SYSTEM_CONFIG", "SITE_CACHE")}
        )
        judge = import_module("support.dvc_judge")  # imports DVC, which looks at the environment
        commits: Sequence[str] = judge.commits_of(path)
        snapshot: Snapshot = judge.snapshot_of(path)
        indexed = partial(by_dvc, path, commits, folder)
        gathered = partial(by_dvc, path, commits, folder, gather=True)
        alone: tuple[Read, ...] = (metafiles.read_revision,)
        both: tuple[Read, ...] = (metafiles.read_revision, measures.read_revision)
        for measure in (indexed, gathered):
            measure()  # DVC imports as it goes
        gc.freeze()  # nobody looks through DVC's modules for garbage: a crawl has none of them
        found = interleaved(
            rounds,
            partial(by_us, snapshot, commits, alone),
            partial(by_us, snapshot, commits, both),
            partial(timed, lambda: judge.snapshot_of(path)),
            indexed,
            gathered,
        )
        ours, measured, disk, index, everything = (seconds / len(commits) * 1000 for seconds in found)
        row(f"a revision's metafiles, {len(commits)} revisions", ours, disk, "index", index)
        row("a revision's metafiles and measures", measured, disk, "index", index)
        row("a revision's metafiles and measures", measured, disk, "index, metrics and params", everything)


def row(what: str, ours: float, disk: float, name: str, theirs: float) -> None:
    """All in milliseconds. DVC reads the objects as it goes; a crawl has them at hand, so what reading them takes is told beside."""
    tell(
        what,
        f"{ours:.2f} ms ({ours + disk:.2f} ms with all objects read from the disk)",
        f"DVC's {name} {theirs:.1f} ms",
        f"{theirs / ours:.0f} times faster ({theirs / (ours + disk):.0f})",
        GOAL,
    )


def by_us(snapshot: Snapshot, commits: Sequence[str], readers: Sequence[Read]) -> float:
    """Reads as a first crawl does: nothing is known of the files, nor of the trees."""
    for each in _REMEMBERED:
        each.clear()
    fresh = Snapshot(snapshot.listing, snapshot.objects, measures.wants_file)
    return timed(lambda: [list(read(fresh.revision(commit))) for commit in commits for read in readers])


def by_dvc(path: Path, commits: Sequence[str], folder: Path, *, gather: bool = False) -> float:
    """Reads in the way that costs DVC least: no clone, one Git object for all revisions."""
    dvc = import_module("dvc.repo")
    shown = import_module("dvc.repo.metrics.show"), import_module("dvc.repo.params.show")
    git, files = import_module("dvc.scm").Git, import_module("dvc.fs").GitFileSystem
    config = {"cache": {"dir": str(folder / "cache")}, "core": {"site_cache_dir": str(folder / "site")}}

    def read() -> None:
        scm = git(str(path))
        for commit in commits:
            repo = dvc.Repo(root_dir="/", fs=files(scm=scm, rev=commit), scm=scm, uninitialized=True, config=config)
            assert repo.index.stages
            if gather:
                shown[0]._gather_metrics(repo)  # noqa: SLF001 - the public way opens the working tree
                shown[1]._gather_params(repo)  # noqa: SLF001 - as above
        scm.close()

    return timed(read)


def timed(measure: Callable[[], object]) -> float:
    start = perf_counter()
    measure()
    return perf_counter() - start


if __name__ == "__main__":
    main()
