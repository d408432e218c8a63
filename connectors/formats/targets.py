"""Where an artifact lies: from the path of an annotation to a place in the repository. Links are never followed.

After `dvc/repo/artifacts.py` (`Artifacts.get_path`, `Artifacts.download`) of DVC 3.67.
"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import join as joined
from posixpath import normpath

from catalog.git.snapshot import RevisionFiles
from catalog.naming import scheme_of
from connectors.formats.paths import dirname, join

DVC_FOLDER = ".dvc"


def target_of(file: str, path: str | None) -> str | None:
    """The path from the Git root, empty for the root itself; None for a URL, and for what is outside or not stated.

    A backslash separates folders as `/` does, and an absolute path counts from the Git root, of a project in a folder too.
    """
    if not path or scheme_of(path):
        return None
    place = joined(dirname(file), path).replace("\\", "/")
    return normpath(place).lstrip("/") if place.startswith("/") else inside(place)


def inside(path: str) -> str | None:
    """A path in its shortest form; None where it leads out of the repository."""
    normalized = normpath(path)
    if normalized == ".." or normalized.startswith(("/", "../")):
        return None
    return "" if normalized == "." else normalized


def folders_above(path: str) -> Iterator[str]:
    """The folders of a path, the nearest first; the last one is the Git root."""
    while path:
        path = dirname(path)
        yield path


def project_of(revision: RevisionFiles, file: str) -> str | None:
    """The nearest folder above with a `.dvc` folder: the DVC project of a file. None where there is none."""
    for folder in folders_above(file):
        entry = revision.entry(join(folder, DVC_FOLDER))
        if entry and entry.kind == "folder":
            return folder
    return None
