"""Plans against GTO: the same tag names and messages for the same requests, and what `gto show` says after them."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import gto.api
import pytest
from gto.exceptions import GTOException
from scmrepo.git import Git

from catalog.actions import commands
from catalog.actions.known import KnownObjects
from catalog.actions.registry import facts
from catalog.actions.repository import ServedRepository
from catalog.actions.tag_object import Tagger, object_name, tag_data
from catalog.errors import CatalogError
from catalog.transport.origin import GitConfig, Limits, Pool
from support.loopback import git

ANN = Tagger(name="Ann", email="ann@example.com", zone="+0000", at=0)
STAGES = ("prod", "dev")
VERSIONS = ("v0.1.0", "v1.0.0", "v1.0.0-rc.1", "v1.0.1+build.7", "v2.0.0")
# Where GTO writes a tag and a plan is refused: it has no effect, or GTO itself stops at what follows.
STRICTER = (
    "was registered on",  # GTO looks at the versions of the commit only where the name is given
    "was deregistered",  # a stage of a version that is not there
    "is not in",  # GTO writes an unassignment of any stage that the version was ever in
)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with three commits."""
    folder = tmp_path / "r"
    git(tmp_path, "init", "-q", "-b", "main", str(folder))
    for number in range(3):
        git(folder, "commit", "-q", "--allow-empty", "-m", f"commit {number}")
    for name, value in (("NAME", "Ann"), ("EMAIL", "ann@example.com")):
        monkeypatch.setenv(f"GIT_COMMITTER_{name}", value)
        monkeypatch.setenv(f"GIT_AUTHOR_{name}", value)
    return folder


class Both:
    """One repository, and each request made of both."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now = folder, 1_600_000_000
        self.commits = git(folder, "rev-list", "--all").split()

    def tags(self, artifact: str):
        with Pool(GitConfig()) as pool:
            repository = ServedRepository(str(self.folder), KnownObjects(), pool, Limits())
            refs = {ref.name: ref.oid for ref in repository.listing().refs}
            return repository.read(refs, artifact, None, self.now).tags

    def ours(self, artifact: str, plan):
        try:
            return plan(self.tags(artifact))
        except CatalogError as error:
            return str(error)

    def gtos(self, act) -> tuple[str, str] | str:
        """The tag that GTO makes, and its message; the tag is taken back."""
        try:
            event = act()
        except GTOException as error:
            return str(error) or type(error).__name__
        git(self.folder, "tag", "-d", event.tag)
        return event.tag, event.message

    def write(self, plan) -> None:
        """The tags of a plan, as they would be pushed."""
        for tag in plan.tags:
            data = tag_data(tag.name, tag.commit, tag.message, ANN, plan.at)
            done = subprocess.run(
                ["git", "-C", self.folder, "hash-object", "-t", "tag", "-w", "--stdin"], input=data, check=True, capture_output=True
            )  # fmt: skip
            assert done.stdout.decode().strip() == object_name(data)
            git(self.folder, "update-ref", f"refs/tags/{tag.name}", object_name(data))
        self.now += 10

    def shown(self, artifact: str):
        state = gto.api.show(str(self.folder)).get(artifact)
        if state is None:
            return None
        return {"latest": state["version"]} | {f"stage {name}": version for name, version in state["stage"].items()}


def requests(both: Both, dice: random.Random, artifact: str):
    """A request at random: to us, and to GTO."""
    path, commit = str(both.folder), dice.choice(both.commits)
    version, stage = dice.choice(VERSIONS), dice.choice(STAGES)
    with Git(path) as scm:
        at = {
            "register": (
                lambda tags: commands.register(tags, commit),
                lambda: gto.api.register(scm, artifact, commit),
            ),
            "register a version": (
                lambda tags: commands.register(tags, commit, version),
                lambda: gto.api.register(scm, artifact, commit, version=version),
            ),
            "bump": (
                lambda tags: commands.register(tags, commit, None, "minor"),
                lambda: gto.api.register(scm, artifact, commit, bump_minor=True),
            ),
            "assign": (
                lambda tags: commands.assign(tags, stage, version),
                lambda: gto.api.assign(scm, artifact, stage, version=version),
            ),
            "unassign": (
                lambda tags: commands.unassign(tags, stage, version),
                lambda: gto.api.unassign(scm, artifact, version=version, stage=stage),
            ),
            "deregister": (
                lambda tags: commands.deregister(tags, version),
                lambda: gto.api.deregister(scm, artifact, version=version),
            ),
            "deprecate": (commands.deprecate, lambda: gto.api.deprecate(scm, artifact)),
        }
        what = dice.choice([*at, "assign", "register a version"])
        ours, theirs = at[what]
        return f"{what} {version} {stage} {commit[:7]}", both.ours(artifact, ours), both.gtos(theirs)


def tag_at(repo: Path, name: str, commit: str, at: int) -> None:
    date = {"GIT_COMMITTER_DATE": f"{at} +0000"}
    subprocess.run(["git", "-C", repo, "tag", "-a", "-m", "x", name, commit], check=True, env=os.environ | date)


def test_a_plan_names_a_command_of_gto_exactly_where_gto_takes_it(repo: Path) -> None:
    both = Both(repo)
    first, second, third = both.commits
    named = (("churn@v1.0.0", first), ("churn@v2.0.0", second), ("churn#prod#1", first), ("churn#prod#2", third), ("churn#prod#3", second))  # fmt: skip
    for at, (name, commit) in enumerate(named, both.now):
        tag_at(repo, name, commit, at)
    plan = commands.rollback(both.tags("churn"), "prod", "v1.0.0")
    assert [tag.version for tag in plan.tags] == [third, "v2.0.0"]
    for tag, command in zip(plan.tags, plan.gto, strict=True):
        with Git(str(repo)) as scm:
            done = both.gtos(lambda scm=scm, tag=tag: gto.api.unassign(scm, "churn", version=tag.version, stage="prod"))
        assert isinstance(done, str) == (command is None), done


@pytest.mark.slow
@pytest.mark.parametrize("last", ["churn#prod#1", "churn@v1.0.0!", "churn@deprecated"])
@pytest.mark.parametrize("words", [("churn", "v1.0.0"), ("churn",)], ids=["of a version", "of an artifact"])
def test_the_command_of_a_plan_that_deletes_tags_deletes_them(repo: Path, last: str, words: tuple[str, ...]) -> None:
    both = Both(repo)
    for at, name in enumerate(("churn@v1.0.0", last), both.now):
        tag_at(repo, name, both.commits[0], at)
    if words[1:]:
        plan = commands.deregister(both.tags("churn"), "v1.0.0", delete=True)
    else:
        plan = commands.deprecate(both.tags("churn"), delete=True)
    (command,) = plan.gto
    assert command is not None
    done = subprocess.run([Path(sys.executable).with_name("gto"), *command[1:]], cwd=repo, check=False, capture_output=True)  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert {"churn@v1.0.0", last} - set(git(repo, "tag").split()) == {tag.name for tag in plan.deleted}


@pytest.mark.slow
@pytest.mark.parametrize("artifact", ["churn", "models/cv:seg"])
def test_the_same_tags_as_gto(repo: Path, artifact: str) -> None:
    both, dice, log = Both(repo), random.Random(artifact), []
    differences = []
    for _ in range(25):
        what, ours, theirs = requests(both, dice, artifact)
        log.append(what)
        if isinstance(ours, str):
            if not isinstance(theirs, str) and not any(word in ours for word in STRICTER):
                differences.append((what, ours, theirs))
            continue
        (tag,) = ours.tags
        counted = isinstance(theirs, str) and "already exists" in theirs and "#" in tag.name
        if (tag.name, tag.message) != theirs and not counted:
            differences.append((what, tag, theirs))
        both.write(ours)
        seen = {
            name: value for name, value in facts(both.tags(artifact).state).items() if name[:5] in ("lates", "stage")
        }
        if (shown := both.shown(artifact)) is not None and {**dict.fromkeys(shown), **seen} != {
            **dict.fromkeys(seen),
            **shown,
        }:
            differences.append((what, seen, shown))
    assert differences == []
