"""Checks content against what is known of it, while it arrives. Equal hashes say that it is intact, never that it is to be trusted."""

from __future__ import annotations

from hashlib import md5, sha256
from typing import TYPE_CHECKING

from catalog.download.entries import Expected
from catalog.errors import Refused
from catalog.query.content_hash import TextHash

if TYPE_CHECKING:
    from collections.abc import Callable
    from hashlib import _Hash


class Verification:
    """The hashes of one content, fed piece by piece."""

    def __init__(self, expected: Expected) -> None:
        self._expected = expected
        self.size = 0
        self._hashes = [make() for make in _MAKERS.get(expected.hash_kind or "", ()) if expected.hash]

    def update(self, piece: bytes) -> None:
        """Takes the next piece. Refused as soon as there is more than there can be."""
        self.size += len(piece)
        most = self._expected.size if self._expected.size is not None else self._expected.most
        if most is not None and self.size > most:
            raise Refused(f"has more than the {most:,} bytes that the repository states")
        for each in self._hashes:
            each.update(piece)

    def check(self, etag: str | None) -> str | None:
        """By what the content is known to be intact; None where nothing is stated. Refused where it is another content."""
        known = self._expected
        if known.size is not None and self.size != known.size:
            raise Refused(f"has {self.size:,} bytes, expected {known.size:,}")
        if self._hashes:
            stated = (known.hash or "").removesuffix(".dir")
            digests = [each.hexdigest() for each in self._hashes]
            if stated not in digests:
                raise Refused(
                    f"has the {_NAMES[str(known.hash_kind)]} {digests[0]}, expected {stated}: the bytes are others"
                )
            return known.hash_kind if digests[0] != stated else _NAMES[str(known.hash_kind)]
        if known.etag is not None and etag is not None:
            if _bare(etag) != _bare(known.etag):
                raise Refused(f"has the entity tag {_bare(etag)[:80]!r}, expected {known.etag!r}: the bytes are others")
            return "size and etag" if known.size is not None else "etag"
        return "size" if known.size is not None else None


def _bare(etag: str) -> str:
    return etag.removeprefix("W/").strip('"')


def _md5() -> _Hash:
    return md5(usedforsecurity=False)


_MAKERS: dict[str, tuple[Callable[[], _Hash | TextHash], ...]] = {
    "md5": (_md5,),
    "md5-dos2unix": (_md5, TextHash),  # DVC 2 hashed text as if its lines ended as on Unix
    "sha256": (sha256,),
}
_NAMES = {"md5": "md5", "md5-dos2unix": "md5", "sha256": "sha256"}
