"""From a snapshot to rows: of the refs, of the connectors, and those carried over from the last partition."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TypeVar

from catalog.config.model import Options
from catalog.crawl.ancestry import Reach
from catalog.crawl.fetch_plan import Known
from catalog.crawl.isolation import Reader
from catalog.crawl.selection import RevisionSelection, select_revisions
from catalog.errors import MetafileError
from catalog.git.objects import CommitObject
from catalog.git.snapshot import BRANCH_PREFIX, TAG_PREFIX, Ref, RefListing, Snapshot
from catalog.plugins.connector import SHARED, Connector, partition_tables
from catalog.schema.record import Lives, Record, replace
from catalog.schema.tables import git, metrics, problems
from catalog.store.partitions import Rows

R = TypeVar("R", bound=Record)

ODD = ("malformed-commit", "absurd-time")  # the rules of commits that do not state everything
ABSENT = "missing-object"  # the rule of what a repository ought to have and has not

# The tables whose rows stay valid when refs change, besides those of a revision or a content.
_CARRIED: tuple[type[Record], ...] = (
    git.Branch,
    git.Commit,
    git.Tag,
    git.Revision,
    problems.Problem,
    metrics.Experiment,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PreviousRows:
    """The rows of a repository's last partition."""

    rows: Mapping[type[Record], tuple[Record, ...]]

    def of(self, table: type[R]) -> tuple[R, ...]:
        return self.rows.get(table, ())  # type: ignore[return-value]  # the mapping is by table

    def with_lifetime(self, lives: Lives) -> Iterator[tuple[Record, ...]]:
        """The rows of each table with this lifetime."""
        return (rows for table, rows in self.rows.items() if lives == table.LIVES)

    def tags(self) -> dict[str, git.Tag]:
        """The tags whose objects were read, by object id. An object that was absent may have arrived since."""
        return {
            tag.oid: tag
            for tag in self.of(git.Tag)
            if tag.inner_name is not None or (tag.rule is not None and tag.rule != ABSENT)
        }

    def already_read(self) -> set[str]:
        """The objects that need not be read again: commits that were read, and whatever else tags lead to: bad commits, folders, files."""
        absent = {problem.commit for problem in self.of(problems.Problem) if problem.rule == ABSENT}
        read = {revision.commit for revision in self.of(git.Revision)}
        return (read | {tag.commit for tag in self.tags().values() if tag.commit}) - absent

    def known(self) -> Known:
        return Known(
            tags=self.tags().keys(),
            revisions=self.already_read(),
            refs={(experiment.ref, experiment.commit) for experiment in self.of(metrics.Experiment)},
            commits={commit.commit: commit.parents for commit in self.of(git.Commit)},
            dates=self.dates(),
            tips=tuple(branch.commit for branch in self.of(git.Branch)),
        )

    def dates(self) -> dict[str, datetime]:
        """The dates of the commits that releases and experiments lead to."""
        tagged = {tag.commit: tag.committed_at for tag in self.of(git.Tag) if tag.commit and tag.committed_at}
        return tagged | {row.commit: row.committed_at for row in self.of(metrics.Experiment) if row.committed_at}


def read_previous(read: Callable[[type[Record]], Iterable[Record]], tables: Iterable[type[Record]]) -> PreviousRows:
    """The rows of a partition with such tables that stay valid when refs change."""
    carried = (*_CARRIED, *(table for table in tables if table.LIVES in ("revision", "content")))
    return PreviousRows(rows={table: tuple(read(table)) for table in carried})


def extract_rows(
    snapshot: Snapshot,
    reach: Reach,
    connectors: Sequence[Connector],
    previous: PreviousRows,
    selection: RevisionSelection | None = None,
) -> Rows:
    """All rows of a repository, from what was fetched and from the previous rows. `selection`: by default, that of the default options."""
    selection = selection or select_revisions(snapshot.listing, connectors, Options())
    dates = previous.dates() | snapshot.dates((*selection.releases, *selection.experiments))
    reasons = selection.reasons(dates)
    tags = tuple(_tags(snapshot, selection, previous, dates))
    commits = list(_commits(reach, previous))
    by_table: dict[type[Record], list[Record]] = {table: [] for table in partition_tables(connectors)}
    readers = [Reader(connector=connector, tables=SHARED.union(connector.tables)) for connector in connectors]
    for row in chain(
        _branches(snapshot.listing),
        tags,
        chain.from_iterable(reader.read_tags(tags) for reader in readers),
        _experiments(snapshot, selection, readers, previous),
        _revisions(snapshot, reasons, readers, previous),
        commits,
        _odd_commits(snapshot, reach, selection, reasons, previous),
        [git.History(commits=len(commits), complete=reach.complete)],
    ):
        by_table[type(row)].append(row)
    return by_table


def _branches(listing: RefListing) -> Iterator[git.Branch]:
    for ref in listing.branches():
        name = ref.name.removeprefix(BRANCH_PREFIX)
        yield git.Branch(branch=name, commit=ref.oid, is_default=ref.name == listing.head)


def _tags(
    snapshot: Snapshot, selection: RevisionSelection, previous: PreviousRows, dates: Mapping[str, datetime]
) -> Iterator[git.Tag]:
    wanted = {ref.name for ref in selection.tags}
    releases = {ref.name for ref in selection.releases}
    previous_tags = previous.tags()
    for ref in snapshot.listing.tags():
        name = ref.name.removeprefix(TAG_PREFIX)
        if ref.name not in wanted:
            commit = ref.peeled or ref.oid
            at = dates.get(commit) if ref.name in releases else None
            yield git.Tag(tag=name, oid=ref.oid, annotated=ref.peeled is not None, commit=commit, committed_at=at)
        elif ref.oid in previous_tags:
            yield replace(previous_tags[ref.oid], tag=name)
        else:
            yield _tag(snapshot, ref, name)


def _tag(snapshot: Snapshot, ref: Ref, name: str) -> git.Tag:
    try:
        tag = snapshot.tag(ref.oid)
    except MetafileError as error:
        return git.Tag(tag=name, oid=ref.oid, annotated=True, commit=ref.peeled, rule=error.rule, problem=error.message)
    return git.Tag(
        tag=name,
        oid=ref.oid,
        annotated=True,
        commit=ref.peeled,
        inner_name=tag.name,
        target=tag.target,
        target_kind=tag.target_kind,
        tagger=tag.tagger.name,
        tagger_email=tag.tagger.email,
        tagged_at=tag.tagger.at,
        utc_offset=tag.tagger.utc_offset,
        message=tag.message,
        signed=tag.signed,
    )


def _experiments(
    snapshot: Snapshot, selection: RevisionSelection, readers: Sequence[Reader], previous: PreviousRows
) -> Iterator[Record]:
    previous_rows = {(row.ref, row.commit): row for row in previous.of(metrics.Experiment)}
    for ref in selection.experiments:
        if (ref.name, ref.oid) in previous_rows:
            yield previous_rows[ref.name, ref.oid]
            continue
        try:
            commit = snapshot.commit(ref.oid)
        except MetafileError as error:
            yield problems.Problem(connector="git", rule=error.rule, place=ref.name, message=error.message)
            continue
        for reader in readers:
            yield from reader.read_ref(ref.name, commit)


def _revisions(
    snapshot: Snapshot, reasons: Mapping[str, set[str]], readers: Sequence[Reader], previous: PreviousRows
) -> Iterator[Record]:
    """Revisions with their reasons, and the rows of their files."""
    previous_revisions = {revision.commit: revision for revision in previous.of(git.Revision)}
    already_read = previous.already_read()
    for oid, why in reasons.items():
        if oid in already_read:
            yield from (
                (replace(previous_revisions[oid], reasons=tuple(sorted(why))),) if oid in previous_revisions else ()
            )
        else:
            yield from _revision(snapshot, readers, oid, tuple(sorted(why)))
    shown: set[str | None] = set()
    for row in (*chain.from_iterable(previous.with_lifetime("revision")), *previous.of(problems.Problem)):
        commit = getattr(row, "commit")  # noqa: B009 - each of these tables has it
        if commit in reasons and commit in already_read:
            yield row
            if isinstance(row, metrics.Plot):
                shown.update((row.content, row.x_content))
    for row in chain.from_iterable(previous.with_lifetime("content")):
        if getattr(row, "content") in shown:  # noqa: B009 - each of these tables has it
            yield row


def _revision(snapshot: Snapshot, readers: Sequence[Reader], oid: str, why: tuple[str, ...]) -> Iterator[Record]:
    raw = snapshot.objects.get(oid)
    if raw is not None and raw.kind in ("tree", "blob"):
        return  # a tag of a folder or a file: the connector of the tag reports it
    try:
        revision = snapshot.revision(oid)
    except MetafileError as error:
        place = f"commit {oid[:7]}" + (f", {error.place}" if error.place else "")
        yield problems.Problem(connector="git", rule=error.rule, place=place, message=error.message, commit=oid)
        return
    commit = revision.commit
    if commit.rule:
        yield _odd_commit(commit)
    yield git.Revision(
        commit=oid,
        reasons=why,
        author=commit.author.name,
        author_email=commit.author.email,
        authored_at=commit.author.at,
        committed_at=commit.committer.at,
        summary=commit.summary,
        signed=commit.signed,
    )
    reported: set[tuple[str, str, str]] = set()
    for row in chain.from_iterable(reader.read_revision(revision) for reader in readers):
        if isinstance(row, problems.Problem):
            key = (row.rule, row.place, row.message)
            if key in reported:  # a problem of a file that several connectors read is reported once
                continue
            reported.add(key)
        yield row


def _commits(reach: Reach, previous: PreviousRows) -> Iterator[git.Commit]:
    known_commits = set(reach.known)
    yield from (commit for commit in previous.of(git.Commit) if commit.commit in known_commits)
    yield from map(_commit, reach.fetched)


def _commit(commit: CommitObject) -> git.Commit:
    return git.Commit(
        commit=commit.oid,
        parents=commit.parents,
        author=commit.author.name,
        author_email=commit.author.email,
        authored_at=commit.author.at,
        committed_at=commit.committer.at,
        summary=commit.summary,
    )


def _odd_commits(
    snapshot: Snapshot,
    reach: Reach,
    selection: RevisionSelection,
    reasons: Collection[str],
    previous: PreviousRows,
) -> Iterator[problems.Problem]:
    """What commits whose files are not read do not state, once for each: those of branches, and experiments."""
    kept = {*reach.known, *(ref.oid for ref in selection.experiments)}
    odd = {row.commit: row for row in previous.of(problems.Problem) if row.rule in ODD and row.commit in kept}
    commits = {commit.oid: commit for commit in reach.fetched}
    known = {(row.ref, row.commit) for row in previous.of(metrics.Experiment)}
    for ref in selection.experiments:
        if (ref.name, ref.oid) not in known:
            with suppress(MetafileError):
                commits[ref.oid] = snapshot.commit(ref.oid)
    odd |= {oid: _odd_commit(commit) for oid, commit in commits.items() if commit.rule}
    yield from (problem for oid, problem in odd.items() if oid not in reasons)


def _odd_commit(commit: CommitObject) -> problems.Problem:
    return problems.Problem(
        connector="git",
        rule=commit.rule or "",
        place=f"commit {commit.oid[:7]}",
        message=commit.problem or "",
        commit=commit.oid,
    )
