"""A plot as an SVG file of its own, for what shows images and no style sheet: a comment of a forge, an editor, a viewer.

Colours are attributes, since a server may send an image with a policy that forbids styles; the background is white in light and dark.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from catalog.text import visible_on_page
from sites.svg.figures import COLOURS, WIDTH
from sites.text import clip

SCALE = 1.6  # pixels of a unit, where nothing else says how large it is
EDGE = 8  # units around the drawing
ROW = 14  # of a caption
MOST_CHARACTERS = 48  # of a caption, for which there is room

# The light colours of site.css, by the names that they have there.
PALETTE: Mapping[str, str] = {
    "bg": "#fff",
    "line": "#e9e9ec",
    "fg": "#16181d",
    "fg-3": "#6c7078",
    "accent": "#4f46d8",
    "prod": "#0f7a52",
    "warn": "#9a5b00",
    "dev": "#0a66b0",
}
_LINES = ("accent", "prod", "warn", "dev")

_DRAWING = re.compile(r'<svg viewBox="0 0 [0-9]+ ([0-9]+)"[^>]*>(.*)</svg>', re.DOTALL)
_SHAPE = re.compile(r'<(text|rect|polyline|path)\b(?: class="([^"]*)")?')
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # https://www.w3.org/TR/xml/#charsets


class Caption(NamedTuple):
    """A line of text below a drawing; `look` is the class of the line that it names."""

    text: str
    look: str = ""


def picture(drawing: Markup, title: str, captions: Sequence[Caption]) -> bytes:
    """The file of a drawing of `figures.py`, with captions below it."""
    height, inside = _parts(drawing)
    rows = [_caption(each, height + ROW * place) for place, each in enumerate(captions, 1)]
    wide, high = WIDTH + 2 * EDGE, height + ROW * len(captions) + 2 * EDGE
    text = Markup(
        '<svg xmlns="http://www.w3.org/2000/svg" width="{}" height="{}" viewBox="{} {} {} {}" fill="{}" font-family="sans-serif" font-size="10">'
        '<title>{}</title><rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>{}{}</svg>\n'
    ).format(
        *(round(SCALE * wide), round(SCALE * high)),
        *(-EDGE, -EDGE, wide, high, PALETTE["fg-3"]),
        visible_on_page(title),
        *(-EDGE, -EDGE, wide, high, PALETTE["bg"]),
        Markup(_SHAPE.sub(_styled, inside)),  # noqa: S704 - its texts are escaped: `<` begins a shape of ours
        Markup("").join(rows),
    )
    return _NOT_XML.sub("\ufffd", text).encode()


def _parts(drawing: Markup) -> tuple[int, str]:
    match = _DRAWING.fullmatch(drawing)
    if match is None:
        raise ValueError("expected a drawing of figures.py")
    return int(match[1]), match[2]


def _styled(match: re.Match[str]) -> str:
    shape, look = match[1], match[2] or ""
    attributes = " ".join(f'{name}="{value}"' for name, value in _attributes(shape, look).items())
    return f"<{shape} {attributes}" if attributes else f"<{shape}"


def _attributes(shape: str, look: str) -> dict[str, str]:
    """What the style sheet says of a shape."""
    kind = look.removeprefix("dots ")
    match shape:
        case "text":
            return {"fill": PALETTE["fg"]} if look == "n" else {}
        case "rect":
            return {"fill": PALETTE["accent"]}
        case "path" if look == "grid":
            return {"stroke": PALETTE["line"]}
        case "path":
            return {"stroke": _colour(kind), "stroke-width": "4", "stroke-linecap": "round"}
        case _:
            dashes = {"stroke-dasharray": "3 3"} if kind == "ref" else {}
            return {"fill": "none", "stroke": _colour(kind), "stroke-width": "1.6", "stroke-linejoin": "round"} | dashes


def _colour(look: str) -> str:
    """The colour of a line: `l0`, `l1` and so on, or `ref` for those of the other version."""
    return PALETTE["fg-3"] if look == "ref" else PALETTE[_LINES[int(look[1:]) % COLOURS]]


def _caption(caption: Caption, y: int) -> Markup:
    sample = ""
    if caption.look:
        line = Markup('<polyline class="{}" points="0,{} 14,{}"/>').format(caption.look, y - 3, y - 3)
        sample = Markup(_SHAPE.sub(_styled, line))  # noqa: S704 - ours, of numbers and a class
    words = Markup('<text x="{}" y="{}">{}</text>').format(
        20 if caption.look else 0, y, visible_on_page(clip(caption.text, MOST_CHARACTERS))
    )
    return Markup("").join((sample, words))
