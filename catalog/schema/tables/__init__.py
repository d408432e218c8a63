"""The tables: facts that were read, and what the crawl itself did. Each class is a table, each field a column.

Those of DVC's files are in `schema/tables/dvc.py`, metrics, plots and experiments in `schema/tables/metrics.py`, what surrounds a model in
`schema/tables/cards.py`; `TABLES` at the end has them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from catalog.schema.record import Record, column, record
from catalog.schema.tables.cards import Card, CardResult, CodeOwner, Licence, MlemObject
from catalog.schema.tables.dvc import (
    Dataset,
    Dependency,
    Import,
    Metafile,
    Output,
    OutputFile,
    Param,
    PipelineStage,
    Remote,
)
from catalog.schema.tables.inventory import Repo, Source
from catalog.schema.tables.metrics import Experiment, Image, MeasureFile, Metric, Plot, PlotSeries
from catalog.schema.tables.observations import Observation

# GTO's own words for what a tag does are past participles in `gto history`; these are the values of `events.event`.
REGISTRATION, DEREGISTRATION = "registration", "deregistration"
ASSIGNMENT, UNASSIGNMENT = "assignment", "unassignment"
DEPRECATION = "deprecation"


@record("branches", key=("branch",))
class Branch(Record):
    """The branches of each repository and the commits at their tips."""

    branch: str = column("The branch, without `refs/heads/`.")
    commit: str = column("The commit at its tip.")
    is_default: bool = column("HEAD points at this branch.")


@record("commits", key=("commit",))
class Commit(Record):
    """The commits that a branch reaches, as far back as `crawl.history` allows."""

    commit: str = column("The commit's object id, 40 hexadecimal digits.")
    parents: tuple[str, ...] = column("Its parents, first parent first.")
    author: str = column("Who wrote it.")
    author_email: str = column("The author's e-mail address.")
    authored_at: datetime = column("When it was written, UTC.")
    committed_at: datetime = column("When it was committed, UTC.")
    summary: str = column("The first line of its message.")


@record("histories", key=())
class History(Record):
    """How much of a repository's history was read: whether a commit that is not in `commits` is on no branch, or unknown."""

    commits: int = column("Commits read.")
    complete: bool = column("Every commit that a branch reaches is in `commits`.")


@record("revisions", key=("commit",))
class Revision(Record):
    """The commits whose files were read: those of registry tags, of releases, of experiments, and the tip of the default branch."""

    commit: str = column("The commit's object id.")
    reasons: tuple[str, ...] = column(
        "Why it was read: `tag` (a registry's), `release` (any other tag), `experiment`, `tip`."
    )
    author: str = column("Who wrote the commit.")
    author_email: str = column("The author's e-mail address.")
    authored_at: datetime = column("When it was written, UTC.")
    committed_at: datetime = column("When it was committed, UTC. GTO dates what a commit says about an artifact by it.")
    summary: str = column("The first line of its message.")
    signed: str | None = column("The kind of its signature (`pgp`, `ssh`, `x509`); not verified.")


@record("tags", key=("tag",))
class Tag(Record):
    """Every tag. What its object says is there for annotated tags whose names concern a registry."""

    tag: str = column("The tag's name, without `refs/tags/`.")
    oid: str = column("The object that the ref names: the tag object, or the commit of a lightweight tag.")
    annotated: bool = column("The ref names a tag object. GTO ignores all others.")
    commit: str | None = column("The commit that the tag leads to in the end; as the server says.", default=None)
    committed_at: datetime | None = column(
        "When that commit was made, UTC, where the tag is not a registry's and was looked at.", default=None
    )
    inner_name: str | None = column("The name inside the tag object, which is the one that GTO goes by.", default=None)
    target: str | None = column("The object that the tag object names; another tag, for a tag of a tag.", default=None)
    target_kind: str | None = column("`commit`, `tag`, `tree` or `blob`.", default=None)
    tagger: str | None = column("Who made the tag, by their own claim.", default=None)
    tagger_email: str | None = column("The tagger's e-mail address.", default=None)
    tagged_at: datetime | None = column("When the tag was made by the tagger's clock, UTC.", default=None)
    utc_offset: int | None = column("The tagger's time zone, in minutes east of Greenwich.", default=None)
    message: str | None = column("The tag's message, without the signature.", default=None)
    signed: str | None = column("The kind of its signature (`pgp`, `ssh`, `x509`); not verified.", default=None)
    rule: str | None = column("Why the tag object could not be read: the same word as in `problems`.", default=None)
    problem: str | None = column("Why the tag object could not be read, as a sentence.", default=None)


@record("events", key=("created_at", "tag", "oid"))
class Event(Record):
    """What each GTO tag did. The artifact's state follows from these; see the views `versions` and `assignments`."""

    oid: str = column("The tag object.")
    tag: str = column("The name inside the tag object.")
    event: str = column("`registration`, `deregistration`, `assignment`, `unassignment` or `deprecation`.")
    artifact: str = column("The artifact: `name`, or `folder:name`.")
    version: str | None = column("The version that a registration or deregistration names.")
    precedence: str | None = column("Text that sorts as SemVer 2.0 sorts the version.")
    stage: str | None = column("The stage that an assignment or unassignment names, as the tag spells it.")
    counter: int | None = column("The number at the tag's end. It makes names unique and means nothing else.")
    commit: str = column("The object that the tag names; a stage belongs to the version registered on the same one.")
    revision: str | None = column(
        "The commit that the tag leads to in the end; `commit`, but for a tag of a tag.", default=None
    )
    created_at: datetime = column("When, by the tagger's clock, UTC.")
    utc_offset: int = column("The tagger's time zone, in minutes east of Greenwich.")
    author: str = column("The tagger's name: a claim.")
    author_email: str = column("The tagger's e-mail address.")
    message: str = column("The tag's message.")
    signed: str | None = column("The kind of the tag's signature; not verified.")


@record("annotations", key=("commit", "file", "artifact"))
class Annotation(Record):
    """What `dvc.yaml` and `artifacts.yaml` say about an artifact at a commit."""

    commit: str = column("The commit.")
    file: str = column("The file, from the Git root.")
    source: str = column("`dvc.yaml` or `artifacts.yaml`.")
    artifact: str = column("The artifact's full name: `id` at the root, `folder:id` in a folder.")
    path: str | None = column("Where the artifact lies, as written: relative to the file's folder, or a URL.")
    type: str | None = column("The type as stated, for example `model` or `dataset`.")
    description: str | None = column("The description as stated.")
    labels: tuple[str, ...] = column("The labels as stated.")
    meta: Mapping[str, str] = column("Other metadata as stated: top-level keys; values that are not text are JSON.")
    dvc_root: str | None = column(
        "The folder of the DVC project that the file belongs to: see `metafiles`.", default=None
    )
    target: str | None = column(
        "Where the artifact lies, from the Git root; null where that is a URL, outside the repository, or not stated.",
        default=None,
    )
    in_git: str | None = column(
        "What Git has there: `file`, `folder`, `link` or `submodule`; null for nothing.", default=None
    )
    blob: str | None = column("The Git blob of a file, the tree of a folder, the commit of a submodule.", default=None)
    executable: bool = column("Git has it as an executable file.", default=False)
    lfs_hash: str | None = column("The sha256 of the content, where the file is a Git LFS pointer.", default=None)
    lfs_size: int | None = column("Bytes of the content, where the file is a Git LFS pointer.", default=None)


@record("gto_configs", key=("commit",))
class GtoConfig(Record):
    """What `.gto` says at the tip of the default branch."""

    commit: str = column("The commit.")
    stages: tuple[str, ...] | None = column("The stages that may be assigned, in their order.")
    types: tuple[str, ...] | None = column("The types that an annotation may have.")
    index: str | None = column("The name of the annotation file, where it is not `artifacts.yaml`.")


@record("problems", key=("connector", "place", "rule", "message", "commit"))
class Problem(Record):
    """What could not be read, and why. The owner of the repository can mend it; everything else was read."""

    connector: str = column("Who complained; of several, the first.")
    rule: str = column("A short stable word for the kind of problem.")
    place: str = column("Where: a tag, or a file and the place inside it.")
    message: str = column("What was found, and what was expected.")
    commit: str | None = column("The commit, where a file is concerned.", default=None)


@record("stage_names", key=("raw",), repo=False)
class StageName(Record):
    """The vocabulary of repos.toml: how stages are called in repositories, and in this catalog."""

    raw: str = column("The stage as tags spell it.")
    stage: str = column("The stage as the catalog calls it.")
    rank: int = column("Its place in repos.toml, from 0.")


@record("metric_directions", key=("rank",), repo=False)
class MetricDirection(Record):
    """What repos.toml says about metrics: of which a higher value is better, and of which a lower one."""

    pattern: str = column("The metric's name, or a pattern of names with `*` and `?`.")
    direction: str = column("`higher` or `lower`: what is better.")
    rank: int = column("Its place in repos.toml, from 0: the first that matches counts.")


@record("crawls", key=("crawl",), repo=False)
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
        "`complete`, `incomplete` where repositories could not be read, or `cut_short`: it was stopped, or killed.",
        default="complete",
    )


@record("visits", key=("crawl", "repo"), repo=False)
class Visit(Record):
    """How visits ended in the last ten crawls: one row for each repository and run of equal outcomes, which tells of its last visit. Of older crawls, the visits with which repositories were lost or found."""

    crawl: int = column("The crawl's number.")
    repo: str = column("The repository.")
    outcome: str = column("How it ended: see `repos.outcome`.")
    why: str | None = column("Why it was read: `new`, `refs_changed` (or its options), `reader_changed`.")
    message: str | None = column("What went wrong.")
    started_at: datetime = column("When the visit began, UTC.")
    seconds: float = column("How long it took.")
    received: int = column("Bytes received.")
    requests: int = column("Requests made.")
    first_at: datetime | None = column("When the first visit of the run began.", default=None)
    times: int = column("How many visits the run has.", default=1)
    crawls: tuple[int, ...] = column("The crawls of these visits, the first first.", default=())
    turned: bool = column(
        "With the first visit of the run the repository was lost, found again, or met for the first time.",
        default=False,
    )


PARTITION: tuple[type[Record], ...] = (
    Branch,
    Commit,
    History,
    Revision,
    Tag,
    Event,
    Annotation,
    GtoConfig,
    Metafile,
    Output,
    OutputFile,
    Dependency,
    Import,
    PipelineStage,
    Remote,
    Dataset,
    Param,
    MeasureFile,
    Metric,
    Plot,
    PlotSeries,
    Image,
    Experiment,
    Card,
    CardResult,
    Licence,
    CodeOwner,
    MlemObject,
    Problem,
)
CRAWL: tuple[type[Record], ...] = (Repo, Source, StageName, MetricDirection, Crawl, Visit, Observation)
TABLES: tuple[type[Record], ...] = (*CRAWL, *PARTITION)
