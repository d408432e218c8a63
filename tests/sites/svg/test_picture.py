"""A plot as a file of its own: the colours of the site's style sheet as attributes, XML whatever repositories say, and captions."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

import sites
from sites.svg.figures import Polyline, draw_bars, draw_lines, draw_matrix
from sites.svg.picture import MOST_CHARACTERS, PALETTE, Caption, picture

SVG = "{http://www.w3.org/2000/svg}"
LOOKS = ("", "l0", "l1", "l2", "l3", "ref", "dots l1", "dots ref")
PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="506" height="326" viewBox="-8 -8 316 204" fill="#6c7078" font-family="sans-serif" font-size="10">'
    '<title>Loss</title><rect x="-8" y="-8" width="316" height="204" fill="#fff"/>'
    '<path stroke="#e9e9ec" d="M42 10H290M42 73H290M42 136H290"/>'
    '<text x="36" y="139" text-anchor="end">1</text><text x="36" y="13" text-anchor="end">3</text>'
    '<text x="42" y="150" text-anchor="start">0</text><text x="290" y="150" text-anchor="end">1</text>'
    '<polyline fill="none" stroke="#6c7078" stroke-width="1.6" stroke-linejoin="round" stroke-dasharray="3 3" points="42,10 290,73"/>'
    '<polyline fill="none" stroke="#4f46d8" stroke-width="1.6" stroke-linejoin="round" points="42,73 290,136"/>'
    '<text x="0" y="174">loss over step</text>'
    '<polyline fill="none" stroke="#6c7078" stroke-width="1.6" stroke-linejoin="round" stroke-dasharray="3 3" points="0,185 14,185"/>'
    '<text x="20" y="188">v1</text></svg>\n'
)


def drawings(text):
    """One of each kind, with all of its classes."""
    lines = [Polyline(text, [0, number], [number, 1]) for number in range(5)]
    yield draw_lines(lines, lines, text)
    yield draw_lines(lines, lines, text, dots=True)
    yield draw_bars([text, "b"], [1, 2], text)
    yield draw_matrix([text, "b"], ["b", text], [1, 2], text, shares=False)


def test_the_picture_of_two_lines():
    drawing = draw_lines([Polyline("", [0, 1], [2, 1])], [Polyline("", [0, 1], [3, 2])], "Loss")
    assert picture(drawing, "Loss", [Caption("loss over step"), Caption("v1", "ref")]).decode() == PICTURE


def test_the_colours_are_those_of_the_light_site():
    sheet = (Path(sites.__file__).parent / "static" / "site.css").read_text("utf-8")
    assert {name: re.findall(rf"^  --{name}: light-dark\(([^,]*),", sheet, re.MULTILINE) for name in PALETTE} == {
        name: [colour] for name, colour in PALETTE.items()
    }


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_text_is_text(text):
    for drawing in drawings(text):
        root = ET.fromstring(picture(drawing, text, [Caption(text, look) for look in LOOKS]))
        every = list(root.iter())
        assert {each.tag.removeprefix(SVG) for each in every} <= {"svg", "title", "rect", "path", "polyline", "text"}
        assert not {name for each in every for name in each.attrib} & {"class", "style", "href", "onload"}
        lines = [each for each in every if each.tag in (f"{SVG}path", f"{SVG}polyline")]
        assert all(each.get("stroke") in PALETTE.values() for each in lines)
        assert all(each.get("fill") == "none" for each in lines if each.tag == f"{SVG}polyline")
        assert all(each.get("fill") in PALETTE.values() for each in every if each.tag == f"{SVG}rect")


@pytest.mark.parametrize(("length", "end"), [(MOST_CHARACTERS, "aa"), (MOST_CHARACTERS + 1, "a…")])
def test_a_long_caption_is_cut(length, end):
    root = ET.fromstring(picture(draw_bars(["w"], [1], ""), "", [Caption("a" * length)]))
    text = [each.text for each in root.iter(f"{SVG}text")][-1]
    assert (len(text), text[-2:]) == (MOST_CHARACTERS, end)


def test_nothing_else_is_a_drawing():
    with pytest.raises(ValueError, match=r"expected a drawing of figures\.py"):
        picture(draw_lines([], [], ""), "", [])
