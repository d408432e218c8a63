"""The attributes that the `.gitattributes` files of a revision give to a path."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.errors import MetafileError
from catalog.git.snapshot import RevisionFiles
from connectors.formats.gitattributes import NAME, Value, parse, values_of
from connectors.formats.paths import join
from connectors.formats.targets import folders_above


def attributes_of(revision: RevisionFiles, path: str) -> Mapping[str, Value]:
    """The attributes of a file. MetafileError where a `.gitattributes` above it cannot be read."""
    files = []
    for folder in folders_above(path):
        file = join(folder, NAME)
        if file in revision.files:
            try:
                files.append((folder, parse(revision.read(file) or b"")))
            except MetafileError as error:
                raise MetafileError(error.message, place=file, rule=error.rule) from error
    return values_of(path, files) if files else {}
