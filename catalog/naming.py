"""Names: file names for names that strangers chose, and the endings that can stand for a full name.

A file name is safe on every file system, stable, and never the same for two names.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from hashlib import blake2b

MAX_LENGTH = 100

_UNSAFE = re.compile(r"[^a-z0-9._~-]+")
# Windows gives these names to devices, whatever their extension.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_HASHED = re.compile(r".*-[0-9a-f]{16}")  # a name that looks like our answer for another


def slug(name: str) -> str:
    """A file name for `name`: `/` becomes `~` and `:` becomes `~~`; what else would be unsafe is replaced, and told apart by a hash.

    Two names that differ only in case get different file names also where the file system ignores case.
    """
    plain = name.replace(":", "~~").replace("/", "~")
    safe = _UNSAFE.sub("-", plain.lower()).strip(".")[:MAX_LENGTH]
    back = safe.replace("~~", ":").replace("~", "/")
    device = _DEVICES.fullmatch(safe)
    if safe and back == name and not device and not _HASHED.fullmatch(safe):
        return safe
    digest = blake2b(name.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    if device:
        safe = safe.replace(".", "-")
    return f"{safe or '-'}-{digest}"


def endings(name: str) -> Iterator[str]:
    """Everything that can stand for a full name: each end of it that begins after a `/` or `:`, the shortest first."""
    starts = [found.end() for found in re.finditer("[/:]", name)]
    yield from (name[start:] for start in reversed(starts))
    yield name


def short_names(names: Iterable[str]) -> dict[str, str]:
    """For each full name, the shortest ending that no other name shares."""
    every = tuple(names)
    shared = Counter(ending for name in every for ending in endings(name))
    full = frozenset(every)
    return {name: next(e for e in endings(name) if e == name or (shared[e] == 1 and e not in full)) for name in every}
