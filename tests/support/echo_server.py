"""A server that sends back what it was sent, transformed at random, in every place of Git's protocol, of HTTP and of each forge's API."""

from __future__ import annotations

import json
import socket
from base64 import b64decode
from binascii import Error
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any
from urllib.parse import urlsplit

from support import forge_answers
from support.echoing import echo
from support.forging import Talk
from support.loopback import Answer, Request, evil

KINDS = ("github", "gitlab", "gitea", "bitbucket", "azure")

_OID = "3" * 40
_RESULT = {"Content-Type": "application/x-git-upload-pack-result"}
_HEADERS = ("Retry-After", "Content-Type", "Content-Encoding", "Location", "WWW-Authenticate", "ETag", "Link", "Server",
            "X-Accepted-OAuth-Scopes", "Transfer-Encoding", "Content-Length", "X-RateLimit-Remaining")  # fmt: skip
_STATUSES = (200, 301, 302, 307, 400, 401, 403, 404, 407, 410, 422, 429, 500, 503)


@dataclass(kw_only=True)
class EchoServer:
    """Below `/git/` every path is a repository, below `/forge/KIND` there is the API of a forge. `echoes` counts what was sent back."""

    seed: int = 0
    url: str = ""
    echoes: int = 0
    _numbers: Iterator[int] = field(default_factory=count)

    def answer(self, connection: socket.socket) -> None:
        """Answers one request."""
        request = _request(connection)
        if request is None:
            return
        path = urlsplit(request.path).path  # a proxy is asked for a whole URL
        random = Random(f"{self.seed} {path} {next(self._numbers)}")
        sent = _sent(request)

        def again() -> str:
            self.echoes += bool(sent)
            return echo(random, random.choice(sent)) if sent else "nothing"

        if path.startswith("/git/") and "authorization" not in request.headers:
            head, body = "401 Unauthorized", b""
            headers = {"WWW-Authenticate": 'Basic realm="x"'}
        elif path.startswith("/git/"):
            head, headers, body = random.choice(PLACES)(random, again)
        else:
            head, headers, body = _forge(random, again, request, self.url)
        lines = [f"HTTP/1.1 {head}", *(f"{name}: {value}" for name, value in headers.items()), "Connection: close"]
        if not {"Content-Length", "Transfer-Encoding"} & headers.keys():
            lines.append(f"Content-Length: {len(body)}")
        raw = "\r\n".join(" ".join(line.splitlines()) for line in lines)
        connection.sendall(raw.encode("utf-8", "replace") + b"\r\n\r\n" + body)
        connection.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            while connection.recv(65536):
                pass


FORGES = ("github", "gitlab", "gitea", "bitbucket", "azure")

Again = Callable[[], str]
Reply = tuple[str, dict[str, str], bytes]


@contextmanager
def echoing(seed: int = 0) -> Iterator[EchoServer]:
    """Serves on loopback."""
    server = EchoServer(seed=seed)
    with evil(server.answer) as url:
        server.url = url
        yield server


def _request(connection: socket.socket) -> Request | None:
    raw = b""
    while b"\r\n\r\n" not in raw:
        piece = connection.recv(65536)
        if not piece:
            return None
        raw += piece
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65536)
    method, target, _ = first.split(" ", 2)
    path, _, query = target.partition("?")
    return Request(method=method, path=path, query=query, headers=headers, body=body)


def _sent(request: Request) -> list[str]:
    """Every secret of a request: headers whole, their parts, and the pair in Basic credentials."""
    sent = []
    for name in ("authorization", "proxy-authorization", "x-key"):
        value = request.headers.get(name, "")
        word = value.rpartition(" ")[2]
        sent += [text for text in (value, word) if text]
        if value.startswith("Basic "):
            with suppress(Error, UnicodeDecodeError):
                pair = b64decode(word).decode()
                sent += [pair, pair.partition(":")[2]]
    return sent


def _packet(text: str | bytes) -> bytes:
    payload = text.encode("utf-8", "replace") if isinstance(text, str) else text
    return b"%04x%s" % (len(payload) + 4, payload)


def _lines(*texts: str) -> Reply:
    return "200 OK", _RESULT, b"".join(map(_packet, texts)) + b"0000"


def _word(text: str) -> str:
    """An echo as one word of a line, such as the name of a ref."""
    return "".join("-" if char.isspace() or char == "\0" else char for char in text)


def _reason(random: Random, again: Again) -> Reply:
    return f"{random.choice(_STATUSES)} {again()}", {}, again().encode("utf-8", "replace")


def _header(random: Random, again: Again) -> Reply:
    names = random.sample(_HEADERS, 3)
    headers = {name: random.choice(("", "text/", "/git/")) + again() for name in names}
    return f"{random.choice(_STATUSES)} Word", _RESULT | headers | {f"X-{_word(again())}": again()}, again().encode()


def _no_status(_: Random, again: Again) -> Reply:
    return again(), {}, b""


def _refs(random: Random, again: Again) -> Reply:
    names = [f"{random.choice(('refs/heads/', 'refs/tags/', 'refs/exps/aa/bb/'))}{_word(again())}" for _ in range(100)]
    head = f"{_OID} HEAD symref-target:refs/heads/{_word(again())}\n"
    return _lines(head, *(f"{_OID} {name}\n" for name in names))


def _objects(random: Random, again: Again) -> Reply:
    oid = random.choice((_word(again())[:40].ljust(40, "0"), _word(again())))
    return _lines(f"{oid} refs/heads/{_word(again())}\n", f"{_OID} refs/tags/x peeled:{_word(again())}\n")


def _first_version(_: Random, again: Again) -> Reply:
    first = f"{_OID} refs/heads/{_word(again())}\0{_word(again())} symref=HEAD:refs/heads/{_word(again())} agent={_word(again())}\n"
    return "200 OK", {"Content-Type": "application/x-git-upload-pack-advertisement"}, _packet(first) + b"0000"


PLACES: tuple[Callable[[Random, Again], Reply], ...] = (
    _reason,
    _header,
    _no_status,
    _refs,
    _objects,
    _first_version,
    lambda _, again: _lines(f"ERR {again()}"),
    lambda _, again: ("200 OK", _RESULT, again().encode("utf-8", "replace")),  # where a packet's length belongs
    lambda _, again: _lines("version 2", f"agent={again()}", again(), f"object-format={again()}"),
    lambda _, again: _lines("packfile\n", f"\2{again()}", f"\3{again()}"),
    lambda _, again: _lines("packfile\n", f"\1PACK{again()}"),
    lambda random, again: (f"{random.choice((301, 302, 307))} Moved", {"Location": random.choice(("", "http://", "/", "//")) + again()}, b""),
    lambda _, again: ("302 Found", {"Location": f"/git/{_word(again())}/git-upload-pack"}, b""),
    lambda _, again: ("200 OK", {"Content-Type": f"text/{again()}"}, b"x"),
)  # fmt: skip


def _forge(random: Random, again: Again, request: Request, url: str) -> Reply:
    kind = request.path.split("/")[2:3]
    if not kind or kind[0] not in FORGES:  # a redirect to an address that was made up led here
        return "404 Not Found", {}, again().encode("utf-8", "replace")
    given: Answer = getattr(forge_answers, kind[0])(Talk(url=f"{url}/git"), request)
    headers, mode = dict(given.headers), random.randrange(6)
    if mode == 0:  # an error of the forge's
        error = {
            "message": again(),
            "error": random.choice(({"message": again()}, again())),
            "error_description": again(),
        }
        return (
            f"{random.choice(_STATUSES[1:])} {again()}",
            {name: again() for name in random.sample(_HEADERS, 4)},
            json.dumps(error).encode(),
        )
    if mode == 1:
        return "200 OK", {name: again() for name in random.sample(_HEADERS, 3)}, given.body
    if mode == 2:
        return "200 OK", {"Content-Type": again()}, again().encode("utf-8", "replace")
    if mode == 3:  # a page that leads on
        link = random.choice((again(), f"{url}/forge/{kind}?{_word(again())}"))
        value = json.loads(given.body)
        if isinstance(value, dict):
            value["next"] = link
        headers |= {"Link": f'<{link}>; rel="next"', "X-MS-ContinuationToken": again(), "X-Next-Page": again()}
        return "200 OK", headers | {"ETag": f'"{again()}"'}, json.dumps(value).encode()
    value = _mixed(random, again, json.loads(given.body), 0.3 if mode == 4 else 0.03)
    return "200 OK", headers | {"ETag": f'"{again()}"'}, json.dumps(value).encode()


def _mixed(random: Random, again: Again, value: Any, share: float) -> Any:
    """JSON of which some parts are echoes."""
    if random.random() < share / 4:
        return again()
    match value:
        case dict():
            return {name: _mixed(random, again, part, share) for name, part in value.items()}
        case list():
            return [_mixed(random, again, part, share) for part in value]
        case str() if random.random() < share:
            stands = value.rpartition("/")[0] if "://" in value and random.random() < 0.7 else ""
            return f"{stands}/{_word(again())}" if stands else again()
        case _:
            return value
