"""The tables of what Git itself says: branches, commits, revisions that were read, and tags."""

from __future__ import annotations

from datetime import datetime

from catalog.schema.record import Record, column, record


@record("branches", key=("branch",))
class Branch(Record):
    """The branches of each repository and the commits at their tips."""

    branch: str = column("The branch, without `refs/heads/`.")
    commit: str = column("The commit at its tip.", identifies=True)
    is_default: bool = column("HEAD points at this branch.")


@record("commits", key=("commit",))
class Commit(Record):
    """The commits that a branch reaches, as far back as `crawl.history` allows."""

    commit: str = column("The commit's object id, 40 hexadecimal digits.", identifies=True)
    parents: tuple[str, ...] = column("Its parents, first parent first.", identifies=True)
    author: str = column("Who wrote it.")
    author_email: str = column("The author's e-mail address.")
    authored_at: datetime | None = column("When it was written, UTC; null where Git finds no date.")
    committed_at: datetime | None = column("When it was committed, UTC; null where Git finds no date.")
    summary: str = column("The first line of its message.")


@record("histories", key=())
class History(Record):
    """How much of a repository's history was read: whether a commit that is not in `commits` is on no branch, or unknown."""

    commits: int = column("Commits read.")
    complete: bool = column("Every commit that a branch reaches is in `commits`.")


@record("revisions", key=("commit",))
class Revision(Record):
    """The commits whose files were read: those of registry tags, of releases, of experiments, and the tip of the default branch."""

    commit: str = column("The commit's object id.", identifies=True)
    reasons: tuple[str, ...] = column(
        "Why it was read: `tag` (a registry tag), `release` (any other tag), `experiment`, `tip`."
    )
    author: str = column("Who wrote the commit.")
    author_email: str = column("The author's e-mail address.")
    authored_at: datetime | None = column("When it was written, UTC; null where Git finds no date.")
    committed_at: datetime | None = column(
        "When it was committed, UTC; null where Git finds no date. GTO dates what a commit says about an artifact by it."
    )
    summary: str = column("The first line of its message.")
    signed: str | None = column("The kind of its signature (`pgp`, `ssh`, `x509`); not verified.")


@record("tags", key=("tag",))
class Tag(Record):
    """Every tag. What its object says is there for annotated tags whose names concern a registry."""

    tag: str = column("The tag's name, without `refs/tags/`.")
    oid: str = column(
        "The object that the ref names: the tag object, or the commit of a lightweight tag.", identifies=True
    )
    annotated: bool = column("The ref names a tag object. GTO ignores all others.")
    commit: str | None = column(
        "The commit that the tag leads to in the end; as the server says.", default=None, identifies=True
    )
    committed_at: datetime | None = column(
        "When that commit was made, UTC, of a tag that is no registry tag and was looked at.", default=None
    )
    inner_name: str | None = column("The name inside the tag object, which is the one that GTO goes by.", default=None)
    target: str | None = column(
        "The object that the tag object names; another tag, for a tag of a tag.", default=None, identifies=True
    )
    target_kind: str | None = column("`commit`, `tag`, `tree` or `blob`.", default=None)
    tagger: str | None = column("Who made the tag, by their own claim.", default=None)
    tagger_email: str | None = column("The tagger's e-mail address.", default=None)
    tagged_at: datetime | None = column("When the tag was made by the tagger's clock, UTC.", default=None)
    utc_offset: int | None = column("The tagger's time zone, in minutes east of Greenwich.", default=None)
    message: str | None = column("The tag's message, without the signature.", default=None)
    signed: str | None = column("The kind of its signature (`pgp`, `ssh`, `x509`); not verified.", default=None)
    rule: str | None = column("Why the tag object could not be read: the same word as in `problems`.", default=None)
    problem: str | None = column("Why the tag object could not be read, as a sentence.", default=None)
