"""From what DVC tracks at a path of a commit to the objects of its storage. After `dvc/data_cloud.py` and `dvc/dependency/repo.py` of DVC 3.67."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from catalog.download import answers
from catalog.download.entries import Entry, Expected, StoredObject
from catalog.download.manifest import check_path, parse_manifest
from catalog.download.trust import split_url
from catalog.errors import NotFound, Refused
from catalog.query.answer import Row
from catalog.text import quote

ReadManifest = Callable[[StoredObject, Expected], bytes]

_MD5 = ("md5", "md5-dos2unix")


@dataclass(frozen=True, kw_only=True, slots=True)
class ListedFolder:
    """The files of a folder, of which a list in storage says more: those at or below `inside`, as entries below `path`."""

    path: str
    inside: str
    output: Row


class FolderFiles:
    """The entries of a folder's files, by their paths and hashes. They are made one at a time: 2 MiB less for 10,000 files."""

    def __init__(self, folder: ListedFolder, files: Mapping[str, str]) -> None:
        self._folder, self._files = folder, files

    def __iter__(self) -> Iterator[Entry]:
        path, output = self._folder.path, self._folder.output
        for name, digest in self._files.items():
            if (relative := _below(name, self._folder.inside)) is not None:
                known = Expected(hash_kind=output["hash_kind"], hash=digest, most=output["size"])
                place = f"{path}/{relative}" if path else relative
                yield Entry(path=place, source=_object(output, digest), expected=known)


class TrackedFiles:
    """The entries of one path; `read` fetches the list of a folder."""

    def __init__(self, ask: answers.Ask, read: ReadManifest) -> None:
        self._ask, self._read = ask, read

    def outputs(self, repo: str, commit: str, path: str) -> list[Row]:
        """What DVC tracks there, with `repo` and `commit`."""
        question = "from internal.tracked_outputs($repo, $commit, $path)"
        known = answers.rows(self._ask, question, answers.OUTPUT, repo=repo, commit=commit, path=path)
        return [{**row, "repo": repo, "commit": commit} for row in known]

    def entries(self, output: Row, path: str) -> Iterator[Entry | ListedFolder]:
        """The files of an output at or below `path`; all of it, where the output is below. Paths are relative to `path`."""
        if output["at_source"] or (output["partial"] and output["import_kind"] == "url"):
            if output["source_url"] is None:
                raise NotFound(f"{quote(output['path'])} is an import whose source is not stated")
            yield from self._versioned(output, path, output["source_url"], None)
        elif output["remote"] is None:
            raise NotFound(f"{quote(output['path'])} is in no remote: the project names none for it")
        elif output["keeps_versions"] or output["version_id"] is not None:
            place = output["path"].removeprefix(f"{output['dvc_root']}/" if output["dvc_root"] else "")
            yield from self._versioned(output, path, f"{_base(output)}/{place}", output["region"])
        elif output["hash_kind"] not in _MD5 or output["hash"] is None:
            raise NotFound(f"{quote(output['path'])} has no hash in {quote(output['metafile'])}: it was never pushed")
        else:
            yield from self._hashed(output, path)

    def listed(self, entry: Entry | ListedFolder) -> Iterable[Entry]:
        """The files that a folder's list names; an entry itself."""
        if isinstance(entry, Entry):
            return (entry,)
        output = entry.output
        stated = Expected(hash_kind=output["hash_kind"], hash=output["hash"])
        return FolderFiles(entry, parse_manifest(self._read(_object(output, output["hash"]), stated)))

    def _hashed(self, output: Row, path: str) -> Iterator[Entry | ListedFolder]:
        """By content hash: a file, or a folder whose list names its files."""
        expected = Expected(hash_kind=output["hash_kind"], hash=output["hash"], size=output["size"])
        own, inside = relation(output["path"], path)
        if not output["is_folder"]:
            if inside:
                raise NotFound(f"{quote(path)} is below {quote(output['path'])}, which is a file")
            yield Entry(
                path=own, source=_object(output, output["hash"]), expected=expected, executable=output["executable"]
            )
            return
        yield ListedFolder(path=own, inside=inside, output=output)

    def _versioned(self, output: Row, path: str, url: str, region: str | None) -> Iterator[Entry]:
        """By name and version: a file, or the files that the metafile lists one by one."""
        own, inside = relation(output["path"], path)
        where = {key: output[key] for key in ("repo", "commit", "metafile")}
        question = "from internal.tracked_files($repo, $commit, $metafile, $output)"
        listed = answers.rows(self._ask, question, answers.FILE, **where, output=output["path"])
        for row in listed:
            name = row["path"][len(output["path"]) + 1 :]
            check_path(name)
            if (relative := _below(name, inside)) is not None:
                known = Expected(hash_kind="md5", hash=row["hash"], size=row["size"], etag=row["etag"])
                source = StoredObject(url=f"{url}/{name}", version_id=row["version_id"], region=region)
                yield Entry(path="/".join(filter(None, (own, relative))), source=source, expected=known)
        if not listed:
            if output["is_folder"] or inside:
                raise NotFound(
                    f"{quote(output['metafile'])} lists no files of the folder {quote(output['path'])}: it was never pushed"
                )
            is_md5 = output["hash_kind"] in _MD5
            known = Expected(
                hash_kind=output["hash_kind"] if is_md5 else None,
                hash=output["hash"] if is_md5 else None,
                size=output["size"],
                etag=output["etag"] or output["import_etag"],
            )
            source = StoredObject(url=url, version_id=output["version_id"] or output["import_version"], region=region)
            yield Entry(path=own, source=source, expected=known, executable=output["executable"])


def _object(output: Row, digest: str) -> StoredObject:
    """Where a remote has some content (`dvc_objects/db.py: oid_to_path`)."""
    folder = f"{_base(output)}/files/md5" if output["hash_kind"] == "md5" else _base(output)
    return StoredObject(url=f"{folder}/{digest[:2]}/{digest[2:]}", region=output["region"])


def _base(output: Row) -> str:
    """The remote's URL; of a folder of one machine, its URL."""
    stated = str(output["remote_url"])
    if output["scheme"] != "local":
        parts = split_url(stated)
        if parts.query or parts.fragment:
            raise Refused(f"the remote {quote(stated)!r} has parameters, expected a URL without")
        return stated.rstrip("/")
    if not stated.startswith("/"):
        raise NotFound(
            f"the remote {quote(output['remote'])!r} is the folder {quote(stated)!r} beside a clone, and there is no clone"
        )
    return f"file://{stated.rstrip('/')}"


def relation(output: str, path: str) -> tuple[str, str]:
    """Where an output is below a path, and where the path is below the output: one of them is empty, or both."""
    return _below(output, path) or "", _below(path, output) or ""


def _below(name: str, folder: str) -> str | None:
    """A path relative to a folder; empty for the same, None where it is not in it."""
    if not folder or name == folder:
        return name if not folder else ""
    return name[len(folder) + 1 :] if name.startswith(f"{folder}/") else None
