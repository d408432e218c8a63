"""Errors of requests to forges: the message, the outcome, and whether to retry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from time import time
from typing import TYPE_CHECKING

from catalog.errors import Gone, OriginError, Refused
from catalog.transport.http_errors import retry_seconds
from catalog.transport.retry import Again

if TYPE_CHECKING:
    from catalog.transport.limits import Meter

MOST_BODY = 1 << 16  # bytes of an answer in which the forge's own words are looked for

_SIGN_IN, _UNAUTHORIZED, _FORBIDDEN, _MANY = 203, 401, 403, 429
_MISSING = frozenset({404, 410})
_BROKEN = 500  # and above
_UNSTATED = 60.0  # seconds to wait, where a forge states no time
_MINUTES, _HOURS = 120, 7200  # seconds from which a wait is stated in these units


def fault(status: int, headers: Mapping[str, str], body: bytes, meter: Meter, token: str | None) -> OriginError:
    """The error that an answer stands for; `token` says where the token is from that was sent. Header names are in lower case."""
    quoted, who = _message(body, meter), f"with the token of {token}" if token else "without a token"
    sentence: str
    if status in {_MANY, _FORBIDDEN} and (wait := _rate_limit(status, headers)) is not None:
        return Again(f"{meter.where}: {status}: the rate limit is used up for {_span(wait)}{quoted}", wait)
    if status in _MISSING:
        return Gone(f"{meter.where}: {status}: there is no such address, or it may not be seen {who}{quoted}")
    if status >= _BROKEN:
        wait = retry_seconds(headers["retry-after"], 1.0) if "retry-after" in headers else None
        return Again(f"{meter.where}: {status}: the forge is busy or broken{quoted}", wait)
    if status in {_UNAUTHORIZED, _SIGN_IN}:  # Azure DevOps shows a page to sign in
        sentence = f"the token of {token} is not accepted" if token else "needs a token"
    elif status == _FORBIDDEN:
        scopes = meter.quote(headers.get("x-accepted-oauth-scopes", ""))
        sentence = f"may not be listed {who}" + (f", which needs one of the scopes {scopes}" if scopes else "")
    else:
        sentence = "the forge refuses the question"
    return Refused(f"{meter.where}: {status}: {sentence}{quoted}")


def _rate_limit(status: int, headers: Mapping[str, str]) -> float | None:
    """Seconds until the forge answers again; None for a 403 that is about something else."""
    if "retry-after" in headers:
        return retry_seconds(headers["retry-after"], _UNSTATED)
    for prefix in ("x-ratelimit", "ratelimit"):
        if headers.get(f"{prefix}-remaining", "").strip() == "0":
            until = headers.get(f"{prefix}-reset", "").strip()[:12]
            return max(1.0, float(until) - _now(headers) + 1.0) if until.isdecimal() else _UNSTATED
    return None if status == _FORBIDDEN else _UNSTATED


def _now(headers: Mapping[str, str]) -> float:
    """The time by the forge's clock, where its answer states it: the local one may differ."""
    try:
        return parsedate_to_datetime(headers["date"]).timestamp()
    except (KeyError, ValueError, OverflowError):
        return time()


def _message(body: bytes, meter: Meter) -> str:
    """The forge's own words, where it has any, from one of the places where forges put them."""
    try:
        raw = json.loads(body[:MOST_BODY])
    except (ValueError, RecursionError):
        return ""
    raw = raw if isinstance(raw, dict) else {}
    inner = raw.get("error")
    inner = inner.get("message") if isinstance(inner, dict) else inner
    candidates = (raw.get("error_description"), raw.get("message"), inner)
    words = next((word for word in candidates if isinstance(word, str) and word.strip()), "")
    return f", saying {meter.quote(words)!r}" if words else ""


def _span(seconds: float) -> str:
    if seconds < _MINUTES:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < _HOURS else f"{seconds / 3600:.0f} h"
