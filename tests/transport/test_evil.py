"""Servers that mean harm: each ends within its bounds, with one clean sentence."""

from __future__ import annotations

import gzip
import socket
from contextlib import suppress
from dataclasses import replace
from time import sleep
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tenacity import wait_none

from catalog.errors import Down, OriginError, Refused, TooBig, TooSlow
from catalog.transport import backoff
from catalog.transport.origin import GitConfig, Limits, Pool, open_origin
from support.loopback import Answer, Request, evil, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TINY = Limits(
    connect=0.3, idle=0.15, total=0.3, max_bytes=300_000, max_inflated=1_000_000, max_refs=500, max_objects=50
)
RESULT = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-result\r\n"
OID = "3" * 40


@pytest.fixture(autouse=True)
def _no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "BACKOFF", wait_none())


def packet(payload: bytes) -> bytes:
    return b"%04x%s" % (len(payload) + 4, payload)


PATIENT = replace(TINY, connect=20, idle=20, total=20)  # where time is not what is tested, however busy the machine


def visit(url: str, pool: Pool, limits: Limits = PATIENT) -> object:
    with open_origin(url, limits, pool=pool) as origin:
        return origin.refs()


def silence(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def drip(connection: socket.socket, data: bytes) -> None:
    for byte in data:
        connection.sendall(bytes([byte]))
        sleep(0.02)


def flood(connection: socket.socket, data: bytes) -> None:
    with suppress(OSError):
        while True:
            connection.sendall(data)


def chunked(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def served(body: bytes, headers: bytes = b"") -> bytes:
    return RESULT + headers + b"Content-Length: %d\r\n\r\n" % len(body) + body


def once(data: bytes) -> Callable[[socket.socket], None]:
    """Read a request, send `data`, hang up: unread bytes would turn that into a reset."""

    def handler(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        silence(connection)

    return handler


def refs(number: int) -> bytes:
    return b"".join(packet(b"%s refs/heads/b%d\n" % (OID.encode(), index)) for index in range(number))


BAD = {
    "says nothing": (silence, Down, "no byte for 0.15 s, expected an answer"),
    "drips its headers": (lambda c: drip(c, RESULT * 9), TooSlow, "not done after 0.3 s, the limit timeout"),
    "drips its refs": (
        lambda c: (c.sendall(RESULT + b"\r\n"), drip(c, refs(9))),
        TooSlow,
        "not done after 0.3 s, the limit timeout",
    ),
    "sends 100 Continue for ever": (
        lambda c: flood(c, b"HTTP/1.1 100 Continue\r\n\r\n" * 99),
        TooBig,
        "more than 300,000 bytes, the limit max_bytes",
    ),
    "sends refs for ever": (
        lambda c: (c.sendall(RESULT + b"\r\n"), flood(c, refs(100))),
        TooBig,
        "more than 500 refs, the limit max_refs",
    ),
    "sends progress for ever, in chunks": (
        lambda c: (
            c.sendall(RESULT + b"Transfer-Encoding: chunked\r\n\r\n"),
            flood(c, chunked(packet(OID.encode() + b" HEAD" + b" x" * 9000))),
        ),
        TooBig,
        "more than 300,000 bytes, the limit max_bytes",
    ),
    "ends its listing early": (once(served(refs(3))), Down, "the answer ends after 269 bytes, 4 too early"),
    "cuts a packet": (once(served(refs(3)[:-9])), Down, "the answer ends after 260 bytes, 9 too early"),
    "cuts its announced length": (
        once(RESULT + b"Content-Length: 999\r\n\r\n" + refs(3)),
        Down,
        "the answer broke off: it ends before its announced length",
    ),
    "sends a packet of zero length in its listing": (
        once(served(refs(2) + b"00040000")),
        Down,
        "'0004' where a packet's length was expected",
    ),
    "sends a packet of length 3": (once(served(b"0003" * 9)), OriginError, None),
    "sends nothing at all": (
        once(b""),
        Down,
        "the connection broke before an answer: Remote end closed connection without response",
    ),
    "sends an empty body": (once(served(b"")), OriginError, None),
    "sends no HTTP": (once(b"SSH-2.0-OpenSSH\r\n"), Down, None),
    "names an object badly": (
        once(served(packet(b"12345 HEAD\n"))),
        Down,
        "the ref 'HEAD' is at '12345', expected a SHA-1 object name",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize(("handler", "error", "says"), BAD.values(), ids=BAD)
def test_a_server_that(handler: Callable[[socket.socket], object], error: type, says: str | None, pool: Pool) -> None:
    idle = TINY.idle if says and "no byte" in says else PATIENT.idle
    total = TINY.total if says and "limit timeout" in says else PATIENT.total
    with evil(handler) as url, pytest.raises(error) as caught:
        visit(f"{url}/x", pool, replace(TINY, idle=idle, total=total))

    assert says is None or str(caught.value) == f"{url}/x: {says}"


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["git", "https"])
def test_a_silent_server_is_down_on_other_wires_too(scheme: str, pool: Pool) -> None:
    with evil(silence) as url, pytest.raises(Down):
        visit(f"{url}/x".replace("http", scheme), pool, replace(TINY, total=PATIENT.total))


def test_an_answer_that_inflates_too_far_is_too_big(pool: Pool) -> None:
    bomb = gzip.compress(packet(OID.encode() + b" HEAD" + b" x" * 9000) * 200, 9)
    with evil(once(served(bomb, b"Content-Encoding: gzip\r\n"))) as url, pytest.raises(TooBig) as caught:
        visit(f"{url}/x", pool)

    says = "more than 1,000,000 bytes after decompression, the limit max_inflated"
    assert (len(bomb) < 30_000, str(caught.value)) == (True, f"{url}/x: {says}")


def test_what_a_server_says_is_quoted_clean(folder: Path, pool: Pool) -> None:
    said = "\x1b[31mred\x1b[0m \u202egnp.exe <b>[bold]\x07\r\n http://u:pw@h/ " + "x" * 500

    def rule(request: Request) -> Answer:
        kind = "result" if request.method == "POST" else "advertisement"
        return Answer(
            headers={"Content-Type": f"application/x-git-upload-pack-{kind}"}, body=packet(b"ERR " + said.encode())
        )

    with serve(folder, rule=rule) as site, pytest.raises(Refused) as caught:
        visit(f"{site}/x", pool)

    quoted = "red gnp.exe <b>[bold] http://h/ " + "x" * 500
    assert str(caught.value) == f"{site}/x: the server says {quoted[:199] + '…'!r}"


def test_a_server_that_echoes_a_secret_is_not_quoted_with_it(folder: Path, pool: Pool) -> None:
    def rule(request: Request) -> Answer:
        kind = "result" if request.method == "POST" else "advertisement"
        said = "you are " + request.headers["authorization"] + " alias s3cret-t0ken"
        return Answer(
            headers={"Content-Type": f"application/x-git-upload-pack-{kind}"}, body=packet(b"ERR " + said.encode())
        )

    with serve(folder, rule=rule) as site, pytest.raises(Refused) as caught:
        visit(f"{site.replace('//', '//ann:s3cret-t0ken@')}/x", pool)

    assert str(caught.value) == f"{site}/x: the server says '(text withheld: it repeats a credential)'"


@pytest.fixture(scope="module")
def garbage() -> Iterator[tuple[str, list[bytes], Pool]]:
    """A server that sends what the list holds."""
    said: list[bytes] = [b""]

    def handler(connection: socket.socket) -> None:
        once(said[0])(connection)

    with evil(handler) as url, Pool(GitConfig()) as shared:
        yield url, said, shared


@given(
    st.binary(max_size=300)
    | st.binary(max_size=300).map(served)
    | st.lists(st.binary(min_size=1, max_size=80).map(packet) | st.sampled_from([b"0000", b"0001", b"0004"])).map(
        lambda packets: served(b"".join(packets))
    ),
    st.sampled_from(["http", "git"]),
)
def test_garbage_raises_nothing_but_origin_errors(
    garbage: tuple[str, list[bytes], Pool], data: bytes, scheme: str
) -> None:
    url, said, shared = garbage
    said[0] = data

    with suppress(OriginError):
        visit(f"{url}/x".replace("http", scheme), shared)
