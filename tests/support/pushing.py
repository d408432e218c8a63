"""A repository that is pushed to, what a catalog would hold of it, and Ann, who pushes."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

from catalog.actions.act import Action
from catalog.actions.known import KnownObjects
from catalog.actions.repository import _parsed
from catalog.transport.gitconfig import ConfigEntry
from catalog.transport.origin import GitConfig
from support.loopback import git

ANN = {"GIT_COMMITTER_NAME": "Ann", "GIT_COMMITTER_EMAIL": "ann@example.com"}


class Pushed(NamedTuple):
    """A bare repository, its commits from the oldest on, and what a catalog would hold of it."""

    path: Path
    commits: list[str]
    known: KnownObjects

    def tags(self) -> list[str]:
        return git(self.path, "for-each-ref", "--format=%(refname:strip=2)", "refs/tags").split()

    def content(self, tag: str) -> str:
        return git(self.path, "cat-file", "tag", tag)

    def check(self) -> None:
        """Git finds nothing wrong with any object."""
        done = subprocess.run(["git", "-C", self.path, "fsck", "--strict"], capture_output=True, text=True, check=True)
        assert "error" not in done.stderr


def make_pushed(folder: Path) -> Pushed:
    folder.mkdir()
    path = folder / "r.git"
    git(folder, "init", "-q", "--bare", "-b", "main", str(path))
    tree = git(path, "mktree", text="")
    commits: list[str] = []
    for number in range(3):
        parents = ["-p", commits[-1]] if commits else []
        commits.append(git(path, "commit-tree", "-m", f"commit {number}", tree, *parents))
    git(path, "update-ref", "refs/heads/main", commits[2])
    for name, commit in (("churn@v1.0.0", commits[0]), ("churn@v2.0.0", commits[1]), ("churn#prod#1", commits[0])):
        git(path, "tag", "-a", "-m", "x", name, commit)
    return Pushed(path, commits, known(path, commits))


def known(path: Path, commits: list[str]) -> KnownObjects:
    """What a crawl of it would have brought."""
    lines = git(path, "for-each-ref", "--format=%(objectname) %(objecttype)", "refs/tags").splitlines()
    oids = [line.split()[0] for line in lines if line.endswith(" tag")]
    data = {oid: subprocess.check_output(["git", "-C", path, "cat-file", "tag", oid]) for oid in oids}
    events = {oid: event for oid in oids if (event := _parsed(oid, data[oid])) is not None}
    return KnownObjects(events=events, summaries={commit: f"commit {number}" for number, commit in enumerate(commits)})


def config(*entries: ConfigEntry | tuple[str, str, str], **environ: str) -> GitConfig:
    """Git's configuration of Ann: entries, or (section, name, value), and more variables."""
    values = [each if isinstance(each, ConfigEntry) else ConfigEntry(each[0], "", *each[1:]) for each in entries]
    home = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return GitConfig(values, {**home, **ANN, **environ})


def request(decide, *, at: str | None = None, message: str | None = None, of_commit: bool = False) -> Action:
    """A request about `churn`."""
    return Action(artifact="churn", decide=decide, at=at, needs_commit=of_commit, message=message)
