"""`dvc get` is the judge: from one repository of DVC's own making, both give the same bytes, from the same storage."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from catalog.download.download import DownloadOptions, fetch
from catalog.git.snapshot import Snapshot
from catalog.transport.origin import open_origin
from support.loopback import git
from support.storage import REPO, catalog, files_below
from support.worlds import World

pytestmark = pytest.mark.slow

FILES = {"model.bin": b"\0weights" * 300, "data/a.csv": b"a,b\r\n1,2\r\n", "data/deep/b": b"", "data/deep/c d": b"c"}


def dvc(folder: Path, *words: str) -> None:
    environment = os.environ | {"DVC_NO_ANALYTICS": "1", "DVC_SITE_CACHE_DIR": str(folder.parent / "site")}
    subprocess.run([sys.executable, "-m", "dvc", *words], cwd=folder, env=environment, check=True, capture_output=True)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A repository that DVC made, and its storage."""
    folder = tmp_path_factory.mktemp("judge")
    work = folder / "work"
    work.mkdir()
    git(work, "init", "-q", "-b", "main")
    dvc(work, "init", "-q")
    dvc(work, "remote", "add", "-d", "storage", str(folder / "storage"))
    for name, data in FILES.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_bytes(data)
    dvc(work, "add", "-q", "model.bin", "data")
    dvc(work, "push", "-q")
    (work / "notes").mkdir()
    (work / "notes/readme").write_bytes(b"in git")
    git(work, "add", ".")
    git(work, "commit", "-q", "-m", "work")
    return work


def world_of(work: Path) -> World:
    """The repository as the crawl reads it."""
    world = World()
    with open_origin(str(work)) as origin:
        listing = origin.refs()
        objects = origin.fetch([listing.tip()])
        snapshot = Snapshot(listing, objects, lambda _: True)
        files = snapshot.revision(listing.tip()).files
        content = {path: objects[oid].data for path, oid in files.items()}
    world.commit(content)
    return world


@pytest.mark.parametrize(
    ("path", "status", "is_folder"),
    [
        pytest.param("model.bin", "ok", False, id="a file"),
        pytest.param("data", "ok", True, id="a folder"),
        pytest.param("data/deep", "inside-dir", True, id="a folder in a folder"),
        pytest.param("data/a.csv", "inside-dir", False, id="a file in a folder"),
        pytest.param("notes", "in-git", True, id="a folder in Git"),
    ],
)
def test_the_bytes_are_those_of_dvc(project, tmp_path, path, status, is_folder):
    world = world_of(project)
    work = world.write(tmp_path / "churn.git")
    content = {"ref": f"{REPO}:m@v1", "repo": REPO, "revision": world.tip(), "status": status, "path": path}
    content |= {"size": None, "is_folder": is_folder, "git_url": str(work), "get": None}
    options = DownloadOptions(allow=(project.parent.as_uri(), tmp_path.as_uri()))
    ours = fetch(catalog(world, str(work)).sql, content, tmp_path / "ours", options).path
    dvc(tmp_path, "get", "-q", str(project), path, "-o", "theirs")
    theirs = tmp_path / "theirs"
    assert (files_below(ours) if ours.is_dir() else ours.read_bytes()) == (
        files_below(theirs) if theirs.is_dir() else theirs.read_bytes()
    )
