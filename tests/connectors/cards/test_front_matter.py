"""The title in a card's text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.cards.front_matter import MAX_HEADINGS, MAX_LINE, MAX_TITLE, title_of


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
        pytest.param("# " + "*" * 1_000_000 + "\n# y", "*" * MAX_TITLE, id="a million asterisks"),
        pytest.param("# " + "[" * 1_000_000, "[" * MAX_TITLE, id="a million brackets"),
        pytest.param("# <b>\n" * (MAX_HEADINGS - 1) + "# A title", "A title", id="the last heading that is looked at"),
        pytest.param("# <b>\n" * MAX_HEADINGS + "# A title", None, id="not the one behind it"),
        pytest.param("# Real *title*", "Real title", id="emphasis at the end"),
        pytest.param("*Real* title\n===", "Real title", id="emphasis in an underlined one"),
        pytest.param("# __Real__ ~~old~~ _title_ of **x**", "Real old title of x", id="all kinds of emphasis"),
        pytest.param("# 2 * 3 * 4 of a_b_c", "2 * 3 * 4 of a_b_c", id="asterisks and underscores that are none"),
        pytest.param(r"# \*Real\* C\#", "*Real* C#", id="escapes"),
        pytest.param("# C#", "C#", id="a number sign of the title"),
        pytest.param("# #", None, id="nothing but number signs"),
        pytest.param("# R&amp;D &lt;3 &copy;", "R&D <3 ©", id="entities"),
        pytest.param("# `a*b*` and ``c`d``", "a*b* and c`d", id="code is kept as it is"),
        pytest.param("# [A [b]](c) <https://d.e>", "A [b] https://d.e", id="links and addresses"),
        pytest.param("# [A][d] [title][] [D]\n\n[d]: /e\n[Title]: /f", "A title D", id="links by reference"),
        pytest.param("# [A][d] title [beta]", "[A][d] title [beta]", id="brackets that refer to nothing"),
        pytest.param("# [![ci][b]][c] A title\n[b]: /b\n[c]: /c", "A title", id="badges by reference"),
        pytest.param("# A <b>title</b> of  *<i>x</i>*", "A title of x", id="elements inside"),
        pytest.param("# a < b > c", "a < b > c", id="signs that are no elements"),
        pytest.param("<h1>A *title* &amp; <code>x</code></h1>", "A *title* & x", id="HTML has no asterisks"),
        pytest.param("# ![logo](x.png)\n---\n# A title", "A title", id="a line across is no heading's underline"),
    ],
)
def test_the_title_is(text, title):
    assert title_of(text) == title


def test_the_title_of_restructured_text_may_be_between_lines():
    assert title_of("*****\nTitle\n*****\n", restructured=True) == "Title"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        pytest.param("Real *title*", "Real title", id="emphasis"),
        pytest.param("**Real** title", "Real title", id="strong emphasis"),
        pytest.param("The ``a*b`` of `x`", "The a*b of x", id="literals and interpreted text"),
        pytest.param("`A title <https://a.b>`_ of c_d", "A title of c_d", id="links"),
        pytest.param(":mod:`churn` models", "churn models", id="roles"),
        pytest.param("|logo| A title", "A title", id="substitutions"),
        pytest.param(r"\*Real\* 2 * 3 a*b*c", "*Real* 2 * 3 a*b*c", id="asterisks"),
    ],
)
def test_the_title_of_restructured_text_is(text, title):
    assert title_of(f"{text}\n======\n", restructured=True) == title


@given(st.text("a *_`[]()<>!\\&~#:|\"'=\n", max_size=60), st.booleans())
def test_a_title_is_one_line_without_space_around_it(text, restructured):
    title = title_of(text, restructured=restructured)
    assert title is None or (title and title == " ".join(title.split()))
