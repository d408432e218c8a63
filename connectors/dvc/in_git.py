"""What Git has where a lock states what a pipeline stage took in or made: its hash, as DVC computes it.

After `dvc_data/hashfile/hash.py` and `istextfile.py` of dvc-data 3.18. Compared are code and other inputs, and metrics and plots
that lie in Git, as long as they are small; the crawl fetches them for this purpose.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import md5
from itertools import islice

from catalog.errors import MetafileError
from catalog.git.snapshot import RevisionFiles
from catalog.schema.record import Record
from catalog.schema.tables.dvc import Dependency, Output
from connectors.dvc.entries import FOLDER, MD5, OLD_MD5
from connectors.dvc.index import index, is_final
from connectors.dvc.values import is_external

MAX_FILES = 50  # of one revision
MAX_SIZE = 100_000  # bytes, as the lock states them
_HEAD = 512  # bytes by which DVC tells text from other content
_TEXT = bytes(range(32, 127)) + b"\n\r\t\f\b"
_MOST_OTHERS = 0.30  # of the bytes of a text


def compared_files(revision: RevisionFiles) -> tuple[str, ...]:
    """The files in Git whose content is compared with locks."""
    return revision.once(_compared_files, lambda _: is_final(revision))


def _compared_files(revision: RevisionFiles) -> tuple[str, ...]:
    paths = dict.fromkeys(path for path in _locked(revision) if _is_file(revision, path))
    return tuple(islice(paths, MAX_FILES))


def hash_in_git(revision: RevisionFiles, row: Dependency | Output) -> str | None:
    """The hash of what Git has at the path of a locked row, of the kind that the lock states; None where nothing is compared.

    With DVC 3 on Windows, where Git ends lines otherwise than the file of the run did, equal but for that is equal.
    """
    try:
        data = revision.read(row.path)
    except MetafileError:
        return None
    if data is None:
        return None
    if row.hash_kind == OLD_MD5:
        return _digest(_unix(data))
    digest = _digest(data)
    if digest != row.hash and _is_text(data) and _digest(_unix(data).replace(b"\n", b"\r\n")) == row.hash:
        return row.hash
    return digest


def is_locked(row: Record) -> bool:
    """A row that states what a pipeline stage took in, or left in Git, as a small file."""
    if isinstance(row, Output):
        if row.cached:
            return False
    elif not isinstance(row, Dependency):
        return False
    return (
        row.hash is not None
        and row.hash_kind in (MD5, OLD_MD5)
        and row.pipeline_stage is not None
        and not row.hash.endswith(FOLDER)
        and row.size is not None
        and row.size <= MAX_SIZE
        and not is_external(row.path)
    )


def _locked(revision: RevisionFiles) -> Iterator[str]:
    for metafile in index(revision).files:
        for row in metafile.read.rows:
            if isinstance(row, Dependency | Output) and is_locked(row):
                yield row.path


def _is_file(revision: RevisionFiles, path: str) -> bool:
    try:
        entry = revision.entry(path)
    except MetafileError:
        return False
    return entry is not None and entry.kind == "file"


def _digest(data: bytes) -> str:
    return md5(data, usedforsecurity=False).hexdigest()


def _unix(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n") if _is_text(data) else data


def _is_text(data: bytes) -> bool:
    head = data[:_HEAD]
    return b"\0" not in head and len(head.translate(None, _TEXT)) <= _MOST_OTHERS * len(head)
