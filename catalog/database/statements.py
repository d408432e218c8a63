"""The SQL beside this file: views, macros and their sentences, read from the files in `sql/`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain

SCRIPTS = (
    "registry_state",
    "registry",
    "stage_history",
    "dvc_lookups",
    "copies",
    "locations",
    "lineage/nodes",
    "lineage/links",
    "lineage/walk",
    "lineage/hashes",
    "lineage/outdated_locks",
    "measures",
    "questions/references",
    "questions/stages",
    "questions/lists",
    "questions/measures",
    "questions/show",
    "bitemporal",
    "questions/changes",
    "feeds",
    "site/artifacts",
    "site/versions",
    "site/measures",
    "site/overview",
    "site/repositories",
    "search/text",
    "search/values",
    "search/words",
    "search/fields",
    "search/versions",
    "search/results",
    "search/flat",
    "metadata",
)

HEADING = r"-- (?P<name>\w+)(?P<parameters>\([^)]*\))?(?P<kind> \[(?:kept|kept anew|scalar)\])?: "
_NEXT = re.sub(r"\?P<\w+>", "?:", HEADING)
_STATEMENT = re.compile(
    rf"^{HEADING}(?P<doc>.+)\n(?P<notes>(?:--   .*\n)*)(?P<body>(?:(?!{_NEXT}).*\n?)+)", re.MULTILINE
)
_NOTE = re.compile(r"^--   (\w+): (.+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """A view, or with parameters a table macro, of the SQL files: its sentence, and sentences for some of its columns.

    A `scalar` macro gives one value: its body is an expression. The rows of a `kept` view are worked out at each build, for what changed or with `anew` for all, and lie in the schema `kept`.
    """

    name: str
    parameters: str
    doc: str
    notes: Mapping[str, str]
    body: str
    kept: bool = False
    anew: bool = False
    scalar: bool = False


def macro(made: Statement) -> str:
    """The statement that makes a macro."""
    return f"create macro {made.name}{made.parameters} as {'' if made.scalar else 'table '}{made.body}"


def statements() -> Iterator[Statement]:
    """Views and macros in the order of their making."""
    return chain.from_iterable(map(_read, SCRIPTS))


def named(script: str) -> dict[str, str]:
    """The statements of a file that makes no views, by name."""
    return {made.name: made.body for made in _read(script)}


@cache
def _read(script: str) -> tuple[Statement, ...]:
    text = (files("catalog.database") / "sql" / f"{script}.sql").read_text("utf-8")
    return tuple(
        Statement(
            name=found["name"],
            parameters=found["parameters"] or "",
            doc=found["doc"],
            notes=dict(_NOTE.findall(found["notes"])),
            body=found["body"].strip().rstrip(";"),
            kept="kept" in (found["kind"] or ""),
            anew="anew" in (found["kind"] or ""),
            scalar="scalar" in (found["kind"] or ""),
        )
        for found in _STATEMENT.finditer(text)
    )
