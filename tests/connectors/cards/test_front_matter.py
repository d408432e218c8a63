"""The title in a card's text."""

import pytest

from connectors.cards.front_matter import MAX_LINE, MAX_TITLE, title_of


@pytest.mark.parametrize(
    ("text", "title"),
    [
        pytest.param("Text.\n\n## A title ##\n# Another", "A title", id="the first heading of any level"),
        pytest.param("A title\n=====\n", "A title", id="underlined"),
        pytest.param("```\n# code\n```\n# A title", "A title", id="not in a block of code"),
        pytest.param("~~~\n```\n# code\n~~~\n# A title", "A title", id="nor in one inside of another"),
        pytest.param('<h1 align="center">A <b>title</b></h1>', "A title", id="in HTML"),
        pytest.param("# [![ci](b.svg)](c) A [title](d) of `x`", "A title of x", id="without its markup"),
        pytest.param("# ![logo](x.png)\n# A title", "A title", id="not an image alone"),
        pytest.param("#hashtag\n\n- item\n", None, id="no heading"),
        pytest.param("\n---\ntext", None, id="a line across is no underline"),
        pytest.param("# " + "x" * MAX_TITLE, "x" * MAX_TITLE, id="as long as is kept"),
        pytest.param("# " + "x" * (MAX_TITLE + 1), "x" * MAX_TITLE, id="cut off where it is longer"),
        pytest.param("#".ljust(MAX_LINE - 1) + "x\n# y", "x", id="in a line as long as is looked at"),
        pytest.param("#".ljust(MAX_LINE) + "x\n# y", "y", id="not in a longer one"),
    ],
)
def test_the_title_is(text, title):
    assert title_of(text) == title


def test_the_title_of_restructured_text_may_be_between_lines():
    assert title_of("*****\nTitle\n*****\n", restructured=True) == "Title"
