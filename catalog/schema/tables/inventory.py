"""The tables of the fleet: the repositories, and the sources where they were looked for."""

from __future__ import annotations

from datetime import datetime

from catalog.schema.record import Record, column, record


@record("repos", key=("repo",), repo=False)
class Repo(Record):
    """The repositories of repos.toml and of its sources, and how the last crawl found each."""

    repo: str = column("The repository: `host/owner/name`, or its name in repos.toml.")
    url: str = column("Where it was read from, without credentials.")
    outcome: str = column(
        "How the last visit ended: `new`, `changed`, `fresh`, `down`, `refused`, `gone`, `too_big`, `bug`, or `never`."
    )
    message: str | None = column("What the last visit found wrong.")
    stale: bool = column("The last visit failed; the rows are those of `read_at`.")
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


@record("sources", key=("source",), repo=False)
class Source(Record):
    """The sources of repos.toml, and how the last crawl found each."""

    source: str = column("The source: its name in repos.toml, or host and owner.")
    kind: str = column("The kind of forge: `github`, `gitlab`, `folder`, ...")
    url: str | None = column("The address of the forge's API.")
    outcome: str = column(
        "How the last listing went: `listed`, `down`, `refused`, `gone`, `too_big`, `bug`, or `never`."
    )
    message: str | None = column("What went wrong with it.")
    asked_at: datetime | None = column("When it was asked last, UTC.")
    listed_at: datetime | None = column("When it last gave a whole listing, UTC: what is known of it is from then.")
    listed: int = column("How many repositories it listed.")
    wanted: int = column("How many of them are in the catalog.")
