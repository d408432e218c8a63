"""A stranger's text is quoted, and shown, without doing anything."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.text import (
    LONGEST,
    MAX_SENTENCE,
    MAX_VALUE,
    cleaned,
    escape_json,
    plural,
    quote,
    quoted,
    quoted_whole,
    units,
    visible,
    visible_on_page,
)

QUOTES = {
    "a terminal sequence": ("\x1b[31mred\x1b[0m \x1b]0;title\x07end", "red end"),
    "bidi marks and line ends": ("a\u202eb\u2066c\r\nd\0e", "a b c d e"),
    "a URL with credentials": ("see https://u:p@h/x", "see https://h/x"),
    "a long text": ("x" * 300, "x" * 199 + "…"),
}


@pytest.mark.parametrize(("raw", "clean"), QUOTES.values(), ids=QUOTES)
def test_quoting_cleans(raw, clean):
    assert quote(raw) == quote(raw.encode()) == clean


@given(st.text() | st.text("a\x1b[]m\u202e /@:", max_size=400))
def test_what_is_quoted_is_one_short_line_that_acts_on_nothing(text):
    said = quote(text)
    unseen = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert (len(said) <= LONGEST, unseen & {unicodedata.category(character) for character in said}) == (True, set())


@given(st.text() | st.text("a\x1b\u202e", max_size=400))
def test_a_sentence_with_a_value_is_printable_and_short(text):
    said = cleaned(text)
    assert (len(said) <= MAX_SENTENCE, said.isprintable()) == (True, True)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "nothing"),
        (True, "true"),
        ("a\n", "'a\\n'"),
        ("x" * MAX_VALUE, f"'{'x' * MAX_VALUE}'"),
        ("x" * (MAX_VALUE + 1), f"'{'x' * (MAX_VALUE - 1)}…'"),
        ([], "an empty list"),
        ({"a": 1}, "a map of 1"),
        (1.5, "1.5"),
        pytest.param(1 << 20_000, f"0x1{'0' * (MAX_VALUE - 4)}…", id="a number that Python does not print"),
    ],
)
def test_a_value_is_quoted(value, shown):
    assert quoted(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param(["on", 1, True], "['on', 1, true]", id="a list"),
        pytest.param({"url": "x", "tags": []}, "{'url': 'x', 'tags': []}", id="a map with a list"),
        pytest.param("a\x1bb", "'a\\x1bb'", id="a text with an escape character"),
        pytest.param(
            list(range(26)), f"[{', '.join(map(str, range(26)))}"[: MAX_VALUE - 1] + "…", id="a list too long"
        ),
        pytest.param([10 ** (MAX_VALUE - 3)], f"[{10 ** (MAX_VALUE - 3)}]", id="a list of the greatest length"),
        pytest.param(
            [10 ** (MAX_VALUE - 2)],
            f"[{10 ** (MAX_VALUE - 2)}"[: MAX_VALUE - 1] + "…",
            id="a list of one character more",
        ),
    ],
)
def test_a_value_is_quoted_whole(value, shown):
    assert quoted_whole(value) == shown


@pytest.mark.parametrize(("size", "shown"), [(LONGEST, "x" * LONGEST), (LONGEST + 1, "x" * (LONGEST - 1) + "…")])
def test_what_is_too_long_is_cut(size, shown):
    assert quote("x" * size) == shown


@pytest.mark.parametrize(
    ("size", "shown"), [(MAX_SENTENCE, "x" * MAX_SENTENCE), (MAX_SENTENCE + 1, "x" * (MAX_SENTENCE - 1) + "…")]
)
def test_a_sentence_that_is_too_long_is_cut(size, shown):
    assert cleaned("x" * size) == shown


UNSEEN = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"}
FAMILY, RAINBOW, HEART = "👨\u200d👩\u200d👧\u200d👦", "🏳\ufe0f\u200d🌈", "❤\ufe0f\u200d🔥"
SCIENTIST = "👩🏽\u200d🔬"
EMOJI = st.text(st.sampled_from("👩🔬👦❤🌈\u200d\ufe0f🏽a \u200b\u202e\U0001f8ff"), max_size=12)


@given(st.text() | EMOJI)
def test_what_is_visible_acts_on_nothing(text):
    said = visible(text)
    for character, before, after in zip(said, f" {said}", f"{said[1:]} ", strict=False):
        joins = character == "\u200d" and {unicodedata.category(before), unicodedata.category(after)} <= {
            "So",
            "Sk",
            "Mn",
        }
        assert joins or unicodedata.category(character) not in UNSEEN


@given(st.text() | EMOJI)
def test_what_is_visible_stays_as_it_is(text):
    said = visible(text)
    assert visible(said) == said


@given(st.text(st.characters(categories=["L", "M", "N", "P", "S"])))
def test_what_acts_on_nothing_stays_as_it_is(text):
    assert visible(text) == text


@given(st.text() | EMOJI)
def test_json_of_what_acts_on_nothing_is_equal(text):
    raw = json.dumps(text, ensure_ascii=False)
    assert json.loads(escape_json(raw)) == text
    assert visible(escape_json(raw)) == escape_json(raw)


@given(st.text() | EMOJI)
def test_the_units_of_a_text_are_all_of_it(text):
    assert "".join(units(text)) == text


@pytest.mark.parametrize(
    "text", [FAMILY, RAINBOW, HEART, SCIENTIST, "👩\u200d❤\ufe0f\u200d💋\u200d👨", "🧑\u200d⚕\ufe0f", "👍🏽"]
)
def test_joined_emoji_stay_and_are_one(text):
    assert (visible(f"a{text}b"), escape_json(f'"{text}"'), len(units(text))) == (f"a{text}b", f'"{text}"', 1)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("to\u200dken", "to\\u200dken", id="a joiner between letters"),
        pytest.param("👩\u200d", "👩\\u200d", id="a joiner behind an emoji and before nothing"),
        pytest.param("👩\u200dadmin", "👩\\u200dadmin", id="or before a letter"),
        pytest.param("a\u200d👩", "a\\u200d👩", id="before an emoji and behind a letter"),
        pytest.param("👩\u200d\u200d🔬", "👩\\u200d\\u200d🔬", id="two joiners"),
        pytest.param("👩\u200d👦\u200d", "👩\u200d👦\\u200d", id="one joiner too many"),
        pytest.param("👩\u200c👦", "👩\\u200c👦", id="what keeps emoji apart"),
        pytest.param("👩\u200b👦", "👩\\u200b👦", id="a space without width between emoji"),
        pytest.param("👩\u202e👦", "👩\\u202e👦", id="a mark that turns the line around between emoji"),
        pytest.param("👩\u200d\U0001f8ff", "👩\\u200d\\U0001f8ff", id="an emoji and what is not assigned"),
        pytest.param("🏴\U000e0067\U000e007f", "🏴\\U000e0067\\U000e007f", id="tag characters, which may spell anything"),
    ],
)  # fmt: skip
def test_what_joins_nothing_is_spelled_out(text, shown):
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        pytest.param("a\tb\nc", "a\tb\nc", id="tabs and new lines are text"),
        pytest.param("\x1b[31m", "\\x1b[31m", id="an escape for terminals is spelled out"),
        pytest.param("\u202egnp.exe", "\\u202egnp.exe", id="a mark that turns the line around is spelled out"),
        pytest.param("a\u200bb", "a\\u200bb", id="a space without width is spelled out"),
        pytest.param("\U000e0041", "\\U000e0041", id="a tag character is spelled out"),
        pytest.param("👩\u200d🔬 שלום", "👩\u200d🔬 שלום", id="other scripts and joined emoji stay"),
    ],
)
def test_what_is_invisible_is_made_visible(written, shown):
    assert visible_on_page(written) == shown


@pytest.mark.parametrize(
    ("words", "text"),
    [
        pytest.param((0, "page"), "0 pages", id="none"),
        pytest.param((1, "page"), "1 page", id="one"),
        pytest.param((2, "page"), "2 pages", id="two"),
        pytest.param((1_000, "page"), "1,000 pages", id="a thousand"),
        pytest.param((1, "repository", "repositories"), "1 repository", id="one of another plural"),
        pytest.param((2, "repository", "repositories"), "2 repositories", id="two of another plural"),
    ],
)
def test_a_count_with_its_noun(words, text):
    assert plural(*words) == text
