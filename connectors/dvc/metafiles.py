"""DVC's files of a revision: `.dvc` files of every age, and `dvc.yaml` with `dvc.lock`. Nothing in them is run, fetched or followed."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.git.snapshot import RevisionFiles
from catalog.plugins.connector import Connector
from catalog.schema.record import Record, replace
from catalog.schema.tables.dvc import Dependency, Metafile, Output
from connectors.dvc.files import LOCK, PIPELINE, SUFFIX, is_read
from connectors.dvc.in_git import compared_files, hash_in_git, is_locked, is_stated, tracked_by
from connectors.dvc.index import NAME, IndexedMetafile, index
from connectors.formats import gitattributes
from connectors.formats.paths import basename


def wants_file(path: str) -> bool:
    """DVC's files, and those that state what a checkout does to the files of Git."""
    return is_read(path) or basename(path) == gitattributes.NAME


def wants_also(revision: RevisionFiles) -> tuple[str, ...]:
    """The files that templates draw from, and those in Git that are compared with locks."""
    return (*index(revision).value_files, *compared_files(revision))


def read_revision(revision: RevisionFiles) -> Iterator[Record]:
    """The rows of a commit's metafiles, in DVC's order, each with what is wrong with it."""
    metafiles = index(revision)
    blobs = compared_files(revision)
    for problem in metafiles.problems:
        yield replace(problem, commit=revision.commit.oid)
    for metafile in metafiles.files:
        yield from _metafiles(revision, metafile)
        for row in (*metafile.read.rows, *metafile.read.problems):
            if isinstance(row, Dependency | Output) and is_stated(row):
                compared = row.path in blobs and is_locked(row)
                git_hash = hash_in_git(revision, row, blobs[row.path]) if compared else None
                tracked = tracked_by(revision, row, metafiles.outputs)
                yield replace(row, commit=revision.commit.oid, git_hash=git_hash, tracked_by=tracked)
            else:
                yield replace(row, commit=revision.commit.oid)


CONNECTOR = Connector(name=NAME, version=9, wants_file=wants_file, wants_also=wants_also, read_revision=read_revision)


def _metafiles(revision: RevisionFiles, metafile: IndexedMetafile) -> Iterator[Metafile]:
    for file, age in metafile.read.formats.items():
        yield Metafile(
            commit=revision.commit.oid,
            file=file,
            kind=basename(file) if basename(file) in (PIPELINE, LOCK) else SUFFIX,
            dvc_root=metafile.root,
            format=age,
            blob=revision.files[file],
        )
