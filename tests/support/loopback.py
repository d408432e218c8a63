"""Git over HTTP on the loopback interface: real repositories through git's own http-backend, and evil servers."""

from __future__ import annotations

import base64
import os
import socket
import subprocess
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Lock, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SERVED = {"uploadpack.allowAnySHA1InWant": "true", "safe.directory": "*"}

WHO = {
    "GIT_AUTHOR_NAME": "Ann",
    "GIT_AUTHOR_EMAIL": "ann@example.com",
    "GIT_AUTHOR_DATE": "1600000000 +0000",
    "GIT_COMMITTER_NAME": "Ann",
    "GIT_COMMITTER_EMAIL": "ann@example.com",
    "GIT_COMMITTER_DATE": "1600000000 +0000",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What a client sent. Header names are in lower case."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What a server says to one request."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Site(str):
    """The base URL of a server; `requests` are (method, path) of all requests so far, `headers` what came with them."""

    __slots__ = ("connections", "headers", "requests")

    def __init__(self, _url: str) -> None:
        self.requests: list[tuple[str, str]] = []
        self.headers: list[dict[str, str]] = []
        self.connections = 0


@contextmanager
def serve(
    folder: Path,
    filters: bool = True,
    *,
    v2: bool = True,
    rule: Callable[[Request], Answer | None] | None = None,
    push: bool = False,
) -> Iterator[Site]:
    """Serve the bare repositories below `folder`. A `rule` may answer a request itself, or leave it to git by None. With `push`, anybody may."""
    config = {**SERVED, "uploadpack.allowFilter": "true" if filters else "false"}
    if push:
        config["http.receivepack"] = "true"

    def answer(request: Request) -> Answer:
        return (rule(request) if rule else None) or _run_backend(folder, config, request, v2=v2)

    with _server(answer) as site:
        yield site


def needs(user: str, secret: str) -> Callable[[Request], Answer | None]:
    """A rule: basic authentication."""
    expected = "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()

    def rule(request: Request) -> Answer | None:
        if request.headers.get("authorization") == expected:
            return None
        return Answer(status=401, headers={"WWW-Authenticate": 'Basic realm="test"'})

    return rule


def always(status: int, body: bytes = b"", **headers: str) -> Callable[[Request], Answer | None]:
    """A rule: the same answer to all. `Retry_After` in `headers` means Retry-After."""
    stated = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Answer(status=status, headers=stated, body=body)


@contextmanager
def evil(handler: Callable[[socket.socket], object]) -> Iterator[str]:
    """A server without manners: `handler` gets each connection, in a thread of its own. The base URL is http's."""
    connections: list[socket.socket] = []
    threads: list[Thread] = []

    def run(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            handler(connection)

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection = listener.accept()[0]
                connections.append(connection)
                threads.append(Thread(target=run, args=(connection,), daemon=True))
                threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        acceptor = Thread(target=accept, daemon=True)
        acceptor.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            for each in (listener, *connections):
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            for thread in (acceptor, *threads):
                thread.join()


@contextmanager
def daemon(folder: Path) -> Iterator[str]:
    """Serve the bare repositories below `folder` through `git daemon`; the base URL is git's own."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=_run_daemon, args=(listener, folder), daemon=True)
        thread.start()
        try:
            yield f"git://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def git(repo: Path, *words: str, text: str | None = None) -> str:
    """Run git itself, in a world where nobody configured it and all happens at one moment."""
    run = subprocess.run(
        ["git", "-C", str(repo), *words],
        env=environment({}) | WHO,
        input=text,
        check=True,
        capture_output=True,
        text=True,
    )
    return run.stdout.strip()


def environment(config: dict[str, str]) -> dict[str, str]:
    """The environment in which git sees `config`, and no other configuration."""
    environ = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_COUNT": str(len(config))}
    for number, (key, value) in enumerate(config.items()):
        environ |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return environ


def _run_daemon(listener: socket.socket, folder: Path) -> None:
    """`git daemon --inetd` for each connection: it has no option to choose a free port."""
    command = ["git", "daemon", "--inetd", "--export-all", f"--base-path={folder}", str(folder)]
    config = {**SERVED, "uploadpack.allowFilter": "true"}
    running = []
    with suppress(OSError):
        while True:
            connection = listener.accept()[0]
            with connection:
                number = connection.fileno()
                process = subprocess.Popen(
                    command, stdin=number, stdout=number, stderr=subprocess.DEVNULL, env=environment(config)
                )
                running.append(process)
    for process in running:
        process.wait()


class _Server(ThreadingTCPServer):
    allow_reuse_address = True
    request_queue_size = 128
    daemon_threads = False

    def __init__(self, answer: Callable[[Request], Answer]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.site = Site(f"http://127.0.0.1:{self.server_address[1]}")
        self.open: set[socket.socket] = set()
        self.lock = Lock()


class _Handler(StreamRequestHandler):
    disable_nagle_algorithm = True
    server: _Server

    def handle(self) -> None:
        site = self.server.site
        with self.server.lock:
            self.server.open.add(self.connection)
            site.connections += 1
        with suppress(ConnectionError):
            while request := self._read():
                with self.server.lock:
                    site.requests.append((request.method, request.path))
                    site.headers.append(request.headers)
                self.connection.sendall(_framed(self.server.answer(request)))
        with self.server.lock:
            self.server.open.discard(self.connection)

    def _read(self) -> Request | None:
        line = self.rfile.readline().decode("latin-1").split()
        if not line:
            return None
        headers = {}
        while (header := self.rfile.readline().decode("latin-1").strip()) != "":
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
        body = self.rfile.read(int(headers.get("content-length", 0)))
        path, _, query = line[1].partition("?")
        return Request(method=line[0], path=path, query=query, headers=headers, body=body)


@contextmanager
def _server(answer: Callable[[Request], Answer]) -> Iterator[Site]:
    with _Server(answer) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server.site
        finally:
            server.shutdown()
            with server.lock:
                for connection in server.open:
                    with suppress(OSError):
                        connection.shutdown(socket.SHUT_RDWR)
            thread.join()


def _framed(answer: Answer) -> bytes:
    headers = {"Content-Length": str(len(answer.body))} | answer.headers
    lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + answer.body


@cache
def _backend() -> str:
    folder = subprocess.run(["git", "--exec-path"], check=True, capture_output=True, text=True).stdout.strip()
    return str(Path(folder, "git-http-backend"))


def _run_backend(folder: Path, config: dict[str, str], request: Request, *, v2: bool) -> Answer:
    environ = environment(config) | {
        "GIT_PROJECT_ROOT": str(folder),
        "GIT_HTTP_EXPORT_ALL": "1",
        "REQUEST_METHOD": request.method,
        "PATH_INFO": request.path,
        "QUERY_STRING": request.query,
        "CONTENT_TYPE": request.headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(request.body)),
        "HTTP_CONTENT_ENCODING": request.headers.get("content-encoding", ""),  # git compresses long requests
        "REMOTE_ADDR": "127.0.0.1",
    }
    if v2 and "git-protocol" in request.headers:
        environ["GIT_PROTOCOL"] = request.headers["git-protocol"]
    run = subprocess.run([_backend()], input=request.body, env=environ, capture_output=True, check=False)
    head, _, body = run.stdout.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n") if ": " in line)
    status = int(headers.pop("Status", "200").split()[0])
    return Answer(status=status, headers=headers, body=body)
