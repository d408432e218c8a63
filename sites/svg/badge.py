"""A badge for READMEs and wikis: which version is in a stage, as a small SVG of a width that no font decides."""

from __future__ import annotations

from unicodedata import east_asian_width

from markupsafe import Markup

from catalog.text import visible_on_page
from sites.text import clip, look, short

LONGEST = 40  # characters of each of its two parts
_NARROW, _WIDE, _EDGE = 7, 12, 10  # units: a character, one of twice the width, and both sides of a part

_COLOURS = {"prod": "#1a7f4b", "staging": "#8a5a00", "dev": "#2f5fd0", "archived": "#6b6f76"}
_COLOURS |= {
    "h0": "#7c3aa8",
    "h1": "#a8326f",
    "h2": "#0b6e7a",
    "h3": "#4d6b0d",
    "h4": "#a04413",
    "h5": "#4254b5",
}  # as in site.css
_BADGE = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{stage}: {version}">'
    "<title>{stage}: {version}</title>"
    '<rect width="{width}" height="20" rx="4" fill="#3c4047"/>'
    '<path d="M{left} 0h{bend}a4 4 0 0 1 4 4v12a4 4 0 0 1-4 4h-{bend}z" fill="{colour}"/>'
    '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" text-anchor="middle">'
    '<text x="{at_stage}" y="14" textLength="{stage_length}" lengthAdjust="spacingAndGlyphs">{stage}</text>'
    '<text x="{at_version}" y="14" textLength="{version_length}" lengthAdjust="spacingAndGlyphs">{version}</text>'
    "</g></svg>\n"
)


def badge(stage: str, version: str) -> bytes:
    """The badge of a stage that this version is in."""
    words = _words(stage, version)
    lengths = [_length(text) for text in words]
    left, right = (length + _EDGE for length in lengths)
    svg = _BADGE.format(
        width=width(stage, version),
        left=left,
        bend=right - 4,
        colour=_COLOURS[look(stage)],
        stage=words[0],
        version=words[1],
        at_stage=left / 2,
        at_version=left + right / 2,
        stage_length=lengths[0],
        version_length=lengths[1],
    )
    return svg.encode()


def width(stage: str, version: str) -> int:
    """How wide that badge is, in pixels: pages keep the room before it is loaded."""
    return sum(_length(text) + _EDGE for text in _words(stage, version))


def _words(stage: str, version: str) -> list[str]:
    return [clip(visible_on_page(text), LONGEST) or "?" for text in (stage, short(version))]


def _length(text: str) -> int:
    return sum(_WIDE if east_asian_width(letter) in "WF" else _NARROW for letter in text)
