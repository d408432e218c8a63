"""The keys of repos.toml, declared once: the parser, its messages and docs/repos-toml.md follow from these tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from catalog.config.model import PLAIN_TAGS, Options
from catalog.config.value_types import (
    COMMAND,
    CRON,
    DAYS,
    FLAG,
    HOSTS,
    REPOSITORY_NAME,
    REPOSITORY_URL,
    SECONDS,
    SERVER_URL,
    SITE_URL,
    SIZE,
    TAG_LIMIT,
    TEXT,
    TIME_ZONE,
    VARIABLE,
    VISIBILITY,
    ValueType,
    choice,
    rules,
    text_list,
    whole_number,
)
from catalog.plugins.forge import Forge, installed
from catalog.privacy.settings import DEFAULT, EMAILS, SECRETS

MOST_JITTER = 86_400  # seconds

_OPTIONS = Options()


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfigKey:
    """One key of a table. `absent` says what holds without it where the default alone does not."""

    name: str
    type: ValueType
    default: Any = None
    absent: str | None = None
    required: bool = False
    sentence: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """A table of repos.toml. `any_key`: it has no fixed keys, and this describes each."""

    name: str
    sentence: str
    keys: tuple[ConfigKey, ...] = ()
    any_key: ConfigKey | None = None
    is_array: bool = False

    @property
    def header(self) -> str:
        """How the file begins the table."""
        return f"[[{self.name}]]" if self.is_array else f"[{self.name}]"


CATALOG = Table(
    name="catalog",
    sentence="The catalog as a whole.",
    keys=(
        ConfigKey(name="title", type=TEXT, default="Model catalog", sentence="The title of the site and of its feeds."),
        ConfigKey(
            name="output",
            type=TEXT,
            default="output",
            sentence="The folder for everything that the catalog writes, relative to the file.",
        ),
        ConfigKey(
            name="site_url", type=SITE_URL, sentence="The address of the published site: feeds and links need it."
        ),
    ),
)

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

_JOBS = whole_number(1, 256)

CRAWL = Table(
    name="crawl",
    sentence="How to crawl. The keys from `timeout` on are also keys of each `[[repo]]` and `[[source]]`, whose default is the value here.",
    keys=(
        ConfigKey(name="jobs", type=_JOBS, default=8, sentence="Repositories at a time."),
        ConfigKey(name="jobs_per_host", type=_JOBS, default=8, sentence="Repositories at a time on one host."),
        ConfigKey(
            name="processes",
            type=whole_number(1, 64),
            absent="one per processor, four at most",
            sentence="Processes that read repositories; with 1, it is the crawl's own process, which no limit can end inside a call.",
        ),
        ConfigKey(
            name="max_memory",
            type=SIZE,
            default=1 << 30,
            absent='"1 GiB"',
            sentence="How much memory a crawl and its processes may use; a repository that needs more is not read.",
        ),
        ConfigKey(name="connect_timeout", type=SECONDS, default=10.0, sentence="The time to connect to a server."),
        ConfigKey(name="idle_timeout", type=SECONDS, default=30.0, sentence="How long a server may send nothing."),
        ConfigKey(name="schedule", type=CRON, sentence="When `catalog schedule` crawls."),
        *OPTIONS,
    ),
)

SCHEDULE = Table(
    name="schedule",
    sentence="What `catalog schedule` does besides crawling at the times of `schedule` in `[crawl]`.",
    keys=(
        ConfigKey(name="timezone", type=TIME_ZONE, default="UTC", sentence="The time zone of the schedule."),
        ConfigKey(
            name="jitter",
            type=whole_number(0, MOST_JITTER),
            default=0,
            sentence="The most seconds by which a run begins later; drawn anew for each run.",
        ),
        ConfigKey(name="publish", type=COMMAND, sentence="The command to run after a successful build."),
        ConfigKey(
            name="health_file",
            type=TEXT,
            absent="`health.json` in the output folder",
            sentence="The file for monitors, relative to repos.toml.",
        ),
    ),
)

NETWORK = Table(
    name="network",
    sentence="Which servers are requested that are named by strangers: by listings, redirects, and files in repositories. A host that this file or Git's configuration names is always requested.",
    keys=(
        ConfigKey(
            name="allow",
            type=HOSTS,
            default=(),
            sentence="Hosts, addresses and networks that strangers may name although they are not public. Services of a cloud's metadata are never requested.",
        ),
    ),
)

_METRICS = text_list('["auc", "*_recall"]')

METRICS = Table(
    name="metrics",
    sentence="Which direction of a metric is better, by patterns of names; a pattern belongs to one direction. Other names are judged by their words.",
    keys=(
        ConfigKey(name="higher", type=_METRICS, default=(), sentence="Metrics of which a higher value is better."),
        ConfigKey(name="lower", type=_METRICS, default=(), sentence="Metrics of which a lower value is better."),
    ),
)

STAGES = Table(
    name="stages",
    sentence="One vocabulary of stages for all repositories. Each key is the catalog's name of a stage.",
    any_key=ConfigKey(
        name="stage",
        type=text_list('["production", "live"]', blanks=True),
        sentence="Other names that tags use for the stage; a name belongs to one stage.",
    ),
)

_RULES = rules('[{ repo = "acme/*", path = "params.yaml", key = "db.*" }]')

PRIVACY = Table(
    name="privacy",
    sentence="What is not passed on: see [what is withheld](privacy.md).",
    keys=(
        ConfigKey(
            name="secrets",
            type=choice(SECRETS),
            default=DEFAULT.secrets,
            sentence="Whether to withhold likely secrets in repositories before anything of them is stored.",
        ),
        ConfigKey(
            name="redact",
            type=_RULES,
            default=DEFAULT.redact,
            sentence="Where to withhold every value: patterns of a repository, a path in it, and a key.",
        ),
        ConfigKey(
            name="allow",
            type=_RULES,
            default=DEFAULT.allow,
            sentence="Where to withhold nothing that a detector finds, with the same patterns; `redact` goes before it.",
        ),
        ConfigKey(
            name="emails",
            type=choice(EMAILS),
            default=DEFAULT.emails,
            sentence="What becomes of people's e-mail addresses on the site, in its feeds and in the exported files.",
        ),
    ),
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

TABLES = (CATALOG, CRAWL, SCHEDULE, NETWORK, METRICS, STAGES, PRIVACY, REPO, SOURCE)


def kind_key() -> ConfigKey:
    """The key that says which kind of forge a [[source]] is."""
    return ConfigKey(name="kind", type=choice(installed()), required=True, sentence="The kind of forge.")


def scope_keys(forges: Iterable[Forge]) -> tuple[ConfigKey, ...]:
    """The keys that say whose repositories a [[source]] lists, apart from `url`."""
    words = sorted({word for forge in forges for scope in forge.scopes for word in scope} - {"url"})
    return tuple(ConfigKey(name=word, type=TEXT, sentence=f"Whose repositories to list: the {word}.") for word in words)
