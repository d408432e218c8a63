"""The files for external schedulers where an inventory is large: their jobs are run, as the scheduler would, and make the catalog of one crawl."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import ClassVar

import pytest
import yaml

from catalog.cli import main
from catalog.cli.schedule import MOST_PARALLEL
from catalog.config.model import RepoConfig, RepoOptions
from catalog.config.parse import Config, parse
from catalog.errors import Misuse
from catalog.schedule.external_schedulers import LARGE, MOST_JOBS, SHARD_SIZE, file_for, shards_for
from catalog.store.journal import Journal
from support.changes import base
from support.shards import fleet

ROOT = Path(__file__).parents[2]
NIGHTLY = '[crawl]\nschedule = "0 3 * * *"\n'
SHARDED = ["github-actions", "gitlab-ci", "kubernetes"]


@pytest.mark.parametrize(
    ("repositories", "shards"),
    [(0, 1), (LARGE, 1), (LARGE + 1, 3), (3 * SHARD_SIZE, 3), (3 * SHARD_SIZE + 1, 4), (15_001, 16), (MOST_JOBS * SHARD_SIZE + 1, MOST_JOBS)],
)  # fmt: skip
def test_how_many_shards_are_printed(repositories, shards):
    assert shards_for(repositories) == shards


def jobs(scheduler: str, config: Config, shards: int | None = None) -> int:
    """In how many shards a printed file crawls."""
    text = file_for(scheduler, config, shards)
    if scheduler == "github-actions":
        return len(
            yaml.safe_load(text)["jobs"].get("shard", {"strategy": {"matrix": {"shard": [1]}}})["strategy"]["matrix"][
                "shard"
            ]
        )
    if scheduler == "gitlab-ci":
        return yaml.safe_load(text).get("shard", {"parallel": 1})["parallel"]
    return [*yaml.safe_load_all(text)][1]["spec"]["jobTemplate"]["spec"].get("completions", 2) - 1


@pytest.mark.one_in(3)
@pytest.mark.parametrize("scheduler", SHARDED)
def test_a_large_inventory_is_crawled_in_shards_unless_the_user_says_otherwise(tmp_path, scheduler):
    config = parse(NIGHTLY, tmp_path / "repos.toml")
    repos = tuple(
        RepoConfig(name=f"r{number}", url=f"https://x/{number}", options=RepoOptions()) for number in range(LARGE + 1)
    )
    large = replace(config, repos=repos)
    assert (jobs(scheduler, config), jobs(scheduler, large), jobs(scheduler, config, 5), jobs(scheduler, large, 1)) == (
        1,
        3,
        5,
        1,
    )


@pytest.mark.parametrize("scheduler", ["cron", "systemd"])
def test_one_machine_has_no_shards(tmp_path, scheduler):
    config = parse(NIGHTLY, tmp_path / "repos.toml")
    with pytest.raises(Misuse) as refused:
        file_for(scheduler, config, 2)
    assert (str(refused.value), file_for(scheduler, config, 1)) == (
        f"found --shards and --print {scheduler}, which runs on one machine: expected no --shards",
        file_for(scheduler, config),
    )


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        pytest.param(["--shards", "2"], 2, "found --shards without --print, expected both", id="nothing to print"),
        pytest.param(
            ["--print", "gitlab-ci", "--shards", "0"],
            2,
            "invalid --shards '0': expected a whole number from 1 to 200",
            id="none",
        ),
        pytest.param(["--print", "gitlab-ci", "--shards", str(MOST_PARALLEL)], 0, "", id="as many as can be"),
        pytest.param(
            ["--print", "gitlab-ci", "--shards", str(MOST_PARALLEL + 1)],
            2,
            "invalid --shards '201': expected a whole number from 1 to 200",
            id="more",
        ),
    ],
)
def test_how_many_shards_can_be_asked_for(tmp_path, monkeypatch, capsys, words, code, said):
    monkeypatch.setenv("COLUMNS", "300")
    monkeypatch.chdir(tmp_path)
    Path("repos.toml").write_text(NIGHTLY)
    assert (main(["schedule", *words]), said in capsys.readouterr().err) == (code, True)


@pytest.fixture
def listed(tmp_path):
    """A repos.toml of three repositories and one that is not there, and a command `catalog` for shells."""
    urls = fleet(tmp_path / "git", {name: base() for name in ("r0", "r1", "r2")}) | {"r3": str(tmp_path / "nothing")}
    entries = [f"[[repo]]\nname = '{name}'\nurl = '{url}'\n" for name, url in urls.items()]
    (tmp_path / "repos.toml").write_text(
        NIGHTLY + '[schedule]\npublish = "echo $CATALOG_OUTPUT > output/published"\n' + "".join(entries)
    )
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "catalog").write_text(
        f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -P -m catalog "$@"\n'
    )
    (tmp_path / "bin" / "catalog").chmod(0o755)
    return parse((tmp_path / "repos.toml").read_text(), tmp_path / "repos.toml")


def shell(folder: Path, script: str, **environment: str) -> subprocess.Popen[bytes]:
    """Starts the lines of a job."""
    path = f"{folder.parent / 'bin'}:{os.environ['PATH']}"
    return subprocess.Popen(
        ["/bin/sh", "-ec", script], cwd=folder, env={"PATH": path, "HOME": str(folder), **environment}
    )


def machine(config: Config, name: str) -> Path:
    """The folder of a job: of the repository, it has repos.toml alone."""
    folder = config.file.parent / name
    folder.mkdir()
    shutil.copy(config.file, folder)
    return folder


def crawls(folder: Path) -> list[tuple[int, int, int]]:
    """What the catalog says of its crawls: new, fresh and failed repositories."""
    assert (folder / "output" / "site" / "index.html").is_file()
    return [(row.new, row.fresh, row.failed) for row in Journal(folder / "output" / "store" / "crawls").crawls()]


def run_github(job: dict, folder: Path, cache: dict[str, Path], **context: object) -> None:
    """Runs the steps of a job that are a shell's or the cache's."""
    for step in job["steps"]:
        stated = {"matrix.shard": context.get("shard"), "github.run_id": context["run"], "github.run_attempt": 1}

        def filled(text: str, stated: dict[str, object] = stated) -> str:
            for name, value in stated.items():
                text = text.replace(f"${{{{ {name} }}}}", str(value))
            return text

        uses, given = step.get("uses", ""), {name: filled(str(value)) for name, value in step.get("with", {}).items()}
        if "pip install" not in step.get("run", "pip install"):
            assert shell(folder, filled(step["run"])).wait() == 0
        elif uses.startswith("actions/cache/restore"):
            keys = [key for key in reversed(cache) if key == given["key"] or key.startswith(given["restore-keys"])]
            if keys:
                shutil.copytree(cache[keys[0]], folder / given["path"])
        elif uses.startswith("actions/cache/save"):
            cache[given["key"]] = folder / given["path"]


@pytest.mark.slow
def test_github_s_jobs_make_one_catalog(listed):
    workflow, cache = yaml.safe_load(file_for("github-actions", listed, 2))["jobs"], {}
    for night in range(2):
        for shard in workflow["shard"]["strategy"]["matrix"]["shard"]:
            run_github(workflow["shard"], machine(listed, f"shard{night}{shard}"), cache, shard=shard, run=night)
        run_github(workflow["catalog"], machine(listed, f"catalog{night}"), cache, run=night)
    assert (workflow["catalog"]["needs"], crawls(listed.file.parent / "catalog1")) == ("shard", [(3, 0, 1), (0, 3, 1)])


@pytest.mark.slow
def test_gitlab_s_jobs_make_one_catalog(listed):
    pipeline = yaml.safe_load(file_for("gitlab-ci", listed, 2))
    shard, pages = pipeline["shard"], pipeline["pages"]
    last = listed.file.parent / "nothing"
    for night in range(2):
        build = machine(listed, f"pages{night}")
        for number in (1, 2):
            folder = machine(listed, f"shard{night}{number}")
            for each in (folder, build) if number == 1 else (folder,):
                if last.exists():
                    shutil.copytree(last / shard["cache"]["paths"][0], each / shard["cache"]["paths"][0])
            script = "\n".join(shard["script"][1:])
            assert shell(folder, script, CI_NODE_INDEX=str(number), CI_NODE_TOTAL=str(shard["parallel"])).wait() == 0
            shutil.copytree(
                folder / shard["artifacts"]["paths"][0], build / shard["artifacts"]["paths"][0], dirs_exist_ok=True
            )
        assert shell(build, "\n".join(pages["script"][1:])).wait() == 0
        last = build
    assert (pages["needs"], (last / "public" / "index.html").is_file(), crawls(last)) == (
        ["shard"],
        True,
        [(3, 0, 1), (0, 3, 1)],
    )


@pytest.mark.slow
def test_kubernetes_pods_make_one_catalog(listed):
    volume, job = yaml.safe_load_all(file_for("kubernetes", listed, 2))
    spec, folder = job["spec"]["jobTemplate"]["spec"], machine(listed, "volume")
    script = spec["template"]["spec"]["containers"][0]["args"][0].replace("sleep 60", "sleep 0.1")
    script = "".join(
        line
        for line in script.splitlines(keepends=True)
        if not line.startswith(("python -m venv", "/tmp/venv/bin/python"))
    )
    for night in range(2):
        pods = [
            shell(folder, script, JOB_COMPLETION_INDEX=str(index), JOB_NAME=f"catalog-{night}")
            for index in reversed(range(spec["completions"]))  # the one that builds begins first, and waits
        ]
        assert [pod.wait() for pod in pods] == [0, 0, 0]
    assert (
        volume["spec"]["accessModes"],
        spec["completionMode"],
        crawls(folder),
        (folder / "output" / "published").read_text(),
    ) == (
        ["ReadWriteMany"],
        "Indexed",
        [(3, 0, 1), (0, 3, 1)],
        f"{folder}/output\n",
    )


def documented(language: str) -> str:
    """The code of a language under the heading of shards."""
    section = (ROOT / "docs" / "schedule.md").read_text("utf-8").partition("## Shards\n")[2]
    return section.partition(f"```{language}\n")[2].partition("```")[0]


@pytest.mark.slow
def test_the_documented_commands_make_one_catalog(listed):
    folder = machine(listed, "output-of-all")
    script = "\n".join(f"{line.partition('#')[0]} || [ $? -eq 5 ]" for line in documented("sh").splitlines())
    assert (shell(folder, script).wait(), crawls(folder)) == (0, [(3, 0, 1)])


class Bash:
    """What the documented tasks are for Airflow, which is too large to be installed for this: each has its commands, in order."""

    tasks: ClassVar[list[list[str]]] = []

    def __init__(self, *, bash_command: str, **_: object) -> None:
        self.tasks.append([bash_command])

    @classmethod
    def partial(cls, **_: object) -> type[Bash]:
        return cls

    @classmethod
    def expand(cls, *, bash_command: list[str]) -> Bash:
        cls.tasks.append(bash_command)
        return cls.__new__(cls)

    def __rshift__(self, other: Bash) -> Bash:
        return other


@pytest.mark.slow
def test_the_documented_tasks_of_airflow_make_one_catalog(listed, monkeypatch):
    operators, sdk = ModuleType("bash"), ModuleType("sdk")
    operators.BashOperator, sdk.dag = Bash, lambda **_: lambda function: function
    monkeypatch.setitem(sys.modules, "airflow.providers.standard.operators.bash", operators)
    monkeypatch.setitem(sys.modules, "airflow.sdk", sdk)
    exec(compile(documented("python").replace("SHARDS = 16", "SHARDS = 2"), "dag", "exec"), {})
    folder = machine(listed, "disk")
    for task in Bash.tasks:
        assert [pod.wait() for pod in [shell(folder, command) for command in task]] == [0] * len(task)
    assert (len(Bash.tasks), crawls(folder)) == (2, [(3, 0, 1)])
