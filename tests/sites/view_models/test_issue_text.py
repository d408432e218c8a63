"""The text of an issue: nothing that a repository states is Markdown in it."""

from __future__ import annotations

import html
import re

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st

from catalog.text import visible
from sites.text import clip
from sites.view_models.issue_text import MOST, MOST_CHARACTERS, IssuePlace, issue_text

LINK = "https://git.example.com/a/b/blob/abc/x#L1"


def rendered(text: str) -> str:
    return cmarkgfm.github_flavored_markdown_to_html(text, options=Options.CMARK_OPT_UNSAFE)


TEXTS = st.text(st.sampled_from("`@#!<>[]()*_~&|\\\n\r\t x1-"), max_size=24) | st.text(max_size=24)


@pytest.mark.law
@given(rule=TEXTS, place=TEXTS, message=TEXTS)
def test_what_a_repository_states_is_code_in_an_issue(rule, place, message):
    shown = rendered(issue_text("r", rule, "Do it.", [IssuePlace(place, message, None, "")], 1))
    codes = [html.unescape(code) for code in re.findall("<code>(.*?)</code>", shown, re.DOTALL)]
    own = [" ".join(code.split()) for code in codes]
    stated = [" ".join(visible(clip(text, MOST_CHARACTERS)).split()) for text in (rule, "r", place, message)]
    outside = re.sub("<code>.*?</code>", "", shown, flags=re.DOTALL)
    assert (own, outside) == (
        stated,
        "<p> in , found by the model catalog in 1 place.</p>\n<p>How to fix it: Do it.</p>\n<ul>\n<li>: </li>\n</ul>\n",
    )


@pytest.mark.parametrize(
    ("link", "links"),
    [
        pytest.param(LINK, [LINK], id="an address"),
        pytest.param("", [], id="none"),
        pytest.param("https://git.example.com/a b", [], id="with a space"),
        pytest.param("https://git.example.com/> @all", [], id="that ends early"),
        pytest.param("javascript:alert(1)", [], id="that runs"),
    ],
)
def test_a_place_has_the_address_of_its_line(link, links):
    shown = rendered(issue_text("r", "x", "Do it.", [IssuePlace("a", "b", None, link)], 1))
    assert re.findall('href="(.*?)"', shown) == links


@pytest.mark.parametrize(
    ("beyond", "last"), [(0, "- `p`: `m`"), (1, "- and 1 more place: `catalog ls problems` lists all")]
)
def test_an_issue_states_the_first_places(beyond, last):
    lines = issue_text(
        "r", "x", "Do it.", [IssuePlace("p", "m", None, "")] * (MOST + beyond), MOST + beyond
    ).splitlines()
    assert (len(lines), lines[-1]) == (4 + MOST + beyond, last)


def test_an_issue_counts_all_places_also_those_that_are_not_given():
    lines = issue_text("r", "x", "Do it.", [IssuePlace("p", "m", None, "")], 3).splitlines()
    assert (lines[0], lines[-1]) == (
        "`x` in `r`, found by the model catalog in 3 places.",
        "- and 2 more places: `catalog ls problems` lists all",
    )


def test_an_issue_of_escaped_characters_is_short_enough_for_a_forge():
    odd = "\U000e0001" * 500
    assert len(issue_text("r", "x", "Do it.", [IssuePlace(odd, odd, None, "")] * MOST, MOST)) < 65_536


@pytest.mark.parametrize(("beyond", "shown"), [(0, "m" * MOST_CHARACTERS), (1, "m" * (MOST_CHARACTERS - 1) + "…")])
def test_an_issue_has_the_beginning_of_a_message(beyond, shown):
    text = issue_text("r", "x", "Do it.", [IssuePlace("p", "m" * (MOST_CHARACTERS + beyond), None, "")], 1)
    assert text.splitlines()[-1] == f"- `p`: `{shown}`"
