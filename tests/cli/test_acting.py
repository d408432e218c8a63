"""The commands that act: what they print, what they ask, what they push, and what the catalog says afterwards."""

from __future__ import annotations

import io
import json
import os
import pty
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from time import sleep

import duckdb
import pytest
import typer

from catalog.cli import crawling, main
from catalog.database import database as connections
from catalog.errors import StoreError
from support.loopback import git
from support.pushing import ANN, Pushed, make_pushed

pytestmark = pytest.mark.slow  # the catalog of it takes seconds to make

URL = "/work/r.git"  # in place of the repository's path
PLAN = f"""\
                plan
repository      local/served/r ({URL})
commit          0123456 commit 1
tag             churn#prod#2
message         Assigning stage prod to artifact churn version v2.0.0
tagger          Ann <ann@example.com>
stage prod      v1.0.0 → v2.0.0
v2.0.0 in prod  none → assigned
with gto        gto assign churn --version v2.0.0 --stage prod --repo {URL}
"""


@pytest.fixture(scope="module", autouse=True)
def _opened_once(_template):
    """The catalog of the template is opened once for all commands: DuckDB takes 30 ms."""
    connect, opened = connections.connect, []

    def shared(path, *, max_memory=connections.FOR_ONE):
        if Path(path) != _template.path.parents[1] / "output" / "catalog.duckdb":
            return connect(path, max_memory=max_memory)
        opened.extend([] if opened else [connect(path, max_memory=max_memory)])
        return opened[0].cursor()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connections, "connect", shared)
        yield
    for each in opened:
        each.close()


@pytest.fixture(scope="module")
def _template(tmp_path_factory) -> Pushed:
    """A repository, and the catalog of it."""
    pushed = make_pushed(tmp_path_factory.mktemp("acting") / "served")
    folder = pushed.path.parents[1]
    (folder / "repos.toml").write_text("[[repo]]\nurl = 'served/r.git'\n")
    assert main(["crawl", "--no-site", "--config", str(folder / "repos.toml")]) == 0
    return pushed


@pytest.fixture
def pushed(_template, tmp_path, monkeypatch, capsys) -> Pushed:
    shutil.copytree(_template.path.parents[1], tmp_path, dirs_exist_ok=True)
    for name, value in ANN.items():
        monkeypatch.setenv(name, value)
    capsys.readouterr()
    return _template._replace(path=tmp_path / "served" / "r.git")


@pytest.fixture
def there(_template, monkeypatch):
    """The template's folder, for what writes nothing."""
    monkeypatch.chdir(_template.path.parents[1])
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    return _template


@pytest.fixture
def act(run, pushed):
    """Runs a command in a folder of its own; its output has no paths, and no commits."""

    def act(*words):
        code, out, err = run(*words)
        for commit, shown in zip(pushed.commits, ("0", "1", "2"), strict=True):
            out, err = (text.replace(commit, f"<{shown}>").replace(commit[:7], "0123456") for text in (out, err))
        return code, out.replace(str(pushed.path), URL), err.replace(str(pushed.path), URL)

    return act


def test_a_plan_is_printed_and_nothing_is_written(act, pushed):
    code, out, err = act("assign", "churn@v2.0.0", "--stage", "prod")
    assert (code, out, err) == (0, PLAN, "this is a plan: --push pushes it\n")
    assert "churn#prod#2" not in pushed.tags()


def test_a_plan_as_json(act):
    code, out, _ = act("register", "churn", "--bump", "minor", "--at", "main", "-m", "Why", "-o", "json")
    plan = json.loads(out)
    assert plan.pop("tagged_at") > "2026"
    assert (code, plan) == (
        0,
        {
            "repo": "local/served/r",
            "url": URL,
            "artifact": "churn",
            "tags": [
                {
                    "name": "churn@v2.1.0",
                    "event": "registration",
                    "version": "v2.1.0",
                    "stage": None,
                    "commit": "<2>",
                    "summary": "commit 2",
                    "message": "Why",
                }
            ],
            "deleted": [],
            "tagger": "Ann <ann@example.com>",
            "signed": False,
            "effects": [
                {"what": "version v2.1.0", "before": None, "after": "registered"},
                {"what": "latest", "before": "v2.0.0", "after": "v2.1.0"},
            ],
            "metrics": [],
            "notes": ["churn has no annotation: neither dvc.yaml nor artifacts.yaml has one"],
            "gto": [["gto", "register", "churn", "<2>", "--version", "v2.1.0", "--message", "Why", "--repo", URL]],
            "pushed": [],
        },
    )


def test_a_plan_for_which_gto_has_no_command(act, pushed):
    later = "tagger Ann <ann@example.com> 1600000001 +0000"
    tag = git(pushed.path, "mktag", text=f"object {pushed.commits[2]}\ntype commit\ntag churn#prod#2\n{later}\n\nx\n")
    git(pushed.path, "update-ref", "refs/tags/churn#prod#2", tag)
    assert act("assign", "churn@v2.0.0", "--stage", "prod", "--push", "--yes")[0] == 0
    asked = ("rollback", "churn#prod", "--to", "v1.0.0", "-m", "Why")
    lines = [line.partition("  ")[2].strip() for line in act(*asked)[1].splitlines() if line.startswith("with gto")]
    assert lines == [
        "GTO has no command for churn#prod!#4: `gto deprecate` takes a version that is registered on one commit",
        f"gto deprecate churn v2.0.0 prod --message Why --repo {URL}",
    ]
    commands = json.loads(act(*asked, "-o", "json")[1])["gto"]
    assert commands == [None, ["gto", "deprecate", "churn", "v2.0.0", "prod", "--message", "Why", "--repo", URL]]


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_message_with_invisible_characters_is_pasted_as_it_is(act, shell):
    if shutil.which(shell) is None:
        pytest.skip(f"needs {shell}")
    messages = ["hello\n\x1b[31m red", "it's 5\\6!\n\tä\u200b1", "\ue000", "plain's", "\U0001f469\u200d\U0001f4bb\x07"]
    for message in messages:
        line = next(
            each
            for each in act("assign", "churn@v2.0.0", "--stage", "prod", "-m", message)[1].splitlines()
            if each.startswith("with gto")
        )
        words = f"printf '%s\\0' {line.removeprefix('with gto').strip()}"
        printed = subprocess.run([shell, "-c", words], capture_output=True, check=True, env={"LC_ALL": "C"}).stdout
        assert printed.decode().split("\0")[-4:-1] == [message, "--repo", URL], line


def test_what_is_pushed_is_in_the_catalog_at_once(act, run, pushed):
    code, out, err = act("assign", "churn", "--latest", "--stage", "prod", "--push", "--yes")
    assert (code, out, err.splitlines()[0]) == (0, PLAN, "catalog: pushed churn#prod#2")
    current = "the catalog has what was pushed; the site follows with the next `catalog build`"
    assert " ".join(err.split()).endswith(f" {current}")
    assert json.loads(run("show", "churn#prod", "-o", "json")[1])["version"] == "v2.0.0"
    assert "churn#prod#2" in pushed.tags()
    pushed.check()


def test_the_crawl_after_a_push_can_be_left_out(act, run):
    code, _, err = act("rollback", "churn#prod", "--to", "v1.0.0", "--push", "--yes", "--no-crawl")
    assert (code, err) == (3, "catalog: v1.0.0 of 'churn' is in 'prod': expected another version to go back to\n")
    code, _, err = act("unassign", "churn#prod", "--push", "--yes", "--no-crawl")
    assert (code, err.splitlines()[0], " ".join(err.split()[3:])) == (
        0,
        "catalog: pushed churn#prod!#2",
        "the catalog and its site are as of the last crawl: `catalog crawl` reads what was pushed",
    )
    assert json.loads(run("show", "churn#prod", "-o", "json")[1])["version"] == "v1.0.0"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        pytest.param(["assign", "churn", "--stage", "prod"], 2, "expected one of REF@VERSION, --version and --latest", id="which version"),
        pytest.param(["assign", "churn@v1.0.0", "--latest", "--stage", "prod"], 2, "expected one of REF@VERSION", id="two versions"),
        pytest.param(["assign", "churn@v1.0.0", "--version", "v2.0.0", "--stage", "x"], 2, "REF names the version 'v1.0.0' and --version 'v2.0.0'", id="two other versions"),
        pytest.param(["assign", "churn@v1.0.0"], 2, "expected --stage, or REF#STAGE", id="which stage"),
        pytest.param(["unassign", "churn#prod", "--stage", "dev"], 2, "REF names the stage 'prod' and --stage 'dev'", id="two stages"),
        pytest.param(["assign", "churn@v1.0.0", "--stage", "a.b"], 2, "invalid --stage 'a.b': expected letters", id="no stage"),
        pytest.param(["register", "churn", "--version", "1.2"], 2, "invalid --version '1.2': expected a version of SemVer", id="no version"),
        pytest.param(["register", "churn", "--version", "v3.0.0", "--bump", "major"], 2, "expected --version or --bump, not both", id="a version and a bump"),
        pytest.param(["register", "churn", "--bump", "huge"], 2, "invalid --bump 'huge': expected", id="another bump"),
        pytest.param(["register", "churn", "--at", "absent"], 3, "has no branch 'absent'", id="no branch"),
        pytest.param(["register", "churn", "--version", "v1.0.0"], 3, "v1.0.0 of 'churn' is registered on 0123456", id="a version that is taken"),
        pytest.param(["rollback", "churn@v1.0.0", "--stage", "prod", "--to", "v2.0.0"], 2, "REF names the version 'v1.0.0' and --to 'v2.0.0'", id="two versions to go back to"),
        pytest.param(["rollback", "churn@v1.0.0", "--stage", "prod"], 3, "v1.0.0 of 'churn' is in 'prod'", id="a version in REF to go back to"),
        pytest.param(["register", "churn#prod"], 2, "register takes an artifact or REF@VERSION; assign takes a stage", id="register a stage"),
        pytest.param(["deregister", "churn#prod", "--version", "v1.0.0"], 2, "deregister takes a version; unassign takes a stage", id="deregister a stage"),
        pytest.param(["register", "churn", "--repo", "served/r", "--catalog", "absent.duckdb"], 3, "absent.duckdb", id="a catalog that is not there"),
        pytest.param(["deregister", "churn"], 2, "expected REF@VERSION or --version", id="deregister what"),
        pytest.param(["deregister", "churn@latest"], 2, "REF names the version 'latest': expected its number, such as @v1.2.0", id="deregister the latest"),
        pytest.param(["unassign", "churn@greatest", "--stage", "prod"], 2, "REF names the version 'greatest': expected its number", id="unassign the latest"),
        pytest.param(["deprecate", "churn@v1.0.0"], 2, "deprecate takes an artifact", id="deprecate a version"),
        pytest.param(["promote", "churn#prod", "prod", "live"], 2, "promote takes an artifact", id="promote a stage"),
        pytest.param(["register", "absent"], 3, "--repo says which repository it is in", id="no artifact"),
        pytest.param(["register", "a.b", "--repo", "served/r"], 2, "invalid artifact 'a.b'", id="no name of an artifact"),
        pytest.param(["register", "churn", "--repo", "ftp://x/y"], 2, "catalog: invalid --repo 'ftp://x/y': expected one of https, http,", id="no address of a repository"),
        pytest.param(["register", "local/served/r"], 2, "names no artifact: expected one, such as churn", id="a repository"),
        pytest.param(["deprecate", "churn", "--yes"], 2, "--yes goes with --push", id="yes to what"),
        pytest.param(["deprecate", "churn", "--push"], 2, "there is no terminal to ask on: expected --yes", id="nobody to ask"),
        pytest.param(["deprecate", "churn", "--push", "-o", "json"], 2, "a question is no JSON: expected --yes", id="a question in JSON"),
        pytest.param(["deprecate", "churn", "-m", " "], 2, "invalid --message ' ': expected 1 to", id="no message"),
    ],
)  # fmt: skip
def test_what_is_not_a_request(run, there, words, code, says):
    got, out, err = run(*words)
    err = err.replace(there.commits[0][:7], "0123456")
    assert (got, out, says in err, len(err.splitlines())) == (code, "", True, 1), err


def test_a_first_version(act):
    code, out, err = act("register", "models/cv:seg", "--repo", "served/r")
    assert (code, "models/cv=seg@v0.0.1" in out) == (0, True)
    assert err.splitlines() == [
        "models/cv:seg has no registry tag yet: this is its first",
        "models/cv:seg has no annotation: neither dvc.yaml nor artifacts.yaml has one",
        "this is a plan: --push pushes it",
    ]


def test_a_new_artifact_by_its_full_name(act):
    """What names the repository before `:` is no part of the artifact's name."""
    for name in ("r:new", "served/r:new", "local/served/r:new", "new"):
        code, out, _ = act("register", name, "--repo", "served/r", "-o", "json")
        assert (code, json.loads(out)["tags"][0]["name"]) == (0, "new@v0.0.1")
    code, out, _ = act("register", "served/r:x:new", "--repo", "served/r", "-o", "json")
    assert (code, json.loads(out)["tags"][0]["name"]) == (0, "x=new@v0.0.1")


def test_the_repository_says_which_of_two_artifacts_it_is(run, pushed, tmp_path):
    shutil.copytree(pushed.path, tmp_path / "served" / "b.git")
    git(tmp_path / "served" / "b.git", "tag", "-a", "-m", "x", "models=churn@v1.0.0", pushed.commits[0])
    git(tmp_path / "served" / "b.git", "tag", "-a", "-m", "x", "old=churn@v1.0.0", pushed.commits[0])
    (tmp_path / "repos.toml").write_text("[[repo]]\nurl = 'served/r.git'\n[[repo]]\nurl = 'served/b.git'\n")
    assert run("crawl", "--no-site")[0] == 0
    for words, names in (
        (("churn", "--repo", "r"), ("local/served/r", "churn@v2.0.1")),
        (("churn", "--repo", "b"), ("local/served/b", "churn@v2.0.1")),
        (("old:churn", "--repo", "b", "--at", pushed.commits[2]), ("local/served/b", "old=churn@v1.0.1")),
    ):
        code, out, err = run("register", *words, "-o", "json")
        assert code == 0, err
        plan = json.loads(out)
        assert (plan["repo"], plan["tags"][0]["name"]) == names
    git(tmp_path / "served" / "b.git", "tag", "-d", "churn@v1.0.0", "churn@v2.0.0", "churn#prod#1")
    assert run("crawl", "--no-site")[0] == 0
    code, _, err = run("register", "churn", "--repo", "b")
    assert (code, "'churn' names 2 artifacts of local/served/b, expected one" in err) == (3, True)


def test_without_a_catalog_and_a_repos_toml_an_address_will_do(act, pushed, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    code, out, err = act("assign", "churn@v2.0.0", "--stage", "prod", "--repo", pushed.path, "--push", "--yes")
    assert (code, out.splitlines()[3:5]) == (0, PLAN.splitlines()[3:5])
    unread = ".gto was not read: whether it allows the stage prod is not known\n"
    assert err == f"catalog: pushed churn#prod#2\n{unread}"
    assert "churn#prod#2" in pushed.tags()


LAST_CRAWL = "the repository has changed; the catalog is as of its last crawl"


def test_what_fails_after_a_push_does_not_change_its_exit_code(act, tmp_path, monkeypatch):
    push = ("--push", "--yes")
    shutil.copyfile(tmp_path / "output" / "catalog.duckdb", tmp_path / "copy.duckdb")
    code, _, err = act("assign", "churn@v2.0.0", "--stage", "a", *push, "--catalog", tmp_path / "copy.duckdb")
    assert (code, " ".join(err.split()).endswith(f"{LAST_CRAWL}: it is not the one that this repos.toml makes")) == (
        0,
        True,
    )
    (tmp_path / "repos.toml").write_text("")
    code, _, err = act("assign", "churn@v2.0.0", "--stage", "b", *push, "--repo", tmp_path / "served" / "r.git")
    assert (code, " ".join(err.split()).endswith(f"{LAST_CRAWL}: the repository is not in this repos.toml")) == (
        0,
        True,
    )
    (tmp_path / "repos.toml").write_text("[[repo]]\nurl = 'served/r.git'\n")
    monkeypatch.setattr(crawling, "crawl_changed", failing(StoreError("the disk is full")))
    code, _, err = act("assign", "churn@v2.0.0", "--stage", "c", *push)
    assert (code, " ".join(err.split()).endswith(f"{LAST_CRAWL}: the disk is full")) == (0, True)
    monkeypatch.setattr(crawling, "crawl_changed", failing(typer.Exit(1)))
    code, _, err = act("assign", "churn@v2.0.0", "--stage", "d", *push)
    assert (code, err.splitlines()[-1]) == (0, LAST_CRAWL)


@pytest.mark.parametrize(
    ("closed", "code", "says"), [(False, 1, "cannot write to standard output"), (True, 141, "")], ids=["full", "closed"]
)
def test_an_output_that_fails_does_not_hide_a_push(run, pushed, tmp_path, closed, code, says):
    """It is said first, and the catalog has it."""
    for_reading, for_writing = os.pipe()
    os.close(for_reading)
    with os.fdopen(for_writing, "w") as pipe, Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "catalog", "assign", "churn@v2.0.0", "--stage", "prod", "--push", "--yes"],
            cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=pipe if closed else full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr.splitlines()[0]) == (code, "catalog: pushed churn#prod#2")
    assert (says in done.stderr.splitlines()[-1], "churn#prod#2" in pushed.tags()) == (True, True)
    assert json.loads(run("show", "churn#prod", "-o", "json")[1])["version"] == "v2.0.0"


def test_after_a_push_of_some_of_the_tags_the_catalog_has_these(act, run, pushed):
    for words in (("unassign", "churn#prod"), ("assign", "churn@v2.0.0", "--stage", "prod")):
        assert act(*words, "--push", "--yes", "--no-crawl")[0] == 0
    git(pushed.path, "config", "receive.advertiseAtomic", "false")
    (pushed.path / "hooks").mkdir(exist_ok=True)
    (pushed.path / "hooks" / "update").write_text('#!/bin/sh\ncase "$1" in *"#5") exit 1;; esac\n')
    (pushed.path / "hooks" / "update").chmod(0o755)
    code, _, err = act("rollback", "churn#prod", "--to", "v1.0.0", "--push", "--yes")
    emptied = "; pushed were: churn#prod!#4; no version is in 'prod' now: `catalog assign` assigns it to v1.0.0"
    assert (code, err.splitlines()[-1].endswith(emptied)) == (5, True), err
    tags = json.loads(run("sql", "select tag from events where tag like '%#4' or tag like '%#5'", "-o", "json")[1])
    assert tags == [{"tag": "churn#prod!#4"}]


def failing(error):
    def fail(*_, **__):
        raise error

    return fail


def test_a_file_elsewhere_lists_the_repositories(act, pushed, tmp_path, monkeypatch):
    """Its catalog is the one that is used, and is crawled afterwards."""
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    asked = ("assign", "churn@v2.0.0", "--stage", "prod", "--config", tmp_path / "repos.toml")
    assert act(*asked)[:2] == (0, PLAN)
    assert act(*asked, "--push", "--yes")[0] == 0
    code, out, _ = act("show", "churn#prod", "--config", tmp_path / "repos.toml", "-o", "json")
    assert (code, json.loads(out)["version"], "churn#prod#2" in pushed.tags()) == (0, "v2.0.0", True)


def test_a_catalog_alone_does_not_say_where_to_push(act, tmp_path, monkeypatch):
    database = tmp_path / "output" / "catalog.duckdb"
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    code, out, err = act("assign", "churn@v2.0.0", "--stage", "prod", "--catalog", database)
    assert (code, out, "only repos.toml and --repo say where to push" in err) == (3, "", True)


def test_another_catalog_does_not_say_what_a_tag_names(act, pushed, tmp_path):
    """A copy that was changed says that v2.0.0 is on another commit."""
    copy = tmp_path / "copy.duckdb"
    shutil.copyfile(tmp_path / "output" / "catalog.duckdb", copy)
    with duckdb.connect(str(copy)) as connection:
        connection.execute(f"update events set commit = '{pushed.commits[2]}' where tag = 'churn@v2.0.0'")
    code, out, _ = act("assign", "churn@v2.0.0", "--stage", "prod", "--catalog", copy, "-o", "json")
    assert (code, json.loads(out)["tags"][0]["commit"]) == (0, "<1>")


def test_tags_are_deleted_by_name(act, pushed):
    code, out, err = act("deregister", "churn@v1.0.0", "--delete-tag", "--push", "--yes", "--no-crawl")
    assert (code, [line.split()[1] for line in out.splitlines() if line.startswith("deletes")]) == (
        0,
        ["churn#prod#1", "churn@v1.0.0"],
    )
    assert err.splitlines()[:2] == ["catalog: deleted churn#prod#1", "catalog: deleted churn@v1.0.0"]
    assert pushed.tags() == ["churn@v2.0.0"]


def answered(pushed, words, answer: str, before=lambda: None) -> tuple[int, str]:
    """The exit code and all that is written by a command on a terminal, where a question gets an answer."""
    main_end, terminal = pty.openpty()
    command = [sys.executable, "-P", "-m", "catalog", *words]
    process = subprocess.Popen(
        command,
        cwd=pushed.path.parents[1],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=os.environ | {"COLUMNS": "200"},
    )
    os.close(terminal)
    written = b""
    with suppress(OSError):  # how a terminal ends
        while chunk := os.read(main_end, 4096):
            written += chunk
            if b"Push this?" in written and answer:
                before()
                os.write(main_end, f"{answer}\n".encode())
                answer = ""
    os.close(main_end)
    return process.wait(), written.decode()


ASSIGN = ("assign", "churn@v2.0.0", "--stage", "prod", "--push", "--no-crawl")


def test_a_terminal_is_asked(pushed):
    def meanwhile():
        git(pushed.path, "tag", "-a", "-m", "x", "churn#dev#7", pushed.commits[1])

    code, written = answered(pushed, ASSIGN, "y", meanwhile)
    assert (code, "the new plan is above" in written, "churn#prod#8" in written) == (3, True, True)
    assert len(pushed.tags()) == 4
    code, written = answered(pushed, ASSIGN, "y")
    assert (code, "catalog: pushed churn#prod#8" in written, written.count("Assigning")) == (0, True, 1)
    assert "churn#prod#8" in pushed.tags()


class Terminal(io.StringIO):
    """Input from a terminal; without any, Ctrl-C is pressed."""

    def isatty(self):
        return True

    def readline(self, *_):
        if not self.getvalue():
            raise KeyboardInterrupt
        return super().readline().replace("\x04\n", "")  # the end of input


@pytest.mark.parametrize(
    ("answer", "code", "says"),
    [("", 130, "catalog: stopped"), ("\x04\n", 0, "nothing was pushed"), ("n\n", 0, "nothing was pushed")],
)
def test_a_question_without_a_yes_pushes_nothing(act, pushed, monkeypatch, answer, code, says):
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    got, _, err = act(*ASSIGN)
    assert (got, err.splitlines()[-1].rpartition("]:")[2], "Aborted" in err) == (code, says, False), err
    assert "churn#prod#2" not in pushed.tags()


def test_a_push_that_is_killed_is_whole_or_not_at_all(act, pushed, tmp_path):
    seen = tmp_path / "seen"
    (pushed.path / "hooks").mkdir(exist_ok=True)
    (pushed.path / "hooks" / "pre-receive").write_text(f"#!/bin/sh\ntouch {seen}\nsleep 0.2\n")
    (pushed.path / "hooks" / "pre-receive").chmod(0o755)
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "catalog", *ASSIGN, "--yes"], cwd=tmp_path, stdin=subprocess.DEVNULL
    )
    while not seen.exists() and process.poll() is None:
        sleep(0.01)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    pushed.check()
    code, _, err = act(*ASSIGN, "--yes")
    assert (code, "is in 'prod' already" in err or "another push came first" in err) in ((0, False), (3, True))
    assert pushed.tags().count("churn#prod#2") == 1
    pushed.check()
