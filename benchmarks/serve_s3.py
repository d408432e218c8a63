"""Serves a folder as a bucket of S3 on loopback, quickly, so that its readers are measured and not the server: GET, HEAD, ranges, ETag, LIST.

Signatures are not checked. What a bucket's folder has is read over plain HTTP as well.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

BUCKET = "bucket"


class Server(ThreadingTCPServer):
    """One thread for each connection."""

    request_queue_size = 256
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        self.folder = folder

    def handle_error(self, *_: object) -> None:
        """Clients end their connections as they like."""


class Connection(StreamRequestHandler):
    """The requests of one connection, until the client closes it."""

    disable_nagle_algorithm = True
    server: Server

    def handle(self) -> None:
        while line := self.rfile.readline().decode("latin-1"):
            method, target, _ = line.split()
            headers = dict(self._headers())
            url = urlsplit(target)
            key = unquote(url.path).removeprefix(f"/{BUCKET}").strip("/")
            if key:
                self._object(method, self.server.folder / key, headers.get("range", ""))
            else:
                self._list(parse_qs(url.query))

    def _headers(self) -> list[tuple[str, str]]:
        lines = iter(lambda: self.rfile.readline().decode("latin-1").strip(), "")
        parts = (line.partition(":") for line in lines)
        return [(name.lower(), value.strip()) for name, _, value in parts]

    def _object(self, method: str, path: Path, asked: str) -> None:
        try:
            file = os.open(path, os.O_RDONLY)
        except OSError:
            return self._answer("404 Not Found")
        try:
            stated = os.fstat(file)
            first, last = _range(asked, stated.st_size)
            status = (
                f"206 Partial Content\r\nContent-Range: bytes {first}-{last}/{stated.st_size}" if asked else "200 OK"
            )
            length = last + 1 - first
            self._head(f'{status}\r\nETag: "{stated.st_mtime_ns:x}-{stated.st_size:x}"', length)
            while method == "GET" and length:
                sent = os.sendfile(self.connection.fileno(), file, first, length)
                first, length = first + sent, length - sent
        finally:
            os.close(file)

    def _list(self, query: dict[str, list[str]]) -> None:
        prefix = query.get("prefix", [""])[0]
        files = (path for path in self.server.folder.rglob("*") if path.is_file())
        keys = {path.relative_to(self.server.folder).as_posix(): path.stat().st_size for path in files}
        listed = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{size}</Size></Contents>"
            for key, size in sorted(keys.items())
            if key.startswith(prefix)
        )
        name = '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        self._answer("200 OK", f"{name}<IsTruncated>false</IsTruncated>{listed}</ListBucketResult>".encode())

    def _answer(self, status: str, body: bytes = b"") -> None:
        self._head(status, len(body))
        self.wfile.write(body)

    def _head(self, status: str, length: int) -> None:
        modified = "Last-Modified: Thu, 01 Jan 2026 00:00:00 GMT"
        self.wfile.write(
            f"HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{modified}\r\nAccept-Ranges: bytes\r\n\r\n".encode()
        )


def _range(asked: str, size: int) -> tuple[int, int]:
    first, _, last = asked.removeprefix("bytes=").partition("-")
    return int(first or 0), min(int(last), size - 1) if last else size - 1


def main(folder: Path) -> None:
    """Prints the server's URL, and serves until its standard input ends."""
    from threading import Thread

    with Server(folder) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
        sys.stdin.read()
        server.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
