"""Generates docs/sql.md: where to start with SQL, and every question of `catalog queries` with its text."""

from __future__ import annotations

from pathlib import Path

from catalog.query.saved_queries import SavedQuery, saved_queries

_HEAD = """\
# SQL

This page is generated: `python -m catalog.query.cookbook docs/sql.md`. Run SQL with `catalog sql "..."`, with `catalog.open("output").sql("...")` in Python, or with DuckDB 1.4 or newer on `output/catalog.duckdb`. [tables.md](tables.md) has every table, view and macro.

## Start with six views

| view | one row for | of it |
| --- | --- | --- |
| `artifacts` | each model, dataset or other artifact | type, description, latest version, when it was updated |
| `versions` | each version | commit, author, message, stages, whether it is registered and active |
| `current_assignments` | each artifact and stage | which version is there, since when, who put it there |
| `version_metrics` | each metric of each version | number, file; `version_params` has the parameters |
| `version_files` | each version | hash, size, and where its bytes are |
| `stage_changes` | each change of a stage | promotion, rollback or vacancy; from which version to which |

Join versions by all four of their columns: `using (repo, artifact, version, commit)`. `repo || ':' || artifact || '@' || version` is the name that every command takes; many views have it as `ref`. Macros take references: `from version_of('churn#prod')`, `from best_version('churn', 'auc')`, `from models_using('customers', 'prod')`.

## Questions

Each is a query of `catalog queries`: run it by its name, and set a parameter with `-p`. A file `queries/NAME.sql` beside repos.toml adds one, or replaces one: its first line is the question as a comment, and each line `-- name: value` a parameter with the value that it has unless given.
"""


def cookbook() -> str:
    """The page, as Markdown."""
    return "\n".join([_HEAD, *map(_section, saved_queries(None).values())])


def _section(query: SavedQuery) -> str:
    parameters = "".join(f" -p {_word(f'{name}={value}')}" for name, value in query.parameters.items())
    body = query.text.split("\n", 1 + len(query.parameters))[-1].rstrip()
    return f"### {query.question}\n\n```console\ncatalog queries {query.name}{parameters}\n```\n\n```sql\n{body}\n```\n"


def _word(text: str) -> str:
    return f"'{text}'" if "#" in text else text


if __name__ == "__main__":
    import sys

    Path(sys.argv[1]).write_text(cookbook(), encoding="utf-8")
