"""The experiments of a repository: those that `dvc exp list` finds at the remote, and no other ref below `refs/exps`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from catalog.schema.tables.metrics import Experiment
from support.catalogs import rows_of
from support.loopback import environment
from support.worlds import World


def found_by_dvc(remote: Path, clone: Path) -> dict[str, list[str]]:
    """Baseline → names, as `dvc exp list --all-commits REMOTE` says."""
    from dvc.repo import Repo  # as HOUSE.md has it: imported only where it is used

    subprocess.run(["git", "clone", "-q", str(remote), str(clone)], env=environment({}), check=True)
    with Repo(str(clone)) as repo:
        found = repo.experiments.ls(all_commits=True, git_remote=str(remote))
    return {baseline: sorted(name for name, _ in experiments) for baseline, experiments in found.items()}


@pytest.mark.slow
def test_experiments_are_those_that_dvc_lists(tmp_path):
    world = World()
    first = world.commit({".dvc/config": "", "dvc.yaml": "stages: {}\n"})
    second = world.commit({"params.yaml": "a: 1\n"})
    tried = world.commit({"params.yaml": "a: 2\n"}, branch="tried", parents=(second,))
    checkpoint = world.commit({"params.yaml": "a: 3\n"}, branch="tried")
    amended = world.commit({"x": "y"}, branch="gone", parents=(first,))
    detached = world.commit({"params.yaml": "a: 4\n"}, branch="gone")
    for branch in ("tried", "gone"):
        del world.refs[f"refs/heads/{branch}"]
    for baseline, name, oid in (
        (first, "old-one", tried),
        (second, "bee", tried),
        (second, "checkpointed", checkpoint),
        (amended, "lost-lynx", detached),
    ):
        world.refs[f"refs/exps/{baseline[:2]}/{baseline[2:]}/{name}"] = oid
    for own in ("exec/EXEC_HEAD", "exec/EXEC_BASELINE", "exec/EXEC_BRANCH", "celery/stash", "celery/failed", "stash"):
        world.refs[f"refs/exps/{own}"] = tried
    rows = rows_of(world.listing(), world.objects)[Experiment]
    ours: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda row: row.name):
        ours.setdefault(row.baseline, []).append(row.name)
    assert ours == found_by_dvc(world.write(tmp_path / "r.git"), tmp_path / "clone")
