"""Data for pages as classic scripts, `S("name", {…})`: what a page loads from a folder on disk as well as from a server."""

from __future__ import annotations

import json
import re

from sites.data_script import literal

# `<` could end a script that is put into a page; the others end lines, reorder text or cannot be seen: written as escapes, they do neither.
_UNSAFE = re.compile(
    "[<\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3164\ufeff\ufff0-\uffff\U000e0000-\U000e007f]"
)


def script(name: str, value: object) -> bytes:
    """The file that hands a value to the page under a name."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"S({json.dumps(name)},{_UNSAFE.sub(_escaped, literal(text))});\n".encode()


def _escaped(match: re.Match[str]) -> str:
    return json.dumps(match[0])[1:-1] if match[0] != "<" and match[0] != "\x7f" else f"\\u{ord(match[0]):04x}"
