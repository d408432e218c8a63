"""Reads objects of S3, Google Cloud Storage and Azure with obstore: streams, ranges, entity tags and versions."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from catalog.download.entries import Denied, Opened, Stale, StoredObject
from catalog.download.settings import secrets
from catalog.download.trust import CLOUDS, Trust, is_region
from catalog.errors import ConfigError, Down, Gone, OriginError, Refused
from catalog.text import quote
from catalog.transport import cloud_credentials
from catalog.transport.retry import Again

if TYPE_CHECKING:
    from obstore import GetOptions
    from obstore.store import ObjectStore

PIECE = 256 << 10  # bytes: sixteen streams hold no more than a few dozen of them

# What the library's messages say, and what we do.
_BY_WORD: tuple[tuple[str, type[OriginError], str], ...] = (
    ("416 range not satisfiable", Stale, "answers 416 (Range Not Satisfiable)"),
    ("received redirect", Refused, "answers with a redirect: expected the bucket in this region"),
    ("dns error", Down, "the host name does not resolve"),
    ("tcp connect error", Again, "cannot be connected to"),
    ("timed out", Again, "sends nothing for too long"),
)
_NO_ACCOUNT = "Account must be specified"  # what it says of Azure's storage


class Clouds:
    """Buckets that are open, one for each name and way of reaching it."""

    def __init__(self, trust: Trust, *, connect: float, idle: float) -> None:
        self._trust = trust
        self._client = {"connect_timeout": f"{connect:g}s", "read_timeout": f"{idle:g}s", "timeout": "1000days"}
        self._stores: dict[tuple[str, str | None], ObjectStore] = {}
        self._lock = Lock()

    def store(self, source: StoredObject) -> ObjectStore:
        """The bucket of an object. ConfigError for settings that do not fit."""
        key = source.url.removesuffix(key_of(source.url)), source.region
        with self._lock:
            if key not in self._stores:
                self._stores[key] = self._connect(source)
            return self._stores[key]

    def _connect(self, source: StoredObject) -> ObjectStore:
        from obstore import store  # 0.1 s, and only where bytes are fetched
        from obstore.exceptions import BaseError

        parts = urlsplit(source.url)
        stated = self._trust.settings(source.url)
        config: dict[str, Any] = secrets(stated)
        client: dict[str, Any] = dict(self._client)
        cloud = CLOUDS[parts.scheme]
        is_anonymous = stated is not None and stated.anonymous
        if is_anonymous or (cloud != "s3" and not cloud_credentials.are_known(cloud, config)):
            config["skip_signature"] = True
        retry = {"max_retries": 2}
        try:
            match cloud:
                case "s3":
                    config |= s3_settings(self._trust, source, config)
                    client["allow_http"] = str(config.get("endpoint", "")).startswith("http://")
                    return store.S3Store(parts.netloc, config=config, client_options=client, retry_config=retry)  # type: ignore[arg-type]
                case "gs":
                    return store.GCSStore(parts.netloc, config=config, client_options=client, retry_config=retry)  # type: ignore[arg-type]
                case _:
                    if stated is not None and stated.endpoint:
                        config["endpoint"] = stated.endpoint
                    client["allow_http"] = str(config.get("endpoint", "")).startswith("http://")
                    return store.AzureStore(parts.netloc, config=config, client_options=client, retry_config=retry)  # type: ignore[arg-type]
        except (BaseError, ValueError, TypeError) as error:
            raise ConfigError(_unusable(source.url, error)) from error


def s3_settings(trust: Trust, source: StoredObject, config: dict[str, Any]) -> dict[str, Any]:
    """Where S3 is, and with which keys. Of the repository, only the region is used."""
    stated = trust.settings(source.url)
    region = (stated.region if stated else None) or _region(source) or os.environ.get("AWS_REGION") or "us-east-1"
    endpoint = (
        (stated.endpoint if stated else None)
        or os.environ.get("AWS_ENDPOINT_URL_S3")
        or os.environ.get("AWS_ENDPOINT_URL")
    )
    settings = {"region": region, **({"endpoint": endpoint} if endpoint else {})}
    if config.get("skip_signature") or config.get("access_key_id"):
        return settings
    keys = cloud_credentials.profile_keys(stated.profile if stated else None)
    return settings | (keys if keys or cloud_credentials.are_known("s3", {}) else {"skip_signature": True})


def _unusable(url: str, error: Exception) -> str:
    """A sentence for settings that obstore does not take; behind its own, it writes the Rust value of the error."""
    reason = str(error).partition("Debug source:")[0].strip()
    if reason.endswith(_NO_ACCOUNT):
        return f'{quote(url)!r} does not say in which account it is: expected options = {{ account_name = "…" }} of a [[storage]] in repos.toml, or AZURE_STORAGE_ACCOUNT_NAME in the environment'
    return f"{quote(url)!r} cannot be reached with these settings: {quote(reason)}"


def _region(source: StoredObject) -> str | None:
    if source.region is not None and not is_region(source.region):
        raise ConfigError(f"{quote(source.url)!r} is not contacted: {quote(source.region)!r} cannot be a region")
    return source.region


class CloudObject:
    """One object of a bucket."""

    def __init__(self, clouds: Clouds, source: StoredObject) -> None:
        self._clouds, self._source = clouds, source
        self._key = key_of(source.url)

    @contextmanager
    def open(self, offset: int, etag: str | None) -> Iterator[Opened]:
        import obstore

        options: dict[str, Any] = {"version": self._source.version_id} if self._source.version_id else {}
        if offset and etag:
            options |= {"range": {"offset": offset}, "if_match": etag}
        store = self._clouds.store(self._source)
        with _explained():
            try:
                result = obstore.get(store, self._key, options=cast("GetOptions", options))
            except ValueError as error:  # before any request: an empty part, or a control character
                raise Refused(f"has a key that cannot be requested: {quote(self._key)!r}") from error
        start, meta = result.range[0], result.meta
        yield Opened(pieces=_pieces(result), start=start, size=meta["size"], etag=meta.get("e_tag"))


def key_of(url: str) -> str:
    """The key of an object in its bucket; `#` and `?` are characters of it like others."""
    return url.partition("://")[2].partition("/")[2].lstrip("/")


def _pieces(result: Any) -> Iterator[bytes]:  # noqa: ANN401 - obstore's GetResult, which mypy would import
    with _explained():
        if result.range[1] - result.range[0] <= PIECE:  # of 154 µs of processor time for a small file, 18 fewer
            yield memoryview(result.bytes())  # type: ignore[misc]
            return
        for piece in result.stream(min_chunk_size=PIECE):
            yield memoryview(piece)  # type: ignore[misc]  # what hashes and files take, without a copy


@contextmanager
def _explained() -> Iterator[None]:
    """The library's errors as ours: they quote whole answers."""
    from obstore import exceptions

    try:
        yield
    except (exceptions.BaseError, OSError) as error:  # some are both, some only one
        raise explain(error) from None  # its text is the whole answer, which may repeat a credential


def explain(error: Exception) -> OriginError:
    """One sentence for an error of obstore. Its own text quotes whole answers, but for its kind no other attribute tells."""
    from obstore import exceptions

    known: tuple[tuple[tuple[type[Exception], ...], OriginError], ...] = (
        ((exceptions.NotFoundError, FileNotFoundError), Gone("answers that it is not there")),
        ((exceptions.PermissionDeniedError, PermissionError), Denied("answers 403 (Forbidden)")),
        ((exceptions.UnauthenticatedError,), Denied("answers 401 (Unauthorized)")),
        ((exceptions.PreconditionError,), Stale("answers that the object has changed")),
    )
    text = str(error).lower()
    by_kind = (ours for kinds, ours in known if isinstance(error, kinds))
    by_word = (kind(sentence) for word, kind, sentence in _BY_WORD if word in text)
    return next(by_kind, None) or next(by_word, Again("the answer broke off"))
