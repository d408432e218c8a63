"""The table of what was seen when. It is filled from a journal, not from partitions: nobody could read it again."""

from __future__ import annotations

from datetime import datetime

from catalog.schema.record import Record, column, record


@record("observations", key=("ref", "first_seen", "oid"))
class Observation(Record):
    """Which object each ref named, and from when until when visits saw it; of a registry tag also what it said, which stays when the tag is gone."""

    ref: str = column("The ref's full name: a tag, a branch or an experiment.")
    oid: str = column("The object that it named.", identifies=True)
    revision: str | None = column("The commit that it led to in the end, as the server says.", identifies=True)
    unseen_at: datetime | None = column(
        "The last visit before `first_seen`, UTC, which did not find it; null on the first visit to the repository."
    )
    first_seen: datetime = column("The first visit that found it, UTC, as the clock of that crawl had it.")
    last_seen: datetime | None = column(
        "The last visit that certainly found it, UTC; null while it is there: then that is `repos.read_at`."
    )
    ended_at: datetime | None = column("The first visit that did not find it any more, UTC; null while it is there.")
    first_crawl: int = column("The crawl of `first_seen`.")
    ended_crawl: int | None = column("The crawl of `ended_at`.")
    unseen_crawl: int | None = column("The crawl of `unseen_at`.", default=None)
    last_crawl: int | None = column("The crawl of `last_seen`; null while it is there.", default=None)
    first_readable_at: datetime | None = column(
        "Of a registry tag: the first visit in which its object could be parsed, UTC; later than `first_seen` where it could not be read at first.",
        default=None,
    )
    first_readable_crawl: int | None = column("The crawl of `first_readable_at`.", default=None)
    event: str | None = column("Of a registry tag: what it does; see `events`. Null for all other refs.", default=None)
    tag: str | None = column("The name inside the tag object.", default=None)
    artifact: str | None = column("The artifact.", default=None)
    version: str | None = column("The version that it names.", default=None)
    precedence: str | None = column("Text that sorts as SemVer 2.0 sorts the version.", default=None)
    stage: str | None = column("The stage that it names.", default=None)
    counter: int | None = column("The number at the tag's end.", default=None)
    commit: str | None = column("The object that the tag object names.", default=None, identifies=True)
    created_at: datetime | None = column("When it was made, by the tagger's clock, UTC.", default=None)
    utc_offset: int | None = column("The tagger's time zone, in minutes east of Greenwich.", default=None)
    author: str | None = column("The tagger's name: a claim.", default=None)
    author_email: str | None = column("The tagger's e-mail address.", default=None)
    message: str | None = column("The beginning of the tag's message.", default=None)
    signed: str | None = column("The kind of the tag's signature; not verified.", default=None)
