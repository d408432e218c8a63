"""How servers may frame an answer in HTTP: every form of the standard is read, and a false one ends the visit with a sentence.

RFC 9112. Connections that are kept serve one answer for one request: what a server sends beyond it is no answer to the next.
"""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest
from tenacity import wait_none

from catalog.errors import Down, OriginError
from catalog.transport import backoff
from catalog.transport.origin import Limits, Pool, open_origin
from support.loopback import evil

PATIENT = Limits(connect=20, idle=20, total=20, max_bytes=300_000)
KIND = b"Content-Type: application/x-git-upload-pack-result\r\n"
OID = b"3" * 40
CLOSE = b"Connection: close\r\n"


@pytest.fixture(autouse=True)
def _no_backoff(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "BACKOFF", wait_none())


def listing(*branches: str) -> bytes:
    """A listing of these branches."""
    lines = [b"%s refs/heads/%s\n" % (OID, branch.encode()) for branch in branches]
    return b"".join(b"%04x%s" % (len(line) + 4, line) for line in lines) + b"0000"


BODY = listing("a", "b")


def chunks(size: int, *, form: str = "{:x}", trailer: bytes = b"") -> bytes:
    """The body in chunks of so many bytes."""
    pieces = [BODY[at : at + size] for at in range(0, len(BODY), size)]
    return b"".join(b"%s\r\n%s\r\n" % (form.format(len(piece)).encode(), piece) for piece in pieces) + (
        b"0\r\n" + trailer + b"\r\n"
    )


def answering(*answers: bytes, hang_up: bool = True) -> Callable[[socket.socket], None]:
    """Sends one of the answers for each request on a connection; at the end it closes the connection, or waits."""

    def handler(connection: socket.socket) -> None:
        for answer in answers:
            if not connection.recv(65536):
                return
            connection.sendall(answer)
        if hang_up:
            connection.shutdown(socket.SHUT_WR)
        while connection.recv(65536):
            pass

    return handler


def branches(url: str, pool: Pool) -> list[str]:
    with open_origin(url, PATIENT, pool=pool) as origin:
        return sorted(ref.name.removeprefix("refs/heads/") for ref in origin.refs().refs)


CHUNKED = b"HTTP/1.1 200 OK\r\n" + KIND + b"Transfer-Encoding: chunked\r\n\r\n"
LENGTH = b"Content-Length: %d\r\n" % len(BODY)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(b"HTTP/1.0 200 OK\r\n" + KIND + b"\r\n" + BODY, id="HTTP/1.0, until the connection closes"),
        pytest.param(b"HTTP/1.0 200 OK\r\n" + KIND + LENGTH + b"\r\n" + BODY, id="HTTP/1.0 with a length"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + KIND + CLOSE + b"\r\n" + BODY, id="until the connection closes"),
        pytest.param(b"HTTP/1.1 200\r\n" + KIND + LENGTH + b"\r\n" + BODY, id="a status without a reason"),
        pytest.param(b"HTTP/1.1 200 OK\n" + KIND + LENGTH + b"\n" + BODY, id="line feeds alone"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\n" + KIND.lower() + LENGTH.upper() + b"\r\n" + BODY, id="names of headers in any case"
        ),
        pytest.param(
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n" + KIND + LENGTH + b"\r\n" + BODY, id="100 first"
        ),
        pytest.param(CHUNKED + chunks(1), id="chunks of one byte"),
        pytest.param(CHUNKED + chunks(9, form="{:08X}"), id="sizes with zeros before them, in capitals"),
        pytest.param(CHUNKED + chunks(9, form='{:x};name="value"'), id="chunks with extensions"),
        pytest.param(CHUNKED + chunks(9, trailer=b"X-Sum: 1\r\nX-More: 2\r\n"), id="headers behind the chunks"),
        pytest.param(
            CHUNKED.replace(KIND, KIND + b"Content-Length: 3\r\n") + chunks(9), id="chunks and a false length"
        ),
    ],
)
def test_an_answer_is_read(answer: bytes, pool: Pool) -> None:
    with evil(answering(answer)) as url:
        assert branches(f"{url}/x", pool) == ["a", "b"]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(CHUNKED + b"nine\r\n" + BODY, id="the size of a chunk is no number"),
        pytest.param(CHUNKED + b"-9\r\n" + BODY, id="the size of a chunk is below zero"),
        pytest.param(CHUNKED + b"\r\n\r\n", id="a chunk without a size"),
        pytest.param(CHUNKED + b"f" * 17 + b"\r\n" + BODY, id="a chunk that is larger than any memory"),
        pytest.param(CHUNKED + b"0" * 100_000 + b"9\r\n" + BODY, id="a size of a hundred thousand digits"),
        pytest.param(CHUNKED + chunks(9)[:-5], id="chunks without an end, in which the listing is whole"),
        pytest.param(CHUNKED + chunks(9)[:40], id="a chunk that breaks off"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\n" + KIND + b"Content-Length: 9\r\n" + LENGTH + b"\r\n" + BODY, id="two lengths"
        ),
        pytest.param(b"HTTP/9 200 OK\r\n\r\n", id="another version"),
        pytest.param(b"HTTP/1.1 2000 OK\r\n" + KIND + LENGTH + b"\r\n" + BODY, id="a status of four digits"),
        pytest.param(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n", id="a thousand headers"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", id="a header of a hundred thousand bytes"
        ),
    ],
)
def test_a_false_frame_ends_the_visit(answer: bytes, pool: Pool) -> None:
    with evil(answering(answer)) as url, pytest.raises(OriginError) as caught:
        branches(f"{url}/x", pool)
    assert (isinstance(caught.value, Down), str(caught.value).startswith(f"{url}/x: ")) == (True, True)


@pytest.mark.parametrize("length", [b"many", b"-1", b"9" * 5_000], ids=["no number", "below zero", "5,000 digits"])
def test_a_length_that_cannot_be_read_states_none(length: bytes, pool: Pool) -> None:
    answer = b"HTTP/1.1 200 OK\r\n" + KIND + b"Content-Length: " + length + b"\r\n\r\n" + BODY
    with evil(answering(answer)) as url:
        assert branches(f"{url}/x", pool) == ["a", "b"]


def test_what_follows_an_answer_is_no_answer_to_the_next_request(pool: Pool) -> None:
    """A server that answers twice would have the second answer read for another repository."""
    head = b"HTTP/1.1 200 OK\r\n" + KIND + LENGTH + b"\r\n"
    answers = (head + BODY + head + listing("x", "y"), head + BODY, head + BODY)  # a request may come in two parts
    with evil(answering(*answers, hang_up=False)) as url:
        assert [branches(f"{url}/{name}", pool) for name in ("one", "two")] == [["a", "b"], ["a", "b"]]


def test_a_connection_that_was_promised_and_closed_costs_no_visit(pool: Pool) -> None:
    head = b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + KIND + LENGTH + b"\r\n"
    with evil(answering(head + BODY)) as url:
        assert [branches(f"{url}/{name}", pool) for name in ("one", "two")] == [["a", "b"], ["a", "b"]]
