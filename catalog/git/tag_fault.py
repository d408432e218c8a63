"""What of a tag object's headers is not as Git writes them (git-mktag(1)): dulwich says it in the words of Python."""

from __future__ import annotations

import re

from catalog.text import quoted

_LINES = (
    (re.compile(r"object [0-9a-fA-F]{40}"), "`object` and 40 hexadecimal digits"),
    (re.compile(r"type (?:commit|tag|tree|blob)"), "`type` and commit, tag, tree or blob"),
    (re.compile(r"tag .+"), "`tag` and a name"),
    (re.compile(r"tagger .*> -?[0-9]{1,18} [-+][0-9]{1,9}"), "`tagger Name <e-mail> seconds +hhmm`"),
)
_FURTHER = re.compile(r"[^ ]* .*")


def tag_fault(headers: str) -> str:
    """A sentence about the first line that is not what it ought to be."""
    lines = headers.split("\n")
    for number, (pattern, expected) in enumerate(_LINES):
        if number >= len(lines) or not lines[number]:
            return f"found the end of its headers, expected {expected}"
        if not pattern.fullmatch(lines[number]):
            return f"found {quoted(lines[number])}, expected {expected}"
    for line in lines[len(_LINES) :]:
        if line and not _FURTHER.fullmatch(line):
            return f"found {quoted(line)}, expected a header with its value"
    return "found headers that cannot be read, expected object, type, tag and tagger"
