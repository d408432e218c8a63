"""DVC itself as the judge of the paths in `dvc.yaml`: where an artifact lies, for each way to write its path."""

from __future__ import annotations

from pathlib import Path

import pytest
from dvc.fs import GitFileSystem
from dvc.repo import Repo
from dvc.scm import Git
from dvc.utils import as_posix

from support.worlds import World

PROJECTS = {".dvc/config": "", "proj/.dvc/config": ""}
FOLDERS = ["", "sub", "proj", "proj/sub"]
PATHS = [
    *("m", "a/m", "./a//m/", "."),
    *("/m", "/a/m", "//a/m", "///a/m", "/../a/m", "/./a/", "/"),
    *("a\\m", ".\\a\\m", "\\a\\m", "a\\..\\m", "a/..\\m", "a\\/m", "a\\", "/a\\m", "/..\\m"),
]
FROM_BELOW = ["../m", "..\\m", "..\\a\\m"]  # from a folder; at the Git root they lead out of the repository


def targets_of_dvc(path: Path, commit: str, artifacts: list[str]) -> dict[str, str]:
    """Where `dvc artifacts get` looks for each artifact: as `Artifacts.download` resolves what `get_path` returns."""
    scm = Git(str(path))
    fs = GitFileSystem(scm=scm, rev=commit)
    whole = Repo(root_dir="/", fs=fs, scm=scm, uninitialized=True, subrepos=True)
    targets = {}
    for artifact in artifacts:
        project = Repo(f"/{artifact.rpartition(':')[0]}", fs=fs, scm=scm, uninitialized=True)
        place = fs.join(fs.root_marker, as_posix(project.artifacts.get_path(artifact)))
        targets[artifact] = fs.relpath(place, whole.root_dir)
    scm.close()
    return targets


@pytest.mark.slow
@pytest.mark.parametrize("folder", FOLDERS, ids=["the Git root", "a folder", "a project", "a folder of a project"])
def test_an_artifact_lies_where_dvc_looks_for_it(folder: str, tmp_path: Path) -> None:
    paths = PATHS + (FROM_BELOW if folder else [])
    names = [f"{folder}:p{index}" if folder else f"p{index}" for index in range(len(paths))]
    entries = "".join(f"  p{index}: {{path: '{path}'}}\n" for index, path in enumerate(paths))
    world = World()
    commit = world.commit(PROJECTS | {f"{folder}/dvc.yaml".lstrip("/"): f"artifacts:\n{entries}"})
    ours = {row.artifact: row.target or "." for row in world.annotations()}
    assert ours == targets_of_dvc(world.write(tmp_path), commit, names)
