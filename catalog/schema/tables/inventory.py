"""The tables of the inventory: repositories and sources, the vocabulary of repos.toml, and each crawl with its visits."""

from __future__ import annotations

from datetime import datetime

from catalog.schema.record import Record, column, record


@record("repos", key=("repo",), lives="crawl")
class Repo(Record):
    """The repositories of repos.toml and of its sources, and how the last crawl found each."""

    repo: str = column("The repository: `host/owner/name`, or its name in repos.toml.")
    url: str = column("Where it was read from, without credentials.")
    outcome: str = column(
        "How the last visit ended: `new`, `changed`, `fresh`, `down` (no answer), `malformed` (a damaged answer), `refused`, `gone`, `too_big`, `too_slow`, `bug`, or `never`. Of what is visited no more: `removed` from repos.toml, or `left` its source."
    )
    message: str | None = column("What the last visit found wrong.")
    stale: bool = column(
        "The last visit failed; the rows are those of `read_at`, or there are none where it was never read."
    )
    visited_at: datetime | None = column("When the last visit began, UTC.")
    read_at: datetime | None = column("When the rows were last known to be true, UTC.")
    partition: str | None = column("The name of its rows in the store.")
    source: str | None = column("The source that lists it, or once did; null for one of [[repo]] alone.", default=None)
    forge_id: str | None = column("What its forge knows it by, whatever it is called.", default=None)
    archived: bool | None = column("Its forge says that it is archived.", default=None)
    fork: bool | None = column("Its forge says that it was forked from another.", default=None)
    fork_of: str | None = column("The repository that it was forked from, where the forge tells.", default=None)
    visibility: str | None = column("`public`, `internal` or `private`, as its forge says.", default=None)
    topics: tuple[str, ...] = column("Its topics on its forge.", default=())
    pushed_at: datetime | None = column("When it was last pushed to, as its forge says, UTC.", default=None)
    founded_at: datetime | None = column("When it was made on its forge, UTC.", default=None)
    left_at: datetime | None = column(
        "When its source no longer listed it as wanted, UTC: its rows stay.", default=None
    )
    left_because: str | None = column("Why: `no longer listed`, `renamed to ...`, `made private`, ...", default=None)
    renamed_to: str | None = column("What it is called now.", default=None)
    page: str | None = column("Its page on its forge; null where the forge is not known by its host.", default=None)
    commit_pages: str | None = column(
        "What stands before a commit's name in the address of that commit's page on the forge.", default=None
    )


@record("sources", key=("source",), lives="crawl")
class Source(Record):
    """The sources of repos.toml, and how the last crawl found each."""

    source: str = column("The source: its name in repos.toml, or host and owner.")
    kind: str = column("The kind of forge: `github`, `gitlab`, `folder`, ...")
    url: str | None = column("The address of the forge's API.")
    outcome: str = column(
        "How the last listing went: `listed`, `down`, `malformed`, `refused`, `gone`, `too_big`, `too_slow`, `bug`, or `never`."
    )
    message: str | None = column("What went wrong with it; of one that is `listed`, which entries had to be left out.")
    asked_at: datetime | None = column("When it was asked last, UTC.")
    listed_at: datetime | None = column("When it last gave a whole listing, UTC: what is known of it is from then.")
    listed: int = column("How many repositories it listed.")
    wanted: int = column("How many of them are in the catalog.")


@record("stage_names", key=("raw",), lives="crawl")
class StageName(Record):
    """The vocabulary of repos.toml: how stages are called in repositories, and in this catalog."""

    raw: str = column("The stage as tags spell it.")
    stage: str = column("The stage as the catalog calls it.")
    rank: int = column("Its place in repos.toml, from 0.")


@record("metric_directions", key=("rank",), lives="crawl")
class MetricDirection(Record):
    """What repos.toml says about metrics: of which a higher value is better, and of which a lower one."""

    pattern: str = column("The metric's name, or a pattern of names with `*` and `?`.")
    direction: str = column("`higher` or `lower`: what is better.")
    rank: int = column("Its place in repos.toml, from 0: the first that matches counts.")


@record("crawls", key=("crawl",), lives="crawl")
class Crawl(Record):
    """Every crawl: when, how long, and how it went."""

    crawl: int = column("The crawl's number, from 1.")
    started_at: datetime = column("When it began, UTC.")
    seconds: float = column("How long it took.")
    new: int = column("Repositories read for the first time.")
    changed: int = column("Repositories read again, because refs, options or readers had changed.")
    fresh: int = column("Repositories that had not changed.")
    failed: int = column("Repositories that could not be read.")
    received: int = column("Bytes received.")
    outcome: str = column(
        "`complete`, `incomplete` where repositories could not be read, or `cut_short`: it was stopped, or killed, or was not over when the catalog was built, because of slow repositories.",
        default="complete",
    )


@record("visits", key=("crawl", "repo"), lives="crawl")
class Visit(Record):
    """How visits ended: one row for each repository and run of equal outcomes, which tells of its last visit; of runs that ended more than ten crawls ago, of the first. Also when a repository left the catalog."""

    crawl: int = column("The crawl's number.")
    repo: str = column("The repository.")
    outcome: str = column("How it ended: see `repos.outcome`.")
    why: str | None = column(
        "Why it was read: `new`, `refs_changed` (or its options), `reader_changed`, `privacy_changed`; where nothing of that changed, `listed_again` or `rows_missing`: it was back in repos.toml or its source, or its rows were lost or damaged; `incomplete` where its server could not send some objects last time."
    )
    message: str | None = column("What went wrong.")
    started_at: datetime = column("When the visit began, UTC.")
    seconds: float = column("How long it took.")
    received: int = column("Bytes received.")
    requests: int = column("Requests made.")
    first_at: datetime | None = column("When the first visit of the run began.", default=None)
    times: int = column("How many visits the run has.", default=1)
    crawls: tuple[int, ...] = column(
        "The crawls of these visits: the first, then those of the last ten crawls.", default=()
    )
    turned: bool = column(
        "With the first visit of the run the repository was lost, found again, or met for the first time.",
        default=False,
    )


@record("renames", key=("crawl", "former"), lives="crawl")
class Rename(Record):
    """Repositories that their forges, or `aliases` in repos.toml, have under another name than before. What was seen of them before is listed under the name that they have now."""

    crawl: int = column("The first crawl that knew the new name.")
    repo: str = column("The repository, by the name that it has now.")
    former: str = column("The name until then.")
    name: str = column(
        "The name from then on; of one that its forge no longer lists, while another has its name, `former (id N)`, where the id is not known, `former (id unknown)`."
    )
    replaced: bool = column("Another repository has the former name since then.", default=False)
