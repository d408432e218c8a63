"""Serves repositories that are hostile in five ways over loopback HTTP until its standard input ends: a server with a process of its own."""

from __future__ import annotations

import socket
import struct
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha1
from importlib import import_module
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).parents[1] / "tests"))
loopback: Any = import_module("support.loopback")
changes: Any = import_module("support.changes")

OID = b"3" * 40
BLOCK, BLOCKS = 10 << 20, 200  # bytes of each object of a bomb, and their number: 2 GB in 2 MB
SAME_HASH = (1 << 61) - 1  # Python's hash of whole numbers is taken modulo this
ALIASES = "".join(f"a{number}: &a{number} [*a{number - 1}, *a{number - 1}]\n" for number in range(1, 40))
METAFILES = {
    "dvc.yaml": "%YAML 1.1\n---\nmetrics: [sixty.yaml, long.json, keys.yaml, alias.yaml, deep.json]\nx: 1"
    + ":59" * 150_000,
    "sixty.yaml": "%YAML 1.1\n---\nd: 1" + ":59" * 150_000,
    "long.json": '{"a": ' + "9" * 20_000 + "}",
    "keys.yaml": "{" + "".join(f"{number * SAME_HASH}: 1, " for number in range(40_000)) + "}",
    "alias.yaml": "a0: &a0 [x, x]\n" + ALIASES,
    "deep.json": "[" * 100_000,
    ".dvc/config": "[core]\na = b" + " " * 200_000 + ",\n",
    "CODEOWNERS": "![" * 200_000,
    "big.dvc": "outs:\n- path: x\n  size: " + "9" * 20_000 + "\n",
}


def main(folder: Path, number: int) -> None:
    """For each kind a line with its name and a URL, to which a number is added; `number` repositories of hostile metafiles are made."""
    for place in range(number):
        world = changes.base()
        world.commit({**METAFILES, "own.yaml": f"d: {place}:59" + ":59" * 150_000})
        world.write(folder / "metafiles" / str(place))
    with ExitStack() as stack:
        urls = {
            "hangs": stack.enter_context(hanging()),
            "corrupt": stack.enter_context(loopback.serve(folder, rule=packs(b"PACK" + bytes(2_000)))),
            "refuses": stack.enter_context(loopback.serve(folder, rule=loopback.always(403))),
            "bomb": stack.enter_context(loopback.serve(folder, rule=packs(bomb()))),
            "metafiles": stack.enter_context(loopback.serve(folder / "metafiles")),
        }
        print(*(f"{kind} {url}" for kind, url in urls.items()), "", sep="\n", flush=True)
        sys.stdin.read()


@contextmanager
def hanging() -> Iterator[str]:
    """A server that never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def packs(pack: bytes) -> Callable[[Any], Any]:
    """A server of one branch, whose objects are this pack."""
    pieces = (pack[start : start + 60_000] for start in range(0, len(pack), 60_000))
    objects = packet(b"packfile\n") + b"".join(packet(b"\1" + piece) for piece in pieces) + b"0000"
    refs = packet(OID + b" HEAD symref-target:refs/heads/main\n") + packet(OID + b" refs/heads/main\n") + b"0000"
    greeting = packet(b"version 2\n") + packet(b"fetch=shallow filter\n") + b"0000"

    def rule(request: Any) -> Any:  # noqa: ANN401 - what tests/support has
        kind, body = "result", refs if b"command=ls-refs" in request.body else objects
        if request.method == "GET":
            kind, body = "advertisement", greeting
        return loopback.Answer(headers={"Content-Type": f"application/x-git-upload-pack-{kind}"}, body=body)

    return rule


def packet(payload: bytes) -> bytes:
    return b"%04x%s" % (len(payload) + 4, payload)


def bomb() -> bytes:
    """A pack of files that are all zeros."""
    head, left = bytearray([3 << 4 | BLOCK & 15]), BLOCK >> 4
    while left:
        head[-1] |= 0x80
        head.append(left & 0x7F)
        left >>= 7
    body = b"PACK" + struct.pack(">II", 2, BLOCKS) + (bytes(head) + zlib.compress(bytes(BLOCK), 9)) * BLOCKS
    return body + sha1(body, usedforsecurity=False).digest()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
