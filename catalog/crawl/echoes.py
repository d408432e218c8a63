"""Leaves out of a listing and of rows what repeats a credential that the visit's server knows: names, messages and files become pages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import chain
from operator import attrgetter
from typing import Any

from catalog.git.snapshot import Ref, RefListing
from catalog.privacy.gate import Gate
from catalog.schema.record import Record, columns
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
    numbers = gate.knows_numbers
    echoes = gate.repeating(set().union(*(_texts_in(table, some, numbers) for table, some in rows.items())))
    if not echoes:
        return rows
    clean_rows: dict[type[Record], Collection[Record]] = {}
    problems: list[Record] = []
    for table, some in rows.items():
        clean_rows[table] = [row for row in some if echoes.isdisjoint(_texts_in(table, [row], numbers))]
        if number := len(some) - len(clean_rows[table]):
            problems.append(_problem(table.TABLE, number))
    return {**clean_rows, Problem: [*clean_rows.get(Problem, ()), *problems]}


def _of_ref(ref: Ref) -> tuple[str, ...]:
    return (ref.name, ref.oid, ref.peeled or "")


def _problem(table: str, number: int) -> Problem:
    message = f"{number:,} rows withheld: they repeat a credential of this crawl, which its server should not do"
    return Problem(connector=NAME, rule=ECHO, place=table, message=message, commit=None)


def _texts_in(table: type[Record], rows: Collection[Record], numbers: bool) -> set[str]:
    """Every text in rows of a table, once."""
    texts: set[Any] = set()
    for get, kind in _columns(table) if rows else ():
        cells = map(get, rows)
        if kind is str:
            texts.update(cells)
        elif kind == tuple[str, ...]:
            texts.update(chain.from_iterable(filter(None, cells)))
        elif kind not in (int, float) or numbers:
            texts.update(chain.from_iterable(map(_texts, filter(None, cells))))
    return texts - {None}


_known: dict[type[Record], tuple[tuple[Callable[[Record], Any], Any], ...]] = {}


def _columns(table: type[Record]) -> tuple[tuple[Callable[[Record], Any], Any], ...]:
    """Not the repository's name, which the operator gave, or a listing, whose page was checked; nor what can be no text."""
    if table not in _known:
        own = (column for column in columns(table) if not (table.REPO and column.name == "repo"))
        _known[table] = tuple(
            (attrgetter(column.name), column.type) for column in own if column.type not in (bool, datetime)
        )
    return _known[table]


def _texts(cell: Any) -> Iterable[str]:  # noqa: ANN401 - a cell
    match cell:
        case str():
            return (cell,)
        case bytes():
            return (cell.decode("utf-8", "replace"),)
        case int() | float():
            return (f"{cell:.0f}",)
        case tuple():
            return chain.from_iterable(map(_texts, cell))
        case Mapping():
            return chain.from_iterable(map(_texts, chain(cell, cell.values())))
        case _:
            return ()
