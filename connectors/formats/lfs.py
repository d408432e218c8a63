"""Git LFS: which files `.gitattributes` give to it, and their pointers."""

from __future__ import annotations

from catalog.errors import MetafileError
from catalog.git.lfs import Pointer
from catalog.git.snapshot import RevisionFiles
from connectors.formats.attributes import attributes_of


def is_lfs(revision: RevisionFiles, path: str) -> bool:
    """`.gitattributes` give the file to Git LFS. MetafileError where one of them cannot be read."""
    return attributes_of(revision, path).get("filter") == "lfs"


def pointer_at(revision: RevisionFiles, path: str) -> Pointer | None:
    """The pointer at a path; None where the file itself is in Git. MetafileError where its content was not had."""
    try:
        return revision.pointer(path) if is_lfs(revision, path) else None
    except MetafileError as error:
        if not error.place and error.rule == "too-big":  # for a pointer
            return None
        raise MetafileError(error.message, place=error.place or path, rule=error.rule) from error
