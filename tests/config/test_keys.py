"""The declared keys of repos.toml: their bounds, their complaints, the model's fields, and the reference page."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from catalog.config.key_reference import key_reference
from catalog.config.keys import CATALOG, CRAWL, EXECUTORS, METRICS, MOST_JITTER, NETWORK, PRIVACY, SCHEDULE
from catalog.config.model import Config, RepoConfig, RepoOptions, Schedule, SiteConfig, SourceConfig, StorageConfig
from catalog.config.parse import parse
from catalog.config.repository_keys import OPTIONS, REPO, SOURCE
from catalog.config.site_keys import SITE
from catalog.config.storage_keys import GET, STORAGE
from catalog.config.value_types import InvalidValue
from catalog.errors import ConfigError
from catalog.privacy.settings import Privacy

FILE = Path("/etc/catalog/repos.toml")
PAGE = Path(__file__).parents[2] / "docs" / "repos-toml.md"
TABLES = (CATALOG, CRAWL, SCHEDULE, NETWORK, METRICS, PRIVACY, GET)
VALUES = st.recursive(
    st.booleans()
    | st.integers(-2, 100_000)
    | st.floats()
    | st.sampled_from(
        [
            "",
            " ",
            "UTC",
            "0 3 * * *",
            "3 MiB",
            "https://host/x",
            "10.0.0.0/8",
            "https://[host",
            "https://h:0/x",
            *EXECUTORS,
        ]
    )
    | st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=9),
    lambda inner: st.lists(inner, max_size=3),
)


def names(keys):
    return {key.name for key in keys}


def complaints(text):
    try:
        parse(text, FILE)
    except ConfigError as error:
        return [complaint.removeprefix(f"{FILE}: ") for complaint in error.complaints]
    return []


def test_the_reference_page_is_in_step():
    assert PAGE.read_text("utf-8") == key_reference(), "run: python -m catalog.config.key_reference docs/repos-toml.md"


@pytest.mark.parametrize(
    ("keys", "model", "elsewhere"),
    [
        pytest.param(OPTIONS, [RepoOptions], set(), id="what a repository may state of its own"),
        pytest.param(REPO.keys, [RepoOptions, RepoConfig], {"options"}, id="a repository"),
        pytest.param(
            SOURCE.keys,
            [RepoOptions, SourceConfig],
            {"options", "scope", "kind"},
            id="a source, whose URL is in its scope",
        ),
        pytest.param(SITE.keys, [SiteConfig], set(), id="a further site"),
        pytest.param(STORAGE.keys, [StorageConfig], set(), id="how storage is reached"),
        pytest.param(PRIVACY.keys, [Privacy], set(), id="what is withheld"),
        pytest.param(SCHEDULE.keys, [Schedule], {"cron"}, id="the schedule, whose times are in [crawl]"),
        pytest.param(
            (*CATALOG.keys, *CRAWL.keys),
            [RepoOptions, Config],
            {
                "file",
                "stages",
                "directions",
                "allowed_hosts",
                "allowed_urls",
                "storage",
                "repos",
                "sources",
                "privacy",
                "notifications",
                "sites",
            },
            id="the catalog and the crawl",
        ),
    ],
)
def test_the_keys_are_the_fields_of_the_model(keys, model, elsewhere):
    assert names(keys) - {"url"} == {field.name for cls in model for field in fields(cls)} - elsewhere - {"url"}


@pytest.mark.parametrize(
    ("table", "key", "accepted", "refused"),
    [
        ("[crawl]", "jobs", "1", "0"),
        ("[crawl]", "jobs", "256", "257"),
        ("[crawl]", "jobs_per_host", "1", "0"),
        ("[crawl]", "jobs_per_host", "256", "257"),
        ("[crawl]", "processes", "1", "0"),
        ("[crawl]", "processes", "64", "65"),
        ("[crawl]", "connect_timeout", "0.001", "0.0009"),
        ("[crawl]", "idle_timeout", "1e9", "1000000001"),
        ("[crawl]", "timeout", "0.001", "0"),
        ("[crawl]", "max_bytes", "1", "0"),
        ("[crawl]", "history", "0", "-1"),
        ("[crawl]", "history", "1_000_000_000", "1_000_000_001"),
        ("[crawl]", "experiments", "0", "-1"),
        ("[crawl]", "plain_tags", "0", "-1"),
        ("[schedule]", "jitter", "0", "-1"),
        ("[schedule]", "jitter", f"{MOST_JITTER}", f"{MOST_JITTER + 1}"),
        ('[[source]]\nkind = "github"\norg = "a"', "full_check_days", "0.001", "0.0009"),
    ],
)
def test_a_bound_is_accepted_and_one_beyond_is_refused(table, key, accepted, refused):
    texts = (f"{table}\n{key} = {accepted}", f"{table}\n{key} = {refused}")
    assert [len(complaints(text)) for text in texts] == [0, 1]


DASK = {"executor": "dask", "scheduler": "tcp://10.0.0.1:8786"}  # one is refused without the other


@given(st.sampled_from([(table, key) for table in TABLES for key in table.keys]), VALUES)
def test_a_file_is_refused_exactly_where_the_keys_type_refuses_the_value(declared, value):
    table, key = declared
    try:
        key.type.parse(value)
        expected = []
    except InvalidValue:
        expected = [f"{table.header}: invalid {key.name} "]
    beside = DASK if key.name == "scheduler" or (key.name, value) == ("executor", "dask") else {}
    text = tomlkit.dumps({table.name: {key.name: value} | {name: beside[name] for name in beside if name != key.name}})
    assert [complaint[: len(start)] for complaint, start in zip(complaints(text), expected, strict=True)] == expected


@pytest.mark.parametrize(
    ("text", "end"),
    [
        pytest.param(
            "[catalog]\ntitel = 'x'",
            "output, publish_csv, publish_database, site_url, theme, title; did you mean 'title'?",
            id="a key",
        ),
        pytest.param("[sources]", "source, stages, storage; did you mean 'source'?", id="a table"),
        pytest.param(
            "[catalog]\ncolour = 'x'",
            "output, publish_csv, publish_database, site_url, theme, title",
            id="nothing like it",
        ),
    ],
)
def test_an_unknown_key_that_resembles_another(text, end):
    assert [complaint.endswith(end) for complaint in complaints(text)] == [True]


@pytest.mark.parametrize("url", ["ssh://git@host/owner/name", "https://ann@host/owner/name"])
def test_a_repository_url_may_have_a_user(url):
    assert [repo.url for repo in parse(f"[[repo]]\nurl = '{url}'", FILE).repos] == [url]
