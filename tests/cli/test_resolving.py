"""`catalog resolve`: one version for a program, in each of the ways in which it is written."""

from __future__ import annotations

import json
import subprocess

import pytest

from catalog.errors import Exit
from support.small_catalog import C1, C2, C3, CHURN


@pytest.mark.parametrize(
    ("arguments", "ref", "tag", "event"),
    [
        pytest.param(["acme/churn:churn"], f"{CHURN}:churn@v2.0.0", "churn@v2.0.0", "registration", id="the latest"),
        pytest.param(["acme/churn:churn@v1.0.0"], f"{CHURN}:churn@v1.0.0", "churn@v1.0.0", "registration", id="a version"),
        pytest.param(["acme/churn:churn#prod"], f"{CHURN}:churn@v1.0.0", "churn#production#1", "assignment", id="a stage"),
        pytest.param(["churn", "--repo", "acme/churn"], f"{CHURN}:churn@v2.0.0", "churn@v2.0.0", "registration", id="a name that only one of its repositories may mean"),
        pytest.param(["acme/churn:churn#production"], f"{CHURN}:churn@v1.0.0", "churn#production#1", "assignment", id="a stage by its name in tags"),
        pytest.param(["--tag", "churn#staging#2"], f"{CHURN}:churn@v2.0.0", "churn#staging#2", "assignment", id="the tag of a stage"),
        pytest.param(["--tag", "refs/tags/churn@v1.0.0"], f"{CHURN}:churn@v1.0.0", "churn@v1.0.0", "registration", id="a tag by its ref"),
        pytest.param(["--tag", "churn@v3.0.0!"], f"{CHURN}:churn@v3.0.0", "churn@v3.0.0!", "deregistration", id="a tag that deregisters"),
        pytest.param(["--tag", "old@deprecated"], None, "old@deprecated", "deprecation", id="a tag that names no version"),
    ],
)  # fmt: skip
def test_what_is_resolved(ask, arguments, ref, tag, event):
    code, out, _ = ask("resolve", *arguments, "-o", "json")
    row = json.loads(out)
    assert (code, row["ref"], row["tag"], row["event"]) == (0, ref, tag, event)


def test_a_deregistered_version_is_said_to_be_that(ask):
    code, out, err = ask("resolve", "acme/churn:churn@v3.0.0", "--field", "version")
    assert (code, out, err) == (0, "v3.0.0\n", "v3.0.0 is deregistered\n")


def test_where_dvc_takes_another_commit_it_is_said(ask):
    code, out, err = ask("resolve", "acme/churn:churn", "--field", "commit")
    sentence = (
        f"DVC takes another commit, {C3[:7]}: `dvc artifacts get` goes by the newest tag, whatever that tag did\n"
    )
    assert (code, out, err) == (0, f"{C2}\n", sentence)


def test_fields_are_written_in_the_order_that_is_asked_for(ask):
    assert ask("resolve", "acme/churn:churn#prod", "--field", "version", "--field", "commit") == (
        0,
        f"v1.0.0\n{C1}\n",
        "",
    )


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        pytest.param(["acme/churn:churn#prod", "--field", "remote_url"], Exit.CONFIG, "invalid --field 'remote_url': expected one of ref, repo,", id="an unknown field"),
        pytest.param(["acme/churn:churn#prod", "--field", "page"], Exit.NOT_FOUND, f"{CHURN}:churn@v1.0.0 has no page\n", id="a field without a value"),
        pytest.param(["seg:mask", "--field", "url"], Exit.NOT_FOUND, "git.example/acme/vision:seg:mask@v1.0.0 has no url: it is not stated\n", id="no address"),
        pytest.param(["--tag", "churn@v9.0.0"], Exit.NOT_FOUND, "no registry tag 'churn@v9.0.0': expected an annotated tag that GTO reads, as the repository was last read\n", id="an unknown tag"),
        pytest.param(["--tag", "churn@v1.0.0", "--repo", "vision"], Exit.NOT_FOUND, "no registry tag 'churn@v1.0.0' in git.example/acme/vision: ", id="a tag of another repository"),
        pytest.param(["acme/churn:churn#dev"], Exit.NOT_FOUND, "no version of git.example/acme/churn:churn is in stage 'dev'", id="an empty stage"),
        pytest.param(["seg:mask", "--repo", "acme/churn"], Exit.NOT_FOUND, "no artifact 'seg:mask' in git.example/acme/churn; elsewhere: git.example/acme/vision:seg:mask\n", id="another repository than that of the artifact"),
        pytest.param(["churn", "--repo", "nothing"], Exit.NOT_FOUND, "no repository 'nothing' in ", id="an unknown repository"),
        pytest.param(["churn"], Exit.NOT_FOUND, "'churn' names 2 artifacts, expected one\n", id="several artifacts"),
        pytest.param([], Exit.CONFIG, "resolve takes a reference or a tag, one of the two\n", id="nothing"),
        pytest.param(["churn", "--tag", "churn@v1.0.0"], Exit.CONFIG, "resolve takes a reference or a tag, one of the two\n", id="both"),
        pytest.param(["churn", "--dotenv", "--field", "url"], Exit.CONFIG, "expected one way to write the answer, not --field and --dotenv\n", id="two ways to write"),
        pytest.param(["churn", "--if-changed-from", "123456"], Exit.CONFIG, "invalid --if-changed-from '123456': expected a hash or a commit, or 7 or more digits of one\n", id="too few digits"),
        pytest.param(["churn", "--if-changed-from", "v1.0.0"], Exit.CONFIG, "invalid --if-changed-from 'v1.0.0': expected a hash", id="no hash"),
        pytest.param(["acme/churn:churn#prod", "--github-output"], Exit.CONFIG, "GITHUB_OUTPUT is not set", id="no runner of GitHub"),
    ],
)  # fmt: skip
def test_what_is_refused(ask, monkeypatch, arguments, code, sentence):
    monkeypatch.delenv("GITHUB_OUTPUT", raising=False)
    ended, out, err = ask("resolve", *arguments)
    assert (ended, out, err.removeprefix("catalog: ")[: len(sentence)]) == (code, "", sentence)


@pytest.mark.parametrize(
    ("known", "code", "out"),
    [
        pytest.param(C1, Exit.UNCHANGED, "", id="the same commit"),
        pytest.param(C1[:7].upper(), Exit.UNCHANGED, "", id="the beginning of the commit"),
        pytest.param(C2, Exit.OK, "v1.0.0\n", id="another commit"),
    ],
)
def test_a_job_that_follows_a_stage_learns_whether_it_changed(ask, known, code, out):
    ended, said, _ = ask("resolve", "acme/churn:churn#prod", "--if-changed-from", known, "--field", "version")
    assert (ended, said) == (code, out)


def test_a_version_that_has_the_same_hash_is_unchanged(ask):
    _, out, _ = ask("resolve", "acme/churn:churn#prod", "--field", "hash")
    assert ask("resolve", "acme/churn:churn#prod", "--if-changed-from", out.strip())[0] == Exit.UNCHANGED


def test_a_step_of_github_has_the_outputs_of_gto_s_action(ask, tmp_path, monkeypatch):
    file = tmp_path / "output"
    file.write_text("before=1\n")
    monkeypatch.setenv("GITHUB_OUTPUT", str(file))
    assert ask("resolve", "--tag", "churn#production#1", "--github-output") == (0, "", "")
    lines = file.read_text().splitlines()
    assert lines[:8] == [
        "before=1",
        "event=assignment",
        "name=churn",
        "version=v1.0.0",
        "stage=prod",
        "type=model",
        "path=models/churn.pkl",
        "description=Who leaves next",
    ]
    assert f"commit={C1}" in lines


def test_a_dotenv_file_means_the_same_to_a_shell(ask, tmp_path):
    _, out, _ = ask("resolve", "acme/churn:churn#prod", "--dotenv")
    (tmp_path / "resolved.env").write_text(out)
    script = 'set -eu; . ./resolved.env; echo "$CATALOG_NAME $CATALOG_VERSION $CATALOG_TAG $PATH"'
    said = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path, env={"PATH": "/bin"}, capture_output=True, text=True, check=True
    )
    assert said.stdout == "churn v1.0.0 churn#production#1 /bin\n"
