"""URLs that may be shown: without users, passwords, and tokens in the query."""

from __future__ import annotations

import re

_AUTHORITY = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]*://)([^/?#]*)(.*)$", re.DOTALL)
_USERS = re.compile(r"://[^/?#\s'\"]*@")
_USER = re.compile(r"[^:@\s]+@[^@]+")  # without a password
_PORT = re.compile(r"(?:\[[^\]]*\]|[^:]*)(?::[0-9]*)?")
# `sig` signs Azure's shared access, `X-Amz-Signature` and `X-Goog-Signature` presigned links.
_SECRET = re.compile(r"(?:^|[?&#;])[^=&;#]*(?:sig|token|key|secret|passw|pwd|credential|auth)[^=&;#]*=", re.IGNORECASE)


def public_url(url: str) -> str:
    """The URL without what may be a secret. The user of an ssh URL stays: it is `git`, and says which account it is."""
    found = _AUTHORITY.match(url) if "://" in url else None
    if found is None:
        return url
    scheme, authority, rest = found.groups()
    if not _PORT.fullmatch(authority.rpartition("@")[2]) and "@" in rest:  # a password with a slash in it
        authority, rest = "", rest.rpartition("@")[2]
    elif "@" in authority and not (scheme.lower().endswith("ssh://") and _USER.fullmatch(authority)):
        authority = authority.rpartition("@")[2]
    return scheme + authority + _without_tokens(rest)


def without_users(sentence: str) -> str:
    """A sentence that may quote URLs, without their users and passwords."""
    return _USERS.sub("://", sentence)


def scheme_of(url: str) -> str | None:
    """`s3` of `s3://bucket/key`; None for a path."""
    found = _AUTHORITY.match(url) if "://" in url else None
    return found[1][:-3].lower() if found else None


def _without_tokens(rest: str) -> str:
    """All parameters go where one may be a secret: what is left would lead nowhere."""
    start = re.search(r"[?#]", rest)
    return rest[: start.start()] if start and _SECRET.search(rest, start.start()) else rest
