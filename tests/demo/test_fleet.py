"""The demo fleet: the same each time, where it may be written, and how a repository moves on."""

from __future__ import annotations

import re
import subprocess
from itertools import islice
from pathlib import Path

import pytest
from dulwich.objects import Commit, Tag
from dulwich.repo import Repo

from catalog.config.parse import load
from catalog.demo import fleet as fleet_module
from catalog.demo import make_fleet, touch, write_config
from catalog.errors import StoreError

HANDWRITTEN = [
    "ads/ctr",
    "data/registry",
    "forecasting/demand",
    "fraud/payments",
    "labs/broken",
    "labs/lost",
    "legacy/credit-scoring",
    "nlp/intents",
    "platform/templates",
    "pricing/elasticity",
    "risk/churn",
    "search/ranker",
    "speech/asr",
    "support/sentiment",
    "vision/models",
]
SICK = {"labs/broken", "labs/lost"}


@pytest.fixture(scope="session")
def fleet(tmp_path_factory):
    """Fifteen repositories by hand, and twelve from the grammar."""
    folder = tmp_path_factory.mktemp("fleet")
    return {name_of(path): path for path in make_fleet(folder, repos=27)}


def name_of(path):
    return path.relative_to(path.parent.parent).with_suffix("").as_posix()


def git(path, *words):
    done = subprocess.run(["git", "-C", str(path), *words], check=True, capture_output=True, text=True)
    return done.stdout + done.stderr


def refs_of(path):
    return dict(line.split()[::-1] for line in git(path, "show-ref").splitlines())


def files_below(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_a_fleet_is_the_fifteen_unless_told_otherwise(tmp_path):
    made = make_fleet(tmp_path)

    assert [name_of(path) for path in made] == HANDWRITTEN


def test_a_smaller_fleet_takes_the_first_of_them(tmp_path):
    made = make_fleet(tmp_path, repos=2)

    assert [name_of(path) for path in made] == ["risk/churn", "vision/models"]


def test_no_name_comes_twice_however_many_are_asked_for():
    names = [name for name, _ in islice(fleet_module._everything(), 5_000)]
    assert len(set(names)) == 5_000


@pytest.mark.slow
def test_the_same_call_writes_the_same_bytes_also_over_a_larger_fleet(tmp_path):
    make_fleet(tmp_path / "here", repos=20)
    make_fleet(tmp_path / "there", repos=30)

    make_fleet(tmp_path / "there", repos=20)

    assert files_below(tmp_path / "there") == files_below(tmp_path / "here")


def test_a_folder_that_is_not_ours_is_left_alone(tmp_path):
    (tmp_path / "risk").mkdir()
    (tmp_path / "risk" / "thesis.txt").write_text("ten years of work")

    with pytest.raises(StoreError, match=r"not empty and has no \.catalog-demo"):
        make_fleet(tmp_path)

    assert files_below(tmp_path) == {Path("risk/thesis.txt"): b"ten years of work"}


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StoreError, match=r"cannot write the fleet to .*file: (File exists|Not a directory)"):
        make_fleet(tmp_path / "file", repos=1)


def test_what_somebody_put_into_our_folder_stays(tmp_path):
    make_fleet(tmp_path, repos=3)
    (tmp_path / "risk" / "notes.txt").write_text("mine")
    with (tmp_path / ".catalog-demo").open("a") as marker:
        marker.write("../thesis.git\n/etc\n")

    make_fleet(tmp_path, repos=0)

    assert {path.as_posix() for path in files_below(tmp_path)} == {".catalog-demo", "risk/notes.txt"}


def test_the_config_lists_the_fleet_by_paths_from_its_own_folder(tmp_path):
    make_fleet(tmp_path / "fleet", repos=2)

    write_config(tmp_path / "fleet", tmp_path / "repos.toml", output=tmp_path / "output", title='The "demo" fleet')

    config = load(tmp_path / "repos.toml")
    assert (config.title, config.output, [(repo.name, repo.url) for repo in config.repos]) == (
        'The "demo" fleet',
        tmp_path / "output",
        [
            ("demo.example/risk/churn", str(tmp_path / "fleet/risk/churn.git")),
            ("demo.example/vision/models", str(tmp_path / "fleet/vision/models.git")),
        ],
    )


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(set(HANDWRITTEN) - SICK))
def test_git_finds_no_fault_with(fleet, name):
    assert git(fleet[name], "fsck", "--strict", "--no-dangling", "--no-progress").replace("notice: ", "") == ""


@pytest.mark.slow
def test_git_finds_no_fault_with_the_crowd(fleet):
    crowd = [path for name, path in fleet.items() if name not in HANDWRITTEN]

    assert [git(path, "fsck", "--strict", "--no-dangling", "--no-progress") for path in crowd] == [""] * 12


def test_git_gives_up_on_the_lost_repository(fleet):
    done = subprocess.run(["git", "ls-remote", str(fleet["labs/lost"])], capture_output=True, check=False)

    assert done.returncode != 0


@pytest.mark.slow
def test_time_runs_forward_from_parent_to_child_to_tag_and_with_the_counters(fleet):
    late = [(name, what) for name in sorted(set(fleet) - SICK) for what in out_of_order(fleet[name])]

    assert late == []


def out_of_order(path):
    with Repo(str(path)) as repo:
        counted = {}
        for ref, oid in repo.get_refs().items():
            made = repo[oid]
            if isinstance(made, Tag):
                if made.tag_time < repo[made.object[1]].commit_time:
                    yield ref
                artifact = re.split(b"[@#]", ref)[0]
                if found := re.search(rb"#(\d+)$", ref):
                    counted.setdefault(artifact, []).append((int(found[1]), made.tag_time))
        for artifact, tags in counted.items():
            times = [time for _, time in sorted(tags)]
            if times != sorted(set(times)):
                yield artifact
        for commit in filter(lambda made: isinstance(made, Commit), map(repo.__getitem__, repo.object_store)):
            if any(repo[parent].commit_time > commit.commit_time for parent in commit.parents):
                yield commit.id


def test_a_touched_repository_has_one_commit_more_one_registration_and_one_assignment(tmp_path):
    churn, *_ = make_fleet(tmp_path, repos=1)
    before = refs_of(churn)

    touch(churn, 1)

    after = refs_of(churn)
    moved = {ref for ref in after if after[ref] != before.get(ref)}
    assert moved == {"refs/heads/main", "refs/tags/churn@v3.6.0", "refs/tags/churn#prod#35"}
    assert git(churn, "rev-parse", "main^").strip() == before["refs/heads/main"]
    assert git(churn, "fsck", "--strict", "--no-dangling", "--no-progress") == ""


@pytest.mark.slow
def test_touching_twice_is_deterministic_and_counts_on(tmp_path):
    here = make_fleet(tmp_path / "here")
    there = make_fleet(tmp_path / "there")

    for made in (here, there):
        for path in made:
            if name_of(path) != "labs/lost":
                touch(path, 1)
                touch(path, 2)

    assert files_below(tmp_path / "here") == files_below(tmp_path / "there")
    assert {"refs/tags/ctr@v2.5.0", "refs/tags/ctr#prod#19"} <= set(refs_of(here[0]))
