"""The key with which codes for e-mail addresses are made: it stays with the store; without it, addresses cannot be guessed and compared with a code."""

from __future__ import annotations

import secrets
from pathlib import Path

from catalog.store import files

KEY_BYTES = 32


def email_key(output: Path) -> bytes:
    """The key of a catalog; made where there is none, or where it is damaged. StoreError where it cannot be written."""
    file = output / "store" / "emails.key"
    with files.writing(file.parent):
        if file.is_file() and len(key := file.read_bytes()) == KEY_BYTES:
            return key
        key = secrets.token_bytes(KEY_BYTES)
        files.write(file, key)
        file.chmod(0o600)
    return key
