"""A fast path for `catalog show` and `catalog search`, which skips importing typer because that takes longer than the query.

Parsed by typer, a cold `show` takes 1.23 times the processor time (1.18 to 1.28), a cold `search` 1.25 times (1.21 to 1.30): 1.4 times
that of opening the database with DuckDB alone (1.39 to 1.61), of which 1.5 is the limit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from catalog.cli.formats import Format
from catalog.cli.query_arguments import separated
from catalog.text import encodable

_OPTIONS = {"-o": "output", "--output": "output", "--catalog": "database", "-n": "limit", "--limit": "limit"}


def parse(arguments: Sequence[str]) -> Callable[[], None] | None:
    """What `show` or `search` does with what it plainly takes; None for anything else, which typer reads and explains."""
    if any(encodable(word) != word for word in arguments):  # of bytes that are no text
        return None
    match list(arguments):
        case ["show", *rest]:
            return _show(rest)
        case ["search", *rest]:
            return _search(rest)
        case _:
            return None


def _show(arguments: Sequence[str]) -> Callable[[], None] | None:
    options, terms = separated(arguments)
    values = _values(options)
    if values is None or "limit" in values or len(terms) > 1 or any(term.startswith("-") for term in terms):
        return None
    from catalog.cli.asking import show  # imported here, so that its errors are reported like all others

    ref = terms[0] if terms else None
    return partial(show, ref, values.get("output", Format.TABLE), values.get("database"))


def _search(arguments: Sequence[str]) -> Callable[[], None] | None:
    options, terms = separated(arguments)
    values = _values(options)
    if values is None:
        return None
    from catalog.cli.finding import LIMIT, search

    limit, output = values.get("limit", LIMIT), values.get("output", Format.TABLE)
    return partial(search, terms, limit=limit, explain=False, output=output, database=values.get("database"))


def _values(options: Sequence[str]) -> dict[str, Any] | None:
    """The values of options by name; None where one is not plain."""
    values: dict[str, Any] = {}
    remaining = list(options)
    while remaining:
        name, sign, value = remaining.pop(0).partition("=")
        if name not in _OPTIONS or not (sign or remaining):
            return None
        read = _read(_OPTIONS[name], value if sign else remaining.pop(0))
        if read is None:
            return None
        values[_OPTIONS[name]] = read
    return values


def _read(option: str, value: str) -> Format | Path | int | None:
    match option:
        case "output":
            return Format(value) if value in set(Format) else None
        case "limit":
            return _positive(value) if value.isascii() and value.isdecimal() else None
        case _:
            return Path(value) if value else None


def _positive(digits: str) -> int | None:
    try:
        return int(digits) or None
    except ValueError:  # because of its length
        return None
