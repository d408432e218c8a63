"""What docs/upgrade.md says of a backup: repos.toml and store/ are enough."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from catalog.cli import main
from catalog.query import Catalog
from support.loopback import WHO, environment, git

PAGE = (Path(__file__).parents[2] / "docs" / "upgrade.md").read_text("utf-8")
# The commands of the page, but those of `catalog`, which run in this process.
(BACKUP, RESTORE) = (
    "\n".join(line for line in block.splitlines() if not line.startswith("catalog "))
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
)
QUESTIONS = (
    "from observations order by all",
    "from events order by all",
    "from crawls order by all",
    "from changes_between(1, 2)",
    "from stages_at(timestamp '2030-01-01') order by all",
)


def tag(name: str, minute: int) -> None:
    environ = environment({}) | WHO | {"GIT_COMMITTER_DATE": f"{1_600_000_000 + 60 * minute} +0000"}
    subprocess.run(["git", "-C", "risk", "tag", "-a", name, "-m", "why"], env=environ, check=True)


def crawl() -> None:
    assert main(["crawl", "--no-site"]) == 0


def answers() -> list[object]:
    with Catalog.open("output") as catalog:
        return [catalog.sql(question).values for question in QUESTIONS]


@pytest.fixture
def world(tmp_path, monkeypatch):
    """Two crawls, between which a tag was deleted: only the observations know of it."""
    monkeypatch.chdir(tmp_path)
    Path("risk").mkdir()
    git(Path("risk"), "init", "-q", "-b", "main")
    git(Path("risk"), "commit", "-q", "--allow-empty", "-m", "begin")
    tag("churn@v1.0.0", 1)
    tag("churn#prod#1", 2)
    Path("repos.toml").write_text('[[repo]]\nurl = "./risk"\nname = "acme/risk"\n')
    crawl()
    git(Path("risk"), "tag", "-d", "churn#prod#1")
    tag("churn@v2.0.0", 3)
    crawl()
    return tmp_path


@pytest.mark.slow
@pytest.mark.usefixtures("world")
def test_a_catalog_that_is_restored_answers_as_before_and_goes_on():
    before = answers()
    assert before[3] != ()
    subprocess.run(BACKUP, shell=True, check=True)
    shutil.rmtree("output")
    subprocess.run(RESTORE, shell=True, check=True)
    assert main(["build", "--no-site"]) == 0
    assert answers() == before
    tag("churn@v3.0.0", 4)
    crawl()
    with Catalog.open("output") as catalog:
        assert [row["new"] for row in catalog.diff(2, 3).rows if row["kind"] == "new_version"] == ["v3.0.0"]
        assert catalog.sql("select max(crawl) from crawls").values == ((3,),)


@pytest.mark.slow
@pytest.mark.usefixtures("world")
def test_without_the_observations_what_was_deleted_is_not_known():
    shutil.rmtree("output/store/observations")
    shutil.rmtree("output/store/crawls")
    crawl()
    with Catalog.open("output") as catalog:
        assert catalog.sql("from observations where tag = 'churn#prod#1'").values in ((), [])
