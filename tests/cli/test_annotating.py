"""`catalog annotate` in a checkout: the patch, the file, and where it is of no use."""

from __future__ import annotations

import pytest

from catalog.cli import annotating
from catalog.errors import Exit
from support.loopback import git

WORDS = ("churn", "--repo", "co", "--type", "model", "--path", "m.pkl")


@pytest.fixture
def checkout(tmp_path):
    (tmp_path / "co").mkdir()
    git(tmp_path / "co", "init", "-q")
    (tmp_path / "co" / "m.pkl.dvc").touch()
    return tmp_path / "co"


def test_it_prints_the_patch(ask, checkout):
    code, out, err = ask("annotate", "acme/churn:churn", *WORDS[1:])
    assert (code, out.splitlines()[-4:]) == (0, ["+artifacts:", "+  churn:", "+    path: m.pkl", "+    type: model"])
    assert (err, (checkout / "dvc.yaml").exists()) == (
        "git apply takes this patch, and --write does the same\n",
        False,
    )


def test_it_writes_the_file(ask, checkout):
    code, out, err = ask("annotate", "acme/churn:churn", *WORDS[1:], "--write")
    assert (code, out, "commit and push it" in err) == (0, "", True)
    assert (checkout / "dvc.yaml").read_text() == "artifacts:\n  churn:\n    path: m.pkl\n    type: model\n"


def test_what_is_not_in_the_checkout_is_said(ask, checkout):
    (checkout / "m.pkl.dvc").unlink()
    assert "m.pkl is not in this checkout" in ask("annotate", "acme/churn:churn", *WORDS[1:])[2]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        pytest.param(
            ("acme/churn:churn", "--repo", "co"), 2, "nothing to annotate: expected --type", id="nothing is stated"
        ),
        pytest.param(("acme/churn", "--label", "x"), 2, "'acme/churn' names no artifact", id="a repository"),
        pytest.param(("nope", "--label", "x"), 3, "no artifact 'nope'", id="no such artifact"),
        pytest.param(
            ("acme/churn:churn", "--label", "x"), 3, "is in no Git repository: expected a checkout of", id="no checkout"
        ),
    ],
)
@pytest.mark.usefixtures("checkout")
def test_what_cannot_be_done(ask, words, code, says):
    found, out, err = ask("annotate", *words)
    assert (found, out, says in " ".join(err.split())) == (code, "", True)


def test_a_checkout_of_another_repository(ask, checkout):
    git(checkout, "remote", "add", "origin", "git@git.example:acme/churn.git")
    assert ask("annotate", "acme/churn:churn", *WORDS[1:])[0] == 0
    git(checkout, "remote", "set-url", "origin", "https://git.example/acme/other")
    code, _, err = ask("annotate", "acme/churn:churn", *WORDS[1:])
    assert (code, "is a checkout of another repository" in err) == (2, True)


@pytest.mark.parametrize(
    ("origin", "url", "is_another"),
    [
        pytest.param("git@git.example:acme/churn.git", "https://git.example/acme/churn", False, id="one server"),
        pytest.param("git@git.example:acme/ads.git", "git@git.example:acme/churn.git", True, id="both as scp has them"),
        pytest.param("/srv/churn", "/srv/churn/", False, id="one folder"),
        pytest.param("../churn.git", "/srv/churn/.git", False, id="a folder that was moved"),
        pytest.param("/srv/ads", "/srv/churn", True, id="two folders"),
        pytest.param("https://git.example/acme/churn", "/srv/churn", False, id="a server and a folder may be one"),
    ],
)
def test_whether_a_checkout_is_of_another_repository(origin, url, is_another):
    assert annotating._is_another(origin, url) == is_another


def test_show_and_get_point_there_for_what_nobody_annotated(ask):
    assert "no dvc.yaml or artifacts.yaml annotates it; in a checkout: " in ask("show", "evil")[2]
    code, _, err = ask("get", "evil")
    assert (code, "; in a checkout: " in err, " annotate " in err) == (Exit.NOT_FOUND, True, True), err
    assert "nobody annotated" not in ask("show", "acme/churn:churn@v1.0.0")[2]
