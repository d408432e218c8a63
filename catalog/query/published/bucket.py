"""A published folder in a bucket of S3, by obstore; endpoint, region and credentials are those of the user's environment."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from typing import IO, Any, Self

from catalog.errors import Down, Gone, OriginError, Refused, TooBig
from catalog.text import quote
from catalog.transport import cloud_credentials

_PIECE = 1 << 20  # bytes
_ANSWERED = re.compile(r"(status code: \d{3})")
# What the library's messages say, and what we say.
_BY_WORD: tuple[tuple[str, type[OriginError], str], ...] = (
    ("received redirect", Refused, "the bucket is in another region: expected AWS_REGION to be that of the bucket"),
    (
        "authorizationheadermalformed",
        Refused,
        "the bucket is in another region: expected AWS_REGION to be that of the bucket",
    ),
    ("dns error", Down, "the host name of the storage does not resolve"),
    ("tcp connect error", Down, "no connection to the storage"),
    ("timed out", Down, "the storage sends nothing for too long"),
)
_RETRIES: Any = {"max_retries": 2, "retry_timeout": timedelta(seconds=30)}


class Bucket:
    """Files below one `s3://bucket/prefix`."""

    def __init__(self, url: str) -> None:
        from obstore.exceptions import BaseError
        from obstore.store import S3Store

        self.shown = url.rstrip("/")
        try:
            self._store = S3Store.from_url(
                self.shown,
                config=_settings(),  # type: ignore[arg-type]
                client_options=_client(),  # type: ignore[arg-type]
                retry_config=_RETRIES,
            )
        except (BaseError, ValueError) as error:
            raise Refused(f"{self.shown}: {_reason(error)}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Its connections end with it."""

    def get(self, name: str, to: IO[bytes], most: int, etag: str | None = None) -> tuple[bool, str | None]:
        """Writes a file of at most `most` bytes; whether it is another one than that of `etag`, and its ETag now. OriginError."""
        import obstore
        from obstore.exceptions import BaseError, NotModifiedError

        options: dict[str, Any] = {"if_none_match": etag} if etag else {}
        try:
            answer = obstore.get(self._store, name, options=options)  # type: ignore[arg-type]
            if answer.meta["size"] > most:
                raise TooBig(f"{self.shown}/{name}: more than {most:,} bytes, as many as are expected")
            to.seek(0)
            to.truncate()
            to.writelines(bytes(piece) for piece in answer.stream(min_chunk_size=_PIECE))
            return True, answer.meta["e_tag"]
        except NotModifiedError:
            return False, etag
        except (BaseError, FileNotFoundError, PermissionError) as error:
            raise _fault(
                f"{self.shown}/{name}", error
            ) from None  # its text is the whole answer, which may repeat a credential


def _fault(where: str, error: Exception) -> OriginError:
    from obstore.exceptions import PermissionDeniedError, UnauthenticatedError

    if isinstance(error, FileNotFoundError):
        return Gone(f"{where}: there is no such file")
    if isinstance(error, PermissionDeniedError | UnauthenticatedError | PermissionError):
        return Refused(f"{where}: the storage does not let you read it: {_advice()}")
    text = str(error).lower()
    for words, kind, sentence in _BY_WORD:
        if words in text:
            return kind(f"{where}: {sentence}")
    return Down(f"{where}: {_reason(error)}")


def _settings() -> dict[str, Any]:
    """What obstore does not find in the environment itself. Without credentials, a bucket is asked as anybody may ask a public one."""
    keys: dict[str, Any] = dict(cloud_credentials.profile_keys(None))
    if not keys and not cloud_credentials.are_known("s3", {}):
        keys["skip_signature"] = True
    return keys | ({"endpoint": endpoint} if (endpoint := _endpoint()) else {})


def _endpoint() -> str | None:
    return os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")


def _client() -> dict[str, Any]:
    """Over plain HTTP only where the user's endpoint says so."""
    return {"allow_http": True} if (_endpoint() or "").startswith("http://") else {}


def _advice() -> str:
    if cloud_credentials.profile_keys(None) or cloud_credentials.are_known("s3", {}):
        return "expected credentials that may read it"
    return "expected credentials, as AWS_PROFILE or AWS_ACCESS_KEY_ID gives them, or a bucket that is public"


def _reason(error: Exception) -> str:
    """The library's sentence as far as the status: what follows is the server's, and may repeat the credentials that it was sent."""
    sentence = _ANSWERED.split(str(error).partition("\n")[0], maxsplit=1)
    return quote("".join(sentence[:2]))
