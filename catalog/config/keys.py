"""The keys of repos.toml, declared once: the parser, its messages and docs/repos-toml.md follow from these tables."""

from __future__ import annotations

from catalog.config.declaration import ConfigKey, Table
from catalog.config.notify_keys import NOTIFY
from catalog.config.repository_keys import OPTIONS, REPO, SOURCE
from catalog.config.site_keys import SITE
from catalog.config.storage_keys import GET, STORAGE
from catalog.config.value_types import (
    COMMAND,
    CRON,
    FLAG,
    HOSTS,
    SECONDS,
    SITE_URL,
    SIZE,
    TEXT,
    TIME_ZONE,
    choice,
    rules,
    text_list,
    whole_number,
)
from catalog.privacy.settings import DEFAULT, EMAILS, SECRETS

MOST_JITTER = 86_400  # seconds


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
        ConfigKey(
            name="theme",
            type=TEXT,
            sentence="The folder with [the look of the site](publish.md#the-look-of-the-site): templates, styles, logo and footer, relative to the file.",
        ),
        ConfigKey(
            name="publish_database",
            type=FLAG,
            default=False,
            sentence="Whether `data/` has a database, too, for [`--catalog URL`](publish.md): each build in which something changed writes it as a whole.",
        ),
        ConfigKey(
            name="publish_csv",
            type=FLAG,
            default=False,
            sentence="Whether each table and view of `data/` is there as compressed CSV, too.",
        ),
    ),
)

EXECUTORS = ("threads", "processes", "dask")

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
            absent="one per processor, four at most; two for pages",
            sentence="Processes that read repositories, and that render pages of models, two at most, where thousands of files of a site change. With 1, the command does both in its own process, where no limit can end a call.",
        ),
        ConfigKey(
            name="max_memory",
            type=SIZE,
            default=1 << 30,
            absent='"1 GiB"',
            sentence="How much memory a crawl and its processes may use; a repository that needs more is not read.",
        ),
        ConfigKey(
            name="executor",
            type=choice(EXECUTORS),
            default=EXECUTORS[0],
            sentence="Where repositories are read: by processes of the crawl, by a pool of the standard library, or by [a cluster of Dask](distributed.md).",
        ),
        ConfigKey(
            name="scheduler",
            type=TEXT,
            absent="none; `dask` needs one",
            sentence='The address of Dask\'s scheduler, such as `"tcp://10.0.0.1:8786"`.',
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
    sentence="Which servers are requested whose addresses come from untrusted sources: listings, redirects, and files in repositories. A host that this file or Git's configuration names is always requested.",
    keys=(
        ConfigKey(
            name="allow",
            type=HOSTS,
            default=(),
            sentence="Hosts, addresses and networks that untrusted sources may name although they are not public. Services of a cloud's metadata are never requested.",
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

TABLES = (CATALOG, CRAWL, SCHEDULE, NETWORK, METRICS, STAGES, PRIVACY, GET, STORAGE, NOTIFY, SITE, REPO, SOURCE)
