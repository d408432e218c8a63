"""The reading commands after argument parsing, without typer: its import was half of a cold `catalog show`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.cli.cards import artifact_card, repo_card, version_card
from catalog.cli.formats import Format, Ids, to_json
from catalog.cli.output import put, put_parquet, put_rows, put_table, put_text, say_note
from catalog.cli.text import BOLD, DIM, GREEN, TableColumn, screen, short
from catalog.query.answer import Answer, Row

if TYPE_CHECKING:
    from catalog.query import Catalog

DEFAULT_CONFIG = Path("repos.toml")

VERSIONS = (
    TableColumn(title="artifact", key="name", styles=(BOLD,)),
    TableColumn(title="version", key="version7"),
    TableColumn(title="stages", key="stages", styles=(GREEN,)),
    TableColumn(title="registered (UTC)", key="created_at"),
    TableColumn(title="by", key="author"),
    TableColumn(title="type", key="type"),
    TableColumn(title="commit", key="commit7", styles=(DIM,)),
    TableColumn(title="repository", key="repo", styles=(DIM,)),
)
STAGES = (
    TableColumn(title="repository", key="repo", styles=(BOLD,)),
    TableColumn(title="stage", key="stage", styles=(GREEN,)),
    TableColumn(title="artifacts", key="artifacts"),
    TableColumn(title="in tags", key="raw_stage"),
    TableColumn(title="allowed", key="allowed"),
)
EVENTS = (
    TableColumn(title="when (UTC)", key="created_at"),
    TableColumn(title="artifact", key="name", styles=(BOLD,)),
    TableColumn(title="event", key="event"),
    TableColumn(title="version", key="version7"),
    TableColumn(title="stage", key="stage", styles=(GREEN,)),
    TableColumn(title="by", key="author"),
    TableColumn(title="commit", key="commit7", styles=(DIM,)),
    TableColumn(title="message", key="message"),
)
REPOS = (
    TableColumn(title="repository", key="repo", styles=(BOLD,)),
    TableColumn(title="outcome", key="outcome"),
    TableColumn(title="artifacts", key="artifacts"),
    TableColumn(title="problems", key="problems"),
    TableColumn(title="read (UTC)", key="read_at"),
    TableColumn(title="message", key="message"),
)
PROBLEMS = (
    TableColumn(title="repository", key="repo", styles=(BOLD,)),
    TableColumn(title="place", key="place"),
    TableColumn(title="message", key="message"),
    TableColumn(title="commit", key="commit7", styles=(DIM,)),
    TableColumn(title="rule", key="rule", styles=(DIM,)),
    TableColumn(title="how to fix it", key="fix"),
)
RELEASES = (
    TableColumn(title="repository", key="repo", styles=(BOLD,)),
    TableColumn(title="tag", key="tag"),
    TableColumn(title="committed (UTC)", key="committed_at"),
    TableColumn(title="by", key="author"),
    TableColumn(title="metrics", key="metrics"),
    TableColumn(title="summary", key="summary"),
)
SITTING = (
    TableColumn(title="artifact", key="name", styles=(BOLD,)),
    TableColumn(title="stage", key="stage", styles=(GREEN,)),
    TableColumn(title="version", key="version7"),
    TableColumn(title="since (UTC)", key="started_at"),
    TableColumn(title="by", key="author"),
    TableColumn(title="commit", key="commit7", styles=(DIM,)),
    TableColumn(title="repository", key="repo", styles=(DIM,)),
)
IDENTIFIED = (
    TableColumn(title="what", key="what", styles=(BOLD,)),
    TableColumn(title="name", key="ref"),
    TableColumn(title="path", key="path"),
    TableColumn(title="commits", key="revisions"),
    TableColumn(title="newest", key="commit7", styles=(DIM,)),
    TableColumn(title="kind", key="hash_kind", styles=(DIM,)),
    TableColumn(title="repository", key="repo", styles=(DIM,)),
)


def open_catalog(database: Path | None) -> Catalog:
    """The catalog that was asked for, or that of repos.toml, or output/catalog.duckdb."""
    from catalog.query import Catalog  # imported late: a crawl asks nothing

    return Catalog.open(database or default_database())


def default_database(config: Path | None = None) -> Path:
    """The path of the database: that of `config`, where it is given; else $CATALOG; else that of the repos.toml that $CATALOG_CONFIG names, or that is in this folder; else the user's default."""
    file = config or Path(os.environ.get("CATALOG_CONFIG") or DEFAULT_CONFIG)
    if config is None and (
        "CATALOG" in os.environ or "CATALOG_DATABASE" in os.environ or (file == DEFAULT_CONFIG and not file.is_file())
    ):
        from catalog.query.published.location import default_location

        return default_location()
    from catalog.config.parse import load  # only where there is such a file

    return load(file).output / "catalog.duckdb"


def show(ref: str | None, output: Format, database: Path | None) -> None:
    """Writes what a reference names, or all artifacts."""
    with open_catalog(database) as catalog:
        put_shown(catalog, ref, output)


def put_shown(catalog: Catalog, ref: str | None, output: Format) -> None:
    """The same of a catalog that is open."""
    answer = catalog.show(ref)
    if ref is None:
        put_models(catalog, answer, output)
        return
    row = answer.rows[0]
    if "what" in row:
        put_identified(answer, output)
        return
    if output is Format.TABLE:
        put_text(_card(row))
        if "artifact" in row and not row["path"] and not row["type"]:
            from catalog.cli.invocation import command  # only for advice

            name = f"{row['repo']}:{row['artifact']}"
            say_note(
                f"no dvc.yaml or artifacts.yaml annotates it; in a checkout: {command('annotate', name, '--type', 'model', '--path', 'PATH')}"
            )
    elif output is Format.JSON:
        put_text(to_json(row))
    elif parts := next((key for key in ("all_versions", "all_artifacts") if key in row), None):
        _put_parts(answer, row, parts, output)
    else:
        put(answer, output)


def _card(row: Row) -> str:
    if "all_versions" in row:
        return artifact_card(row, screen())
    return repo_card(row, screen()) if "all_artifacts" in row else version_card(row, screen())


def _put_parts(answer: Answer, row: Row, parts: str, output: Format) -> None:
    """In a format that has rows and no depth: of an artifact its versions, of a repository its artifacts."""
    if output is Format.PARQUET:
        import pyarrow as pa  # no other format needs it

        put_parquet(pa.Table.from_struct_array(answer.arrow().column(parts).combine_chunks().flatten()))
        return
    rows = row[parts]
    put_rows(tuple(rows[0]) if rows else ("ref",), rows, output)


def known_ids(catalog: Catalog, answer: Answer) -> Ids:
    """What `-o ids` has of rows that may be of the past: the version, the artifact or else the repository that the catalog still has."""
    names = {name for row in answer.rows for name in _names(row)}
    known = catalog.known_names(sorted(names))
    return lambda row: [name for name in _names(row) if name in known][:1]


def _names(row: Row) -> list[str]:
    """The full names of what a row is about, the narrowest first."""
    repo, artifact, version = row["repo"], row.get("artifact"), row.get("version")
    names = [f"{repo}:{artifact}@{version}"] if artifact and version else []
    return [*names, *([f"{repo}:{artifact}"] if artifact else []), repo]


def put_named(catalog: Catalog, answer: Answer, output: Format, columns: tuple[TableColumn, ...]) -> None:
    """Writes rows about artifacts; a table calls each by the shortest name that means it alone."""
    if output is Format.TABLE:
        put_table(columns, _named(catalog, answer))
    elif output is Format.IDS:
        put(answer, output, ids=known_ids(catalog, answer))
    else:
        put(answer, output)


def put_problems(answer: Answer, output: Format) -> None:
    """Writes what could not be read; a table has the beginning of the commit whose file it is."""
    if output is not Format.TABLE:
        put(answer, output)
        return
    put_table(PROBLEMS, [row | {"commit7": (row["commit"] or "")[:7]} for row in answer.rows])


def put_identified(answer: Answer, output: Format) -> None:
    """Writes what has a content or is of a commit; ids are the versions, or else the commits."""
    if output is Format.TABLE:
        put_table(IDENTIFIED, [row | {"commit7": row["commit"][:7]} for row in answer.rows])
        return
    kind, key = ("version", "ref") if answer.rows[0]["what"] == "version" else (None, "commit")
    put(answer, output, ids=lambda row: [row[key]] if kind in (None, row["what"]) else [])


def put_models(catalog: Catalog, answer: Answer, output: Format) -> None:
    """Writes artifacts; a table has a column for each stage in use, as `gto show` has it."""
    if output is not Format.TABLE:
        put(answer, output)
        return
    rows = _named(catalog, answer)
    order = dict.fromkeys(row["stage"] for row in sorted(catalog.stages().rows, key=_rank))
    used = [stage for stage in order if any(stage in row["stages"] for row in rows)]
    columns = (
        TableColumn(title="artifact", key="name", styles=(BOLD,)),
        TableColumn(title="latest", key="latest"),
        *(TableColumn(title=f"#{stage}", key=f"#{stage}", styles=(GREEN,)) for stage in used),
        TableColumn(title="type", key="type"),
        TableColumn(title="repository", key="repo", styles=(DIM,)),
    )
    put_table(
        columns, [row | {f"#{stage}": short(version) for stage, version in row["stages"].items()} for row in rows]
    )


def _rank(row: Row) -> tuple[bool, int, str]:
    return row["rank"] is None, row["rank"] or 0, row["stage"]


def _named(catalog: Catalog, answer: Answer) -> list[Row]:
    """The rows with what a table shows: names that are short, and in brackets where they are of the past."""
    names = catalog.short_names()
    if not all(row.get("active", True) for row in answer.rows):
        say_note("(in brackets: deprecated or deregistered)")
    ids = [f"{row['repo']}:{row['artifact']}" for row in answer.rows]
    # What is only remembered has no short name.
    return [row | _cells(row, names.get(name, name)) for name, row in zip(ids, answer.rows, strict=True)]


def _cells(row: Row, name: str) -> Row:
    version = short(row.get("version"))
    past = not row.get("active", True)
    return {
        "name": f"({name})" if past and version is None else name,
        "version7": f"({version})" if past and version is not None else version,
        "commit7": str(row.get("commit") or "")[:7],
    }
