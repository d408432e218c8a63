"""DVC's storage on the web: where it keeps the bytes of an output, and the lists of its folders.

After `dvc/data_cloud.py` (`Remote.odb`, `Remote.legacy_odb`) and `dvc_data/hashfile/tree.py` of DVC 3.67.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from catalog.errors import MetafileError
from catalog.git.snapshot import MAX_OBJECT
from catalog.naming import public_url, scheme_of
from catalog.schema.tables.dvc import Output
from connectors.dvc.config import Section, parse, remotes, resolved
from connectors.dvc.entries import MD5, OLD_MD5
from connectors.dvc.values import is_external, located, md5
from connectors.formats.memo import BoundedCache
from connectors.formats.typed import mapping, quoted

MAX_REMEMBERED = 4 << 20  # bytes
PER_BYTE = 4  # bytes of values that a byte of a folder's list may stand for, about

# Settings with which a web server requires more than a plain request. A stranger's secrets are never used.
_PRIVATE = frozenset(("auth", "user", "password", "custom_auth_header", "token", "cert_path", "key_path", "method"))

_LISTS: BoundedCache[bytes, Mapping[str, str]] = BoundedCache(MAX_REMEMBERED, lambda data, _: PER_BYTE * len(data))
_SETTINGS: BoundedCache[bytes, dict[str, Section]] = BoundedCache(MAX_REMEMBERED, lambda data, _: PER_BYTE * len(data))


def storage_url(config: bytes, output: Output) -> str | None:
    """The public http(s) address of an output's storage; None where there is none."""
    if output.hash_kind not in (MD5, OLD_MD5) or not output.pushed:
        return None
    try:
        sections = _SETTINGS.get(config, lambda: parse(config, []))
        name = output.remote or sections.get("core", {}).get("remote", "").lower()
        settings = resolved(name, remotes(sections))
    except MetafileError:  # the connector `remotes` reports it
        return None
    url = settings["url"]
    if scheme_of(url) not in ("http", "https") or public_url(url) != url or "?" in url or "#" in url:
        return None
    if any(settings.get(key) for key in _PRIVATE) or _is_versioned(settings):
        return None
    return url.rstrip("/") + ("/files/md5" if output.hash_kind == MD5 else "")


def object_url(storage: str, digest: str) -> str:
    """Where a file is in a storage, or the list of a folder."""
    return f"{storage}/{digest[:2]}/{digest[2:]}"


def read_list(data: bytes) -> Mapping[str, str]:
    """The files of a folder by their paths in it, with their hashes. MetafileError where it is not such a list."""
    return _LISTS.get(data, lambda: _list(data))


def _is_versioned(settings: Section) -> bool:
    return any(settings.get(key, "").lower() == "true" for key in ("version_aware", "worktree"))


def _list(data: bytes) -> Mapping[str, str]:
    if len(data) > MAX_OBJECT:
        message = f"DVC's list of the folder has {len(data):,} bytes, expected at most {MAX_OBJECT:,}"
        raise MetafileError(message, rule="too-big")
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise MetafileError("DVC's list of the folder is not JSON", rule="not-json") from error
    if not isinstance(document, list):
        message = f"found {quoted(document)} as DVC's list of the folder, expected a list of files"
        raise MetafileError(message, rule="not-a-folder")
    files: dict[str, str] = {}
    for index, item in enumerate(document):
        stated = mapping(item, f"[{index}]")
        path = located("", stated.get("relpath"), f"[{index}].relpath")
        if is_external(path):
            raise MetafileError(f"found {quoted(path)}, expected a path in the folder", rule="outside")
        files[path] = md5(stated.get("md5"), f"[{index}].md5")
    return files
