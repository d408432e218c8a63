"""The bytes that a checkout writes for what Git has: with other ends of lines, ids or encodings, as `.gitattributes` say.

After `convert.c` of Git 2.39 (`convert_attrs`, `will_convert_lf_to_crlf`, `ident_to_worktree`, `encode_to_worktree`). Git's configuration,
which no repository holds, also decides on ends of lines, and names the commands of filters.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from connectors.formats.gitattributes import Value

_LONE_LF = re.compile(rb"(?<!\r)\n")
_KEYWORD = re.compile(rb"\$Id(?::(?:[^$\n][^ $\n]* ?)?)?\$")  # with blanks inside it is another system's
_PRINTABLE = bytes({*range(32, 127), *range(128, 256), *b"\b\t\x1b\f"})
_LINES = b"\r\n"
_END_OF_FILE = b"\x1a"
# The ends of lines that a checkout writes: the last only where all are LF, and of text.
AS_IN_GIT, CRLF, CRLF_IF_TEXT = "as in Git", "CRLF", "CRLF if text"
_PLAIN_UTF8 = ("utf-8", "utf8")
_LE, _BE = b"\xff\xfe", b"\xfe\xff"
# By the name behind `utf-`: marks and codecs. Where the name states no order, iconv decides on it.
_UNICODE: Mapping[str, tuple[tuple[bytes, str], ...]] = {
    "16": ((_LE, "utf-16-le"), (_BE, "utf-16-be")),
    "16le": ((b"", "utf-16-le"),),
    "16be": ((b"", "utf-16-be"),),
    "16le-bom": ((_LE, "utf-16-le"),),
    "16be-bom": ((_BE, "utf-16-be"),),
    "32": ((_LE + b"\0\0", "utf-32-le"), (b"\0\0" + _BE, "utf-32-be")),
    "32le": ((b"", "utf-32-le"),),
    "32be": ((b"", "utf-32-be"),),
}


class Conversion(NamedTuple):
    """What a checkout does to a file. With several `line_ends`, Git's configuration decides."""

    line_ends: tuple[str, ...] = (AS_IN_GIT, CRLF_IF_TEXT)
    has_id: bool = False
    encoding: str = ""  # in lower case; empty for that of Git
    is_filtered: bool = False

    @property
    def is_known(self) -> bool:
        """What a checkout writes follows from what Git has."""
        return not self.is_filtered and (not self.encoding or bool(_codecs(self.encoding)))


def conversion_of(attributes: Mapping[str, Value]) -> Conversion:
    """What the attributes of a file ask for. Git LFS is no filter here: its pointers are told by their content."""
    if not attributes:
        return Conversion()
    driver, encoding = attributes.get("filter"), attributes.get("working-tree-encoding")
    named = encoding.lower() if isinstance(encoding, str) else ""
    return Conversion(
        line_ends=_line_ends(attributes),
        has_id=attributes.get("ident") is True,
        encoding="" if named in _PLAIN_UTF8 else named,
        is_filtered=isinstance(driver, str) and driver != "lfs",
    )


def checked_out(data: bytes, blob: str, conversion: Conversion) -> Iterable[bytes]:
    """What a checkout may write for a blob, by its configuration; where that is not known, without filter and encoding."""
    if conversion.has_id:
        data = _KEYWORD.sub(f"$Id: {blob} $".encode(), data)
    written = dict.fromkeys(_with_line_ends(data, ends) for ends in conversion.line_ends)
    if not _codecs(conversion.encoding):
        return written
    return dict.fromkeys(encoded for text in written for encoded in _encoded(text, conversion.encoding))


def _line_ends(attributes: Mapping[str, Value]) -> tuple[str, ...]:
    text = attributes.get("text")
    if text not in (True, False, "auto", "input"):
        text = attributes.get("crlf")  # the name of old
    if text is False:
        return (AS_IN_GIT,)
    converts = CRLF_IF_TEXT if text == "auto" else CRLF
    match attributes.get("eol"):
        case "lf":
            return (AS_IN_GIT,)
        case "crlf":
            return (converts,)
    if text == "input":
        return (AS_IN_GIT,)
    return (AS_IN_GIT, converts if text is True else CRLF_IF_TEXT)


def _with_line_ends(data: bytes, ends: str) -> bytes:
    if ends == AS_IN_GIT or (ends == CRLF_IF_TEXT and (b"\r" in data or _is_binary(data))):
        return data
    return _LONE_LF.sub(b"\r\n", data)


def _is_binary(data: bytes) -> bool:
    others = len(data.translate(None, _PRINTABLE + _LINES)) - data.endswith(_END_OF_FILE)
    return b"\0" in data or others > (len(data) - len(data.translate(None, _PRINTABLE))) >> 7


def _encoded(data: bytes, encoding: str) -> Iterable[bytes]:
    """In an encoding of Unicode. Git leaves what is empty, and what is not UTF-8."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return (data,)
    return [mark + text.encode(codec) for mark, codec in _codecs(encoding)] if text else (data,)


def _codecs(encoding: str) -> tuple[tuple[bytes, str], ...]:
    return _UNICODE.get(encoding.removeprefix("utf").removeprefix("-"), ()) if encoding.startswith("utf") else ()
