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
        pytest.param("<!-- # Old -->\n# A title", "A title", id="not in a comment"),
        pytest.param(
            "<!--\n# Old\nOlder\n-----\n<h1>Oldest</h1>\n-->\n# A title", "A title", id="nor in one of several lines"
        ),
        pytest.param(
            "<!-- a --><!--\n```\n# Old -->\n# A title", "A title", id="nor in the second of a line, whatever is in it"
        ),
        pytest.param("<!-- # Old", None, id="nor in one that does not end"),
        pytest.param("<!-- x --><h1>A title</h1>", "A title", id="behind a comment"),
        pytest.param("# A title <!-- omit in toc -->", "A title", id="without the comment behind it"),
        pytest.param("Write `<!--` to begin.\n# A title", "A title", id="a comment begins a line"),
        pytest.param("```\n<!--\n```\n# A title", "A title", id="code has no comments"),
        pytest.param("<!--" * 20_000 + "\n# x", None, id="80,000 characters of comments that begin"),
        pytest.param("x<!--" * 20_000 + "\n# A title", "A title", id="and that begin inside of a line"),
        pytest.param(
            "---\nlicense: mit\n# comment\n\n# A title",
            "A title",
            id="not a comment of front matter that is not closed",
        ),
        pytest.param("---\nlicense: mit\n...\n# A title", "A title", id="nor of one that is closed by dots"),
        pytest.param(
            "license: mit\ntags:\n- a\n---\n# A title",
            "A title",
            id="not the last line of front matter that is not opened",
        ),
        pytest.param("\nlicense: mit\n---\n# A title", "A title", id="also below an empty line"),
        pytest.param("note: x\n\nA title\n---\n", "A title", id="a first line like a key"),
        pytest.param("---\n# A title\n", "A title", id="below a line across"),
        pytest.param("---", None, id="nothing but a line across"),
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
