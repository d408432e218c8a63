"""One entry under `outs` or `deps`: where it lies, and what was locked of its content.

After `dvc/output.py` (`Output`, `merge_file_meta_from_cloud`) and `dvc/schema.py` of DVC 3.67.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from hashlib import md5 as md5_of
from typing import Any, NamedTuple

from catalog.errors import MetafileError
from catalog.naming import scheme_of
from connectors.dvc.values import Complaints, Values, flag, is_external, located, maps, md5, stated, whole_number, word
from connectors.formats.typed import mapping, quoted

MD5, OLD_MD5, ETAG, CHECKSUM = "md5", "md5-dos2unix", "etag", "checksum"
FOLDER = ".dir"

_SELDOM = frozenset(("cloud", "files", "nfiles", "isexec", "version_id", "etag"))  # what most entries do not state


class VersionedFile(NamedTuple):
    """A file of a folder in a version-aware remote."""

    path: str
    relpath: str
    hash: str | None
    size: int | None
    remote: str | None
    version_id: str | None
    etag: str | None


class DataEntry(NamedTuple):
    """An output or a dependency. What was not locked is None."""

    path: str
    hash_kind: str | None
    hash: str | None
    size: int | None
    files: int | None = None
    is_folder: bool = False
    executable: bool = False
    remote: str | None = None
    version_id: str | None = None
    etag: str | None = None
    listed: tuple[VersionedFile, ...] = ()


def read_entry(folder: str, values: Values, place: str, complaints: Complaints) -> DataEntry:
    """The entry, with its path from `folder`. MetafileError where it has no path inside the repository."""
    path = located(folder, values.get("path"), f"{place}.path")
    if _SELDOM.isdisjoint(values):
        kind, digest = _hash(path, values, place, complaints)
        size = stated(values, "size", whole_number, place, complaints)
        return DataEntry(path, kind, digest, size, is_folder=bool(digest and digest.endswith(FOLDER)))
    values, remote = _merged(values, place, complaints)
    kind, digest = _hash(path, values, place, complaints)
    size = stated(values, "size", whole_number, place, complaints)
    count = stated(values, "nfiles", whole_number, place, complaints)
    listed = tuple(_listed(path, values.get("files"), f"{place}.files", complaints))
    if listed:
        digest = _folder_hash(listed)
        kind = (OLD_MD5 if values.get("hash") is None else MD5) if digest else None
        size, count = sum(file.size or 0 for file in listed), len(listed)
        remote = listed[0].remote
    return DataEntry(
        path=path,
        hash_kind=kind,
        hash=digest,
        size=size,
        files=count,
        is_folder=bool(listed or count or (digest and digest.endswith(FOLDER))),
        executable=stated(values, "isexec", flag, place, complaints) or False,
        remote=remote,
        version_id=stated(values, "version_id", word, place, complaints),
        etag=stated(values, "etag", word, place, complaints),
        listed=listed,
    )


def _merged(values: Values, place: str, complaints: Complaints) -> tuple[Values, str | None]:
    """The entry with what `cloud` states for the one remote that holds its version, and that remote."""
    cloud = stated(values, "cloud", mapping, place, complaints)
    for remote, cloud_values in (cloud or {}).items():
        try:
            return {**values, **mapping(cloud_values, f"{place}.cloud")}, word(remote, f"{place}.cloud").lower()
        except MetafileError as error:
            complaints.append(error)
    return values, None


def _hash(path: str, values: Values, place: str, complaints: Complaints) -> tuple[str | None, str | None]:
    """The hash and its kind. `hash: md5` came with DVC 3; before, text was hashed as if lines ended as on Unix."""
    if is_external(path):
        order = (CHECKSUM, ETAG, MD5) if (scheme_of(path) or "").startswith("http") else (ETAG, CHECKSUM, MD5)
        kind = key = next((name for name in order if values.get(name) is not None), MD5)
    else:
        kind = stated(values, "hash", word, place, complaints) or OLD_MD5
        if kind not in (MD5, OLD_MD5, ETAG, CHECKSUM):
            message = f"found the kind of hash {quoted(kind)}, expected md5"
            complaints.append(MetafileError(message, place=f"{place}.hash", rule="bad-hash"))
            return None, None
        key = MD5 if kind == OLD_MD5 else kind
    value = None if values.get(key) == "" else stated(values, key, md5 if key == MD5 else word, place, complaints)
    return (kind, value) if value else (None, None)


def _listed(path: str, value: object, place: str, complaints: Complaints) -> Iterator[VersionedFile]:
    files: dict[str, VersionedFile] = {}
    for where, listing in maps(value, place, complaints):
        values, remote = _merged(listing, where, complaints)
        try:
            file = _listed_file(path, values, remote, where, complaints)
        except MetafileError as error:
            complaints.append(error)
        else:
            files[file.relpath] = file
    yield from files.values()


def _listed_file(folder: str, values: Values, remote: str | None, place: str, complaints: Complaints) -> VersionedFile:
    relpath = values.get("relpath")
    path = located("" if is_external(folder) else folder, relpath, f"{place}.relpath")
    if not isinstance(relpath, str) or is_external(path) or ".." in relpath.split("/"):
        message = f"found {quoted(path)}, expected a path in its folder"
        raise MetafileError(message, place=f"{place}.relpath", rule="outside")
    return VersionedFile(
        path=f"{folder.rstrip('/')}/{relpath}" if is_external(folder) else path,
        relpath=relpath,
        hash=stated(values, MD5, md5, place, complaints),
        size=stated(values, "size", whole_number, place, complaints),
        remote=remote,
        version_id=stated(values, "version_id", word, place, complaints),
        etag=stated(values, ETAG, word, place, complaints),
    )


def _folder_hash(listed: Sequence[VersionedFile]) -> str | None:
    """What `dvc add` made of the folder before its files were listed; None where a file has no hash."""
    if any(file.hash is None for file in listed):
        return None
    ordered: list[dict[str, Any]] = [{"md5": file.hash, "relpath": file.relpath} for file in listed]
    ordered.sort(key=lambda file: file["relpath"])
    return md5_of(json.dumps(ordered).encode(), usedforsecurity=False).hexdigest() + FOLDER
