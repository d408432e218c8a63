"""Names beside which a value is likely a secret: `db.password`, `API_KEY`, `clientSecret`."""

from __future__ import annotations

import itertools
import re
from enum import IntEnum
from functools import lru_cache
from unicodedata import normalize

from catalog.privacy.folding import fold

MAX_KEY = 200  # characters of a name, from its end, that are looked at

# Any text beside these is withheld; beside the weak ones only what looks random: models have tokens and keys of other kinds.
_STRONG = frozenset(
    [
        "password",
        "passwords",
        "passwd",
        "passphrase",
        "passcode",
        "pwd",
        "secret",
        "secrets",
        "credential",
        "credentials",
        "apikey",
        "apisecret",
        "accesskey",
        "secretkey",
        "privatekey",
        "authtoken",
        "accesstoken",
        "apitoken",
        "contraseña",
        "contrasena",
        "passwort",
        "kennwort",
    ]
)
_STRONG_PAIRS = frozenset(
    (first, last)
    for last, firsts in {
        "key": "api access account auth client database db encryption private secret service shared signing storage subscription master",
        "token": "access api auth bearer bot csrf deploy id oauth personal private refresh sas security session vault",
        "pass": "admin become db database ftp key mysql pg postgres redis root sftp smtp ssh sudo user",
        "pw": "db database user",
        "string": "connection",
        "word": "pass",
    }.items()
    for first in firsts.split()
)
_STRONG_ENDS = ("password", "passwd", "passphrase")  # without a sign before them: `PGPASSWORD`
_WEAK = frozenset(
    [
        "token",
        "key",
        "pass",
        "pw",
        "auth",
        "authorization",
        "signature",
        "sig",
        "sas",
        "jwt",
        "cookie",
        "bearer",
        "webhook",
        "hmac",
        "dsn",
    ]
)
# A name that ends so is of something about the secret.
_ABOUT = frozenset(
    [
        "algorithm",
        "arn",
        "attempts",
        "class",
        "col",
        "column",
        "columns",
        "count",
        "dim",
        "dir",
        "dropout",
        "embedding",
        "enabled",
        "env",
        "environment",
        "expiry",
        "expires",
        "expiration",
        "exists",
        "field",
        "file",
        "filename",
        "folder",
        "format",
        "header",
        "host",
        "id",
        "ids",
        "index",
        "kind",
        "label",
        "len",
        "length",
        "limit",
        "location",
        "login",
        "loss",
        "manager",
        "max",
        "min",
        "mode",
        "name",
        "names",
        "number",
        "path",
        "policy",
        "provider",
        "ref",
        "reference",
        "regex",
        "required",
        "rotation",
        "size",
        "source",
        "stdin",
        "store",
        "strategy",
        "strength",
        "suffix",
        "timeout",
        "ttl",
        "type",
        "user",
        "username",
        "var",
        "variable",
        "version",
    ]
)
_WORDS = re.compile(r"[A-Z]{2,}(?![a-zñ])|[A-Z]?[a-zñ]+|[A-Z]+")


class Strength(IntEnum):
    """How much a name says of the value beside it."""

    NONE = 0
    WEAK = 1  # likely a secret where it looks random
    STRONG = 2  # likely a secret whatever it is


@lru_cache(maxsize=20_000)
def strength(name: str) -> Strength:
    """What a name says, with dots between its levels; the level above counts where it is a whole map of secrets."""
    *above, last = [_words(level) for level in normalize("NFC", fold(name[-MAX_KEY:]).text).split(".")]
    if not last and above:  # a number in a list
        last = above.pop()
    if not last or last[-1] in _ABOUT:
        return Strength.NONE
    if _is_strong(last) or any(level and level[-1] in ("secrets", "credentials", "passwords") for level in above):
        return Strength.STRONG
    return Strength.WEAK if last[-1] in _WEAK else Strength.NONE


def _is_strong(words: tuple[str, ...]) -> bool:
    return any(word in _STRONG or word.endswith(_STRONG_ENDS) for word in words) or not _STRONG_PAIRS.isdisjoint(
        itertools.pairwise(words)
    )


def _words(level: str) -> tuple[str, ...]:
    return tuple(word.lower() for word in _WORDS.findall(level))
