"""Which cards and licences lie near artifacts: in the folders of DVC's files and of artifacts, and in those above."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial

from catalog.git.snapshot import MAX_TREE_DEPTH, RevisionFiles
from connectors.artifacts.entries import DVC
from connectors.artifacts.files import stated
from connectors.cards.licences import is_licence
from connectors.formats.memo import BoundedCache
from connectors.formats.paths import basename, dirname, join
from connectors.formats.targets import folders_above, target_of

SUFFIX = ".dvc"
MAX_FILES = 200  # of one commit, those nearest to the Git root first
MAX_REMEMBERED = 1 << 20  # bytes

_MODEL_CARD = re.compile(r"(?:model[-_]?)?card\.md", re.IGNORECASE)
_README = re.compile(r"readme(?:[^/]*\.(?:md|rst|txt))?", re.IGNORECASE)

# By the tree's object id, which determines the names: commits share most of their folders.
_NAMES: BoundedCache[str, tuple[str, ...]] = BoundedCache(MAX_REMEMBERED, lambda _, names: 200 + 100 * len(names))


def is_model_card(path: str) -> bool:
    """A file of this name is a model card, and not just a README."""
    return _MODEL_CARD.fullmatch(basename(path)) is not None


def is_card_or_licence(name: str) -> bool:
    """A file of this name, without its folder, is shown with the artifacts near it."""
    return any(pattern.fullmatch(name) for pattern in (_MODEL_CARD, _README)) or is_licence(name)


def nearby(revision: RevisionFiles) -> tuple[list[str], int]:
    """The paths of cards and licences in order, and how many there are in all. Links are not files."""
    return revision.once(_nearby, lambda _: stated(revision).is_final(revision))


def _nearby(revision: RevisionFiles) -> tuple[list[str], int]:
    paths = sorted(_files(revision, _folders(revision)), key=lambda path: (path.count("/"), path))
    return paths[:MAX_FILES], len(paths)


def _folders(revision: RevisionFiles) -> set[str]:
    metafiles = (path for path in revision.files if path.endswith((SUFFIX, DVC)))
    near = {dirname(path) for path in metafiles if path.endswith(SUFFIX) or basename(path) == DVC}
    for annotation in stated(revision).annotations:
        near.add(dirname(annotation.file))
        target = target_of(annotation.file, annotation.path)
        if target and target.count("/") <= MAX_TREE_DEPTH:  # Git has nothing deeper
            near.update((dirname(target), target))
    return _with_those_above(near)


def _with_those_above(folders: Iterable[str]) -> set[str]:
    with_parents = {""}
    for folder in folders:
        if folder not in with_parents:
            with_parents.add(folder)
            for above in folders_above(folder):
                if above in with_parents:
                    break
                with_parents.add(above)
    return with_parents


def _files(revision: RevisionFiles, folders: Iterable[str]) -> Iterator[str]:
    for folder in folders:
        entry = revision.entry(folder)
        if entry and entry.kind == "folder":
            for name in _NAMES.get(entry.oid, partial(_names, revision, entry.oid)):
                yield join(folder, name)


def _names(revision: RevisionFiles, tree: str) -> tuple[str, ...]:
    return tuple(
        name for name, entry in revision.children(tree).items() if entry.kind == "file" and is_card_or_licence(name)
    )
