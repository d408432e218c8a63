"""A fleet among whose servers are some that mean harm: the others are read, and nobody takes the machine's memory."""

from __future__ import annotations

import gzip
import json
import socket
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from hashlib import sha1
from itertools import count
from pathlib import Path
from time import sleep

import pytest

from support.changes import base
from support.loopback import Answer, Request, always, evil, serve

OID = b"3" * 40
RESULT = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-result\r\n"
MOST = 300  # MiB: twice what the crawl takes with the bounds below
WISH = """\
[crawl]
jobs = 4
timeout = 15
idle_timeout = 2
connect_timeout = 2
max_bytes = "16 MiB"
"""
# Not by getrusage(2): there a process begins with the peak of who started it.
MEASURED = """
import re, sys
from pathlib import Path
from catalog.cli import main
code = main(sys.argv[1:])
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]
sys.stderr.write(f"\\n{int(peak) // 1024}")
sys.exit(code)
"""


def packet(payload: bytes) -> bytes:
    return b"%04x%s" % (len(payload) + 4, payload)


def silence(connection: socket.socket) -> None:
    while connection.recv(65536):
        pass


def drip(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(RESULT + b"\r\n")
    for byte in packet(OID + b" HEAD" + b"x" * 9000):
        connection.sendall(bytes([byte]))
        sleep(0.05)


def endless_refs(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(RESULT + b"\r\n")
    for start in count(0, 1000):
        connection.sendall(b"".join(packet(OID + b" refs/heads/b%d\n" % n) for n in range(start, start + 1000)))


def gzip_bomb(_: Request) -> Answer:
    kind = {"Content-Type": "application/x-git-upload-pack-result", "Content-Encoding": "gzip"}
    return Answer(headers=kind, body=_gzipped())


def pack_bomb(request: Request) -> Answer:
    kinds = {"GET": "advertisement", "POST": "result"}
    body = packet(b"version 2\n") + packet(b"fetch=shallow filter\n") + b"0000"
    if b"command=ls-refs" in request.body:
        body = packet(OID + b" HEAD symref-target:refs/heads/main\n") + packet(OID + b" refs/heads/main\n") + b"0000"
    elif request.method == "POST":
        pack = _packed(100, 10 << 20)
        pieces = (pack[start : start + 60_000] for start in range(0, len(pack), 60_000))
        body = packet(b"packfile\n") + b"".join(packet(b"\1" + piece) for piece in pieces) + b"0000"
    return Answer(headers={"Content-Type": f"application/x-git-upload-pack-{kinds[request.method]}"}, body=body)


@cache
def _packed(objects: int, size: int) -> bytes:
    """A pack of files that are all zeros."""
    head, left = bytearray([3 << 4 | size & 15]), size >> 4
    while left:
        head[-1] |= 0x80
        head.append(left & 0x7F)
        left >>= 7
    body = b"PACK" + struct.pack(">II", 2, objects) + (bytes(head) + zlib.compress(bytes(size), 9)) * objects
    return body + sha1(body).digest()


@cache
def _gzipped() -> bytes:
    return gzip.compress(packet(OID + b" HEAD" + b" x" * 9000) * 5000, 1)


BAD = {
    "silent": "no byte for 2 s, expected an answer",
    "drip": "not done after 15 s, the limit timeout",
    "endless": "more than 100,000 refs, the limit max_refs",
    "gzip": "more than 67,108,864 bytes after decompression, the limit max_inflated",
    "pack": "more than 250 bytes after decompression for each byte of the pack",
    "a day": "429: too many requests, and asks to wait '86400'",
    "inwards": "redirects to 'http://169.254.169.254/x', expected the same host: state that URL instead",
    "nowhere": "the host name does not resolve",
}


@contextmanager
def fleet(folder: Path) -> Iterator[dict[str, str]]:
    """Ten healthy repositories and two of each bad kind: name → URL."""
    for number in range(10):
        base().write(folder / "git" / f"r{number}")
    _gzipped()  # before a visit waits for it
    redirect = always(302, Location="http://169.254.169.254/x/git-upload-pack")
    with ExitStack() as stack:
        sites = {name: stack.enter_context(evil(how)) for name, how in (("silent", silence), ("drip", drip), ("endless", endless_refs))}  # fmt: skip
        rules = {"gzip": gzip_bomb, "pack": pack_bomb, "a day": always(429, Retry_After="86400"), "inwards": redirect}
        sites |= {name: stack.enter_context(serve(folder, rule=rule)) for name, rule in rules.items()}
        sites["nowhere"] = "http://git.invalid"
        good = stack.enter_context(serve(folder / "git"))
        urls = {f"{name}/{number}": f"{site}/{number}" for number in range(2) for name, site in sites.items()}
        yield urls | {f"good/{number}": f"{good}/r{number}" for number in range(10)}


@pytest.mark.slow
def test_bad_servers_harm_no_other_and_each_has_its_sentence(tmp_path):
    with fleet(tmp_path) as urls:
        entries = "".join(f"[[repo]]\nname = '{name}'\nurl = '{url}'\n" for name, url in urls.items())
        (tmp_path / "repos.toml").write_text(WISH + entries)
        command = [sys.executable, "-c", MEASURED, "crawl", "--no-build", "--config", tmp_path / "repos.toml"]
        done = subprocess.run(
            [*command, "--report", tmp_path / "report.json"], capture_output=True, text=True, check=False
        )
    visits = json.loads((tmp_path / "report.json").read_text())["visits"]
    bad = {
        visit["repo"]: visit["message"].removeprefix(f"{urls[visit['repo']]}: ") for visit in visits if visit["message"]
    }
    assert (done.returncode, [visit["outcome"] for visit in visits if visit["repo"].startswith("good/")], bad) == (
        5,
        ["new"] * 10,
        {f"{name}/{number}": sentence for number in range(2) for name, sentence in BAD.items()},
    )
    assert int(done.stderr.splitlines()[-1]) < MOST
