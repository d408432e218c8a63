"""The models of `catalog/database/sql`, and what each of them uses, as sqlglot reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import duckdb
from sqlglot import exp, parse_one
from sqlglot.optimizer.scope import traverse_scope

from catalog.database.statements import Statement, statements
from catalog.schema.tables import TABLES

MODELS = {made.name: made for made in statements()}
_FULL_NAMES = {name.removeprefix("internal."): name for name in MODELS}
FACTS = {table.TABLE: table for table in TABLES}


def uses(made: Statement) -> set[str]:
    """The tables, views and macros that a statement names: in its body, in strings for `query_table`, and as defaults of its parameters."""
    tree = parse_one(f"select {made.body}" if made.scalar else made.body, dialect="duckdb")
    names = {*_relations(tree), *_calls(tree), *re.findall(r":= '(\w+)'", made.parameters)}
    return {_FULL_NAMES.get(name, name) for name in names} & (MODELS.keys() | FACTS.keys())


def all_uses(made: Statement) -> set[str]:
    """The same, with what these use in their turn."""
    found: set[str] = set()
    waiting = uses(made)
    while waiting:
        name = waiting.pop()
        found.add(name)
        if name in MODELS:
            waiting |= uses(MODELS[name]) - found
    return found


def duplicated(
    connection: duckdb.DuckDBPyConnection, key: tuple[str, ...], relation: str, parameters: Sequence[object] = ()
) -> list[tuple[object, ...]]:
    """The values of a key that several rows of a relation have; of an empty key, how many rows where these are several."""
    columns = ", ".join(f'"{column}"' for column in key)
    query = f"select {columns or 'count(*)'} from {relation}{' group by all' if key else ''} having count(*) > 1 order by all"
    return connection.execute(query, list(parameters)).fetchall()


def _relations(tree: exp.Expression) -> Iterator[str]:
    for scope in traverse_scope(tree):
        tables = (source for source in scope.sources.values() if isinstance(source, exp.Table))
        yield from (table.name for table in tables if table.db != "recurring")  # the rows so far of a recursive query


def _calls(tree: exp.Expression) -> Iterator[str]:
    local = {cte.alias for cte in tree.find_all(exp.CTE)}
    for call in tree.find_all(exp.Anonymous):
        yield call.name
        texts = {text.name for text in call.find_all(exp.Literal) if text.is_string}
        yield from texts - local
