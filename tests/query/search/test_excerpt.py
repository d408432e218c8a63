"""The piece of a text that says why something was found."""

from __future__ import annotations

import unicodedata
from unicodedata import ucd_3_2_0

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.query.search.excerpt import AFTER, BEFORE, excerpt, fold
from support.catalogs import asked, catalog_of


def piece(field, before, match, after):
    return {"field": field, "before": before, "match": match, "after": after}


@pytest.mark.parametrize(
    ("texts", "terms", "expected"),
    [
        pytest.param([("name", "churn")], ["churn"], piece("name", "", "churn", ""), id="a whole text"),
        pytest.param([("name", "risk/Churn-v2")], ["churn"], piece("name", "risk/", "Churn", "-v2"), id="case does not count"),
        pytest.param([("name", "unrisky risk")], ["risk"], piece("name", "unrisky ", "risk", ""), id="the start of a word comes before the inside of one"),
        pytest.param([("name", "a_risky")], ["risk"], piece("name", "a_", "risk", "y"), id="a word begins behind an underscore"),
        pytest.param([("name", "unrisky")], ["risk"], piece("name", "un", "risk", "y"), id="inside a word"),
        pytest.param([("name", "creditRisk")], ["credit", "risk"], piece("name", "", "credit", "Risk"), id="the first of several terms"),
        pytest.param([("name", "credit risk")], ["risk", "credit"], piece("name", "", "credit", " risk"), id="the first in the text, not in the query"),
        pytest.param([("name", "ResNet50")], ["res", "resnet50", "net"], piece("name", "", "ResNet50", ""), id="the longest of those that begin together"),
        pytest.param([("name", "unrisky"), ("card", "a risk")], ["risk"], piece("card", "a ", "risk", ""), id="a word's start in a later text comes before the inside of an earlier"),
        pytest.param([("name", "unrisky"), ("label", "derisk")], ["risk"], piece("name", "un", "risk", "y"), id="inside words, the earlier text"),
        pytest.param([("name", "risk"), ("label", "risk")], ["risk"], piece("name", "", "risk", ""), id="at words' starts, the earlier text"),
        pytest.param([("name", "fraud"), ("label", "risk")], ["risk"], piece("label", "", "risk", ""), id="a text without a term is passed over"),
        pytest.param([("name", "Modèle d'Été")], ["ete"], piece("name", "Modèle d'", "Été", ""), id="accents do not count"),
        pytest.param([("name", "les cafe\u0301s noirs")], ["cafes"], piece("name", "les ", "cafés", " noirs"), id="nor do accents apart from their letter"),
        pytest.param([("name", "große Straße 5")], ["straße"], piece("name", "große ", "Straße", " 5"), id="ß stays one letter"),
        pytest.param([("name", "İİ İstanbul x")], ["istanbul"], piece("name", "İİ ", "İstanbul", " x"), id="İ, which folds to two, moves nothing"),
        pytest.param([("name", "ﬁﬁ risk")], ["risk"], piece("name", "ﬁﬁ ", "risk", ""), id="nor do ligatures"),
        pytest.param([("name", "한국 모델")], ["모델"], piece("name", "한국 ", "모델", ""), id="Korean is not taken apart"),
        pytest.param([("name", "a.c abc")], ["a.c"], piece("name", "", "a.c", " abc"), id="a term is text, not a pattern"),
        pytest.param([("name", "a\n\t risk\n\nb")], ["risk"], piece("name", "a ", "risk", " b"), id="line ends are spaces"),
        pytest.param([("card", "b" * 30 + " risk")], ["risk"], piece("card", "…" + "b" * 29 + " ", "risk", ""), id="31 characters before it are cut"),
        pytest.param([("card", "b" * 29 + " risk")], ["risk"], piece("card", "b" * 29 + " ", "risk", ""), id="30 characters before it are not"),
        pytest.param([("card", "risk" + "b" * 51)], ["risk"], piece("card", "", "risk", "b" * 50 + "…"), id="51 characters behind it are cut"),
        pytest.param([("card", "risk" + "b" * 50)], ["risk"], piece("card", "", "risk", "b" * 50), id="50 characters behind it are not"),
        pytest.param([("card", "a " * 500 + "risk" + " c" * 500)], ["risk"], piece("card", "…" + "a " * 15, "risk", " c" * 25 + "…"), id="a long text is cut on both sides"),
        pytest.param([("name", "fraud")], ["risk"], None, id="no text has a term"),
        pytest.param([("name", "fraud")], [], None, id="no terms"),
        pytest.param([], ["risk"], None, id="no texts"),
        pytest.param([("description", "")], ["risk"], None, id="an empty text"),
    ],
)  # fmt: skip
def test_excerpts(texts, terms, expected):
    assert excerpt(texts, terms) == expected


@given(st.text())
def test_folding_keeps_the_length(text):
    assert len(fold(text)) == len(text)


def test_letters_are_folded_as_the_index_folds_them():
    letters = [
        letter for letter in map(chr, range(0x30000)) if letter.isalnum() and ucd_3_2_0.category(letter)[0] in "LN"
    ]
    rows = asked(catalog_of({}), "select text, search_folded(text) as folded from (select unnest(?) as text)", letters)
    assert [row["text"] for row in rows if row["folded"] != fold(row["text"])] == []


TEXTS = st.text("abAéß İ-模\n\u0301", max_size=120)


@given(TEXTS, st.sets(st.text("abeß模", min_size=1, max_size=3), max_size=3))
def test_an_excerpt_is_a_piece_of_the_text(text, terms):
    whole = unicodedata.normalize("NFC", text)
    expected = any(term in fold(whole) for term in terms)
    found = excerpt([("card", text)], terms) or piece("card", "", "", "")
    fits = len(found["before"]) <= BEFORE + 1 and len(found["after"]) <= AFTER + 1
    assert (fold(found["match"]) in terms, found["match"] in whole, fits) == (expected, True, True)
