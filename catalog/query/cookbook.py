"""Generates docs/sql.md: where to start with SQL, and every question of `catalog queries` with its text."""

from __future__ import annotations

from pathlib import Path

from catalog.query.saved_queries import SavedQuery, saved_queries

_HEAD = """\
# SQL

This page is generated: `python -m catalog.query.cookbook docs/sql.md`. Run SQL with `catalog sql "..."`, in the shell that `catalog sql` is on a terminal, with `catalog.open("output").sql("...")` in Python, or with DuckDB 1.4 or newer on `output/catalog.duckdb`. [tables.md](tables.md) has every table, view and macro.

## Start with six views

| view | one row for | of it |
| --- | --- | --- |
| `artifacts` | each model, dataset or other artifact | type, description, latest version, when it was updated |
| `versions` | each version | commit, author, message, stages, whether it is registered and active |
| `current_assignments` | each artifact and stage | which version is there, since when, who put it there |
| `version_metrics` | each metric of each version | number, file; `version_params` has the parameters |
| `version_files` | each version | hash, size, and where its bytes are |
| `stage_changes` | each change of a stage | promotion, rollback, vacancy or revival; from which version to which |

Join versions by all four of their columns: `using (repo, artifact, version, commit)`. Every view and macro that speaks of versions, and the table `events`, has their names as `ref`, as every command takes them.

## Macros

Macros are questions with parameters. Those in the schema `internal` are parts of commands and pages, and change without notice.

| macro | answer |
| --- | --- |
| `search('churn stage:prod')` | what a query finds, in the language of [search.md](search.md) |
| `version_of('churn#prod')` | the version that a reference means |
| `upstream_of('churn#prod', 10)`, `downstream_of('churn', 10)` | what a version was made from, or what was made from it, up to a number of steps |
| `history('demo.example/risk/churn', 'churn')` | what tags did to an artifact |
| `best_version('churn', 'auc')` | versions by a metric, the best first |
| `models_using('customers', 'prod')` | the models in a stage that were made from a dataset |
| `list_teams(null)`, `list_people(null)` | teams and people, of all repositories or of those in a list |
| `identify_hash('2f9b1c0')`, `consumers('HASH')`, `versions_using('HASH', 'prod')` | what a hash or commit is; what takes such content in; the versions that were made from it |
| `stages_at(timestamp '2026-03-01')` | which version was in which stage; `assignments_at`, `versions_at` and `artifacts_at` have the views of these names as they were |
| `stages_known_at(timestamp '2026-03-01', 5)`, `known_events_at(5)` | the same as the catalog knew it after a crawl: see [memory.md](memory.md) |
| `changes_between(5, 6)`, `crawl_at(timestamp '2026-03-01')`, `visits_in(5)` | what changed between two crawls; the last crawl before a moment; how the visits of a crawl ended |
| `relations()`, `column_comments('versions')` | the tables and views; the columns of one, with what each means |

## Questions

Each is a query of `catalog queries`: run it by its name, and set a parameter with `-p`. A file `queries/NAME.sql` beside repos.toml adds one, or replaces one: its first line is the question as a comment, and each line `-- name: value` a parameter with the value that it has unless given. A file `queries/NAME.search` has a query of [catalog search](search.md#saved-searches).

A parameter called `stage`, `raw_stage`, `type`, `repo`, `artifact`, `owner`, `author` or `metric` takes a name as the commands do, and gets the value that the column of that name has; `ref` and `dataset` get the full name of what a reference means. One that the query casts, such as `$days::int` or `$day::timestamp`, is checked; a time may be `7d`, `yesterday` or `2026-03`. In Python: `catalog.open("output").query("in-stage", stage="production")`.
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
