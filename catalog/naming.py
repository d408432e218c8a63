"""File names for names that strangers chose: safe on every file system, stable, and never the same for two names."""

from __future__ import annotations

import re
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
