"""The seam: what a connector is, and which ones are installed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points

from catalog.git.objects import Commit
from catalog.git.snapshot import Revision, Stored
from catalog.schema.record import Record
from catalog.schema.tables.git import Tag

GROUP = "catalog.connectors"


def _nothing(_: object) -> Iterable[Record]:
    return ()


def _nothing_of_a_ref(_name: str, _commit: Commit) -> Iterable[Record]:
    return ()


def no_files(_: Revision) -> Iterable[str | Stored]:
    """Nothing further is wanted."""
    return ()


def _never(_: str) -> bool:
    return False


@dataclass(frozen=True, kw_only=True, slots=True)
class Connector:
    """A speaker of one format: pure functions from a snapshot to rows. Raise `version` when the same input gives other rows.

    `wants_tag(name)`: is the annotated tag of this short name ours? Its object is fetched, and its commit becomes a revision.
    `wants_ref(name)`: is this ref, no branch and no tag, ours? The files of the newest of their commits are read, too.
    `wants_file(path)`: are we to be given this file of every revision? Paths count from the Git root.
    `guesses_file(path)`: does a file of this name usually turn out to be wanted also? Such files come with the others, which saves a
    request. A guess changes no row: what is read is what `wants_file` and `wants_also` ask for.
    `wants_also(revision)`: further files that those at hand name, as paths, and files in DVC's storage. It is asked again until it
    names nothing new; what could not be had is missing when the revision is read.
    `read_tags(tags)`: rows of all tags of a repository, wanted and not, in the order of their names.
    `read_ref(name, commit)`: rows of one wanted ref, the commit among their columns as `commit`, the ref as `ref`.
    `read_revision(revision)`: rows of one commit. Those never change, so they are read once in a commit's life.

    A fault in one tag or file becomes a `Problem` row; a reader raises nothing.
    """

    name: str
    version: int
    wants_tag: Callable[[str], bool] = _never
    wants_ref: Callable[[str], bool] = _never
    wants_file: Callable[[str], bool] = _never
    guesses_file: Callable[[str], bool] = _never
    wants_also: Callable[[Revision], Iterable[str | Stored]] = no_files
    read_tags: Callable[[Sequence[Tag]], Iterable[Record]] = _nothing
    read_ref: Callable[[str, Commit], Iterable[Record]] = _nothing_of_a_ref
    read_revision: Callable[[Revision], Iterable[Record]] = _nothing


@cache
def installed() -> tuple[Connector, ...]:
    """The installed connectors in the order of their names: entry points of the group `catalog.connectors`."""
    found: Iterator[Connector] = (point.load() for point in entry_points(group=GROUP))
    return tuple(sorted(found, key=lambda connector: connector.name))
