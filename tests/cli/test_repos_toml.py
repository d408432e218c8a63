"""Writing repos.toml."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from catalog.cli.repos_toml import BLANK
from catalog.config import parse as config
from support.changes import base

URL = "https://git.example/team/model"


def test_init_writes_a_file_that_reads_as_the_defaults_and_publishes_a_database_and_csv(run):
    run("init")
    written = config.load(Path("repos.toml"))
    assert written == config.parse("[catalog]\npublish_database = true\npublish_csv = true", Path("repos.toml"))


KEYS = (
    "# [[",
    "# url",
    "# name",
    "# timeout",
    "# prod",
    "# s",
    "# kind",
    "# org",
    "# topics",
    "# max",
    "# emails",
    "# redact",
    "# allow",
)


def test_what_is_commented_out_is_right_too():
    lines = [line.removeprefix("# ") if line.startswith(KEYS) else line for line in BLANK.splitlines()]
    read = config.parse("\n".join(lines), Path("repos.toml"))
    assert (
        [repo.name for repo in read.repos],
        [source.name for source in read.sources],
        read.stages["live"],
        read.schedule.cron,
        read.site_url,
        read.privacy.emails,
        [rule.key for rule in read.privacy.redact],
        read.allowed_hosts,
    ) == (
        *(["examples/gto"], ["github.com/acme"], "prod", "0 3 * * *", "https://models.example.org"),
        *("hash", ["*.internal_*"], ("git.example.com", "10.0.0.0/8")),
    )


def test_what_is_written_names_every_table_of_repos_toml():
    named = set(re.findall(r"^(?:# )?\[+(\w+)\]+$", BLANK, re.MULTILINE))
    assert named == {"catalog", "crawl", "stages", "privacy", "network", "repo", "source"}


@pytest.mark.parametrize("arguments", [("init", "there.toml"), ("init", "--config", "there.toml")])
def test_init_overwrites_nothing(run, tmp_path, arguments):
    (tmp_path / "there.toml").write_text("mine")
    assert (run(*arguments), (tmp_path / "there.toml").read_text()) == (
        (2, "", "catalog: there.toml: already there, and left as it is\n"),
        "mine",
    )


def test_add_keeps_comments_and_order(run, tmp_path):
    before = '# mine\n[[repo]] # first\nurl = "https://git.example/a/b"\n\n[crawl] # odd place\njobs = 2\n'
    (tmp_path / "repos.toml").write_text(before)
    code, _, err = run("add", URL, "git@git.example:team/other.git")
    after = (tmp_path / "repos.toml").read_text()
    kept = [line for line in before.splitlines() if line not in after.splitlines()]
    names = [repo.name for repo in config.load(tmp_path / "repos.toml").repos]
    assert (code, err, kept, names) == (
        0,
        f"git.example/team/model: {URL}\ngit.example/team/other: git@git.example:team/other.git\n",
        [],
        ["git.example/a/b", "git.example/team/model", "git.example/team/other"],
    )


def test_add_keeps_a_link_and_the_mode(run, tmp_path):
    (tmp_path / "kept").mkdir()
    file = tmp_path / "kept" / "mine.toml"
    file.touch(0o640)
    (tmp_path / "repos.toml").symlink_to("kept/mine.toml")
    run("add", URL)
    found = [repo.url for repo in config.load(file).repos]
    assert (found, (tmp_path / "repos.toml").is_symlink(), file.stat().st_mode & 0o777) == ([URL], True, 0o640)
    assert [each.name for each in (tmp_path / "kept").iterdir()] == ["mine.toml"]


def test_add_to_a_fresh_file(run):
    run("init")
    run("add", URL)
    assert [repo.url for repo in config.load(Path("repos.toml")).repos] == [URL]


def test_add_to_a_list_in_one_line(run, tmp_path):
    (tmp_path / "repos.toml").write_text('repo = [{url = "https://git.example/a/b"}]\n')
    run("add", URL)
    assert [repo.url for repo in config.load(tmp_path / "repos.toml").repos] == ["https://git.example/a/b", URL]


def test_a_path_counts_from_here(run, tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "repos.toml").write_text("")
    base().write(tmp_path / "model.git")
    run("add", "model.git", "--config", "there/repos.toml")
    assert [repo.url for repo in config.load(tmp_path / "there" / "repos.toml").repos] == [str(tmp_path / "model.git")]


@pytest.mark.parametrize(
    ("before", "url", "complaint"),
    [
        pytest.param(
            f'[[repo]]\nurl = "{URL}"\n',
            URL,
            f"catalog: repos.toml: git.example/team/model is there already in line 2: {URL}\n",
            id="a duplicate",
        ),
        pytest.param(
            f'repo = [{{url = "{URL}"}}]',
            URL,
            f"catalog: repos.toml: git.example/team/model is there already: {URL}\n",
            id="a duplicate in a list in one line",
        ),
        pytest.param(
            f'[catalog]\n[[repo]]\nurl = "https://git.example/a/b"\n[[repo]]\nname = "Git.example/team/model"\nurl = "{URL}s"\n',
            URL,
            f"catalog: repos.toml: git.example/team/model is there already in line 6: {URL}s; "
            f"for another repository, write a [[repo]] with url = '{URL}' and a 'name' of its own\n",
            id="another repository of that name",
        ),
        pytest.param("", "ftp://git.example/x", None, id="a URL of no kind that we speak"),
        pytest.param("oops", URL, None, id="a file that is not TOML"),
    ],
)
def test_a_complaint_leaves_the_file_as_it_was(run, tmp_path, before, url, complaint):
    (tmp_path / "repos.toml").write_text(before)
    code, out, err = run("add", url)
    assert (code, out, (tmp_path / "repos.toml").read_text(), err if complaint else None) == (2, "", before, complaint)


def test_add_without_a_file(run):
    assert run("add", URL) == (2, "", "catalog: repos.toml: no such file; `catalog init` makes one\n")


def test_every_complaint_is_told(run, tmp_path):
    (tmp_path / "repos.toml").write_text("[catalog]\ntitel = 1\n[crawl]\njobs = 0\n")
    assert len(run("crawl")[2].splitlines()) == 2


def test_add_keeps_a_file_with_a_byte_order_mark_readable(run, tmp_path):
    (tmp_path / "repos.toml").write_bytes(b'\xef\xbb\xbf# mine\r\n[[repo]]\r\nurl = "https://git.example/a/b"\r\n')
    assert run("add", URL)[0] == 0
    assert [repo.url for repo in config.load(tmp_path / "repos.toml").repos] == ["https://git.example/a/b", URL]


@pytest.mark.parametrize(
    ("word", "url"),
    [
        ("github.com/acme/churn", "https://github.com/acme/churn"),
        ("git.acme.example/team/churn", "https://git.acme.example/team/churn"),
        ("huggingface.co/bert", "https://huggingface.co/bert"),
    ],
)
def test_add_completes_an_address_without_a_scheme(run, tmp_path, word, url):
    (tmp_path / "repos.toml").touch()
    assert run("add", word)[0] == 0
    assert [repo.url for repo in config.load(tmp_path / "repos.toml").repos] == [url]


def test_a_folder_goes_before_an_address(run, tmp_path):
    (tmp_path / "repos.toml").touch()
    folder = tmp_path / "github.com" / "acme" / "churn"
    base().write(folder)
    run("add", "github.com/acme/churn")
    assert [Path(repo.url) for repo in config.load(tmp_path / "repos.toml").repos] == [folder]


def test_add_takes_a_file_url_of_a_folder(run, tmp_path):
    (tmp_path / "repos.toml").touch()
    base().write(tmp_path / "my churn")
    url = (tmp_path / "my churn").as_uri()
    assert run("add", url)[0] == 0
    assert [repo.url for repo in config.load(tmp_path / "repos.toml").repos] == [url]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        pytest.param(None, "{path}: not a Git repository, expected a bare repository or a folder with .git", id="a folder"),
        pytest.param(b"model", "{path}: not a Git repository: churn does not begin with 'gitdir:'", id="a file"),
        pytest.param(bytes(1_000_000), "{path}: not a Git repository: churn has more than 4,096 bytes, expected a path", id="a large file"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", ["./churn", "file://"])
def test_add_takes_no_path_without_a_repository(run, tmp_path, content, complaint, form):
    (tmp_path / "repos.toml").touch()
    path = tmp_path / "churn"
    path.mkdir() if content is None else path.write_bytes(content)
    word = form if form == "./churn" else path.as_uri()
    assert run("add", word) == (2, "", f"catalog: {complaint.format(path=word)}\n")
    assert (tmp_path / "repos.toml").read_text() == ""


GROUP = "repos.toml: [[repo]] number 1: invalid url 'https://gitlab.com/groups/acme': expected a repository, such as "
GROUP += 'https://gitlab.com/acme/NAME; a [[source]] with kind = "gitlab", group = "acme" reads all that are there'
PAGE = "repos.toml: [[repo]] number 1: invalid url 'https://github.com/acme/churn/tree/main': "
PAGE += "expected 'https://github.com/acme/churn'"


@pytest.mark.parametrize(
    ("word", "complaint"),
    [
        ("acme/churn", "acme/churn: no such folder; did you mean https://github.com/acme/churn?"),
        ("models.git/churn", "models.git/churn: no such folder; did you mean https://models.git/churn?"),
        ("churn", "churn: no such folder"),
        ("/nonexistent/churn", "/nonexistent/churn: no such folder"),
        ("./acme/churn", "./acme/churn: no such folder"),
        ("~/churn", "~/churn: no such folder"),
        ("~nobody.here/churn", "~nobody.here/churn: no such folder"),
        ("a/b/c", "a/b/c: no such folder"),
        ("file:///nonexistent/churn", "file:///nonexistent/churn: no such folder"),
        (
            "file://server/churn",
            "URL 'file://server/churn' has the scheme 'file': expected https, http, ssh, git, file, user@host:path or a path",
        ),
        (
            "https://gitlab.com/groups/acme",
            GROUP,
        ),
        (
            "https://github.com/acme/churn/tree/main",
            PAGE,
        ),
        (
            "github.com/acme/churn/tree/main",
            PAGE,
        ),
    ],
)
def test_add_takes_nothing_for_a_folder_that_is_not_there(run, tmp_path, word, complaint):
    (tmp_path / "repos.toml").touch()
    assert run("add", word) == (2, "", f"catalog: {complaint}\n")
    assert (tmp_path / "repos.toml").read_text() == ""
