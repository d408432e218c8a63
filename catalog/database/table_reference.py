"""Generates docs/tables.md, the reference of tables, views and macros, from the comments in the database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from catalog.database import database, rebuild
from catalog.database.statements import Statement, by_script
from catalog.schema.arrow import schema
from catalog.schema.tables import CRAWL, PARTITION

_HEAD = """\
# Tables, views and macros

This page is generated from the comments in `catalog.duckdb`: `python -m catalog.database.table_reference docs/tables.md`.

Times are `TIMESTAMP` in UTC. *Tables* hold facts; *views* hold what follows from them; *macros* answer questions with parameters
and are called like tables: `from stages_at(timestamp '2026-03-01')`. What is in the schemas `internal`, `materialized` and `search_index` serves
commands and pages: its names, parameters and columns change without notice.

`catalog sql` and `Catalog.open` run in UTC. In any other DuckDB session `set TimeZone = 'UTC'` first: else a comparison with `now()`
is wrong by the offset of the machine's zone.

Each table and view is exported to `output/data` as well: `read_parquet('data/versions.parquet')`, or with more than 16,384 rows, divided by
repository, `read_parquet('data/versions/*.parquet')`. `data/catalog.json` names the files of each, with their SHA-256.
A crawl in which nothing changed leaves these files alone: visits, crawls and times after the last change are in `catalog.duckdb`.
"""


# Title → the modules of `catalog.schema.tables` and the files below `sql/` whose tables, views and macros are about it.
_SUBJECTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "Artifacts and versions": (
        ("registry",),
        (
            "registry",
            "registry_state",
            "questions/references",
            "questions/lists",
            "questions/people",
            "version_commands",
            "search/flat",
        ),
    ),
    "Stages": ((), ("stage_history", "stage_changes", "questions/stages")),
    "Files and storage": (("dvc",), ("locations", "downloads", "identical_versions", "dvc_lookups", "lineage/hashes")),
    "Metrics, parameters and plots": (("metrics",), ("measures", "metric_direction", "mixed_runs", "questions/best")),
    "Cards, licences and owners": (("cards",), ("surroundings",)),
    "Lineage": ((), ("lineage/nodes", "lineage/imports", "lineage/links", "lineage/outdated_locks")),
    "Repositories, forks and Git": (("git",), ("copies",)),
    "Crawls, and what was known when": (
        ("inventory", "observations"),
        ("crawl_times", "questions/repo_changes", "bitemporal", "questions/changes", "feeds"),
    ),
    "Problems, and the catalog itself": (("problems",), ("problems", "metadata")),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    """A table, view or macro, with the lines that describe it."""

    name: str
    heading: str
    lines: tuple[str, ...]


def table_reference() -> str:
    """The reference page, as Markdown."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "catalog.duckdb"
        crawl_tables = {table.TABLE: schema(table).empty_table() for table in CRAWL}
        rebuild.rebuild(path, {table.TABLE: schema(table) for table in PARTITION}, {}, crawl_tables)
        with closing(database.connect(path)) as connection:
            subjects = dict(_subjects(connection))
    return "\n".join([_HEAD, *_contents(subjects), *_sections(subjects)])


def _subjects(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, list[_Entry]]]:
    """The entries of each subject: tables, views, macros, each by name."""
    tables = [(table.__module__.rpartition(".")[2], table.TABLE) for table in (*CRAWL, *PARTITION)]
    scripts = dict(by_script())
    for title, (modules, files) in _SUBJECTS.items():
        declared = [statement for file in files for statement in scripts[file]]
        macros = [each for each in declared if each.parameters and not each.name.startswith("internal.")]
        yield (
            title,
            [
                *(_relation(connection, name, "table", "") for module, name in sorted(tables) if module in modules),
                *(
                    _relation(connection, each.name, "view", _key(each))
                    for each in _by_name(declared)
                    if not each.parameters
                ),
                *map(_macro, _by_name(macros)),
            ],
        )


def _by_name(declared: Iterable[Statement]) -> list[Statement]:
    return sorted(declared, key=attrgetter("name"))


def _contents(subjects: Mapping[str, Sequence[_Entry]]) -> Iterator[str]:
    yield "## Contents\n"
    for title, entries in subjects.items():
        links = ", ".join(f"[`{entry.name}`](#{_anchor(entry.heading)})" for entry in entries)
        yield f"- **[{title}](#{_anchor(title)})**: {links}"
    yield ""


def _sections(subjects: Mapping[str, Sequence[_Entry]]) -> Iterator[str]:
    for title, entries in subjects.items():
        yield f"## {title}\n"
        for entry in entries:
            yield f"### {entry.heading}\n"
            yield from entry.lines


def _anchor(heading: str) -> str:
    """The fragment that forges and site generators give a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _relation(connection: duckdb.DuckDBPyConnection, name: str, kind: str, key: str) -> _Entry:
    comments = {relation: comment for relation, _, comment in connection.execute("from relations()").fetchall()}
    columns = connection.execute("from column_comments($1)", [name]).fetchall()
    head = f"{comments[name]}\n\n{key}| column | type | meaning |\n| --- | --- | --- |"
    rows = (f"| `{column}` | {data_type} | {_cell(meaning)} |" for column, data_type, meaning in columns)
    return _Entry(name=name, heading=f"{name} ({kind})", lines=(head, *rows, ""))


def _macro(declared: Statement) -> _Entry:
    head = f"`{declared.name}{declared.parameters}`\n\n{declared.doc}\n\n{_key(declared)}".rstrip("\n") + "\n"
    notes = (f"- `{column}`: {note}" for column, note in declared.notes.items())
    return _Entry(name=declared.name, heading=f"{declared.name} (macro)", lines=(head, *notes, ""))


def _key(statement: Statement) -> str:
    if statement.key is None:
        return ""
    return (
        f"Key: {', '.join(f'`{column}`' for column in statement.key)}.\n\n" if statement.key else "At most one row.\n\n"
    )


def _cell(text: str | None) -> str:
    return (text or "").replace("|", "\\|")


if __name__ == "__main__":
    import sys

    Path(sys.argv[1]).write_text(table_reference(), encoding="utf-8")
