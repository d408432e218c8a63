"""The body of an answer: whole, bounded and inflated under the meter."""

from __future__ import annotations

import gzip
import zlib
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from urllib3 import HTTPResponse

from catalog.errors import Down, Refused, TooBig
from catalog.transport.http_client import _CHUNK, _DIGITS, Body
from catalog.transport.limits import Limits, Meter
from catalog.transport.origin import Pool, open_origin
from catalog.transport.retry import Again
from support.loopback import Answer, serve

ENCODINGS = {"": bytes, "identity": bytes, "gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress}


def body(data: bytes, encoding: str = "identity", limits: Limits | None = None, **options) -> Body:
    """The body of an answer with this content."""
    response = HTTPResponse(
        BytesIO(data), headers={"Content-Encoding": encoding}, preload_content=False, decode_content=False
    )
    return Body(response, Meter("x", limits or Limits()), **options)


@given(
    data=st.binary(max_size=300_000) | st.integers(0, 1 << 20).map(bytes), encoding=st.sampled_from(sorted(ENCODINGS))
)
def test_a_body_is_what_was_sent(data, encoding):
    assert body(ENCODINGS[encoding](data), encoding.upper()).read_all(len(data)) == data


@given(data=st.binary(min_size=1, max_size=999), encoding=st.sampled_from(sorted(ENCODINGS)))
def test_one_byte_too_many_is_too_big(data, encoding):
    with pytest.raises(TooBig, match=f"^x: one answer has more than {len(data) - 1:,} bytes$"):
        body(ENCODINGS[encoding](data), encoding).read_all(len(data) - 1)


@given(data=st.binary(max_size=999), encoding=st.sampled_from(["gzip", "x-gzip", "deflate"]), share=st.floats(0, 1))
def test_compressed_content_that_is_cut_short_may_be_asked_for_again(data, encoding, share):
    sent = ENCODINGS[encoding](data)
    with pytest.raises(Again, match=r"^x: the answer broke off inside its compression$"):
        body(sent[: int(share * (len(sent) - 1))], encoding).read_all(1000)


@given(data=st.binary(max_size=999))
def test_garbage_raises_nothing_but_origin_errors(data):
    with suppress(Down, TooBig):
        body(data, "gzip").read_all(1 << 20)


@pytest.mark.parametrize(("size", "fits"), [(5000, True), (5001, False)])
def test_what_is_inflated_passes_the_meter(size, fits):
    limits = Limits(max_inflated=5000)
    sent = body(gzip.compress(bytes(size)), "gzip", limits)
    if fits:
        assert sent.read_all(9000) == bytes(size)
    else:
        with pytest.raises(TooBig, match=r"^x: more than 5,000 bytes after decompression, the limit max_inflated$"):
            sent.read_all(9000)


def test_an_encoding_that_nobody_asked_for_is_an_error_of_the_kind_that_is_stated():
    with pytest.raises(Refused, match=r"^x: answers with the encoding 'br', expected gzip or none$"):
        body(b"x", "br", expected="gzip or none", unfit=Refused)


@pytest.mark.parametrize(
    ("size", "connections"), [(_CHUNK, 1), (_CHUNK + 1, 2)], ids=["a short answer", "a byte longer"]
)
def test_the_connection_of_a_short_answer_serves_again(size: int, connections: int, folder: Path, pool: Pool) -> None:
    moved = [Answer(status=302, headers={"Location": "/team.git/git-upload-pack"}, body=bytes(size))]
    with (
        serve(folder, rule=lambda _: moved.pop() if moved else None) as site,
        open_origin(f"{site}/team.git", pool=pool) as origin,
    ):
        origin.refs()
        assert site.connections == connections


@pytest.mark.parametrize(
    ("length", "connections"),
    [
        pytest.param("0".zfill(_DIGITS), 1, id="as many digits as are read"),
        pytest.param("0".zfill(_DIGITS + 1), 2, id="one digit more"),
        pytest.param("9" * 5_000, 2, id="more digits than Python reads"),
        pytest.param("many", 2, id="none"),
    ],
)
def test_a_stated_length_has_so_many_digits(length: str, connections: int, folder: Path, pool: Pool) -> None:
    moved = [Answer(status=302, headers={"Location": "/team.git/git-upload-pack", "Content-Length": length})]
    with (
        serve(folder, rule=lambda _: moved.pop() if moved else None) as site,
        open_origin(f"{site}/team.git", pool=pool) as origin,
    ):
        assert origin.refs().refs
        assert site.connections == connections
