"""The SQL beside this file: views, macros and their sentences, read from `sql/*.sql`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain

SCRIPTS = ("fold", "views", "forks", "bytes", "lineage", "measures", "macros", "memory", "feeds", "site", "reference")

_STATEMENT = re.compile(
    r"^-- (?P<name>\w+)(?P<parameters>\([^)]*\))?(?P<kept> \[kept(?: anew)?\])?: (?P<doc>.+)\n(?P<notes>(?:--   .*\n)*)"
    r"(?P<body>(?:(?!-- \w+(?:\([^)]*\))?(?: \[kept(?: anew)?\])?: ).*\n?)+)",
    re.MULTILINE,
)
_NOTE = re.compile(r"^--   (\w+): (.+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """A view, or with parameters a table macro, of the SQL files: its sentence, and sentences for some of its columns.

    The rows of a `kept` view are worked out at each build, for what changed or with `anew` for all, and lie in the schema `kept`.
    """

    name: str
    parameters: str
    doc: str
    notes: Mapping[str, str]
    body: str
    kept: bool
    anew: bool


def statements() -> Iterator[Statement]:
    """Views and macros in the order of their making."""
    return chain.from_iterable(map(_read, SCRIPTS))


def named(script: str) -> dict[str, str]:
    """The statements of a file that makes no views, by name."""
    return {made.name: made.body for made in _read(script)}


@cache
def _read(script: str) -> tuple[Statement, ...]:
    text = (files("catalog") / "sql" / f"{script}.sql").read_text("utf-8")
    return tuple(
        Statement(
            name=found["name"],
            parameters=found["parameters"] or "",
            doc=found["doc"],
            notes=dict(_NOTE.findall(found["notes"])),
            body=found["body"].strip().rstrip(";"),
            kept=bool(found["kept"]),
            anew="anew" in (found["kept"] or ""),
        )
        for found in _STATEMENT.finditer(text)
    )
