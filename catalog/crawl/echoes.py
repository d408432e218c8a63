"""Leaves out of a listing and of rows what repeats a credential that the visit's server knows: names, messages and files become pages."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from operator import attrgetter
from typing import Any

from catalog.git.snapshot import Ref, RefListing
from catalog.privacy.gate import Gate
from catalog.schema.record import Column, Record, columns
from catalog.schema.tables.problems import Problem

ECHO = "credential-echoed"  # the rule of a problem that says how many rows are left out
NAME = "privacy"  # what these problems name as their connector

Rows = Mapping[type[Record], Collection[Record]]


def without_echoed_refs(listing: RefListing, gate: Gate) -> RefListing:
    """The listing without refs whose name or object repeats a credential."""
    echoes = gate.repeating({text for ref in listing.refs for text in _of_ref(ref)} | {listing.head or ""})
    if not echoes:
        return listing
    refs = tuple(ref for ref in listing.refs if echoes.isdisjoint(_of_ref(ref)))
    return replace(listing, refs=refs, head=None if listing.head in echoes else listing.head)


def without_echoed_rows(rows: Rows, gate: Gate) -> Rows:
    """The rows that repeat no credential, and a problem for each table that has others."""
    if not gate.is_learned:
        return rows
    echoes = gate.repeating({text for table, some in rows.items() for text in _texts_in(table, some, gate)})
    if not echoes:
        return rows
    kept: dict[type[Record], Collection[Record]] = {}
    problems: list[Record] = []
    for table, some in rows.items():
        kept[table] = [row for row in some if echoes.isdisjoint(_texts_in(table, [row], gate))]
        if number := len(some) - len(kept[table]):
            problems.append(_problem(table.TABLE, number))
    return {**kept, Problem: [*kept.get(Problem, ()), *problems]}


def _of_ref(ref: Ref) -> tuple[str, ...]:
    return (ref.name, ref.oid, ref.peeled or "")


def _problem(table: str, number: int) -> Problem:
    message = f"{number:,} rows withheld: they repeat a credential of this crawl, which its server should not do"
    return Problem(connector=NAME, rule=ECHO, place=table, message=message, commit=None)


def _texts_in(table: type[Record], rows: Iterable[Record], gate: Gate) -> Iterator[str]:
    some = list(rows)
    for column in columns(table) if some else ():
        if _may_hold(table, column, gate):
            for cell in (
                set(map(attrgetter(column.name), some)) if column.type is str else map(attrgetter(column.name), some)
            ):
                yield from _texts(cell)


def _may_hold(table: type[Record], column: Column, gate: Gate) -> bool:
    """Not the repository's name, which the operator gave or a listing, whose page was checked."""
    if column.type in (int, float):
        return gate.knows_numbers
    return not (table.REPO and column.name == "repo")


def _texts(cell: Any) -> Iterator[str]:  # noqa: ANN401 - a cell
    match cell:
        case str():
            yield cell
        case bytes():
            yield cell.decode("utf-8", "replace")
        case bool():
            return
        case int() | float():
            yield f"{cell:.0f}"
        case tuple() | list():
            for item in cell:
                yield from _texts(item)
        case Mapping():
            for name, item in cell.items():
                yield from _texts(name)
                yield from _texts(item)
