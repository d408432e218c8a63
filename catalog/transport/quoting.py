"""What a stranger wrote, made fit to be quoted in one of our sentences."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 200

# Terminal sequences whole: without its escape character, the rest of one would be noise.
_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?|\x9b[0-?]*[ -/]*[@-~]", re.DOTALL
)
_USERINFO = re.compile(r"//[^/@\s]*@")


def quote(raw: bytes | str, secrets: Iterable[str] = ()) -> str:
    """One line of at most 200 characters, without control, bidi or escape characters and without credentials."""
    text = raw[: 16 * LONGEST].decode("utf-8", "replace") if isinstance(raw, bytes) else raw[: 16 * LONGEST]
    for secret in secrets:
        if secret:
            text = text.replace(secret, "***")
    text = "".join(" " if _unfit(char) else char for char in _SEQUENCE.sub("", text))
    text = " ".join(_USERINFO.sub("//", text).split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def is_plain(text: str) -> bool:
    """Whether a URL or path can be shown, and handed to a program or a server, as it is."""
    return not any(_unfit(char) for char in text)


def _unfit(char: str) -> bool:
    return unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
