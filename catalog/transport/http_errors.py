"""Error messages for failed HTTP requests, because those of the library contain memory addresses and whole URLs."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from http.client import HTTPException, IncompleteRead
from time import time
from typing import TYPE_CHECKING, TypeVar

from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    SSLError,
)

if TYPE_CHECKING:
    from catalog.transport.limits import Meter

T = TypeVar("T")

# What a request may raise on the way, garbage in the answer included.
FAILURES = (HTTPError, HTTPException, OSError, ValueError)


def explain(error: Exception, meter: Meter) -> str:
    """Why no answer began."""
    reason = explain_part(error.__cause__ or error.__context__ or error, meter)
    match error:
        case ProxyError():
            return f"the proxy does not answer: {explain_part(error.original_error, meter)}"
        case NameResolutionError():
            return "the host name does not resolve"
        case NewConnectionError():
            return f"no connection: {reason}"
        case ConnectTimeoutError():
            return f"no connection within {meter.limits.connect:g} s"
        case SSLError():
            return f"no secure connection: {reason}"
    return f"the connection broke before an answer: {reason}"


def explain_part(error: BaseException, meter: Meter) -> str:
    """What went wrong while an answer came."""
    if isinstance(error, ProtocolError) and len(error.args) > 1:
        error = error.args[1]
    if isinstance(error, IncompleteRead):
        return "it ends before its announced length"
    if isinstance(error, OSError) and error.strerror:
        return meter.quote(error.strerror)
    return meter.quote(str(error.args[0] if error.args else error)) or type(error).__name__


def is_reset(error: BaseException | None) -> bool:
    """Whether the connection ended without an answer: servers do that to connections that were idle for long."""
    return isinstance(error, ProtocolError) and isinstance(error.__cause__ or error.__context__, ConnectionError)


def retry_seconds(retry_after: str, default: T) -> float | T:
    """The wait that a Retry-After header states: seconds, or a date (RFC 9110, section 10.2.3); `default` for one that is neither."""
    if retry_after.strip().isdecimal():
        return float(retry_after.strip()[:9])
    try:
        return max(0.0, parsedate_to_datetime(retry_after).timestamp() - time())
    except (ValueError, OverflowError):
        return default
