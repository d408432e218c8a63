"""Repositories made by git, once for all tests here, and a machine without proxies."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from catalog.transport.origin import GitConfig, Pool
from support.loopback import git

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REPOS = ("team.git", "empty.git", "detached.git", "unborn.git", "sha256.git")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Bare repositories that nobody may write to."""
    root = tmp_path_factory.mktemp("served")
    for name in REPOS:
        kind = name.removesuffix(".git")
        options = ["--object-format=sha256"] if kind == "sha256" else []
        git(root, "init", "-q", "--bare", "-b", "main", *options, name)
    _fill(root / "team.git")
    for name in ("detached.git", "unborn.git"):
        git(root / name, "fetch", "-q", "--no-tags", str(root / "team.git"), "refs/heads/main:refs/heads/side")
    (root / "detached.git/HEAD").write_text(git(root / "detached.git", "rev-parse", "side") + "\n")
    tree = git(root / "sha256.git", "mktree", text="")
    git(root / "sha256.git", "update-ref", "refs/heads/main", git(root / "sha256.git", "commit-tree", "-m", "x", tree))
    return root


@pytest.fixture
def team(folder: Path) -> Path:
    return folder / "team.git"


@pytest.fixture
def pool() -> Iterator[Pool]:
    with Pool(GitConfig()) as shared:
        yield shared


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy") or name == "NETRC"]:
        monkeypatch.delenv(name)


def _fill(repo: Path) -> None:
    """Three commits of a growing file, so that packs have deltas, and refs of each kind."""
    git(repo, "config", "uploadpack.allowFilter", "true")  # for clones of it; served, the server says
    lines = "".join(f"parameter {number}: {number**3}\n" for number in range(400))
    parents: list[str] = []
    for number in range(3):
        blob = git(repo, "hash-object", "-w", "--stdin", text=f"{lines}version {number}\n")
        inner = git(repo, "mktree", text=f"100644 blob {blob}\tdvc.yaml\n")
        tree = git(repo, "mktree", text=f"040000 tree {inner}\tmodels\n100644 blob {blob}\tbig\n")
        commit = git(repo, "commit-tree", "-m", f"commit {number}", tree, *parents)
        parents = ["-p", commit]
        git(repo, "tag", "-a", "-m", "register", f"churn@v{number}.0.0", commit)
    git(repo, "update-ref", "refs/heads/main", commit)
    git(repo, "tag", "light", "main")
    git(repo, "tag", "-a", "-m", "twice", "nested", "churn@v1.0.0")
    git(repo, "tag", "-a", "-m", "of a blob", "blobby", blob)
    for name in ("refs/exps/ab/cdef", "refs/pull/1/head", "refs/notes/x", "refs/heads/ümlaut"):
        git(repo, "update-ref", name, "main~1")
    git(repo, "repack", "-adq")
    git(repo, "pack-refs", "--all")
    git(repo, "tag", "-a", "-m", "loose", "churn@v3.0.0", "main")
