"""Which value of each key holds, and where it is stated."""

from __future__ import annotations

from pathlib import Path

from catalog.config.effective import EffectiveConfig
from catalog.config.keys import TABLES
from catalog.config.parse import parse

TEXT = """\
[crawl]
jobs = 2
timeout = 60
[stages]
prod = ["live"]
[[repo]]
url = "https://me@git.example/acme/churn"
timeout = 5
[[repo]]
url = "https://git.example/acme/vision"
[[source]]
kind = "github"
org = "acme"
history = 0
"""


def effective(text=TEXT, environment=()):
    return EffectiveConfig(parse(text, Path("repos.toml")), text, dict(environment))


def shown(settings):
    return {(each.table, each.key): (each.value, each.origin, each.line) for each in settings}


def test_every_key_of_a_single_table_is_there_and_what_entries_state():
    found = shown(effective().settings())
    keys = {(table.header, key.name) for table in TABLES if not table.is_array for key in table.keys}
    entries = {
        ("[stages]", "prod"): (["live"], "file", 5),
        ("[[repo]] git.example/acme/churn", "url"): ("https://git.example/acme/churn", "file", 7),
        ("[[repo]] git.example/acme/churn", "timeout"): (5, "file", 8),
        ("[[repo]] git.example/acme/vision", "url"): ("https://git.example/acme/vision", "file", 10),
        ("[[source]] github.com/acme", "kind"): ("github", "file", 12),
        ("[[source]] github.com/acme", "org"): ("acme", "file", 13),
        ("[[source]] github.com/acme", "history"): (0, "file", 14),
        ("[[source]] github.com/acme", "token"): (None, "default", None),
    }
    assert {key: value for key, value in found.items() if key not in keys} == entries
    assert keys - found.keys() == set()


def test_what_is_stated_has_its_line_and_the_rest_its_default():
    found = shown(effective().settings())
    names = [("[crawl]", "jobs"), ("[crawl]", "jobs_per_host"), ("[crawl]", "max_bytes"), ("[network]", "allow")]
    assert [found[name] for name in names] == [
        (2, "file", 2),
        (8, "default", None),
        ("256 MiB", "default", None),
        ([], "default", None),
    ]


def test_a_repository_has_its_own_values_or_those_of_the_crawl():
    config = parse(TEXT, Path("repos.toml"))
    found = [shown(effective().of_repo(repo, None)) for repo in config.repos]
    assert [(each["[[repo]]", "timeout"], each["[[repo]]", "name"]) for each in found] == [
        ((5, "file", 8), ("git.example/acme/churn", "default", None)),
        ((60, "file", 3), ("git.example/acme/vision", "default", None)),
    ]


def test_a_listed_repository_has_the_values_of_its_source():
    config = parse(TEXT, Path("repos.toml"))
    found = shown(
        effective().of_repo(
            config.repos[0].__class__(name="n", url="u", options=config.sources[0].options), config.sources[0]
        )
    )
    assert [found["[[source]]", key] for key in ("name", "history", "timeout")] == [
        ("n", "file", 11),
        (0, "file", 14),
        (60, "file", 3),
    ]


def test_tables_in_one_line_and_dotted_keys():
    found = shown(effective('catalog.title = "t"\ncrawl = {jobs = 3}\nrepo = [{url = "https://h/a/b"}]\n').settings())
    assert [found[key] for key in (("[catalog]", "title"), ("[crawl]", "jobs"), ("[[repo]] h/a/b", "url"))] == [
        ("t", "file", 1),
        (3, "file", 2),
        ("https://h/a/b", "file", 3),
    ]


def test_no_secret_is_shown():
    secret = "ghp_" + "a1B2" * 9
    text = f'{TEXT}[schedule]\npublish = "curl -u me:{secret} https://x"\n'
    settings = list(effective(text, {"GITHUB_TOKEN": secret, "CATALOG_CONFIG": "other.toml"}).settings())
    token = next(each for each in settings if each.key == "token")
    assert (secret in str(settings), token.value, token.variable) == (False, "(set)", "GITHUB_TOKEN")
    assert (settings[-1].key, settings[-1].value, settings[-1].variable) == (
        "CATALOG_CONFIG",
        "other.toml",
        "CATALOG_CONFIG",
    )
