"""The annotations of a commit, and what Git has at the artifacts' paths."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.errors import MetafileError
from catalog.git.named_files import NamedFile, PointerFile
from catalog.git.snapshot import RevisionFiles
from catalog.naming import public_url
from catalog.plugins.connector import Connector
from catalog.schema.record import replace
from catalog.schema.tables.problems import Problem
from catalog.schema.tables.registry import Annotation
from connectors.artifacts import files
from connectors.artifacts.files import NAME, stated
from connectors.formats import gitattributes
from connectors.formats.faults import problem
from connectors.formats.lfs import is_lfs, pointer_at
from connectors.formats.targets import project_of, target_of


def wants_file(path: str) -> bool:
    """Annotations and what they need, and the files that state which others belong to Git LFS."""
    return files.wants_file(path) or path.rpartition("/")[2] == gitattributes.NAME


def wants_also(revision: RevisionFiles) -> tuple[NamedFile, ...]:
    """The Git LFS pointers that may stand in Git for artifacts."""
    return revision.once(_wants_also, lambda _: stated(revision).is_final(revision))


def _wants_also(revision: RevisionFiles) -> tuple[NamedFile, ...]:
    placed = (target_of(annotation.file, annotation.path) for annotation in stated(revision).annotations)
    pointers = (PointerFile(path=target) for target in placed if target and _is_pointer(revision, target))
    return (*files.wants_also(revision), *pointers)


def read_revision(revision: RevisionFiles) -> Iterator[Annotation | Problem]:
    """The annotations of a commit, and what is wrong with them."""
    parsed = stated(revision)
    commit = revision.commit.oid
    faults: dict[Problem, None] = {}
    for annotation in parsed.annotations:
        yield _placed(annotation, revision, faults)
    yield from (replace(row, commit=commit) for row in parsed.problems)
    yield from faults


CONNECTOR = Connector(name=NAME, version=6, wants_file=wants_file, wants_also=wants_also, read_revision=read_revision)


def _is_pointer(revision: RevisionFiles, target: str) -> bool:
    try:
        entry = revision.entry(target)
        return entry is not None and entry.kind == "file" and is_lfs(revision, target)
    except MetafileError:  # read_revision() reports it
        return False


def _placed(annotation: Annotation, revision: RevisionFiles, faults: dict[Problem, None]) -> Annotation:
    """The annotation with what Git has at its path."""
    target = target_of(annotation.file, annotation.path)
    commit = revision.commit.oid
    entry = pointer = root = None
    try:
        root = project_of(revision, annotation.file)
        entry = None if target is None else revision.entry(target)
        pointer = pointer_at(revision, target) if target and entry and entry.kind == "file" else None
    except MetafileError as error:
        faults[problem(NAME, commit, "", error)] = None
    return replace(
        annotation,
        commit=commit,
        path=annotation.path and public_url(annotation.path),
        dvc_root=root,
        target=target,
        in_git=entry.kind if entry else None,
        blob=entry.oid if entry else None,
        executable=bool(entry and entry.executable),
        lfs_hash=pointer.sha256 if pointer else None,
        lfs_size=pointer.size if pointer else None,
    )
