"""Where the cell of a row comes from, as `[privacy]` of repos.toml and problems name it: a path, and a key."""

from __future__ import annotations

from catalog.schema.record import Column, Record

_PLACES = (
    "file",
    "metafile",
    "tag",
    "ref",
    "branch",
)  # columns that say where a row was read; the first that a row has


def place_of(row: Record) -> str:
    """The file from the Git root, the tag, branch or ref, or else the commit."""
    stated = next((cell for name in _PLACES if isinstance(cell := getattr(row, name, None), str)), None)
    if stated is not None:
        return stated
    commit = getattr(row, "commit", None)
    return f"commit {commit[:7]}" if isinstance(commit, str) else row.TABLE


def key_of(row: Record, column: Column) -> str:
    """The name of the value, such as `db.password`; of a column without names, its own."""
    return getattr(row, column.named_by) if column.named_by else column.name
