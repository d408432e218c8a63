"""Isolates the bugs of a connector: what it raises costs its own rows and becomes a problem, with the traceback in the log.

Reading is always isolated. The functions by which a connector selects files and refs are called for every path, so they are called
unchecked: what they raise ends the reading as a `ConnectorBug`, and it begins again with `guarded` connectors, as where it fails for any
unknown reason.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TypeVar

from catalog.errors import RAISED, Down, shortage
from catalog.git.named_files import NamedFile, PointerFile, StoredFile
from catalog.git.objects import CommitObject
from catalog.git.snapshot import RevisionFiles
from catalog.plugins.connector import Connector, no_files
from catalog.privacy.gate import current
from catalog.privacy.log_filter import WithoutSecrets
from catalog.schema.record import Record, columns
from catalog.schema.record import replace as with_cells
from catalog.schema.tables.git import Tag
from catalog.schema.tables.problems import Problem
from catalog.text import describe

BUG = "connector-bug"  # the rule of these problems

log = logging.getLogger(__name__)
log.addFilter(WithoutSecrets())

T = TypeVar("T")


class ConnectorBug(Exception):
    """What a connector raised where it selects: also an error of ours, such as Gone, which would have a meaning elsewhere."""


@contextmanager
def selecting() -> Iterator[None]:
    """What the functions raise by which connectors select becomes a ConnectorBug."""
    try:
        yield
    except RAISED as error:
        raise ConnectorBug(describe(error)) from error


@dataclass(frozen=True, kw_only=True, slots=True)
class IsolatedConnector:
    """Reads with a connector; one problem instead of its rows, where it raises or where it may not return such rows. `tables`: those that it may fill."""

    connector: Connector
    tables: Collection[type[Record]]

    def read_tags(self, tags: Sequence[Tag]) -> Iterable[Record]:
        """The rows of all tags."""
        return self._rows(lambda: self.connector.read_tags(tags), "all tags")

    def read_ref(self, name: str, commit: CommitObject) -> Iterable[Record]:
        """The rows of a ref; none, where the connector does not want it."""
        with selecting():
            wanted = self.connector.wants_ref(name)
        return self._rows(lambda: self.connector.read_ref(name, commit), name) if wanted else ()

    def read_revision(self, revision: RevisionFiles) -> Iterable[Record]:
        """The rows of one commit."""
        oid = revision.commit.oid
        return self._rows(lambda: self.connector.read_revision(revision), f"commit {oid[:7]}", oid)

    def _rows(self, read: Callable[[], Iterable[Record]], place: str, commit: str | None = None) -> Iterable[Record]:
        try:
            rows = tuple(read())
            self._check(rows, commit)
        except RAISED as error:
            _raise_shortage(error)
            return (_problem(self.connector, error, place, commit),)
        return rows

    def _check(self, rows: tuple[Record, ...], commit: str | None) -> None:
        """TypeError for rows that the connector may not fill, or that the next crawl, which does not read the commit again, would lose."""
        tables = {type(row) for row in rows}
        if strangers := tables.difference(self.tables):
            raise TypeError(
                f"returned rows of {_names(strangers)}, expected rows of its own tables, and of the catalog's but for those of Git"
            )
        if commit is None:
            return
        if short_lived := {table for table in tables if table.LIVES == "repository"} - {Problem}:
            raise TypeError(
                f"returned rows of {_names(short_lived)} of a revision, expected rows that live with a revision or a content"
            )
        dated = {table for table in tables if table.LIVES == "revision" or table is Problem}
        for row in rows:
            if type(row) in dated and (stated := getattr(row, "commit")) != commit:  # noqa: B009 - each of these tables has it
                raise TypeError(f"returned a row of {type(row).__qualname__} of commit {stated!r}, expected {commit!r}")


def _raise_shortage(error: BaseException) -> None:
    """Down where this machine is to blame, and no connector."""
    if lacks := shortage(error):
        raise Down(lacks) from error


def _names(tables: Iterable[type[Record]]) -> str:
    return ", ".join(sorted(table.__qualname__ for table in tables))


def guarded(connector: Connector) -> Connector:
    """The connector, checked at every call: a selecting function that raises selects nothing, and a problem reports it; so is each cell of its rows."""
    of_refs: dict[str, Problem] = {}
    of_files: dict[str, Problem] = {}

    def wants(name: str, problems: dict[str, Problem]) -> Callable[[str], bool]:
        ask: Callable[[str], bool] = getattr(connector, name)
        return lambda place: _answer(connector, lambda: bool(ask(place)), False, f"{name}({place})", problems)

    def wants_also(revision: RevisionFiles) -> Sequence[NamedFile]:
        return _answer(connector, lambda: _named(connector.wants_also(revision)), (), "wants_also", of_files)

    def read_tags(tags: Sequence[Tag]) -> Iterator[Record]:
        yield from _checked(connector.read_tags(tags))
        yield from of_refs.values()

    def read_ref(name: str, commit: CommitObject) -> Iterator[Record]:
        yield from _checked(connector.read_ref(name, commit))

    def read_revision(revision: RevisionFiles) -> Iterator[Record]:
        yield from _checked(connector.read_revision(revision))
        yield from (with_cells(problem, commit=revision.commit.oid) for problem in of_files.values())

    return replace(
        connector,
        wants_tag=wants("wants_tag", of_refs),
        wants_ref=wants("wants_ref", of_refs),
        wants_file=wants("wants_file", of_files),
        guesses_file=wants("guesses_file", of_files),
        wants_also=connector.wants_also if connector.wants_also is no_files else wants_also,
        read_tags=read_tags,
        read_ref=read_ref,
        read_revision=read_revision,
    )


def _answer(connector: Connector, ask: Callable[[], T], otherwise: T, call: str, problems: dict[str, Problem]) -> T:
    """What a connector returns; of each of its functions, the first call that raises is reported."""
    function = call.partition("(")[0]
    try:
        return ask()
    except RAISED as error:
        _raise_shortage(error)
        if function not in problems:
            problems[function] = _problem(connector, error, call)
        return otherwise


def _named(files: Iterable[object]) -> tuple[NamedFile, ...]:
    """Named files, as they are; an error for the first of another type."""
    named: list[NamedFile] = []
    for file in files:
        match file:
            case str() | PointerFile(path=str()) | StoredFile(url=str(), md5=str(), size=int() | None):
                named.append(file)
            case _:
                raise TypeError(f"named {file!r}, expected a path, a StoredFile or a PointerFile")
    return tuple(named)


def _checked(rows: Iterable[Record]) -> Iterator[Record]:
    """The rows, as they are; an error for the first one that cannot be written."""
    from catalog.schema.arrow import to_arrow  # with pyarrow, and only where something is wrong

    for row in rows:
        for column in columns(type(row)):
            if not column.nullable and column.name != "repo" and getattr(row, column.name) is None:
                raise TypeError(f"{type(row).TABLE}.{column.name} is None, expected a value")
        to_arrow(type(row), [row], repo="")
        yield row


def _problem(connector: Connector, error: BaseException, place: str, commit: str | None = None) -> Problem:
    gate = current()
    where, message = gate.quote(place), gate.quote(describe(error))
    log.error(
        "connector %s, %s: this is a bug in that connector", connector.name, where, exc_info=gate.reportable(error)
    )
    return Problem(connector=connector.name, rule=BUG, place=where, message=message, commit=commit)
