"""Badges: valid SVG of a width that follows from the text alone, whatever a stranger writes."""

from __future__ import annotations

from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest

from sites import urls
from sites.svg.badge import LONGEST, badge, width
from support.stranger import ATTRIBUTE, ODD, SCRIPT

SVG = "{http://www.w3.org/2000/svg}"


def texts(drawn: bytes) -> list[str | None]:
    return [element.text for element in ET.fromstring(drawn).iter(f"{SVG}text")]


def test_it_says_the_stage_and_the_version_in_it():
    root = ET.fromstring(badge("prod", "v1.2.0"))
    assert (texts(badge("prod", "v1.2.0")), root.get("aria-label"), root.get("width")) == (
        ["prod", "v1.2.0"],
        "prod: v1.2.0",
        "90",
    )


@pytest.mark.parametrize("text", [SCRIPT, ATTRIBUTE, ODD, "&amp;", "a\nb", "\x00", ""])
def test_nothing_of_a_text_is_markup(text):
    drawn = badge(text, text)
    elements = {element.tag.removeprefix(SVG) for element in ET.fromstring(drawn).iter()}
    assert (elements, b"\x00" in drawn) == ({"svg", "title", "rect", "path", "g", "text"}, False)


@pytest.mark.parametrize(("length", "shown"), [(LONGEST, "x" * LONGEST), (LONGEST + 1, "x" * (LONGEST - 1) + "…")])
def test_a_long_name_is_cut(length, shown):
    assert texts(badge("x" * length, "v1"))[0] == shown


def test_wide_letters_have_more_room():
    widths = [int(ET.fromstring(badge(text, "v1")).get("width", "")) for text in ("ab", "生产")]
    assert widths == [width(text, "v1") for text in ("ab", "生产")] == [48, 58]


@pytest.mark.slow
def test_each_stage_that_a_version_is_in_has_one(site):
    path = urls.badge("github.com/acme/churn", "churn", "prod")
    assert texts((site / path).read_bytes()) == ["prod", "v1.0.0"]


@pytest.mark.slow
def test_pages_keep_its_room(site, page):
    """The image of a page has the size of the file, whatever was written in the names of stages and versions."""
    shown, drawn = {}, {}
    for file in sorted(site.glob("models/*/*.html")):
        for name, stated in page(file.relative_to(site)).elements:
            if name == "img" and "badges/" in (source := stated["src"] or ""):
                root = ET.parse(site / unquote(source.removeprefix("../../"))).getroot()
                shown[file] = (stated.get("width"), stated.get("height"))
                drawn[file] = (root.get("width"), root.get("height"))
    assert len(shown) > 1
    assert shown == drawn
