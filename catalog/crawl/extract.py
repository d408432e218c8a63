"""From a snapshot to rows: of the refs, of the connectors, and those carried over from the last partition."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import chain

from catalog.config.model import RepoOptions
from catalog.crawl.ancestry import Reach
from catalog.crawl.isolation import IsolatedConnector
from catalog.crawl.previous import ABSENT, PreviousRows
from catalog.crawl.selection import RevisionSelection, select_revisions
from catalog.errors import MetafileError
from catalog.git.objects import CommitObject
from catalog.git.snapshot import BRANCH_PREFIX, TAG_PREFIX, Ref, RefListing, Snapshot
from catalog.plugins.connector import SHARED, Connector, partition_tables
from catalog.schema.record import Record, replace
from catalog.schema.tables import cards, git, metrics, problems
from catalog.store.partitions import Rows

ODD = ("malformed-commit", "absurd-time")  # the rules of commits that do not state everything


def extract_rows(
    snapshot: Snapshot,
    reach: Reach,
    connectors: Sequence[Connector],
    previous: PreviousRows,
    selection: RevisionSelection | None = None,
    turn: Callable[[], None] = lambda: None,
) -> Rows:
    """All rows of a repository, from what was fetched and from the previous rows. `selection`: by default, that of the default options.

    `turn` is called after each row; it may end the visit.
    """
    selection = selection or select_revisions(snapshot.listing, connectors, RepoOptions())
    dates = previous.dates() | snapshot.dates((*selection.releases, *selection.experiments))
    reasons = selection.reasons(dates)
    tags = tuple(_tags(snapshot, selection, previous, dates))
    commits = list(_commits(reach, previous))
    by_table: dict[type[Record], list[Record]] = {table: [] for table in partition_tables(connectors)}
    readers = [
        IsolatedConnector(connector=connector, tables=SHARED.union(connector.tables)) for connector in connectors
    ]
    for row in chain(
        _branches(snapshot.listing),
        _unreadable_refs(snapshot.listing, selection),
        tags,
        chain.from_iterable(reader.read_tags(tags) for reader in readers),
        _experiments(snapshot, selection, readers, previous),
        _revisions(snapshot, reasons, readers, previous),
        commits,
        _odd_commits(snapshot, reach, selection, reasons, previous),
        [git.History(commits=len(commits), complete=reach.complete)],
    ):
        turn()
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
        if ref.is_unreadable:
            yield git.Tag(tag=name, oid=ref.oid, annotated=ref.name in wanted, rule=ABSENT, problem=_unreadable(ref))
        elif ref.name not in wanted:
            commit = ref.peeled or ref.oid
            at = dates.get(commit) if ref.name in releases else None
            yield git.Tag(tag=name, oid=ref.oid, annotated=ref.peeled is not None, commit=commit, committed_at=at)
        elif ref.oid in previous_tags:
            yield replace(previous_tags[ref.oid], tag=name)
        else:
            yield _tag(snapshot, ref, name)


def _unreadable_refs(listing: RefListing, selection: RevisionSelection) -> Iterator[problems.Problem]:
    """Refs whose objects are missing or damaged, but for those that a connector, or the reading of an experiment, reports; and what could not be listed."""
    reported = {ref.name for ref in (*selection.tags, *selection.experiments)}
    for ref in (*listing.branches(), *listing.tags()):
        if ref.is_unreadable and ref.name not in reported:
            yield problems.Problem(connector="git", rule=ABSENT, place=ref.name, message=_unreadable(ref))
    for fault in listing.faults:
        yield problems.Problem(connector="git", rule=fault.rule, place=fault.place, message=fault.message)


def _unreadable(ref: Ref) -> str:
    return f"names object {ref.oid[:7]}, which is missing or damaged"


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
    snapshot: Snapshot, selection: RevisionSelection, readers: Sequence[IsolatedConnector], previous: PreviousRows
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
    snapshot: Snapshot, reasons: Mapping[str, set[str]], readers: Sequence[IsolatedConnector], previous: PreviousRows
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
                shown.update((row.content, row.x_content, row.template_content))
            elif isinstance(row, cards.CardImage):
                shown.add(row.content)
    for row in chain.from_iterable(previous.with_lifetime("content")):
        if getattr(row, "content") in shown:  # noqa: B009 - each of these tables has it
            yield row


def _revision(
    snapshot: Snapshot, readers: Sequence[IsolatedConnector], oid: str, why: tuple[str, ...]
) -> Iterator[Record]:
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
    for fault in revision.faults:
        yield problems.Problem(connector="git", rule=fault.rule, place=fault.place, message=fault.message, commit=oid)
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
    known_commits = {*reach.known, *(ref.oid for ref in selection.experiments)}
    odd = {row.commit: row for row in previous.of(problems.Problem) if row.rule in ODD and row.commit in known_commits}
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
