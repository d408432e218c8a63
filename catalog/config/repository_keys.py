"""The keys of repositories and sources in repos.toml; those of a crawl that each of them may state for itself are the same."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.config.declaration import ConfigKey, Table
from catalog.config.model import PLAIN_TAGS, RepoOptions
from catalog.config.value_types import (
    DAYS,
    FLAG,
    REPOSITORY_NAME,
    REPOSITORY_URL,
    SECONDS,
    SERVER_URL,
    SIZE,
    TAG_LIMIT,
    TEXT,
    VARIABLE,
    VISIBILITY,
    InvalidValue,
    ValueType,
    choice,
    text_list,
    whole_number,
)
from catalog.plugins.forge import Forge, installed

_OPTIONS = RepoOptions()

OPTIONS = (
    ConfigKey(
        name="timeout", type=SECONDS, default=_OPTIONS.timeout, sentence="The time for one repository or source."
    ),
    ConfigKey(
        name="processor_time",
        type=SECONDS,
        default=_OPTIONS.processor_time,
        sentence="The time of a processor for one repository.",
    ),
    ConfigKey(
        name="max_bytes",
        type=SIZE,
        default=_OPTIONS.max_bytes,
        absent='"256 MiB"',
        sentence="How much to receive from one repository or source.",
    ),
    ConfigKey(
        name="max_refs",
        type=whole_number(1),
        default=_OPTIONS.max_refs,
        sentence="How many branches, tags and experiments a repository may have.",
    ),
    ConfigKey(
        name="history",
        type=whole_number(0),
        default=_OPTIONS.history,
        sentence="Generations of commits to read behind each branch; 0 reads none.",
    ),
    ConfigKey(
        name="experiments",
        type=whole_number(0),
        default=_OPTIONS.experiments,
        sentence="How many of the newest DVC experiments to read.",
    ),
    ConfigKey(
        name="plain_tags",
        type=TAG_LIMIT,
        default=_OPTIONS.plain_tags,
        absent=f"{PLAIN_TAGS} for a repository without registry tags, else 0",
        sentence=f"How many of the newest tags that are not GTO's to read; true means {PLAIN_TAGS}, false 0.",
    ),
    ConfigKey(
        name="fetch_remote_metrics",
        type=FLAG,
        default=_OPTIONS.fetch_remote_metrics,
        sentence="Whether to fetch metrics and plots that are in DVC's storage, and small files that are in Git LFS, and not in Git.",
    ),
)


def _repository_names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise InvalidValue
    return tuple(map(REPOSITORY_NAME.parse, value))


_NAMES = ValueType(
    name="list of texts", expected='a list of names of repositories, such as ["team/model"]', parse=_repository_names
)

REPO = Table(
    name="repo",
    sentence="One repository.",
    is_array=True,
    keys=(
        ConfigKey(
            name="url",
            type=REPOSITORY_URL,
            required=True,
            sentence="Where Git clones it from: https, http, ssh, git, file, user@host:path, or a path relative to repos.toml.",
        ),
        ConfigKey(
            name="name",
            type=REPOSITORY_NAME,
            absent="`host/owner/name` of the URL",
            sentence="What the catalog calls it; no two repositories share a name.",
        ),
        ConfigKey(
            name="aliases",
            type=_NAMES,
            default=(),
            sentence="What the catalog called it before: its history goes on under its name, and it is found by these, too. `catalog rename` writes them.",
        ),
        *OPTIONS,
    ),
)

_PATTERNS = text_list('["acme/*"]')
FILTERS = ("topics", "archived", "forks", "visibility", "skip_unpushed")  # only where the forge lists what they need

SOURCE = Table(
    name="source",
    sentence="All repositories of an organisation, a user, a topic, a folder or a list.",
    is_array=True,
    keys=(
        ConfigKey(
            name="name", type=TEXT, absent="what it lists, such as `github.com/acme`", sentence="The source's name."
        ),
        ConfigKey(name="url", type=SERVER_URL, absent="the kind's public server", sentence="The server, or the list."),
        ConfigKey(
            name="include",
            type=_PATTERNS,
            default=(),
            sentence="Patterns of `host/owner/name`, or of an end of it: only these.",
        ),
        ConfigKey(name="exclude", type=_PATTERNS, default=(), sentence="Patterns of repositories to leave out."),
        ConfigKey(name="topics", type=_PATTERNS, default=(), sentence="Only repositories with one of these topics."),
        ConfigKey(name="archived", type=FLAG, default=False, sentence="Whether to read archived repositories."),
        ConfigKey(name="forks", type=FLAG, default=False, sentence="Whether to read forks."),
        ConfigKey(
            name="visibility", type=VISIBILITY, default=(), absent="all", sentence="Only repositories seen by these."
        ),
        ConfigKey(
            name="skip_unpushed",
            type=FLAG,
            default=False,
            sentence="Whether to skip a repository without a push since it was last read, by what the forge lists.",
        ),
        ConfigKey(
            name="full_check_days",
            type=DAYS,
            default=7.0,
            sentence="With `skip_unpushed`: after how many days to visit a repository in any case.",
        ),
        ConfigKey(
            name="token_env",
            type=VARIABLE,
            absent="the kind's usual variable",
            sentence="The environment variable with the token.",
        ),
        *OPTIONS,
    ),
)


def kind_key() -> ConfigKey:
    """The key that says which kind of forge a [[source]] is."""
    return ConfigKey(name="kind", type=choice(installed()), required=True, sentence="The kind of forge.")


def scope_keys(forges: Iterable[Forge]) -> tuple[ConfigKey, ...]:
    """The keys that say whose repositories a [[source]] lists, apart from `url`."""
    words = sorted({word for forge in forges for scope in forge.scopes for word in scope} - {"url"})
    return tuple(ConfigKey(name=word, type=TEXT, sentence=f"Whose repositories to list: the {word}.") for word in words)
