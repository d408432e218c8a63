"""`catalog search` and `catalog facets` after argument parsing, without typer for the same reason as asking.py."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.cli.asking import open_catalog
from catalog.cli.formats import Format, to_json
from catalog.cli.output import put, put_table, put_text, say, say_note
from catalog.cli.text import BOLD, DIM, GREEN, TableColumn, cell, short
from catalog.query.answer import Answer, Row
from catalog.query.shaping import with_value

if TYPE_CHECKING:
    from catalog.query import SearchAnswer

LIMIT = 20
VALUES = 10  # of each field, in a table

_COLUMNS = (
    TableColumn(title="artifact", key="artifact", styles=(BOLD,)),
    TableColumn(title="stages", key="stages", styles=(GREEN,)),
    TableColumn(title="latest", key="latest"),
    TableColumn(title="metrics", key="metrics"),
    TableColumn(title="found in", key="why"),
    TableColumn(title="type", key="type"),
    TableColumn(title="repository", key="repo", styles=(DIM,)),
)
_EXPERIMENT_COLUMNS = (
    TableColumn(title="experiment", key="experiment", styles=(BOLD,)),
    TableColumn(title="metrics", key="metrics"),
    TableColumn(title="found in", key="why"),
    TableColumn(title="when (UTC)", key="created_at"),
    TableColumn(title="commit", key="commit7", styles=(DIM,)),
    TableColumn(title="repository", key="repo", styles=(DIM,)),
)
_VERSION_COLUMNS = (_COLUMNS[0], TableColumn(title="version", key="version"), *_COLUMNS[1:])
_FACETS = (
    TableColumn(title="field", key="field", styles=(BOLD,)),
    TableColumn(title="value", key="value"),
    TableColumn(title="count", key="count"),
)


def search(
    terms: Sequence[str],
    *,
    limit: int,
    explain: bool,
    output: Format,
    database: Path | None,
    cursor: str | None = None,
) -> None:
    """Writes what a query finds, or with `explain` what it asks DuckDB."""
    with open_catalog(database) as catalog:
        answer = catalog.search(joined(terms), limit=limit, cursor=cursor)
        if explain:
            put_text(explained(answer))
            return
        if answer.values or output is not Format.TABLE:
            put_results(answer, output)
        else:
            say("nothing found")
        if answer.note:
            say_note(answer.note)
        if answer.total > len(answer.values):
            say_note(_shown_part(answer))


def facets(terms: Sequence[str], *, fields: Sequence[str], output: Format, database: Path | None) -> None:
    """Writes how much of what a query finds has which value of which field; a table has the commonest values, ids are terms of a query."""
    with open_catalog(database) as catalog:
        answer = catalog.facets(joined(terms), fields=fields)
        if output is Format.TABLE and not fields:
            _put_commonest(answer)
        elif output is Format.IDS:
            put_text("".join(f"{term(row['field'], row['value'])}\n" for row in answer.rows))
        else:
            put(answer, output, _FACETS)
        if answer.note:
            say_note(answer.note)


def joined(terms: Sequence[str]) -> str:
    """The query of several arguments: one with a space in it, which a shell took out of its quotation marks, is a phrase."""
    if len(terms) < 2:  # noqa: PLR2004 - the whole query may be one argument
        return "".join(terms)
    return " ".join(f'"{term}"' if " " in term and not set(term) & set('":()') else term for term in terms)


def term(field: str, value: str) -> str:
    """The term of a query that finds a value; a quotation mark in it, which the language cannot say, is any text."""
    text = value.replace('"', "*")
    return f"{field}:{text}" if re.fullmatch(r"[\w./@*-][\w./@*:+-]*", text) else f'{field}:"{text}"'


def put_results(answer: SearchAnswer, output: Format) -> None:
    """Writes what a search found; formats with columns have the cursor, too."""
    if output is not Format.TABLE:
        put(
            with_value(answer, "next_cursor", answer.next_cursor),
            output,
            ids=lambda row: [row["ref"]] if row["ref"] else [],
        )
        return
    of_versions = any(row["version"] for row in answer.rows)
    rows = [_shown(row, of_versions) for row in answer.rows]
    columns: Sequence[TableColumn] = _VERSION_COLUMNS if of_versions else _COLUMNS
    if any(row["experiment"] for row in rows):
        columns = _EXPERIMENT_COLUMNS
    put_table([column for column in columns if column.key != "why" or any(row["why"] for row in rows)], rows)


def _shown(row: Row, of_version: bool) -> Row:
    stages = row["stages"]
    return row | {
        "version": short(row["version"]),
        "commit7": (row["commit"] or "")[:7],
        "stages": ", ".join(stages)
        if of_version
        else ", ".join(f"{stage} {short(version)}" for stage, version in stages.items()),
        "metrics": ", ".join(f"{metric['name']} {_value(metric)}" for metric in row["metrics"]),
        "why": _why(row["why"]),
    }


def _value(metric: Mapping[str, Any]) -> str:
    return metric["text"] if metric["number"] is None else cell(metric["number"])


def _why(why: Mapping[str, str] | None) -> str:
    return f"{why['field']}: {why['before']}[{why['match']}]{why['after']}" if why else ""


def _put_commonest(answer: Answer) -> None:
    rows: list[Row] = []
    for field, rows_of_field in groupby(answer.rows, key=lambda row: row["field"]):
        values = list(rows_of_field)
        rows += values[:VALUES]
        if len(values) > VALUES:
            say_note(f"{field}: {VALUES} of {len(values)} values; --field {field} shows all")
    put_table(_FACETS, rows)


def _shown_part(answer: SearchAnswer) -> str:
    first, last = answer.begin + 1, answer.begin + len(answer)
    shown = f"number {last}" if first == last > 1 else f"{first} to {last}" if answer.begin else f"{last}"
    more = f"; --limit N shows more, --cursor {answer.next_cursor} what follows" if answer.next_cursor else ""
    return f"showing {shown} of {answer.total}{more}"


def explained(answer: SearchAnswer) -> str:
    """The SQL of a search, with its values as comments."""
    values = "".join(f"-- ${name}: {to_json(value, indent=None)}" for name, value in answer.parameters.items())
    return f"{values}{answer.sql.strip()}\n"
