"""A command as a line that means the same in every shell that people paste it into: bash, zsh, fish and PowerShell."""

from __future__ import annotations

import re
from collections.abc import Iterable

from catalog.text import is_plain

_BARE = re.compile(r"[A-Za-z0-9./_-][A-Za-z0-9./_:@+-]*")
# Between single quotes all of these shells take text as it is, but for these: fish reads backslashes, PowerShell typographic quotes,
# and what it passes to a program loses its double quotes.
_READ = re.compile("['\"\\\\\u2018-\u201f]")


def shell_line(words: Iterable[str]) -> str | None:
    """The words as one line; None where one of them holds what these shells read differently, as an untrusted name may."""
    quoted = [_quoted(word) for word in words]
    return None if None in quoted else " ".join(word for word in quoted if word is not None)


def _quoted(word: str) -> str | None:
    if _BARE.fullmatch(word):
        return word
    return f"'{word}'" if is_plain(word) and not _READ.search(word) else None
