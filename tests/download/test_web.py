"""Downloads from storage on the web: ranges, redirects, bad servers, and which addresses are contacted."""

from __future__ import annotations

import os
import socket
from contextlib import contextmanager
from pathlib import Path

import pytest

from catalog.config.parse import parse
from catalog.download import transfer
from catalog.download.transfer import ATTEMPTS, RESUMED
from catalog.errors import ConfigError, Down, Gone, Refused
from catalog.transport.limits import MAX_OVERHEAD
from support.loopback import Answer, evil, serve
from support.storage import digest, fetched, remote, tracked

MODEL = bytes(range(256)) * 8192  # 2 MiB
OBJECT = f"/files/md5/{digest(MODEL)[:2]}/{digest(MODEL)[2:]}"


@pytest.fixture(autouse=True)
def _without_waiting(monkeypatch):
    monkeypatch.setattr(transfer, "WAIT", 0.01)


def get(url, **options):
    return fetched(remote(str(url)) | tracked(MODEL), **{"allow": (str(url),), **options})


@contextmanager
def storage(tmp_path, rule):
    """A web server that answers requests of the model by the rule, which gets the request and its number."""
    count = iter(range(1000))
    with serve(tmp_path, rule=lambda request: rule(request, next(count)) or Answer(status=404)) as site:
        yield site


def whole(request, _number):
    """All of it, or the range that is asked for."""
    if request.path != OBJECT:
        return None
    etag = {"ETag": '"one"'}
    if "range" not in request.headers:
        return Answer(headers=etag, body=MODEL)
    start = int(request.headers["range"].removeprefix("bytes=").rstrip("-"))
    stated = {"Content-Range": f"bytes {start}-{len(MODEL) - 1}/{len(MODEL)}"}
    return Answer(status=206, headers=etag | stated, body=MODEL[start:])


def test_a_file_is_fetched(tmp_path):
    with storage(tmp_path, whole) as site:
        assert get(site).read_bytes() == MODEL


def test_it_is_said_whom_a_download_contacts(tmp_path):
    told = []
    with storage(tmp_path, whole) as site:
        get(site, tell=told.append)
    assert told == [str(site)]


def closing(size):
    """A server that sends so much of the first answer, then ends the connection, and all of the others."""
    seen = []

    def handle(connection: socket.socket) -> None:
        head = b""
        while b"\r\n\r\n" not in head:
            head += connection.recv(65536)
        seen.append(head.decode().lower())
        start = int(seen[-1].split("bytes=")[1].split("-")[0]) if "bytes=" in seen[-1] else 0
        lines = [
            "HTTP/1.1 206 Partial" if start else "HTTP/1.1 200 OK",
            f"Content-Length: {len(MODEL) - start}",
            'ETag: "one"',
        ]
        lines += [f"Content-Range: bytes {start}-{len(MODEL) - 1}/{len(MODEL)}"] if start else []
        body = MODEL[start:] if len(seen) > 1 else MODEL[:size]
        connection.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode() + body)

    return handle, seen


def test_what_breaks_off_is_resumed_under_the_same_tag():
    handle, seen = closing(1_500_000)
    with evil(handle) as url:
        assert get(url).read_bytes() == MODEL
    (again,) = [head for head in seen if "range:" in head]
    assert 'if-range: "one"' in again


@pytest.mark.slow
def test_a_download_that_was_stopped_is_resumed_by_the_next():
    stop = KeyboardInterrupt()

    def interrupt(_size):
        if (
            any(Path().glob(".model.bin.*.part/parts/*"))
            and sum(p.stat().st_size for p in Path().glob(".model.bin.*.part/parts/*")) > 1_000_000
        ):
            raise stop

    handle, seen = closing(len(MODEL))
    with evil(handle) as url:
        with pytest.raises(KeyboardInterrupt):
            get(url, progress=interrupt)
        assert get(url).read_bytes() == MODEL
    assert ["range:" in head for head in seen] == [False, True]


def test_a_changed_object_is_fetched_from_its_beginning():
    seen = []

    def handle(connection):
        seen.append(connection.recv(1 << 16))
        body, tag = (b"x" * 1_500_000, "old") if len(seen) == 1 else (MODEL, "one")
        head = f'HTTP/1.1 200 OK\r\nContent-Length: {len(MODEL)}\r\nETag: "{tag}"\r\nConnection: close\r\n\r\n'
        connection.sendall(head.encode() + body)

    with evil(handle) as url:
        assert get(url).read_bytes() == MODEL
    assert [b"Range: bytes=1500000-" in head for head in seen] == [False, True]


@pytest.mark.one_in(2)
@pytest.mark.parametrize("status", [412, 416])
def test_a_range_that_is_refused_is_fetched_whole(status):
    handle, seen = closing(1_500_000)

    def refuse(connection):
        if len(seen) == 1:
            seen.append("")
            connection.recv(65536)
            connection.sendall(f"HTTP/1.1 {status} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        else:
            handle(connection)

    with evil(refuse) as url:
        assert get(url).read_bytes() == MODEL


@pytest.mark.one_in(2)
@pytest.mark.parametrize(("size", "ranges"), [(RESUMED, 1), (RESUMED - 1, 0)])
def test_what_is_small_is_fetched_again_from_its_beginning(size, ranges):
    data, seen = MODEL[:size], []

    def handle(connection):
        seen.append(connection.recv(1 << 16))
        lines = ["HTTP/1.1 200 OK", f"Content-Length: {size}", 'ETag: "one"', "Connection: close", "", ""]
        connection.sendall("\r\n".join(lines).encode() + (data if len(seen) > 1 else data[: size // 2]))

    with evil(handle) as url:
        fetched(remote(url) | tracked(data), allow=(url,))
    assert sum(b"Range:" in head for head in seen) == ranges


def test_what_may_be_mended_is_tried_some_times(tmp_path):
    with storage(tmp_path, lambda *_: Answer(status=503)) as site, pytest.raises(Down):
        get(site)
    assert len(site.requests) == ATTEMPTS


def nothing_is_left():
    return [name for name in os.listdir() if not name.startswith(".")] == []  # noqa: PTH208


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("answer", "error", "sentence"),
    [
        pytest.param(Answer(status=404), Gone, "answers 404 (Not Found)", id="404"),
        pytest.param(Answer(status=403), Refused, "answers 403 (Forbidden)", id="403"),
        pytest.param(Answer(status=401), Refused, "answers 401 (Unauthorized)", id="401"),
        pytest.param(Answer(status=416), Down, "answers 416", id="416"),
        pytest.param(Answer(status=503), Down, "answers 503", id="503"),
        pytest.param(Answer(status=206, body=MODEL), Down, "another range", id="a range that nobody asked for"),
        pytest.param(Answer(body=b"evil"), Refused, f"has 4 bytes, expected {len(MODEL):,}", id="too short"),
        pytest.param(Answer(body=MODEL + b"x"), Refused, "more than the 2,097,152 bytes", id="too long"),
        pytest.param(Answer(body=b"\0" * len(MODEL)), Refused, "the bytes are others", id="other bytes"),
        pytest.param(Answer(status=302, headers={"Location": "file:///etc/passwd"}), Refused, "expected a URL of the web", id="a redirect to a file"),
        pytest.param(Answer(status=302, headers={"Location": "http://169.254.169.254/latest"}), ConfigError, "not public", id="a redirect inwards"),
        pytest.param(Answer(status=302, headers={"Location": "http://["}), ConfigError, "expected a URL", id="a redirect to no URL"),
        pytest.param(Answer(status=302, headers={"Location": "http://127.0.0.1:99999/"}), ConfigError, "expected a port", id="a redirect to no port"),
        pytest.param(Answer(headers={"Content-Encoding": "zstd"}, body=MODEL), Down, "encoding", id="an encoding that nobody asked for"),
    ],
)  # fmt: skip
def test_a_bad_answer_is_one_sentence_and_leaves_nothing(tmp_path, answer, error, sentence):
    with storage(tmp_path, lambda *_: answer) as site, pytest.raises(error) as raised:
        get(site)
    assert sentence in str(raised.value)
    assert nothing_is_left()


def test_a_redirect_within_what_is_allowed_is_followed(tmp_path):
    def rule(request, number):
        return whole(request, number) or Answer(status=302, headers={"Location": OBJECT})

    with storage(tmp_path, rule) as site:
        assert get(f"{site}/moved", allow=(str(site),)).read_bytes() == MODEL


def test_a_redirect_to_another_host_of_this_machine_is_not_followed(tmp_path):
    with storage(tmp_path, whole) as inner:
        moved = Answer(status=302, headers={"Location": f"{inner}{OBJECT}"})
        with storage(tmp_path, lambda *_: moved) as site, pytest.raises(ConfigError, match="not public"):
            get(site)
        assert inner.requests == []


def test_a_server_that_says_nothing_is_given_up(tmp_path):
    config = parse("[crawl]\nidle_timeout = 0.2\n", tmp_path / "repos.toml")
    with evil(lambda connection: connection.recv(1 << 16) and connection.recv(1)) as url, pytest.raises(Down) as raised:
        get(url, config=config)
    assert "no byte for 0.2 s" in str(raised.value)


@pytest.mark.parametrize(
    ("begins", "goes_on"),
    [
        pytest.param(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 100, id="interim answers"),
        pytest.param(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"a: b\r\n" * 400, id="trailers"),
    ],
)
def test_a_server_that_sends_no_content_without_end_is_refused(begins, goes_on):
    sent = []

    def answer(connection):
        connection.recv(1 << 16)
        connection.sendall(begins)
        while sum(sent) < 64 * MAX_OVERHEAD:
            connection.sendall(goes_on)
            sent.append(len(goes_on))

    with evil(answer) as url, pytest.raises(Refused, match="1,048,576 bytes of an answer bring no content"):
        get(url)
    assert MAX_OVERHEAD < sum(sent) < 64 * MAX_OVERHEAD


def test_a_server_that_is_not_there_is_said():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with pytest.raises(Down, match="no connection"):
        get(url)


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "2130706433",
        "0x7f.1",
    ],
)
def test_a_host_that_is_not_public_is_not_contacted(host):
    with pytest.raises((ConfigError, Down)) as raised:
        get(f"http://{host}:9", allow=())
    assert "not public" in str(raised.value) or "does not resolve" in str(raised.value)


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    "url", ["http://user@127.0.0.1/x", "ftp://127.0.0.1/x", "gopher://x", "javascript://x", "http://[x", "s3://[x"]
)
def test_other_urls_are_not_contacted(url):
    with pytest.raises((ConfigError, Refused)):
        get(url, allow=())


def test_credentials_of_repos_toml_go_to_their_own_url_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("DVC_TOKEN", "sesame")
    with storage(tmp_path, whole) as other:

        def rule(request, _number):
            return (
                Answer(status=302, headers={"Location": f"{other}{OBJECT}"})
                if request.headers.get("authorization") == "Bearer sesame"
                else Answer(status=401)
            )

        with storage(tmp_path, rule) as site:
            config = parse(
                f"[get]\nallow = ['{other}']\n[[storage]]\nurl = '{site}'\nenv = {{bearer_token = 'DVC_TOKEN'}}\n",
                tmp_path / "repos.toml",
            )
            assert get(site, allow=(), config=config).read_bytes() == MODEL
        assert [headers.get("authorization") for headers in other.headers] == [None]


def test_a_mirror_of_repos_toml_is_read_instead(tmp_path):
    with storage(tmp_path, whole) as site:
        config = parse(f"[[storage]]\nurl = 's3://bucket/models'\nread_from = '{site}'\n", tmp_path / "repos.toml")
        assert fetched(remote("s3://bucket/models") | tracked(MODEL), config=config).read_bytes() == MODEL
