"""The words of texts: where one ends, and that Python and SQL agree on it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.query.search.words import split_ascii, words_of
from support.catalogs import asked, catalog_of


def parts_of(texts):
    """What SQL makes of each text."""
    rows = asked(catalog_of({}), "from internal.search_split_texts(?)", texts)
    return {row["text"]: row["parts"] for row in rows}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("churn", ["churn"], id="a word"),
        pytest.param("credit-risk_model/v2.x", ["credit", "risk", "model", "v", "2", "x"], id="signs end a word"),
        pytest.param("creditRisk", ["credit", "risk"], id="a capital begins a word"),
        pytest.param("HTTPServer", ["http", "server"], id="the last of several capitals begins a word"),
        pytest.param("ResNet50v2", ["res", "net", "50", "v", "2"], id="digits are words"),
        pytest.param("a1b22c", ["a", "1", "b", "22", "c"], id="each change between letters and digits counts"),
        pytest.param("aBcDE", ["a", "bc", "de"], id="capitals and small letters take turns"),
        pytest.param("ABC", ["abc"], id="capitals alone are a word"),
        pytest.param("a\0b\x0bc", ["a", "b", "c"], id="NULs and vertical tabs end a word"),
        pytest.param("'; drop table x--", ["drop", "table", "x"], id="SQL is words"),
        pytest.param(" -_*\n", [], id="signs alone are no word"),
        pytest.param("", [], id="nothing"),
    ],
)
def test_words_of_ascii(text, expected):
    assert (split_ascii(text), parts_of([text])[text]) == (expected, expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Crédit-RISQUE", ["credit", "risque"], id="accents and case do not count"),
        pytest.param("cafe\u0301s", ["cafes"], id="nor do accents apart from their letter"),
        pytest.param("ÉtéÂge", ["ete", "age"], id="accented capitals begin words, too"),
        pytest.param("模型v2", ["模", "型", "v", "2"], id="each Chinese character is a word"),
        pytest.param("Straße", ["straße"], id="ß is a letter of its own"),
        pytest.param("İstanbul", ["istanbul"], id="a capital with a dot"),
        pytest.param("модель", ["модель"], id="another script"),
        pytest.param("x²", ["x", "²"], id="a raised digit is a digit"),
        pytest.param("🤗 a\u2028b\xa0c", ["a", "b", "c"], id="signs and spaces of Unicode end a word"),
    ],
)
def test_words_beyond_ascii(text, expected):
    def ask(question, *, texts):
        return _Rows(asked(catalog_of({}), question.replace("$texts", "?"), texts))

    assert words_of(ask, [text, "plainText"]) == {text: expected, "plainText": ["plain", "text"]}


class _Rows:
    def __init__(self, rows):
        self.rows = rows


@pytest.mark.slow
@given(st.lists(st.text(st.characters(max_codepoint=127)) | st.text("abAB12-", max_size=12), max_size=30))
def test_sql_finds_the_same_words_in_ascii(texts):
    assert parts_of(texts) == {text: split_ascii(text) for text in texts}
