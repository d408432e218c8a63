"""What Git has where a lock states what a pipeline stage took in or made: its hash, as DVC computes it.

After `dvc_data/hashfile/hash.py` and `istextfile.py` of dvc-data 3.18. Compared are code and other inputs, and metrics and plots
that lie in Git, as long as they are small; the crawl fetches them for this purpose.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from hashlib import md5

from catalog.errors import MetafileError
from catalog.git.snapshot import RevisionFiles
from catalog.schema.record import Record
from catalog.schema.tables.dvc import Dependency, Output
from connectors.dvc.entries import FOLDER, MD5, OLD_MD5
from connectors.dvc.index import index, is_final
from connectors.dvc.values import is_external
from connectors.formats.attributes import attributes_of
from connectors.formats.memo import BoundedCache
from connectors.formats.targets import folders_above
from connectors.formats.working_tree import Conversion, checked_out, conversion_of

MAX_FILES = 50  # of one revision
MAX_REMEMBERED = 4 << 20  # bytes of hashes
ENTRY = 500  # bytes of a hash with its key, about
MAX_SIZE = 100_000  # bytes, as the lock states them
_HEAD = 512  # bytes by which DVC tells text from other content
_TEXT = bytes(range(32, 127)) + b"\n\r\t\f\b"
_MOST_OTHERS = 0.30  # of the bytes of a text

# By the content that is compared: most revisions have the same code, and without this, crawls took 4 % longer (11 pairs).
_HASHES: BoundedCache[tuple[str, str | None, str | None, Conversion], str | None] = BoundedCache(
    MAX_REMEMBERED, lambda _key, _hash: ENTRY
)
_UNKNOWN = Conversion(is_filtered=True)


def compared_files(revision: RevisionFiles) -> Mapping[str, str]:
    """The files in Git whose content is compared with locks, with their blobs."""
    return revision.once(_compared_files, lambda _: is_final(revision))


def hash_in_git(revision: RevisionFiles, row: Dependency | Output, blob: str) -> str | None:
    """The hash of the file that a checkout writes for a locked row, of the kind that the lock states; None where nothing is compared.

    Where Git's configuration decides on its bytes, such as the ends of lines on Windows, whichever are equal to the lock's count.
    """
    conversion = _conversion(revision, row.path)
    key = (blob, row.hash_kind, row.hash, conversion)
    try:
        return _HASHES.get(key, lambda: _hash(checked_out(_blob_content(revision, row.path), blob, conversion), key))
    except MetafileError:
        pass
    try:
        data = revision.read(row.path)  # what Git LFS has, where that was fetched: the blob does not tell
    except MetafileError:
        return None
    return None if data is None else _hash([data], key)


def tracked_by(revision: RevisionFiles, row: Dependency | Output, outputs: Collection[str]) -> str | None:
    """Whether Git, perhaps behind a filter, or an output of DVC has the path of a locked row at this commit, or nothing.

    None where that is not known.
    """
    try:
        entry = revision.entry(row.path)
        if entry is not None:
            return "git" if entry.kind != "file" or _conversion(revision, row.path).is_known else "filter"
        if not isinstance(row, Output) and _is_covered(row.path, outputs):
            return "dvc"
        above = (revision.entry(folder) for folder in folders_above(row.path))
        nearest = next(entry for entry in above if entry is not None)
    except MetafileError:
        return None
    return "nothing" if nearest.kind in ("folder", "file") else None


def is_stated(row: Record) -> bool:
    """A row that states what a pipeline stage took in, or left in Git, with a hash."""
    return (
        (isinstance(row, Dependency) or (isinstance(row, Output) and not row.cached))
        and row.hash is not None
        and row.pipeline_stage is not None
        and not is_external(row.path)
        and not row.path.startswith("../")
    )


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


def _compared_files(revision: RevisionFiles) -> Mapping[str, str]:
    blobs: dict[str, str] = {}
    for metafile in index(revision).files:
        for row in metafile.read.rows:
            if isinstance(row, Dependency | Output) and is_locked(row) and row.path not in blobs:
                if len(blobs) == MAX_FILES:
                    return blobs
                if blob := _blob(revision, row.path):
                    blobs[row.path] = blob
    return blobs


def _is_covered(path: str, outputs: Collection[str]) -> bool:
    """The path is an output, lies in one, or has some below it."""
    inside = path in outputs or any(folder in outputs for folder in folders_above(path))
    return inside or any(output.startswith(f"{path}/") for output in outputs)


def _blob(revision: RevisionFiles, path: str) -> str | None:
    try:
        entry = revision.entry(path)
    except MetafileError:
        return None
    return entry.oid if entry is not None and entry.kind == "file" else None


def _conversion(revision: RevisionFiles, path: str) -> Conversion:
    try:
        return conversion_of(attributes_of(revision, path))
    except MetafileError:
        return _UNKNOWN


def _blob_content(revision: RevisionFiles, path: str) -> bytes:
    data = None if revision.pointer(path) else revision.read(path)
    if data is None:
        raise MetafileError("found a pointer of Git LFS, expected the file itself")
    return data


def _hash(contents: Iterable[bytes], key: tuple[str, str | None, str | None, Conversion]) -> str | None:
    """That of the lock where one of the contents has it, else that of the first; None where that is not what a checkout writes."""
    _, kind, locked, conversion = key
    digests = [_digest(_unix(data) if kind == OLD_MD5 else data) for data in contents]
    if locked in digests:
        return locked
    return digests[0] if conversion.is_known else None


def _digest(data: bytes) -> str:
    return md5(data, usedforsecurity=False).hexdigest()


def _unix(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n") if _is_text(data) else data


def _is_text(data: bytes) -> bool:
    head = data[:_HEAD]
    return b"\0" not in head and len(head.translate(None, _TEXT)) <= _MOST_OTHERS * len(head)
