"""Files for CI: parsed as YAML, checked for what they may do, and every `run:` of a model's workflow run by bash against a server on loopback.

actionlint looks at each workflow; what it leaves open is checked by hand below: pinned actions, permissions, what reaches a shell.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from catalog import __version__
from catalog.cli import main
from catalog.config.parse import Config, parse
from catalog.errors import ConfigError
from catalog.schedule.ci_variables import crawl_variables
from catalog.schedule.external_schedulers import OF_BUILD, file_for
from catalog.schedule.model_ci import model_file, settings_of
from catalog.schedule.rendering import ACTIONS
from support.frontend import package, run
from support.loopback import needs, serve
from support.worlds import World

ROOT = Path(__file__).parents[2]
ACTIONLINT = Path(__file__).parent / "actionlint.mjs"
NIGHTLY = '[crawl]\nschedule = "0 3 * * *"\n'
SHARED = """\
[catalog]
site_url = "https://m.example/"

[stages]
prod = ["production", "live"]

[network]
allow = ["git.acme.example"]

[get]
allow = ["file:///srv/dvc"]

[[storage]]
url = "s3://acme"
endpoint = "http://minio.example:9000"

[storage.env]
secret_access_key = "MINIO_KEY"
"""
MANY = f"""\
{NIGHTLY}
[[repo]]
url = "git@git.acme.example:a/b.git"
[[repo]]
url = "ssh://git@git.other.example:2222/c/d"
[[repo]]
url = "https://web.example/e/f"
fetch_remote_metrics = true
[[source]]
kind = "github"
org = "acme"
[[source]]
kind = "gitlab"
group = "acme"
token_env = "GITHUB_TOKEN_TWO"
[[notify]]
name = "releases"
webhook_env = "RELEASES_WEBHOOK"
{SHARED}"""
VARIABLES = ["GITHUB_TOKEN", "GITHUB_TOKEN_TWO", "MINIO_KEY", "RELEASES_WEBHOOK"]
STEP = {"uses", "run", "name", "id", "with", "env", "if"}
JOB = {"runs-on", "timeout-minutes", "permissions", "environment", "strategy", "needs", "if", "env", "steps"}


def config(folder: Path, text: str = "") -> Config:
    return parse(text, folder / "repos.toml")


def workflows(folder: Path) -> Iterator[str]:
    """Every form of what is printed for GitHub."""
    for text in (NIGHTLY, MANY):
        yield from (file_for("github-actions", config(folder, text), shards) for shards in (1, 2))
    yield from (model_file("github-actions", config(folder, text)) for text in ("", SHARED))


def test_every_action_is_pinned_to_a_commit_and_names_its_version(tmp_path):
    for text in workflows(tmp_path):
        used = re.findall(r"uses: (\S+)@(\S+)(.*)", text)
        assert used
        assert {(path, commit, rest) for path, commit, rest in used} == {
            (path, ACTIONS["/".join(path.split("/")[:2])][0], f" # {ACTIONS['/'.join(path.split('/')[:2])][1]}") for path, *_ in used
        }  # fmt: skip
    assert [
        name
        for name, (commit, version) in ACTIONS.items()
        if not re.fullmatch("[0-9a-f]{40} v[0-9.]+", f"{commit} {version}")
    ] == []


# The newest actionlint that needs no download is older than the context `vars`, which GitHub has had since January 2023.
# It is older than `queue` of `concurrency`, too, which is of May 2026; that the key is where it belongs, a test below says.
UNKNOWN_TO_ACTIONLINT = ('undefined variable "vars"', 'unexpected key "queue" for "concurrency" section')


def faults(folder: Path, workflows: Iterable[str]) -> list[list[str]]:
    """What actionlint says of workflows: kind and message."""
    files = []
    for number, text in enumerate(workflows):
        files.append(folder / f"{number}.yml")
        files[-1].write_text(text, "utf-8")
    said = json.loads(run(ACTIONLINT, str(package("actionlint").parents[1]), *map(str, files)))
    return [[kind, message] for _, _, kind, message in said if not message.startswith(UNKNOWN_TO_ACTIONLINT)]


@pytest.mark.slow
def test_actionlint_finds_no_fault(tmp_path):
    assert faults(tmp_path, workflows(tmp_path)) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        pytest.param("runs-on: ubuntu-latest", "runs_on: ubuntu-latest", "syntax-check", id="a key"),
        pytest.param("steps.now.outputs", "steps.then.outputs", "expression", id="a step"),
        pytest.param("uses: actions/setup-python@", "uses: actions/setup-python:", "action", id="an action"),
    ],
)
def test_actionlint_finds_a_fault(tmp_path, old, new, kind):
    text = model_file("github-actions", config(tmp_path))
    assert kind in {each for each, _ in faults(tmp_path, [text.replace(old, new, 1)])}


def test_a_workflow_has_the_keys_and_references_that_github_knows(tmp_path):
    for text in workflows(tmp_path):
        workflow = yaml.safe_load(text)
        assert workflow.keys() <= {
            "name",
            True,
            "permissions",
            "concurrency",
            "jobs",
        }  # YAML 1.1 reads the key `on` as true
        for job in workflow["jobs"].values():
            assert (job.keys() <= JOB, job["runs-on"], 0 < job["timeout-minutes"] <= 120) == (
                True,
                "ubuntu-latest",
                True,
            )
            ids = [step["id"] for step in job["steps"] if "id" in step]
            for step in job["steps"]:
                assert step.keys() <= STEP
                assert ("uses" in step) != ("run" in step)
            assert set(re.findall(r"steps\.(\w+)\.", str(job))) <= set(ids)
            assert set([job["needs"]] if "needs" in job else []) <= workflow["jobs"].keys()


def test_only_the_job_that_deploys_pages_may_write(tmp_path):
    for text in workflows(tmp_path):
        workflow = yaml.safe_load(text)
        assert workflow["permissions"] == {"contents": "read"}
        allowed = {name: job["permissions"] for name, job in workflow["jobs"].items() if "permissions" in job}
        assert allowed == ({"deploy": {"pages": "write", "id-token": "write"}} if "deploy" in workflow["jobs"] else {})
        checkouts = [s for job in workflow["jobs"].values() for s in job["steps"] if "checkout" in s.get("uses", "")]
        assert [step["with"] for step in checkouts] == [{"persist-credentials": False}] * len(checkouts)


def test_no_shell_command_has_a_value_of_a_repository_in_its_text(tmp_path):
    for text in workflows(tmp_path):
        for job in yaml.safe_load(text)["jobs"].values():
            expressions = [
                name for step in job["steps"] for name in re.findall(r"\$\{\{ *([^} ]*)", step.get("run", ""))
            ]
            assert set(expressions) <= {"matrix.shard"}


def test_each_secret_that_repos_toml_needs_has_a_variable(tmp_path):
    made = config(tmp_path, MANY)
    workflow, gitlab = file_for("github-actions", made, 1), file_for("gitlab-ci", made, 1)
    kubernetes = file_for("kubernetes", made, 1)
    crawl = next(
        step for step in yaml.safe_load(workflow)["jobs"]["catalog"]["steps"] if "crawl" in step.get("run", "")
    )
    assert [each.name for each in crawl_variables(made)] == VARIABLES
    assert crawl["env"] == {
        "GITHUB_TOKEN": "${{ secrets.CATALOG_TOKEN || github.token }}",
        "GITHUB_TOKEN_TWO": "${{ secrets.CATALOG_TOKEN_TWO }}",  # no secret may begin with GITHUB_
        "MINIO_KEY": "${{ secrets.MINIO_KEY }}",
        "RELEASES_WEBHOOK": "${{ secrets.RELEASES_WEBHOOK }}",
    }
    assert [name for name in VARIABLES if f"#   {name}: " not in gitlab or f"={name}=" not in kubernetes] == []
    scans = [
        "#     ssh-keyscan -t ed25519 -p 22 git.acme.example",
        "#     ssh-keyscan -t ed25519 -p 2222 git.other.example",
    ]
    assert [[line for line in text.splitlines() if "ssh-keyscan" in line] for text in (workflow, gitlab)] == [
        scans,
        scans,
    ]


def test_without_secrets_nothing_is_asked_for(tmp_path):
    plain = config(tmp_path, NIGHTLY)
    steps = yaml.safe_load(file_for("github-actions", plain, 1))["jobs"]["catalog"]["steps"]
    assert ([step for step in steps if "env" in step], crawl_variables(plain)) == ([], ())
    assert "CATALOG_" not in file_for("gitlab-ci", plain, 1)


@pytest.mark.parametrize("scheduler", ["github-actions", "gitlab-ci"])
def test_who_can_see_the_pages_and_what_they_have_is_said(tmp_path, scheduler):
    head = file_for(scheduler, config(tmp_path, NIGHTLY), 1).partition("\n\n")[0]
    assert ("# Who can see it: " in head, "output/site has output/data in its folder data/" in head) == (True, True)


def test_a_pod_has_as_much_memory_as_a_crawl_and_a_build(tmp_path):
    _, job = yaml.safe_load_all(file_for("kubernetes", config(tmp_path, NIGHTLY + 'max_memory = "2 GiB"\n'), 1))
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert (pod["containers"][0]["resources"]["limits"]["memory"], pod["activeDeadlineSeconds"]) == (
        f"{2048 + (OF_BUILD >> 20)}Mi",
        14400,
    )


def test_the_settings_of_a_model_s_job_are_those_of_repos_toml_without_repositories(tmp_path):
    full, shared = config(tmp_path, MANY), config(tmp_path, settings_of(config(tmp_path, MANY)))
    kept = ("site_url", "stages", "allowed_hosts", "allowed_urls", "storage")
    assert [getattr(shared, key) for key in kept] == [getattr(full, key) for key in kept]
    assert (shared.repos, shared.sources, settings_of(full), settings_of(config(tmp_path))) == ((), (), SHARED, "")


@pytest.mark.parametrize(("text", "stage"), [("", "prod"), ('[stages]\nlive = ["prod"]\n', "live"), ('[stages]\na = []\nprod = ["live"]\n', "prod")])  # fmt: skip
def test_a_registration_is_compared_with_a_stage_of_repos_toml(tmp_path, text, stage):
    for scheduler, expected in (("github-actions", f'DEFAULT_STAGE: "{stage}"\n'), ("gitlab-ci", f" stage={stage}\n")):
        assert expected in model_file(scheduler, config(tmp_path, text))


def test_a_stage_of_any_name_stays_one_word(tmp_path):
    text = '[stages]\n"it\'s\\"} ; echo no; \\"" = []\n'
    stage = next(iter(config(tmp_path, text).stages.values()))
    github = yaml.safe_load(model_file("github-actions", config(tmp_path, text)))
    assert github["jobs"]["model"]["env"]["DEFAULT_STAGE"] == stage
    assert f"stage={shlex.quote(stage)}\n" in model_file("gitlab-ci", config(tmp_path, text))


@pytest.mark.parametrize("break_", ["\x85", "\u2028"], ids=["next line", "line separator"])
def test_no_line_of_the_settings_ends_their_text(tmp_path, break_):
    text = f'[[storage]]\nurl = "azure://x"\noptions = {{ account_name = "a{break_}END OF SETTINGS{break_}touch x" }}\n'
    with pytest.raises(ConfigError, match="which a CI's file cannot hold"):
        model_file("gitlab-ci", config(tmp_path, text))


@pytest.mark.parametrize("url", ["https://m.example/${{ github.token }}/"])  # as the name of a stage
def test_settings_that_github_would_fill_in_are_refused(tmp_path, url):
    with pytest.raises(ConfigError, match="which a CI's file cannot hold"):
        model_file("github-actions", config(tmp_path, f'[stages]\n"{url}" = ["x"]\n'))


@pytest.mark.parametrize(
    ("words", "files", "code", "said"),
    [
        pytest.param(["--ci", "github-actions"], [".github/workflows/catalog.yml"], 0, ": written; its first lines say what to set up", id="of the catalog"),
        pytest.param(["--ci", "gitlab-ci", "--for", "model"], [".gitlab-ci.yml"], 0, ": written; its first lines say what to set up", id="of a model"),
        pytest.param(["ci.yml", "--ci", "gitlab-ci"], ["ci.yml"], 0, "ci.yml: written", id="another file"),
        pytest.param(["repos.toml", "--ci", "gitlab-ci"], [], 2, "catalog: repos.toml: already there, and left as it is", id="a file that is there"),
        pytest.param(["repos.toml/x", "--ci", "gitlab-ci"], [], 2, "catalog: repos.toml/x: cannot be written", id="a folder that cannot be"),
        pytest.param(["--for", "model"], [], 2, "catalog: found --for without --ci, expected both", id="no CI"),
    ],
)  # fmt: skip
def test_init_writes_a_file_and_replaces_none(tmp_path, monkeypatch, capsys, words, files, code, said):
    monkeypatch.chdir(tmp_path)
    Path("repos.toml").write_text(NIGHTLY)
    assert (main(["init", *words]), said in capsys.readouterr().err) == (code, True)
    found = sorted(str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file())
    assert found == sorted([*files, "repos.toml"])


def test_init_prints_what_it_would_write(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["init", "-", "--ci", "gitlab-ci", "--for", "model"]) == 0
    Path("repos.toml").write_text(NIGHTLY)
    assert main(["init", "-", "--ci", "gitlab-ci"]) == 0
    expected = model_file("gitlab-ci", config(tmp_path)) + file_for("gitlab-ci", config(tmp_path, NIGHTLY))
    assert (capsys.readouterr().out, [file.name for file in tmp_path.iterdir()]) == (expected, ["repos.toml"])


@pytest.fixture
def model(tmp_path):
    """A repository with a model in Git, two versions of it, and the first one in prod, as a server has it."""
    world = World()
    world.commit({"artifacts.yaml": "m: {path: model.pkl, type: model}\n", "model.pkl": "one", "dvc.yaml": "metrics: [m.json]\nplots: [c.csv: {x: step}]\n", "m.json": '{"auc": 0.9}', "c.csv": "step,loss\n0,3\n1,2\n"})  # fmt: skip
    world.tag("m@v1.0.0")
    world.tag("m#prod#1")
    world.commit({"model.pkl": "two", "m.json": '{"auc": 0.95}', "c.csv": "step,loss\n0,3\n1,1\n"})
    world.tag("m@v1.1.0")
    world.write(tmp_path / "git" / "acme" / "churn.git")
    return world


@pytest.fixture
def machine(tmp_path):
    """A runner: an empty folder and a home, `catalog` as it is here, and pip and apt-get that only say what they were asked for."""
    for name in ("bin", "home", "work", "temp"):
        (tmp_path / name).mkdir()
    stubs = {
        "catalog": f'PYTHONPATH={ROOT} exec {sys.executable} -P -m catalog "$@"',
        "python": f'printf "%s\\n" "python $*" >> {tmp_path}/asked',
        "apt-get": f'printf "%s\\n" "apt-get $*" >> {tmp_path}/asked',
    }
    for name, line in stubs.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{line}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    return tmp_path


def bash(machine: Path, script: str, environment: Mapping[str, str], *options: str) -> int:
    """Runs a script as a runner does, and gives its exit code."""
    values = {
        "PATH": f"{machine / 'bin'}:{os.environ['PATH']}",
        "HOME": str(machine / "home"),
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    return subprocess.run(["bash", "-e", *options, "-c", script], cwd=machine / "work", env=values | dict(environment), timeout=600, check=False).returncode  # fmt: skip


def pairs(file: Path) -> dict[str, str]:
    return dict(line.partition("=")[::2] for line in file.read_text().splitlines()) if file.exists() else {}


class Github:
    """Runs the steps of a job: `if` and expressions as far as these workflows use them."""

    def __init__(self, machine: Path, environment: Mapping[str, str]) -> None:
        self.machine, self.values = machine, dict(environment)
        self.files = {name: machine / "temp" / name for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STEP_SUMMARY")}
        self.context = {"github.token": "t0ken"}

    def run(self, job: dict) -> list[str]:
        """The names of the steps that ran. Each has to end well."""
        ran = []
        base = {name: self.filled(value) for name, value in job.get("env", {}).items()}
        self.context |= {f"env.{name}": value for name, value in base.items()}
        for step in job["steps"]:
            if "run" not in step or not self.holds(step.get("if", "")):
                continue
            extra = {name: self.filled(value) for name, value in step.get("env", {}).items()}
            places = {name: str(file) for name, file in self.files.items()} | {
                "RUNNER_TEMP": str(self.machine / "temp")
            }
            self.files["GITHUB_OUTPUT"].unlink(missing_ok=True)
            environment = self.values | pairs(self.files["GITHUB_ENV"]) | base | places | extra
            assert (step.get("name"), bash(self.machine, step["run"], environment)) == (step.get("name"), 0)
            ran.append(step.get("name", "install"))
            name = step.get("id", "")
            outputs = pairs(self.files["GITHUB_OUTPUT"])
            self.context |= {f"steps.{name}.outputs.{key}": value for key, value in outputs.items()}
            self.context[f"steps.{name}.outcome"] = "success"
        return ran

    def filled(self, text: str) -> str:
        def value(match: re.Match[str]) -> str:
            words = [word.strip() for word in match[1].split("||")]
            known = [word[1:-1] if word.startswith("'") else self.context.get(word, "") for word in words]
            return next((each for each in known if each), "")

        return re.sub(r"\$\{\{ (.*?) \}\}", value, text)

    def holds(self, condition: str) -> bool:
        parts = [re.fullmatch(r"(\S+) == '(\w+)'", part) for part in condition.split(" || ")] if condition else []
        return not condition or any(part is not None and self.context.get(part[1]) == part[2] for part in parts)


INSTALL = f"python -m pip install federated-model-catalog=={__version__}"


SETTINGS = '[stages]\nprod = ["production"]\n[network]\nallow = ["127.0.0.1"]\n'
# The tags after those of `model`, each with the version that it is of, and the one of them that the job is for.
EVENTS = [
    pytest.param({"m#production#2": "v1.1.0"}, "m#production#2", "v1.1.0", "two", id="an assignment"),
    pytest.param({"m#prod#2": "v1.1.0", "m#prod!#3": "v1.1.0"}, "m#prod!#3", "v1.0.0", "one", id="a rollback"),
    pytest.param({"m#prod#2": "v1.1.0", "m#prod!#3": "v1.1.0"}, "m#prod#2", "v1.0.0", "one", id="a tag that was overtaken"),
    pytest.param({"m#prod!#2": "v1.0.0"}, "m#prod!#2", None, None, id="an emptied stage"),
]  # fmt: skip


def push(world: World, machine: Path, tags: Mapping[str, str]) -> None:
    """Adds tags to the repository on the server, each of the commit of a version."""
    commits = {event.version: event.commit for event in world.events()}
    for name, version in tags.items():
        world.tag(name, commits[version])
    world.write(machine / "git" / "acme" / "churn.git")


def expected(deployed: str | None) -> str:
    """What a job says that it deploys; None where nothing is in the stage."""
    line = (
        "no version of m is in prod: nothing is deployed"
        if deployed is None
        else f"to prod: 127.0.0.1/acme/churn:m@{deployed}, FILE"
    )
    return f"{line}\n"


@pytest.mark.slow
@pytest.mark.parametrize(("tags", "tag", "deployed", "content"), EVENTS)
def test_github_deploys_what_is_in_the_stage_now(model, machine, capfd, tags, tag, deployed, content):
    job = yaml.safe_load(model_file("github-actions", config(machine, SETTINGS)))["jobs"]["model"]
    push(model, machine, tags)
    with serve(machine / "git", rule=needs("x-access-token", "t0ken")) as site:
        place = {"GITHUB_SERVER_URL": str(site), "GITHUB_REPOSITORY": "acme/churn.git"}
        Github(machine, place | {"GITHUB_REF_NAME": tag}).run(job)
    out, file = capfd.readouterr().out, machine / "work" / "model" / "model.pkl"
    assert out.replace("model/model.pkl", "FILE") == expected(deployed)
    assert (file.read_text() if file.exists() else None) == content


@pytest.mark.slow
@pytest.mark.parametrize(("tags", "tag", "deployed", "content"), EVENTS)
def test_gitlab_deploys_what_is_in_the_stage_now(model, machine, capfd, tags, tag, deployed, content):
    pipeline = yaml.safe_load(model_file("gitlab-ci", config(machine, SETTINGS)))
    push(model, machine, tags)
    with serve(machine / "git", rule=needs("gitlab-ci-token", "j0b")) as site:
        place = {"CI_PROJECT_URL": f"{site}/acme/churn", "CI_SERVER_HOST": "127.0.0.1"}
        place |= {"CI_JOB_TOKEN": "j0b", "CI_COMMIT_TAG": tag}
        assert bash(machine, "\n".join(pipeline["model"]["script"]), place, "-o", "pipefail") == 0
    out, file = capfd.readouterr().out, machine / "work" / "model" / "model.pkl"
    out = out.removeprefix("model/model.pkl\n")  # what `catalog get` prints
    assert out.replace("model.pkl", "FILE") == expected(deployed)
    assert (file.read_text() if file.exists() else None) == content


def picture(machine: Path) -> Path:
    """The one picture that a job wrote, relative to the report."""
    (file,) = (machine / "work" / "plots").iterdir()
    return file.relative_to(machine / "work")


@pytest.mark.slow
def test_github_reports_what_is_new_in_the_stage(model, machine):
    job = yaml.safe_load(model_file("github-actions", config(machine, SETTINGS)))["jobs"]["model"]
    push(model, machine, {"m#production#2": "v1.1.0"})
    with serve(machine / "git", rule=needs("x-access-token", "t0ken")) as site:
        place = {"GITHUB_SERVER_URL": str(site), "GITHUB_REPOSITORY": "acme/churn.git"}
        ran = Github(machine, place | {"GITHUB_REF_NAME": "m#production#2"}).run(job)
    assert ran == [step.get("name", "install") for step in job["steps"] if "run" in step][:-1]
    report = (machine / "temp" / "GITHUB_STEP_SUMMARY").read_text().splitlines()
    assert (report[0], report[2].partition(", ")[2]) == (
        "## `m@v1.1.0`",
        "compared with `v1.0.0`, which was in `prod` before it.",
    )
    assert report[-3:] == ["`c.csv`: `loss over step`; dashed: `v1.0.0`", "", f"![Plot 1](./{picture(machine)})"]
    assert set((machine / "asked").read_text().splitlines()) == {INSTALL}


@pytest.mark.slow
@pytest.mark.usefixtures("model")
def test_gitlab_reports_a_registered_version_and_deploys_nothing(machine, capfd):
    pipeline = yaml.safe_load(model_file("gitlab-ci", config(machine, SETTINGS)))
    with serve(machine / "git", rule=needs("gitlab-ci-token", "j0b")) as site:
        place = {"CI_PROJECT_URL": f"{site}/acme/churn", "CI_SERVER_HOST": "127.0.0.1"}
        place |= {"CI_JOB_TOKEN": "j0b", "CI_COMMIT_TAG": "m@v1.1.0"}
        assert bash(machine, "\n".join(pipeline["model"]["script"]), place, "-o", "pipefail") == 0
    assert capfd.readouterr().out == "model/model.pkl\n"
    assert (machine / "work" / "model" / "model.pkl").read_text() == "two"
    report = (machine / "work" / "report.md").read_text().splitlines()
    assert (report[0], report[2].partition(", ")[2]) == ("## `m@v1.1.0`", "compared with `v1.0.0`, which is in `prod`.")
    assert report[-1] == f"![Plot 1](./{picture(machine)})"
    assert (machine / "home" / ".netrc").stat().st_mode & 0o777 == 0o600
    assert (machine / "asked").read_text().splitlines() == [INSTALL]


@pytest.mark.parametrize(("files", "code", "said"), [(["m.pkl"], 0, "to prod: x:m@v1, m.pkl\n"), ([], 1, "")])
def test_gitlab_deploys_what_is_there(machine, capfd, files, code, said):
    script = yaml.safe_load(model_file("gitlab-ci", config(machine)))["model"]["script"][-1]
    (machine / "work" / "model").mkdir()
    for name in files:
        (machine / "work" / "model" / name).touch()
    values = {"CATALOG_EVENT": "assignment", "CATALOG_STAGE": "prod", "CATALOG_REF": "x:m@v1"}
    assert (bash(machine, script, values, "-o", "pipefail"), capfd.readouterr().out) == (code, said)


@pytest.mark.parametrize("event", ["deregistration", "deprecation"])
def test_gitlab_gets_and_deploys_nothing_for_the_end_of_something(machine, capfd, event):
    (machine / "work" / "model").mkdir()
    script = "\n".join(yaml.safe_load(model_file("gitlab-ci", config(machine)))["model"]["script"][-2:])
    ended = bash(machine, script, {"CATALOG_EVENT": event}, "-o", "pipefail")
    assert (ended, [*(machine / "work" / "model").iterdir()], capfd.readouterr().out) == (0, [], "")


# A server that does not answer is no empty stage: nothing may be taken down.
@pytest.mark.parametrize(("code", "ended"), [pytest.param(3, 0, id="nothing"), pytest.param(5, 5, id="no answer")])
@pytest.mark.parametrize("scheduler", ["github-actions", "gitlab-ci"])
def test_only_an_empty_stage_is_said_to_be_empty(machine, scheduler, code, ended):
    made = yaml.safe_load(model_file(scheduler, config(machine)))
    if scheduler == "github-actions":
        (script,) = (step["run"] for step in made["jobs"]["model"]["steps"] if step.get("id") == "now")
    else:
        script = "\n".join(made["model"]["script"][-5:-3])
    (machine / "bin" / "catalog").write_text(f"#!/bin/sh\nexit {code}\n")
    (machine / "work" / "tag.env").write_text("CATALOG_EVENT=unassignment\n")
    script = f"resolve() {{ catalog resolve; }}\n{script}"
    assert bash(machine, script, {"GITHUB_OUTPUT": "output"}, "-o", "pipefail") == ended


@pytest.mark.parametrize(
    ("tag", "now", "done"),
    [
        pytest.param("registration", "", ["bytes", "report"], id="a registration"),
        pytest.param("assignment", "assignment", ["now", "bytes", "report", "deploy"], id="an assignment"),
        pytest.param("unassignment", "assignment", ["now", "bytes", "report", "deploy"], id="a rollback"),
        pytest.param("unassignment", "empty", ["now", "nothing"], id="an emptied stage"),
        pytest.param("deregistration", "", [], id="a deregistration"),
        pytest.param("deprecation", "", [], id="a deprecation"),
    ],
)
def test_what_github_does_on_an_event(machine, tag, now, done):
    job = yaml.safe_load(model_file("github-actions", config(machine)))["jobs"]["model"]
    github = Github(machine, {})
    github.context |= {"steps.tag.outputs.event": tag, "steps.now.outputs.event": now}
    kinds = {"Find": "now", "Get": "bytes", "Report": "report", "Deploy": "deploy", "Deploy nothing,": "nothing"}
    ran = []
    for step in job["steps"]:
        if "run" in step and "if" in step and github.holds(step["if"]):
            words = step["name"].split()
            ran.append(kinds.get(" ".join(words[:2]), kinds.get(words[0])))
            github.context[f"steps.{step.get('id')}.outcome"] = "success"
    assert ran == done


def test_the_jobs_of_a_model_run_one_at_a_time(tmp_path):
    github, gitlab = (yaml.safe_load(model_file(name, config(tmp_path))) for name in ("github-actions", "gitlab-ci"))
    assert github["concurrency"] == {"group": "model", "cancel-in-progress": False, "queue": "max"}
    # A second job would deploy what was in the stage when the first one ran.
    assert (gitlab["model"]["resource_group"], gitlab.keys()) == ("model", {"default", "workflow", "model"})


def test_a_pipeline_is_made_for_registry_tags_alone(tmp_path):
    ((rule,),) = (yaml.safe_load(model_file("gitlab-ci", config(tmp_path)))["workflow"]["rules"],)
    pattern = re.fullmatch(r"\$CI_COMMIT_TAG =~ /(.*)/", rule["if"])[1]
    tags = ("m@v1.0.0", "a=m#prod#1", "m@deprecated", "v1.0.0", "release-2")
    assert [re.search(pattern, tag) is not None for tag in tags] == [True, True, True, False, False]


@pytest.mark.slow
@pytest.mark.usefixtures("model")
@pytest.mark.parametrize("scheduler", ["github-actions", "gitlab-ci"])
def test_the_catalog_s_own_job_reads_private_repositories_and_publishes_site_and_data(machine, scheduler):
    secrets = {
        "CATALOG_NETRC": "machine 127.0.0.1 login ann password pw",
        "CATALOG_SSH_KEY": "the key",
        "CATALOG_KNOWN_HOSTS": "h ssh-ed25519 AAAA",
    }
    with serve(machine / "git", rule=needs("ann", "pw")) as site:
        text = f"{NIGHTLY}[[repo]]\nname = 'churn'\nurl = '{site}/acme/churn.git'\n[[repo]]\nname = 'gone'\nurl = 'ssh://git@127.0.0.1:1/x'\n"
        (machine / "work" / "repos.toml").write_text(text)
        made = yaml.safe_load(file_for(scheduler, parse(text, machine / "work" / "repos.toml")))
        if scheduler == "github-actions":
            scripts = [step["run"] for step in made["jobs"]["catalog"]["steps"] if "run" in step]
        else:
            scripts = ["\n".join(made["pages"]["script"])]
        assert [bash(machine, script, secrets, "-o", "pipefail") for script in scripts] == [0] * len(scripts)
    folder = machine / "work" / ("output/site" if scheduler == "github-actions" else "public")
    assert [(folder / name).is_file() for name in ("index.html", "data/catalog.json", "data/versions.parquet")] == [
        True
    ] * 3
    written = {
        name: (machine / "home" / name).read_text() for name in (".netrc", ".ssh/id_ed25519", ".ssh/known_hosts")
    }
    assert written == {name: f"{value}\n" for name, value in zip(written, secrets.values(), strict=True)}
    assert {(machine / "home" / name).stat().st_mode & 0o077 for name in written} == {0}
    asked = (machine / "asked").read_text().splitlines()
    ssh = ["apt-get update -qq", "apt-get install -y -qq --no-install-recommends openssh-client"]
    assert asked == [INSTALL, *(ssh if scheduler == "gitlab-ci" else [])]
    assert Requirement(asked[0].split()[-1]).specifier.contains(__version__)
