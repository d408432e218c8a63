"""git-lfs is the judge: of a repository that it wrote, its clone and `get` have the same bytes, from the same server."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from catalog.download.download import DownloadOptions, fetch
from support.lfs import FILES, lfs_server
from support.loopback import WHO, serve
from support.storage import ANNOTATION, REPO, catalog, files_below, repository

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("git-lfs") is None, reason="git-lfs is not installed: the Debian package git-lfs"),
]

CONTENTS = {
    "a.bin": bytes(range(256)) * 5000,
    "deep/b c.bin": b"b\r\n",
    "deep/empty.bin": b"",
    "small.txt": b"in git\n",
}


@pytest.fixture
def git(tmp_path, monkeypatch):
    """Git with git-lfs, configured by nothing else of this machine."""
    for name in [name for name in os.environ if name.startswith(("GIT_", "LFS_"))]:
        monkeypatch.delenv(name)
    for name, value in {"HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0", **WHO}.items():
        monkeypatch.setenv(name, value)

    def run(*words: str) -> None:
        subprocess.run(["git", *words], check=True, capture_output=True)

    run("lfs", "install", "--skip-repo")
    return run


def stored(git, work: Path) -> dict[str, bytes]:
    """What Git has of the files after git-lfs's filter: pointers, and the small file."""
    git("init", "-q", str(work))
    (work / ".gitattributes").write_text("*.bin filter=lfs -text\n")
    for path, data in CONTENTS.items():
        (work / "model" / path).parent.mkdir(parents=True, exist_ok=True)
        (work / "model" / path).write_bytes(data)
    git("-C", str(work), "add", ".")
    listed = subprocess.run(["git", "-C", work, "ls-files"], check=True, capture_output=True, text=True).stdout
    show = {path: ["git", "-C", str(work), "show", f":{path}"] for path in listed.splitlines()}
    return {path: subprocess.run(words, check=True, capture_output=True).stdout for path, words in show.items()}


def test_a_folder_has_the_bytes_of_a_clone_by_git_lfs(git, tmp_path):
    world = repository({**stored(git, tmp_path / "work"), "dvc.yaml": ANNOTATION.format(path="model")})
    world.write(tmp_path / "served" / "churn.git")
    with serve(tmp_path / "served", rule=lfs_server(CONTENTS.values())) as site:
        url = f"{site}/churn.git"
        git("clone", "-q", url, str(tmp_path / "clone"))
        by_git_lfs = len([path for _, path in site.requests if path.startswith(FILES)])
        row = {"ref": f"{REPO}:m@v1.0.0", "repo": REPO, "revision": world.tip(), "status": "in-git", "path": "model"}
        row |= {"size": None, "is_folder": True, "git_url": url, "get": None}
        ours = fetch(catalog(world, url).sql, row, tmp_path / "ours", DownloadOptions(allow=(str(site),))).path
    assert (files_below(ours), by_git_lfs) == (files_below(tmp_path / "clone" / "model"), 2)
    assert files_below(ours) == CONTENTS
