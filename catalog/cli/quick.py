"""The short way for `catalog show`, which people and scripts wait for most: typer and pydantic take longer than the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from catalog.cli.formats import Format

_OUTPUT, _DATABASE = ("-o", "--output"), ("--catalog",)


@dataclass(frozen=True, kw_only=True, slots=True)
class Show:
    """The arguments of `catalog show`."""

    ref: str | None = None
    output: Format = Format.TABLE
    database: Path | None = None


def parse(arguments: Sequence[str]) -> Show | None:
    """`show` with what it plainly takes; None for anything else, which typer reads and explains."""
    if not arguments or arguments[0] != "show":
        return None
    ref: str | None = None
    output, database = Format.TABLE, None
    rest = list(arguments[1:])
    while rest:
        word = rest.pop(0)
        name, sign, value = word.partition("=") if word.startswith("--") else (word, "", "")
        if name in (*_OUTPUT, *_DATABASE):
            if not sign and not rest:
                return None
            value = value if sign else rest.pop(0)
            if name in _DATABASE:
                database = Path(value)
            elif value in set(Format):
                output = Format(value)
            else:
                return None
        elif word.startswith("-") or ref is not None:
            return None
        else:
            ref = word
    return Show(ref=ref, output=output, database=database)
