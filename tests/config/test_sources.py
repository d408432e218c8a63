"""[[source]] in repos.toml: what each key does, and the complaints, which never show a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.config.model import RepoOptions, SourceConfig
from catalog.config.parse import parse
from catalog.errors import ConfigError
from catalog.plugins.forge import Scope

FILE = Path("/etc/catalog/repos.toml")

EVERYTHING = """
[crawl]
timeout = 60

[[source]]
kind = "gitlab"
url = "https://gitlab.acme.example"
group = "risk/models"
name = "risk"
include = ["risk/*"]
exclude = ["*-test"]
topics = ["ml-model"]
archived = true
forks = true
visibility = ["internal", "public"]
skip_unpushed = true
full_check_days = 2
token_env = "RISK_TOKEN"
history = 5

[[source]]
kind = "github"
org = "acme"

[[source]]
kind = "github"
topic = "ml-model"
user = "ann"

[[source]]
kind = "folder"
path = "git"

[[source]]
kind = "list"
url = "https://acme.example/repos.txt"
"""


def test_every_key_does_what_it_says():
    assert parse(EVERYTHING, FILE).sources[0] == SourceConfig(
        name="risk",
        kind="gitlab",
        scope=Scope(api="https://gitlab.acme.example/api/v4", words={"group": "risk/models"}),
        include=("risk/*",),
        exclude=("*-test",),
        topics=("ml-model",),
        archived=True,
        forks=True,
        visibility=("internal", "public"),
        skip_unpushed=True,
        full_check_days=2,
        token_env="RISK_TOKEN",
        options=RepoOptions(timeout=60, history=5),
    )


def test_a_source_is_called_by_what_it_lists():
    assert [source.name for source in parse(EVERYTHING, FILE).sources] == [
        "risk",
        "github.com/acme",
        "github.com/topic:ml-model/ann",
        "/etc/catalog/git",
        "https://acme.example/repos.txt",
    ]


KINDS = "azure, bitbucket, folder, forgejo, gitea, github, gitlab, list"
TOKEN_ADVICE = "expected the value in an environment variable (`token_env` names one that is not the usual one) or in Git's credential helper"
KEYS = (
    "expected one of archived, exclude, experiments, fetch_remote_metrics, forks, full_check_days, history, include, kind, max_bytes, max_refs, "
    "name, org, plain_tags, processor_time, skip_unpushed, timeout, token_env, topic, topics, url, user, visibility"
)
BAD = {
    "no kind": ("", f"missing key 'kind': expected one of {KINDS}"),
    "an unknown kind": ('kind = "sourceforge"', f"invalid kind 'sourceforge': expected one of {KINDS}"),
    "nobody's repositories": (
        'kind = "github"',
        "invalid keys for kind 'github': expected org or user or topic or org and topic or topic and user, found none",
    ),
    "everybody's": (
        'kind = "gitlab"\ngroup = "a"\nuser = "b"',
        "invalid keys for kind 'gitlab': expected group or user or topic, found group and user",
    ),
    "the word of another forge": ('kind = "github"\norg = "a"\nworkspace = "b"', f"unknown key 'workspace': {KEYS}"),
    "a token": ('kind = "github"\norg = "a"\ntoken = "ghp_secret"', f"forbidden key 'token': {TOKEN_ADVICE}"),
    "a token where its variable should be": (
        'kind = "github"\norg = "a"\ntoken_env = "ghp-secret"',
        "invalid token_env: expected the name of an environment variable, such as GITHUB_TOKEN",
    ),
    "a password in the URL": (
        'kind = "gitea"\norg = "a"\nurl = "https://ann:secret@git.acme.example"',
        "invalid url with a name or password: expected none",
    ),
    "a name in the URL": (
        'kind = "gitea"\norg = "a"\nurl = "https://ann@git.acme.example"',
        "invalid url with a name or password: expected none",
    ),
    "no URL where there is no usual one": (
        'kind = "gitea"\norg = "a"',
        "missing key 'url': expected the address of the gitea server, such as https://git.example.com",
    ),
    "an invalid URL": (
        'kind = "gitea"\norg = "a"\nurl = "git.acme.example"',
        "invalid url 'git.acme.example': expected a URL that begins with https:// or http://",
    ),
    "a password in an invalid URL": (
        'kind = "gitea"\norg = "a"\nurl = "https://ann:secret@git.acme.example:99999"',
        "invalid url 'https://git.acme.example:99999': expected a URL that begins with https:// or http://",
    ),
    "a filter by what the forge does not list": (
        'kind = "bitbucket"\nworkspace = "a"\narchived = true',
        "unsupported key 'archived': kind 'bitbucket' does not list what it filters by",
    ),
    "an unknown visibility": (
        'kind = "github"\norg = "a"\nvisibility = "hidden"',
        "invalid visibility 'hidden': expected one or a list of public, internal, private",
    ),
    "invalid patterns": (
        'kind = "github"\norg = "a"\ninclude = "acme/*"',
        "invalid include 'acme/*': expected a list of texts, such as [\"acme/*\"]",
    ),
    "an owner's page for the owner": (
        'kind = "github"\norg = "https://github.com/acme"',
        "invalid org 'https://github.com/acme': expected 'acme'",
    ),
    "an owner's page without its scheme": (
        'kind = "github"\nuser = "github.com/ann/"',
        "invalid user 'github.com/ann/': expected 'ann'",
    ),
    "a group's page": (
        'kind = "gitlab"\ngroup = "https://gitlab.acme.example/risk/models"',
        "invalid group 'https://gitlab.acme.example/risk/models': expected 'risk/models'",
    ),
    "a topic's page": (
        'kind = "github"\ntopic = "https://github.com/topics/mlops"',
        "invalid topic 'https://github.com/topics/mlops': expected 'mlops'",
    ),
    "a forge for the owner": (
        'kind = "github"\norg = "https://github.com"',
        "invalid org 'https://github.com': expected the name of the org, without the server",
    ),
    "an owner's page for the server": (
        'kind = "github"\norg = "acme"\nurl = "https://github.com/acme"',
        "invalid url 'https://github.com/acme': expected the server alone, and the owner 'acme' by its own key",
    ),
    "an invalid flag": (
        'kind = "github"\norg = "a"\nforks = "yes"',
        "invalid forks 'yes': expected true or false",
    ),
}


@pytest.mark.parametrize(("text", "complaint"), BAD.values(), ids=BAD.keys())
def test_what_is_wrong_is_said(text, complaint):
    with pytest.raises(ConfigError) as error:
        parse(f"[[source]]\n{text}\n", FILE)
    assert error.value.complaints == (f"{FILE}: [[source]] number 1: {complaint}",)


def test_no_message_shows_a_secret():
    texts = [text for text, _ in BAD.values() if "secret" in text]
    with pytest.raises(ConfigError) as error:
        parse("".join(f"[[source]]\n{text}\n" for text in texts), FILE)
    assert (len(texts), "secret" in str(error.value)) == (4, False)


def test_two_sources_of_one_name():
    with pytest.raises(ConfigError) as error:
        parse('[[source]]\nkind = "github"\norg = "a"\n' * 2, FILE)
    assert error.value.complaints == (
        f"{FILE}: [[source]] number 2: duplicate name 'github.com/a': expected another than that of [[source]] number 1; state one by the key 'name'",
    )
