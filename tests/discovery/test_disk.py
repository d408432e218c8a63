"""Sources that are no forges: a folder of repositories, and a list in a file or at an address."""

from __future__ import annotations

import os

import pytest

from catalog.discovery.inventory import read_inventory
from support.forging import ask, config_of, forge
from support.loopback import Answer, git


def repository(path, *, bare: bool = True):
    path.mkdir(parents=True)
    git(path, "init", "--quiet", *(["--bare"] if bare else []))


def found(config) -> dict[str, str]:
    """The repositories to read: name → URL."""
    return {repo.name: repo.url for repo in read_inventory(config).repos}


def test_a_folder_of_bare_and_working_repositories_at_any_depth(tmp_path):
    root = tmp_path / "git"
    repository(root / "a.git")
    repository(root / "team" / "b")
    repository(root / "team" / "deep" / "c", bare=False)
    repository(root / "team" / "deep" / "c" / "inside")  # a repository in a working tree is that one's matter
    repository(root / ".hidden" / "d")
    (root / "empty").mkdir()
    (root / "link").symlink_to(root / "team")
    config = config_of(tmp_path, {"kind": "folder", "path": "git"})
    ask(config)
    assert found(config) == {
        "local/git/a": str(root / "a.git"),
        "local/git/team/b": str(root / "team" / "b"),
        "local/git/team/deep/c": str(root / "team" / "deep" / "c"),
    }


def test_a_folder_that_is_a_repository_itself(tmp_path):
    repository(tmp_path / "git")
    config = config_of(tmp_path, {"kind": "folder", "path": "git"})
    ask(config)
    assert found(config) == {"local/git": str(tmp_path / "git")}


def test_a_folder_has_a_floor(tmp_path):
    repository(tmp_path.joinpath("git", *"12345678"))
    repository(tmp_path.joinpath("git", *"abcdefghi"))
    config = config_of(tmp_path, {"kind": "folder", "path": "git"})
    ask(config)
    assert list(found(config)) == ["local/git/1/2/3/4/5/6/7/8"]


def test_a_folder_that_is_not_there(tmp_path):
    listing = ask(config_of(tmp_path, {"kind": "folder", "path": "git", "name": "s"}))[0]["s"]
    assert (listing.outcome, listing.message) == ("gone", f"{tmp_path}/git: no such folder")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_inside_that_may_not_be_read_is_told_and_left_out(tmp_path):
    repository(tmp_path / "git" / "a")
    (tmp_path / "git" / "shut").mkdir(mode=0)
    config = config_of(tmp_path, {"kind": "folder", "path": "git"})
    _, messages = ask(config)
    assert (list(found(config)), messages) == (
        ["local/git/a"],
        [f"{tmp_path}/git/shut: may not be read, and is left out"],
    )


LIST = """\
# ours
https://git.example/acme/churn.git   # the one that matters
git@git.example:acme/vision.git

  ssh://git@git.example/acme/pricing
"""


def test_a_list_in_a_file(tmp_path):
    (tmp_path / "repos.txt").write_text(LIST + "local/model\nhttps://ann:secret@git.example/acme/x\n")
    config = config_of(tmp_path, {"kind": "list", "path": "repos.txt"})
    ask(config)
    assert found(config) == {
        "git.example/acme/churn": "https://git.example/acme/churn.git",
        "git.example/acme/pricing": "ssh://git@git.example/acme/pricing",
        "git.example/acme/vision": "git@git.example:acme/vision.git",
        "git.example/acme/x": "https://git.example/acme/x",
        "local/local/model": f"{tmp_path}/local/model",
    }


def test_a_list_at_an_address(tmp_path):
    with forge(tmp_path) as talk:
        talk.answer = lambda _: Answer(headers={"Content-Type": "text/plain"}, body=LIST.encode())
        config = config_of(tmp_path, {"kind": "list", "url": f"{talk.url}/repos.txt?raw=1"})
        ask(config, GITHUB_TOKEN="secret")
        assert (talk.asked(), len(found(config)), "authorization" in str(talk.requests)) == (
            ["/repos.txt?raw=1"],
            3,
            False,
        )


BAD = {
    "a file of this machine": (
        "/etc/x",
        "line 1 is '/etc/x', expected a URL that begins with one of https, http, ssh, git",
    ),
    "a file URL": ("file:///x", "line 1 is 'file:///x', expected a URL that begins with one of https, http, ssh, git"),
    "two words": ("https://a/b https://c/d", "line 1 is 'https://a/b https://c/d', expected one URL"),
    "a control character": ("https://a/\x1bb", r"line 1 is 'https://a/\x1bb', expected one URL"),
}


@pytest.mark.parametrize(("line", "message"), BAD.values(), ids=BAD.keys())
def test_a_list_from_elsewhere_names_only_what_is_elsewhere(line, message, tmp_path):
    with forge(tmp_path) as talk:
        talk.answer = lambda _: Answer(body=line.encode())
        listing = ask(config_of(tmp_path, {"kind": "list", "url": f"{talk.url}/l", "name": "s"}))[0]["s"]
        assert (listing.outcome, listing.message) == ("refused", f"s: {message}")


MISSING = {
    "no such file": (None, ("gone", "no such file")),
    "no text": (b"\xff\xfe\x00", ("refused", "is not UTF-8 text")),
}


@pytest.mark.parametrize(("data", "expected"), MISSING.values(), ids=MISSING.keys())
def test_a_list_that_cannot_be_read(data, expected, tmp_path):
    if data is not None:
        (tmp_path / "l").write_bytes(data)
    listing = ask(config_of(tmp_path, {"kind": "list", "path": "l", "name": "s"}))[0]["s"]
    assert (listing.outcome, listing.message) == (expected[0], f"{tmp_path}/l: {expected[1]}")
