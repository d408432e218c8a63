"""What an export leaves for its readers."""

from __future__ import annotations

from pathlib import Path

from catalog.database.export import MANIFEST


def published(folder: Path) -> dict[str, bytes]:
    """Every file by its path, but for the one that has times of files in it."""
    found = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}
    return {path: file.read_bytes() for path, file in found.items() if path != MANIFEST}
