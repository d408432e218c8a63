"""Texts as they are searched: what stands for a character, and where it was."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.privacy.folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        pytest.param("\uff50\uff57\uff1d", "pw=", id="full-width"),
        pytest.param("\U0001d429\u24df\u02b0\u2071", "pphi", id="of mathematics, in a circle, raised"),
        pytest.param("a\u200b\ufeff\u00ad\ufe0f\U000e0061b", "ab", id="not seen"),
        pytest.param("a\u00a0b\u3000c", "a b c", id="blanks"),
        pytest.param("é ñ ß … “x” п", "é ñ ß … “x” п", id="letters and signs of other languages stay"),
    ],
)
def test_what_a_text_is_searched_as(text, folded):
    assert fold(text).text == folded


CHARACTERS = st.sampled_from("ab=\uff50\uff1d\u200b\u00ade\u0301é…\U0001d429\U000e0061")


@given(st.text(CHARACTERS, min_size=1))
def test_each_character_is_found_where_it_was(text):
    folded = fold(text)
    spans = [folded.span(place, place + 1) for place in range(len(folded.text))]
    assert [unicodedata.normalize("NFKC", text[start]) for start, _ in spans] == [
        "..." if char == "…" else char for char in folded.text
    ]
    assert all(end == start + 1 for start, end in spans)


@given(st.text(alphabet=st.characters(max_codepoint=127)))
def test_ascii_stays_as_it_is(text):
    assert fold(text).text == text
