"""What the page of the data shows: the exported files with their sizes and checksums, what is in each, and lines that read them."""

from __future__ import annotations

from typing import NamedTuple

from sites.published.exports import FOLDER, Exports, PublicFile, PublicTable

EXAMPLE = "https://models.example/"  # where the site is, until a script or site_url says it
# The tables that lines read, the first that is one file.
_READ_FIRST = ("versions", "artifacts", "current_assignments", "repos", "stage_names")


class ReadingLine(NamedTuple):
    """A line to copy, and what it needs; the address of the site stands between `before` and `after`."""

    label: str
    before: str
    after: str


class TableLine(NamedTuple):
    """A table or view, and its files."""

    table: PublicTable
    bytes: int
    files: list[PublicFile]
    csv: list[PublicFile]


def context(exports: Exports, site_url: str | None) -> dict[str, object]:
    """What the template is given."""
    return {
        "address": address(site_url),
        "is_example": site_url is None,
        "database": exports.database,
        "lines": [] if not exports.tables else lines(exports),
        "tables": [
            TableLine(table, sum(file["bytes"] for file in table["files"]), table["files"], table.get("csv", []))
            for table in exports.tables
        ],
        "folder": FOLDER,
    }


def address(site_url: str | None) -> str:
    """The address of the site, with a slash at its end, such that it can stand in quotes of any kind."""
    return (site_url.rstrip("/") + "/").replace("'", "%27").replace('"', "%22") if site_url else EXAMPLE


def lines(exports: Exports) -> list[ReadingLine]:
    """Lines that read the data from where the site is."""
    read = []
    if exports.database is not None:
        file = exports.database["path"]
        read += [
            ReadingLine("Command line", "catalog ls versions --catalog '", "'"),
            ReadingLine("Python", 'import catalog; print(*catalog.open("', '").artifacts(), sep="\\n")'),
            ReadingLine("DuckDB", "attach '", f"{FOLDER}/{file}' as models (read_only); from models.versions"),
            ReadingLine("curl", "curl -fO '", f"{FOLDER}/{file}'"),
        ]
    if table := _example(exports):
        parquet = f"{FOLDER}/{table['files'][0]['path']}"
        read += [
            ReadingLine("DuckDB, one table", "from read_parquet('", f"{parquet}')"),
            ReadingLine("pandas", 'import pandas; print(pandas.read_parquet("', f'{parquet}"))'),
            ReadingLine("polars", 'import polars; print(polars.read_parquet("', f'{parquet}"))'),
            ReadingLine("R", 'arrow::read_parquet("', f'{parquet}")'),
        ]
        if "csv" in table:
            read.append(
                ReadingLine("curl, one table as CSV", "curl -f '", f"{FOLDER}/{table['csv'][0]['path']}' | gunzip")
            )
    return [*read, ReadingLine("curl, the list of all files", "curl -fO '", f"{FOLDER}/catalog.json'")]


def _example(exports: Exports) -> PublicTable | None:
    single = {table["name"]: table for table in exports.tables if len(table["files"]) == 1}
    return next((single[name] for name in _READ_FIRST if name in single), None)
