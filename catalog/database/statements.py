"""Reads the views, macros and their descriptions from the files below `sql/`."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Literal

OF_ONE_REPOSITORY = (  # what follows from one repository alone
    "names",
    "registry_state",
    "registry",
    "problems",
    "stage_history",
    "locations",
    "lineage/nodes",
    "lineage/imports",
    "lineage/outdated_locks",
    "measures",
    "metric_direction",
    "mixed_runs",
    "dvc_lookups",
    "downloads",
    "stage_changes",
    "surroundings",
)
OF_ALL = (  # what asks of all of them
    "version_commands",
    "identical_versions",
    "copies",
    "lineage/links",
    "lineage/walk",
    "lineage/hashes",
    "questions/references",
    "questions/stages",
    "questions/lists",
    "questions/people",
    "questions/measures",
    "questions/report",
    "questions/show",
    "questions/resolve",
    "questions/download",
    "questions/best",
    "questions/stats",
    "crawl_times",
    "questions/repo_changes",
    "bitemporal",
    "questions/changes",
    "feeds",
    "site/artifacts",
    "site/versions",
    "site/measures",
    "site/lineage",
    "site/groups",
    "site/former",
    "site/overview",
    "site/repositories",
    "site/repository_details",
    "site/stages",
    "site/activity",
    "site/feeds",
    "site/page_inputs",
    "search/text",
    "search/values",
    "search/words",
    "search/fields",
    "search/versions",
    "search/results",
    "search/experiments",
    "site/lists",
    "search/flat",
    "metadata",
)

HEADING = r"-- (?P<name>(?:internal\.)?\w+)(?P<parameters>\([^)]*\))?(?: \[(?P<mark>materialized: incremental|materialized: full|scalar)\])?: "
_NEXT = re.sub(r"\?P<\w+>", "?:", HEADING)
_STATEMENT = re.compile(
    rf"^{HEADING}(?P<doc>.+)\n(?P<notes>(?:--   .*\n)*)(?P<body>(?:(?!{_NEXT}).*\n?)+)", re.MULTILINE
)
_CONTINUED = re.compile(r"\n--     (?=\S)")  # a sentence of a header goes on in a line that is indented further
_NOTE = re.compile(r"^--   (?!key: )(\w+): (.+)$", re.MULTILINE)
_KEY = re.compile(r"^--   key: (.+)$", re.MULTILINE)
_SOURCE = re.compile(r"^--   from ([\w.]+): (.+)$", re.MULTILINE)
_MATERIALIZED: dict[str, Literal["incremental", "full"]] = {
    "materialized: incremental": "incremental",
    "materialized: full": "full",
}
_WORDS = re.compile(r"\{words: ([-a-z]+)\}")  # in a body: the words of that meaning
_ONE_ROW = "(at most one row)"  # instead of a key
ALL = "*"  # columns of a source: those of the same name that have no sentence of their own


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """A view, or with parameters a table macro, of the SQL files: its sentence, its key, and the sentences of its columns.

    `key`: the columns whose values no two rows share; empty where there is at most one row; None where the header states none.
    `notes`: column → its own sentence; `sources`: relation → the columns that mean what they mean there, `*` for all that have no sentence of their own.
    `internal.` before the name: only commands, pages and other macros call it, and its columns and parameters may change.
    A `scalar` macro gives one value: its body is an expression. The rows of a `materialized` view are stored by each build:
    `incremental` for the repositories that changed, from whose rows alone they follow; `full` for all.
    """

    name: str
    parameters: str
    doc: str
    notes: Mapping[str, str]
    sources: Mapping[str, tuple[str, ...]]
    key: tuple[str, ...] | None
    body: str
    materialized: Literal["incremental", "full"] | None = None
    scalar: bool = False


def macro(statement: Statement, *, again: bool = False) -> str:
    """The statement that makes a macro; `again`: also where there is one of that name."""
    return f"create {'or replace ' if again else ''}macro {statement.name}{statement.parameters} as {'' if statement.scalar else 'table '}{statement.body}"


def statements() -> Iterator[Statement]:
    """Views and macros in the order of their making."""
    return chain.from_iterable(map(_read, OF_ONE_REPOSITORY + OF_ALL))


def by_script() -> Iterator[tuple[str, tuple[Statement, ...]]]:
    """The same, by the file that has them."""
    return ((script, _read(script)) for script in OF_ONE_REPOSITORY + OF_ALL)


def views_of_one_repository() -> frozenset[str]:
    """The views whose rows of a repository follow from that repository alone."""
    every = chain.from_iterable(map(_read, OF_ONE_REPOSITORY))
    return frozenset(statement.name for statement in every if not statement.parameters)


def named(script: str) -> dict[str, str]:
    """The statements of a file that makes no views, by name."""
    return {statement.name: statement.body for statement in _read(script)}


@cache
def _read(script: str) -> tuple[Statement, ...]:
    text = (files("catalog.database") / "sql" / f"{script}.sql").read_text("utf-8")
    return tuple(map(_statement, _STATEMENT.finditer(_CONTINUED.sub(" ", text))))


def _statement(match: re.Match[str]) -> Statement:
    mark, notes = match["mark"] or "", match["notes"]
    key = _KEY.search(notes)
    return Statement(
        name=match["name"],
        parameters=match["parameters"] or "",
        doc=match["doc"],
        notes=dict(_NOTE.findall(notes)),
        sources={source: _names(columns) for source, columns in _SOURCE.findall(notes)},
        key=None if key is None else () if key[1] == _ONE_ROW else _names(key[1]),
        body=_WORDS.sub(lambda list_: word_pattern(list_[1]), match["body"].strip().rstrip(";")),
        materialized=_MATERIALIZED.get(mark),
        scalar=mark == "scalar",
    )


def word_pattern(meaning: str) -> str:
    """The pattern of the words in metric_words.csv with this meaning, the longest first."""
    words = sorted((row["words"] for row in _metric_words() if row["meaning"] == meaning), key=len, reverse=True)
    alternatives = "|".join(words).replace("… ", "(?:[-a-z0-9+]+ )*").replace("#", "[0-9]+")
    return f"(?:{alternatives})"


@cache
def _metric_words() -> tuple[dict[str, str], ...]:
    """The rows of metric_words.csv: `#` stands for digits, `…` for any words, also none."""
    text = (files("catalog.database") / "sql" / "metric_words.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(", "))
