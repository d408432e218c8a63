"""The patch of dvc.yaml that annotates an artifact: what it changes, what stays, and what DVC and Git make of it."""

from __future__ import annotations

import subprocess

import pytest

from catalog.actions import annotate as module
from catalog.actions.annotate import MAX_FILE, MAX_VALUES, Metadata, annotate
from catalog.errors import InvalidArgument, Misuse, NotFound, StoreError
from support.loopback import git

MODEL = Metadata(type="model", path="models/churn.pkl")
FULL = Metadata(type="model", path="m.pkl", desc="Who leaves: next?", labels=("tabular", "gbm"))
COMMENTED = """\
# How churn is trained.
stages:
    train:
        cmd: "python train.py"   # slow
        deps:
          - data.csv

artifacts:
    # The other one.
    fraud: {path: 'fraud.pkl', type: model}
    churn:
        type: model  # of scikit-learn
        path: old.pkl
        meta: {framework: sklearn}
"""


@pytest.fixture
def checkout(tmp_path):
    git(tmp_path, "init", "-q", "-b", "main")
    return tmp_path


def changed(checkout, before, artifact="churn", metadata=MODEL) -> str:
    if before is not None:
        (checkout / "dvc.yaml").write_text(before)
    return annotate(checkout, artifact, metadata).after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(None, "artifacts:\n  churn:\n    path: models/churn.pkl\n    type: model\n", id="no file"),
        pytest.param("", "artifacts:\n  churn:\n    path: models/churn.pkl\n    type: model\n", id="an empty file"),
        pytest.param(
            "# ours\n",
            "# ours\nartifacts:\n  churn:\n    path: models/churn.pkl\n    type: model\n",
            id="a comment alone",
        ),
        pytest.param(
            "artifacts:\nstages: {}\n",
            "artifacts:\n  churn:\n    path: models/churn.pkl\n    type: model\nstages: {}\n",
            id="artifacts without a value",
        ),
        pytest.param(
            COMMENTED, COMMENTED.replace("old.pkl", "models/churn.pkl"), id="an entry, among comments and quotes"
        ),
        pytest.param(
            "artifacts:\n  churn:\n    path: models/churn.pkl\n    type: model",
            "artifacts:\n  churn:\n    path: models/churn.pkl\n    type: model",
            id="stated already, without a line feed",
        ),
    ],
)
def test_what_becomes_of_the_file(checkout, before, after):
    assert changed(checkout, before) == after


def test_a_new_entry_beside_others_leaves_every_line_of_theirs(checkout):
    after = changed(checkout, COMMENTED, artifact="uplift")
    assert after == f"{COMMENTED}    uplift:\n        path: models/churn.pkl\n        type: model\n"


def test_labels_are_added_to_those_that_are_there(checkout):
    before = "artifacts:\n  churn:\n    path: m\n    labels:\n    - a\n"
    after = changed(checkout, before, metadata=Metadata(labels=("b", "a")))
    assert after == "artifacts:\n  churn:\n    path: m\n    labels:\n    - a\n    - b\n"


@pytest.mark.parametrize("before", [None, "stages: {}\n", "stages: {}", COMMENTED], ids=repr)
def test_git_applies_the_patch_and_has_what_write_writes(checkout, before):
    change = annotate(checkout, "churn", FULL) if before is None else None
    after = changed(checkout, before, metadata=FULL)
    change = change or annotate(checkout, "churn", FULL)
    subprocess.run(["git", "apply", "-"], cwd=checkout, input=change.patch().encode(), check=True)
    assert (checkout / "dvc.yaml").read_text() == after
    assert annotate(checkout, "churn", FULL).patch() == ""


@pytest.mark.slow
def test_dvc_reads_what_was_written(checkout):
    import dvc.api
    from dvc.repo import Repo

    Repo.init(str(checkout))
    (checkout / "sub").mkdir()
    annotate(checkout, "churn", FULL).write()
    annotate(checkout, "sub:uplift", Metadata(type="dataset", path="u.csv")).write()
    git(checkout, "add", "-A")
    git(checkout, "commit", "-qm", "annotate")
    with Repo(str(checkout)) as repo:
        read = {file: {name: each.to_dict() for name, each in of.items()} for file, of in repo.artifacts.read().items()}
    stated = {"path": "m.pkl", "type": "model", "desc": "Who leaves: next?", "labels": ["tabular", "gbm"]}
    assert read == {"dvc.yaml": {"churn": stated}, "sub/dvc.yaml": {"uplift": {"path": "u.csv", "type": "dataset"}}}
    git(checkout, "tag", "-a", "churn@v1.0.0", "-m", "first")
    assert dvc.api.artifacts_show("churn", repo=str(checkout))["path"] == "m.pkl"  # of GTO's tag, and by DVC's metadata


@pytest.mark.parametrize(
    ("metadata", "says"),
    [
        ({"type": "model", "path": "/etc/passwd"}, "path"),
        ({"type": "model", "path": "../m.pkl"}, "path"),
        ({"type": " ", "path": "m"}, "type"),
        ({"type": "model", "path": "m", "desc": "\x1b[2J"}, "description"),
        ({"type": "model", "path": "m", "labels": ("a\x00b",)}, "label"),
    ],
    ids=repr,
)
def test_what_is_refused(metadata, says):
    with pytest.raises(InvalidArgument, match=f"^invalid {says} "):
        Metadata(**metadata)


@pytest.mark.parametrize(
    "before",
    [
        "- a\n",
        "artifacts: 1\n",
        "artifacts:\n  churn: 1\n",
        "a: [",
        "[" * 1000,
        "a: &x [*x]\n? {b: 1}\n: 2\n",
        "\xff\x00",
    ],
    ids=lambda text: repr(text[:20]),
)
def test_a_file_that_is_no_dvc_yaml_is_left_as_it_is(checkout, before):
    with pytest.raises(StoreError, match="cannot be"):
        changed(checkout, before)
    assert (checkout / "dvc.yaml").read_text() == before


def test_a_file_of_so_many_bytes_is_read_and_no_larger_one(checkout):
    """Its first character ends the reading as YAML, which takes seconds."""
    wrong = "@" + "x" * (MAX_FILE - 1)
    with pytest.raises(StoreError, match="cannot be read as YAML"):
        changed(checkout, wrong)
    with pytest.raises(StoreError, match="more than"):
        changed(checkout, wrong + "x")


def test_aliases_that_stand_for_ever_more_values_are_refused_at_once(checkout):
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 12)
    )
    with pytest.raises(StoreError, match="values with aliases written out"):
        changed(checkout, bomb)


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many values", "one more"])
def test_a_file_has_at_most_so_many_values(checkout, beyond):
    rows, rest = divmod(MAX_VALUES - 7, 100)  # beside the mapping, its two lists, and four of the new entry
    rest += beyond
    text = f"x: [&r [{', '.join(['1'] * 99)}]{', *r' * (rows - 1)}]\ny: [{', '.join(['1'] * rest)}]\n"
    if beyond:
        with pytest.raises(StoreError, match="values with aliases written out"):
            changed(checkout, text)
    else:
        assert changed(checkout, text).startswith("x: [&r [1, 1")


def test_a_file_has_at_most_so_many_bytes(checkout, monkeypatch):
    with pytest.raises(StoreError, match=f"more than {MAX_FILE:,} bytes"):
        changed(checkout, "#" * MAX_FILE + "\n")
    monkeypatch.setattr(module, "MAX_FILE", 1_000)  # the library reads a comment of 4 MiB for minutes
    filler = "# " + "x" * 997 + "\n"
    assert changed(checkout, filler).startswith("# xx")
    with pytest.raises(StoreError, match="more than 1,000 bytes"):
        changed(checkout, filler + "\n")


def test_a_new_entry_needs_type_and_path(checkout):
    with pytest.raises(Misuse, match="expected --type and --path"):
        annotate(checkout, "churn", Metadata(type="model"))


def test_a_folder_that_the_checkout_has_not(checkout):
    with pytest.raises(NotFound, match="has no folder 'sub'"):
        annotate(checkout, "sub:churn", MODEL)


def test_a_link_out_of_the_checkout_is_not_followed(checkout, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "dvc.yaml"
    elsewhere.write_text("stages: {}\n")
    (checkout / "dvc.yaml").symlink_to(elsewhere)
    with pytest.raises(StoreError, match="is a link out of"):
        annotate(checkout, "churn", MODEL)
