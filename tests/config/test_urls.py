"""Addresses that cannot be cloned, and what was probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.config.parse import parse
from catalog.config.urls import mistake_in
from catalog.errors import ConfigError

FILE = Path("/etc/catalog/repos.toml")

MEANT = {
    "https://github.com/acme/churn/tree/main": "https://github.com/acme/churn",
    "https://github.com/acme/churn/blob/main/dvc.yaml": "https://github.com/acme/churn",
    "https://github.com/acme/churn/pull/7": "https://github.com/acme/churn",
    "https://github.com/acme/churn.git/": None,
    "https://github.com/acme/churn?tab=readme-ov-file": "https://github.com/acme/churn",
    "https://github.com/acme/churn#readme": "https://github.com/acme/churn",
    "https://github.com/acme/churn/issues?q=x": "https://github.com/acme/churn",
    "https://ann@github.com/acme/churn/tree/main": "https://github.com/acme/churn",
    "https://www.github.com/acme/churn/tree/main": "https://www.github.com/acme/churn",
    "https://ghe.acme.example/acme/churn/tree/main": "https://ghe.acme.example/acme/churn",
    "https://ghe.acme.example:8443/acme/churn/blob/main/x": "https://ghe.acme.example:8443/acme/churn",
    "https://ghe.acme.example/acme/churn?tab=readme": "https://ghe.acme.example/acme/churn",
    "https://gitlab.com/acme/ml/churn/-/tree/main": "https://gitlab.com/acme/ml/churn",
    "https://gitlab.acme.example/acme/ml/churn/-/merge_requests": "https://gitlab.acme.example/acme/ml/churn",
    "https://gitlab.com/acme/ml/churn/tree/main": "https://gitlab.com/acme/ml/churn",
    "https://codeberg.org/acme/churn/src/branch/main": "https://codeberg.org/acme/churn",
    "https://gitea.acme.example/acme/churn/src/commit/abc": "https://gitea.acme.example/acme/churn",
    "https://bitbucket.org/acme/churn/src/main/": "https://bitbucket.org/acme/churn",
    "https://bb.acme.example/projects/PRJ/repos/churn/browse": "https://bb.acme.example/scm/PRJ/churn.git",
    "https://bb.acme.example/users/ann/repos/churn/browse": "https://bb.acme.example/scm/~ann/churn.git",
    "https://dev.azure.com/acme/ml/_git/churn?version=GBmain": "https://dev.azure.com/acme/ml/_git/churn",
    "https://dev.azure.com/acme/ml/_git/churn/commit/abc": "https://dev.azure.com/acme/ml/_git/churn",
    "https://huggingface.co/acme/churn/tree/main": "https://huggingface.co/acme/churn",
    "https://huggingface.co/datasets/acme/churn/blob/main/x": "https://huggingface.co/datasets/acme/churn",
    "https://huggingface.co/bert/tree/main": "https://huggingface.co/bert",
    "codecommit::eu-west-1://churn": "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/churn",
    "codecommit::eu-west-1://profile@churn": "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/churn",
    "codecommit://profile@churn": "https://git-codecommit.REGION.amazonaws.com/v1/repos/churn",
    "git+ssh://git@github.com/acme/churn": "ssh://git@github.com/acme/churn",
    "ssh+git://git@github.com/acme/churn": "ssh://git@github.com/acme/churn",
    # What can be cloned.
    "https://github.com/acme/churn": None,
    "https://github.com/acme/tree": None,
    "https://github.com/tree/blob": None,
    "https://gitlab.com/acme/ml/deep/churn": None,
    "https://gitlab.acme.example/-/churn": None,
    "https://dev.azure.com/acme/ml/_git/churn": None,
    "https://dev.azure.com/acme/_git/churn": None,
    "https://bb.acme.example/scm/PRJ/churn.git": None,
    "https://gerrit.acme.example/a/team/churn": None,
    "https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/churn": None,
    "https://huggingface.co/acme/churn": None,
    "https://huggingface.co/bert": None,
    "https://git.acme.example/srv/churn.git/tree/main": None,
    "https://git.acme.example/churn": None,
    "https://git.acme.example": None,
    "git@github.com:acme/churn.git": None,
    "ssh://git@ssh.github.com:443/acme/churn.git": None,
    "models/tree/main": None,
    "https://[github.com/acme": None,
}


@pytest.mark.parametrize(("url", "meant"), MEANT.items())
def test_the_address_that_was_meant(url: str, meant: str | None) -> None:
    mistake = mistake_in(url)
    assert (mistake and mistake.expected) == (meant and f"'{meant}'")


@pytest.mark.parametrize("url", [meant for meant in MEANT.values() if meant])
def test_what_is_meant_is_no_mistake(url: str) -> None:
    assert mistake_in(url) is None


ALL = " reads all that are there"
REFUSED = {
    "https://github.com": "a repository, such as https://github.com/OWNER/NAME",
    "https://gitlab.com/": "a repository, such as https://gitlab.com/OWNER/NAME",
    "https://github.com/acme": f'a repository, such as https://github.com/acme/NAME; a [[source]] with kind = "github", org = "acme"{ALL}',
    "https://www.github.com/orgs/acme/repositories": 'a repository, such as https://www.github.com/acme/NAME; a [[source]] with kind = "github", '
    f'org = "acme"{ALL}',
    "https://github.com/users/ann/projects/1": 'a repository, such as https://github.com/ann/NAME; a [[source]] with kind = "github", '
    f'user = "ann"{ALL}',
    "https://github.com/topics/mlops": 'a repository, such as https://github.com/OWNER/NAME; a [[source]] with kind = "github", '
    f'topic = "mlops"{ALL}',
    "https://gitlab.com/acme": f'a repository, such as https://gitlab.com/acme/NAME; a [[source]] with kind = "gitlab", group = "acme"{ALL}',
    "https://gitlab.com/groups/acme": 'a repository, such as https://gitlab.com/acme/NAME; a [[source]] with kind = "gitlab", '
    f'group = "acme"{ALL}',
    "https://gitlab.com/groups/acme/ml/-/shared": 'a repository, such as https://gitlab.com/acme/ml/NAME; a [[source]] with kind = "gitlab", '
    f'group = "acme/ml"{ALL}',
    "https://gitlab.com/users/ann/projects": 'a repository, such as https://gitlab.com/ann/NAME; a [[source]] with kind = "gitlab", '
    f'user = "ann"{ALL}',
    "https://gitlab.acme.example/groups/risk": 'a repository, such as https://gitlab.acme.example/risk/NAME; a [[source]] with kind = "gitlab", '
    f'group = "risk", url = "https://gitlab.acme.example"{ALL}',
    "https://bitbucket.org/acme/": 'a repository, such as https://bitbucket.org/acme/NAME; a [[source]] with kind = "bitbucket", '
    f'workspace = "acme"{ALL}',
    "https://bitbucket.org/acme/workspace/repositories": "a repository, such as https://bitbucket.org/acme/NAME; a [[source]] with "
    f'kind = "bitbucket", workspace = "acme"{ALL}',
    "https://dev.azure.com/acme": 'a repository, such as https://dev.azure.com/acme/PROJECT/_git/NAME; a [[source]] with kind = "azure", '
    f'org = "acme"{ALL}',
    "https://dev.azure.com/acme/ml": 'a repository, such as https://dev.azure.com/acme/ml/_git/NAME; a [[source]] with kind = "azure", '
    f'org = "acme", project = "ml"{ALL}',
    "https://codeberg.org/org/acme/teams": 'a repository, such as https://codeberg.org/acme/NAME; a [[source]] with kind = "forgejo", '
    f'org = "acme", url = "https://codeberg.org"{ALL}',
    "ext::sh -c 'cat x'": "an address without a remote helper: none is ever run",
    "hg::https://hg.example/churn": "an address without a remote helper: none is ever run",
    "https://github.com/acme/churn/tree/main": "'https://github.com/acme/churn'",
    "codecommit::eu-west-1://churn": "'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/churn'",
}


@pytest.mark.parametrize(("url", "expected"), REFUSED.items())
def test_repos_toml_refuses_what_can_never_work(url: str, expected: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(f'[[repo]]\nurl = "{url}"\n', FILE)
    assert caught.value.complaints == (f"{FILE}: [[repo]] number 1: invalid url '{url}': expected {expected}",)


def test_a_name_in_the_address_of_a_page_is_shown_to_nobody() -> None:
    with pytest.raises(ConfigError) as caught:
        parse('[[repo]]\nurl = "https://t0ken@github.com/acme/churn/tree/main"\n', FILE)
    assert "t0ken" not in str(caught.value)


FOLDER = " where a folder is meant: there is none now"
PATHS = {
    "github.com/acme/churn": f"'https://github.com/acme/churn', or './github.com/acme/churn'{FOLDER}",
    "acme/churn": f"'https://github.com/acme/churn', or './acme/churn'{FOLDER}",
    "git.acme.example/team/churn.git": f"'https://git.acme.example/team/churn.git', or './git.acme.example/team/churn.git'{FOLDER}",
    "github.com/acme/churn/tree/main": f"'https://github.com/acme/churn', or './github.com/acme/churn/tree/main'{FOLDER}",
    "gitlab.com/acme": 'a repository, such as https://gitlab.com/acme/NAME; a [[source]] with kind = "gitlab", group = "acme"'
    f"{ALL}, or './gitlab.com/acme'{FOLDER}",
    "./acme/churn": None,
    "../acme/churn": None,
    "/srv/git/churn": None,
    "~/churn": None,
    "~nobody.here/churn": None,
    "churn": None,
    "srv/git/churn": None,
}


@pytest.mark.parametrize(("path", "expected"), PATHS.items())
def test_a_path_that_may_be_an_address_is_asked_about(path: str, expected: str | None, tmp_path: Path) -> None:
    file = tmp_path / "repos.toml"
    complaints: tuple[str, ...] = ()
    try:
        parse(f'[[repo]]\nurl = "{path}"\n', file)
    except ConfigError as error:
        complaints = error.complaints
    assert complaints == (
        (f"{file}: [[repo]] number 1: invalid url '{path}': expected {expected}",) if expected else ()
    )


@pytest.mark.parametrize("path", ["github.com/acme/churn", "acme/churn"])
def test_a_folder_of_that_name_is_taken(path: str, tmp_path: Path) -> None:
    (tmp_path / path).mkdir(parents=True)
    repo = parse(f'[[repo]]\nurl = "{path}"\n', tmp_path / "repos.toml").repos[0]
    assert repo.url == str(tmp_path / path)
