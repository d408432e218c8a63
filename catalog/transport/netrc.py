"""Reads ~/.netrc as libcurl, and so Git, reads it: `parsenetrc` (lib/netrc.c of curl 7.88). See docs/decisions/22-netrc.md."""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_FILE = 1 << 20  # bytes of a credentials file

_VALUES = frozenset((b"machine", b"login", b"password", b"account", b"port", b"protocol"))  # each with a word behind
_WORD = re.compile(rb'[ \t\v\f]*(?:#.*|"((?:[^"\\]|\\.)*)"|(")|([^ \t\r\v\f#"][^ \t\r\v\f]*))')
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}


@dataclass(kw_only=True, slots=True)
class NetrcEntry:
    """What the file states for a machine; `machine` is None for every other one."""

    machine: str | None
    login: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(kw_only=True, slots=True)
class Netrc:
    """The entries of a file in their order, and what of it cannot be read. No complaint quotes the file: it holds secrets."""

    entries: list[NetrcEntry] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def find(self, host: str, user: str | None) -> tuple[str, str] | None:
        """Login and password for a host: those of this user where the URL names one, or else the first."""
        for entry in self.entries:
            if entry.machine is not None and entry.machine.lower() != host.lower():
                continue
            login = entry.login or user
            if login and entry.password and user in {None, "", login}:
                return login, entry.password
        return None


def read_netrc(path: Path) -> Netrc:
    """The file's content; without a file, nothing."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE + 1)
    except (FileNotFoundError, NotADirectoryError):
        return Netrc()
    except OSError as error:
        return Netrc(complaints=[f"cannot be read: {error.strerror}"])
    netrc = parse_netrc(content[:MAX_FILE] if len(content) <= MAX_FILE else content[:MAX_FILE].rpartition(b"\n")[0])
    if len(content) > MAX_FILE:
        netrc.complaints.append(f"more than {MAX_FILE:,} bytes: the rest is not read")
    return netrc


def parse_netrc(content: bytes) -> Netrc:
    """The entries of a file's content."""
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return Netrc(complaints=["line 1: found UTF-16, expected UTF-8: no entry is read"])
    netrc = Netrc()
    keyword, in_macro = b"", False
    for number, line in enumerate(content.removeprefix(BOM_UTF8).split(b"\n"), 1):
        if in_macro:
            in_macro = line.rstrip(b"\r") != b""
            continue
        for word in _words(line):
            if word is None:
                netrc.complaints.append(f"line {number}: found a quote without end: the rest of the file is not read")
                return netrc
            if keyword:
                _state(netrc, keyword, word.decode("utf-8", "surrogateescape"))
                keyword = b""
            elif word.lower() in _VALUES:
                keyword = word.lower()
            elif word.lower() == b"default":
                netrc.entries.append(NetrcEntry(machine=None))
            elif word.lower() == b"macdef":
                in_macro = True
                break
            else:
                names = ", ".join(sorted(name.decode() for name in _VALUES))
                netrc.complaints.append(f"line {number}: found a word that is none of {names}, default, macdef")
    return netrc


def _state(netrc: Netrc, keyword: bytes, value: str) -> None:
    if keyword == b"machine":
        netrc.entries.append(NetrcEntry(machine=value))
    elif netrc.entries and keyword in {b"login", b"password"}:
        entry = netrc.entries[-1]
        if entry.login and entry.password:  # one machine, another account
            entry = NetrcEntry(machine=entry.machine)
            netrc.entries.append(entry)
        if keyword == b"login":
            entry.login = value
        else:
            entry.password = value


def _words(line: bytes) -> Iterator[bytes | None]:
    """The words of a line up to a comment; None for a quote without end."""
    position = 0
    while match := _WORD.match(line, position):
        position = match.end()
        quoted, open_quote, plain = match.groups()
        if open_quote:
            yield None
            return
        if quoted is not None:
            yield re.sub(rb"\\(.)", lambda escape: _ESCAPES.get(escape[1], escape[1]), quoted, flags=re.DOTALL)
        elif plain:
            yield plain
