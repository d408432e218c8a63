"""A small Git LFS server for the rules of `serve`: the batch API, and the files that it names. After docs/api/batch.md of git-lfs."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from catalog.git.lfs import Pointer
from support.loopback import Answer, Request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

BATCH = "/objects/batch"
FILES = "/files/"
MEDIA_TYPE = "application/vnd.git-lfs+json"


def pointer_to(content: bytes) -> Pointer:
    return Pointer(sha256(content).hexdigest(), len(content))


def pointer_text(content: bytes) -> str:
    """What Git has in place of the content."""
    pointer = pointer_to(content)
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{pointer.sha256}\nsize {pointer.size}\n"


def lfs_server(
    contents: Iterable[bytes],
    *,
    files_at: str | None = None,
    header: dict[str, str] | None = None,
    change: Callable[[dict[str, Any]], object] = lambda stated: stated,
    download: Callable[[Request], Answer | None] = lambda _: None,
) -> Callable[[Request], Answer | None]:
    """A rule: batches are answered with where the files are: on this server, or below `files_at`, to be requested with `header`.

    `change` changes what is stated of each object; `download` may answer the request of a file itself.
    """
    by_hash = {sha256(content).hexdigest(): content for content in contents}

    def rule(request: Request) -> Answer | None:
        if request.path.startswith(FILES):
            content = by_hash.get(request.path.removeprefix(FILES))
            return download(request) or (Answer(status=404) if content is None else Answer(body=content))
        if request.method != "POST" or not request.path.endswith(BATCH):
            return None
        types = (request.headers.get(name, "").partition(";")[0] for name in ("accept", "content-type"))
        if {*types} != {MEDIA_TYPE}:
            return Answer(status=406)
        asked = json.loads(request.body)
        if asked["operation"] != "download" or "basic" not in asked.get("transfers", ["basic"]):
            return Answer(status=422)
        base = (files_at or f"http://{request.headers['host']}") + FILES
        objects = [change(_stated(each, by_hash, base, header)) for each in asked["objects"]]
        return Answer(headers={"Content-Type": MEDIA_TYPE}, body=json.dumps({"objects": objects}).encode())

    return rule


def _stated(
    asked: dict[str, Any], by_hash: dict[str, bytes], base: str, header: dict[str, str] | None
) -> dict[str, Any]:
    if asked["oid"] not in by_hash:
        return {**asked, "error": {"code": 404, "message": "Object does not exist"}}
    action = {"href": base + asked["oid"]} | ({} if header is None else {"header": header})
    return {**asked, "actions": {"download": action}}
