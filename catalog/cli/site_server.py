"""A web server for looking at a site on this machine: the files of one folder, whole or in ranges, and nothing beside it."""

from __future__ import annotations

import re
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import unquote, urlsplit

from catalog.store import files

HOST = "127.0.0.1"

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_PIECE = 1 << 16  # bytes that are sent at once
# Else a page elsewhere could read the catalog, by a host name of its own that leads to this machine (DNS rebinding).
_HOSTS = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?", re.IGNORECASE)


def server(folder: Path, port: int, base_path: str = "/") -> ThreadingHTTPServer:
    """A server of the folder below a path, on the loopback interface. OSError where the port is in use."""
    return ThreadingHTTPServer((HOST, port), partial(_SiteHandler, folder=folder.resolve(), base_path=base_path))


def byte_range(header: str | None, size: int) -> tuple[int, int] | None:
    """The first byte and the one after the last that a request asks for; None for all of them. ValueError where there are none of them."""
    match = _RANGE.fullmatch(header or "")
    if match is None or match[1] == match[2] == "":
        return None  # as of a request for several ranges, which gets the whole file
    first, last = match[1], match[2]
    start = int(first) if first else max(0, size - int(last))
    end = min(size, int(last) + 1) if first and last else size
    if start >= end:
        raise ValueError(header)
    return start, end


class _SiteHandler(BaseHTTPRequestHandler):
    """Answers one request. Nothing is kept by browsers without asking: the next build may have changed it."""

    protocol_version = "HTTP/1.1"
    server_version, sys_version = "catalog", ""

    def __init__(self, *arguments: object, folder: Path, base_path: str) -> None:
        self._folder, self._base_path = folder, base_path
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Sends a file, or a part of it."""
        if not _HOSTS.fullmatch(self.headers.get("Host", "")):
            self._empty(HTTPStatus.MISDIRECTED_REQUEST)
            return
        path = unquote(urlsplit(self.path).path, errors="replace")
        if path == "/" and self._base_path != "/":
            self._empty(HTTPStatus.FOUND, {"Location": self._base_path})
            return
        file = self._file(path)
        if file is not None:
            self._send(file, HTTPStatus.OK)
        elif missing := self._file(f"{self._base_path}404.html"):
            self._send(missing, HTTPStatus.NOT_FOUND)
        else:
            self._empty(HTTPStatus.NOT_FOUND)

    do_HEAD = do_GET  # noqa: N815 - the name that the standard library calls

    def log_message(self, *_: object) -> None:
        """Keeps no log of requests."""

    def _file(self, path: str) -> Path | None:
        """The file of the site at a path; None for one elsewhere, and for those that only builds read."""
        if not path.startswith(self._base_path) or "\0" in path:
            return None
        parts = path.removeprefix(self._base_path).split("/")
        if any(part.startswith(".") for part in parts):
            return None
        file = self._folder.joinpath(*parts)
        file = (file / "index.html" if file.is_dir() else file).resolve()
        return file if file.is_file() and file.is_relative_to(self._folder) else None

    def _send(self, file: Path, status: HTTPStatus) -> None:
        with files.opened(file) as stream:
            size = stream.seek(0, 2)
            etag = f'"{file.stat().st_mtime_ns:x}-{size:x}"'
            if status == HTTPStatus.OK and self.headers.get("If-None-Match") == etag:
                self._empty(HTTPStatus.NOT_MODIFIED, {"ETag": etag})
                return
            try:
                wanted = byte_range(self.headers.get("Range"), size) if status == HTTPStatus.OK else None
            except ValueError:
                self._empty(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, {"Content-Range": f"bytes */{size}"})
                return
            start, end = wanted or (0, size)
            self.send_response(status if wanted is None else HTTPStatus.PARTIAL_CONTENT)
            if wanted is not None:
                self.send_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
            self._headers({"Content-Type": _content_type(file), "ETag": etag, "Accept-Ranges": "bytes"}, end - start)
            if self.command != "HEAD":
                stream.seek(start)
                left = end - start
                while left and (piece := stream.read(min(_PIECE, left))):
                    self.wfile.write(piece)
                    left -= len(piece)

    def _empty(self, status: HTTPStatus, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self._headers(headers or {}, 0)

    def _headers(self, headers: dict[str, str], length: int) -> None:
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Content-Length", str(length))
        self.end_headers()


def _content_type(file: Path) -> str:
    kind, encoding = guess_type(file.name)
    if encoding or kind is None:
        return "application/octet-stream"
    return (
        f"{kind}; charset=utf-8" if kind.startswith("text/") or kind.endswith(("javascript", "json", "xml")) else kind
    )
