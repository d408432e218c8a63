"""The rows of a repository's last partition: what need not be fetched and read again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from dataclasses import replace as replace_fields
from datetime import datetime

from catalog.crawl.fetch_plan import Known
from catalog.git.snapshot import Ref, RefListing
from catalog.schema.record import Lives, R, Record
from catalog.schema.tables import git, metrics, problems

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

    def mended(self, listing: RefListing) -> RefListing:
        """The listing, in which refs to objects that are missing or damaged now lead where they led when these were read.

        A server lists a tag whose object is damaged as Git does: without what is behind it, like a lightweight one.
        """
        tags = {tag.oid: tag.commit for tag in self.of(git.Tag) if tag.annotated and tag.rule is None}
        plain = {tag.oid for tag in self.of(git.Tag) if not tag.annotated and tag.rule is None}
        plain |= self.already_read() | {commit.commit for commit in self.of(git.Commit)}

        def mend(ref: Ref) -> Ref:
            if ref.oid in tags and (ref.peeled is None or ref.is_unreadable):
                return replace_fields(ref, peeled=tags[ref.oid])
            return replace_fields(ref, peeled=None) if ref.is_unreadable and ref.oid in plain else ref

        return replace_fields(listing, refs=tuple(map(mend, listing.refs)))

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
