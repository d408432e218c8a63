"""The digest of a server's answer: where it is that of the last visit, nothing of the answer needs to be parsed."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b


@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerDigest:
    """How many bytes an answer has, and the digest of them."""

    size: int
    digest: str


@dataclass(kw_only=True, slots=True)
class AnswerBytes:
    """Digests an answer as its bytes arrive."""

    size: int = 0
    _hash: blake2b = field(default_factory=lambda: blake2b(digest_size=20))

    def add(self, data: bytes) -> None:
        self.size += len(data)
        self._hash.update(data)

    def digest(self) -> AnswerDigest:
        return AnswerDigest(size=self.size, digest=self._hash.hexdigest())
