"""The search index: tables of `catalog.duckdb` in their own schema, updated by each build in proportion to what changed.

Why it has this form: docs/decisions/14-search.md.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from catalog.database.search_fields import FIELDS
from catalog.database.statements import named

if TYPE_CHECKING:
    import duckdb

MOST_STALE = 0.1  # of the base: beyond that the changes since it was written are merged into it

_SQL = {**named("search/index_tables"), **named("search/index_update"), **named("search/index_words")}
_MAKE = [text for name, text in _SQL.items() if name.startswith("make_")]
_DELETE = ("delete_facets", "delete_measures", "delete_versions", "delete_lengths", "delete_documents")
_ADD = (
    "find_subjects",
    "find_cards",
    "find_metrics",
    "find_measures",
    "add_measures",
    "add_documents",
    "add_versions",
    "add_facets",
    "find_texts",
    "find_words",
    "add_lengths",
)
_DROP = ("drop_subjects", "drop_cards", "drop_metrics", "drop_measures", "drop_texts", "drop_words")
_MERGE = ("merge_postings", "merge_terms", "empty_recent")


def recipe() -> str:
    """What the form of the index depends on: where it differs, the index is rebuilt."""
    return "\n".join([*_SQL.values(), *map(str, FIELDS)])


def make(connection: duckdb.DuckDBPyConnection) -> None:
    """Makes the tables of the index, without documents. The macros of `sql/search/` read them."""
    connection.execute("create schema search_index")
    for text in _MAKE:
        connection.execute(text)
    add_fields(connection)


def add_fields(connection: duckdb.DuckDBPyConnection) -> None:
    """Adds the fields of the query language to an index that has none."""
    for place, field in enumerate(FIELDS):
        choices = [list(field.choices), list(field.version_choices)]
        connection.execute(
            _SQL["add_field"],
            [
                place,
                field.name,
                field.kind,
                *choices,
                field.of_version,
                list(field.experiment_choices),
                field.of_experiment,
            ],
        )


def update(connection: duckdb.DuckDBPyConnection, repos: Collection[str] | None) -> None:
    """Indexes the artifacts of some repositories anew, or with None those of all, where the index is still empty."""
    if repos is None:
        connection.execute(_SQL["mark_all"])
    elif repos:
        connection.execute(_SQL["mark_changed"], [sorted(repos)])
        _run(connection, _DELETE)
    if repos is None or repos:
        _run(connection, (*_ADD, "add_base" if repos is None else "add_recent", "add_terms", *_DROP, "delete_changed"))
        ((stale,),) = connection.execute(_SQL["staleness"]).fetchall()
        if repos is not None and stale > MOST_STALE:
            _run(connection, _MERGE)
    connection.execute(_SQL["mark_copies"])


def _run(connection: duckdb.DuckDBPyConnection, names: Collection[str]) -> None:
    for name in names:
        connection.execute(_SQL[name])
