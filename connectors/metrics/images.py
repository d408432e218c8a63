"""Images of plots: their type is detected by their first bytes, never by their names."""

from __future__ import annotations

import re
from posixpath import splitext

from catalog.errors import MetafileError
from connectors.formats.images import raster_type

MAX_IMAGE = 512 << 10  # bytes
SUFFIXES = frozenset((".jpg", ".jpeg", ".gif", ".png", ".svg"))  # of the files that DVC takes for images

_START = 4_096  # bytes in which the root element of an SVG must stand
_PROLOGUE = re.compile(
    rb"\s*(?:(?:<\?[^>]*>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[[^\]]*\])?[^>]*>)\s*)*<svg[\s>]", re.DOTALL
)


def is_image(file: str) -> bool:
    """Whether DVC takes a plot's file for an image, by its name."""
    return splitext(file)[1] in SUFFIXES


def media_type(data: bytes) -> str:
    """The kind of image. MetafileError where it is none that browsers show, or too big."""
    if len(data) > MAX_IMAGE:
        message = f"found an image of {len(data):,} bytes, expected at most {MAX_IMAGE:,}"
        raise MetafileError(message, rule="too-big")
    if kind := raster_type(data):
        return kind
    if _PROLOGUE.match(data.removeprefix(b"\xef\xbb\xbf")[:_START]):
        return "image/svg+xml"
    message = f"found a file that begins with {data[:8]!r}, expected a PNG, JPEG, GIF, WebP or SVG image"
    raise MetafileError(message, rule="not-an-image")
