"""The piece of a text that says why something was found."""

from __future__ import annotations

import unicodedata
from unicodedata import ucd_3_2_0

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from catalog.query.search.excerpt import AFTER, BEFORE, Sought, excerpt, fold
from support.catalogs import asked, catalog_of


def piece(field, before, match, after):
    return {"field": field, "before": before, "match": match, "after": after}


def word(*parts):
    return Sought("word", parts)


def prefix(*parts):
    return Sought("prefix", parts)


def phrase(*parts):
    return Sought("phrase", parts)


@pytest.mark.parametrize(
    ("texts", "sought", "expected"),
    [
        pytest.param([("name", "churn")], [word("churn")], piece("name", "", "churn", ""), id="a whole text"),
        pytest.param([("name", "risk/Churn-v2")], [word("churn")], piece("name", "risk/", "Churn", "-v2"), id="case does not count"),
        pytest.param([("name", "unrisky a_risk")], [word("risk")], piece("name", "unrisky a_", "risk", ""), id="a word begins behind an underscore"),
        pytest.param([("name", "unrisky derisk risky")], [word("risk")], None, id="not inside a word, nor at its end or beginning"),
        pytest.param([("name", "unrisky risky")], [prefix("risk")], piece("name", "unrisky ", "risk", "y"), id="a prefix is the beginning of a word"),
        pytest.param([("name", "creditRisk")], [word("risk")], piece("name", "credit", "Risk", ""), id="a word inside another"),
        pytest.param([("name", "HTTPServer")], [word("server")], piece("name", "HTTP", "Server", ""), id="a word behind an abbreviation"),
        pytest.param([("name", "ResNet50")], [word("50")], piece("name", "ResNet", "50", ""), id="digits behind letters"),
        pytest.param([("name", "3D")], [word("d")], piece("name", "3", "D", ""), id="letters behind digits"),
        pytest.param([("name", "risks")], [word("risk"), word("risks")], piece("name", "", "risks", ""), id="the longer word"),
        pytest.param([("name", "creditRisk")], [word("risk"), word("credit")], piece("name", "", "credit", "Risk"), id="the first in the text, not in the query"),
        pytest.param([("name", "ResNet50")], [word("res"), word("res", "net", "50")], piece("name", "", "ResNet50", ""), id="the longest of those that begin together"),
        pytest.param([("name", "a resnet")], [word("res", "net")], piece("name", "a ", "resnet", ""), id="parts written as one"),
        pytest.param([("name", "random_forest")], [word("randomforest")], piece("name", "", "random_forest", ""), id="one word for two of a name"),
        pytest.param([("card", "random forest")], [word("randomforest")], None, id="but not of other texts"),
        pytest.param([("card", "risk of a credit")], [word("credit", "risk")], piece("card", "", "risk", " of a credit"), id="a part, where the parts stand apart"),
        pytest.param([("name", "risk of a credit"), ("card", "credit-risk")], [word("credit", "risk")], piece("card", "", "credit-risk", ""), id="the whole before a part"),
        pytest.param([("name", "risk credit"), ("card", "my credit \n risk")], [phrase("credit", "risk")], piece("card", "my ", "credit risk", ""), id="a phrase, whole"),
        pytest.param([("name", "risk credit")], [phrase("credit", "risk")], None, id="no part of a phrase"),
        pytest.param([("name", "risk"), ("label", "risk")], [word("risk")], piece("name", "", "risk", ""), id="the earlier text"),
        pytest.param([("name", "fraud"), ("label", "risk")], [word("risk")], piece("label", "", "risk", ""), id="a text without it is passed over"),
        pytest.param([("name", "Modèle d'Été")], [word("ete")], piece("name", "Modèle d'", "Été", ""), id="accents do not count"),
        pytest.param([("name", "les cafe\u0301s noirs")], [word("cafes")], piece("name", "les ", "cafés", " noirs"), id="nor do accents apart from their letter"),
        pytest.param([("name", "große Straße 5")], [word("straße")], piece("name", "große ", "Straße", " 5"), id="ß stays one letter"),
        pytest.param([("name", "İİ İstanbul x")], [word("istanbul")], piece("name", "İİ ", "İstanbul", " x"), id="İ, which folds to two, moves nothing"),
        pytest.param([("name", "ﬁﬁ risk")], [word("risk")], piece("name", "ﬁﬁ ", "risk", ""), id="nor do ligatures"),
        pytest.param([("name", "한국 모델")], [word("모델")], piece("name", "한국 ", "모델", ""), id="Korean is not taken apart"),
        pytest.param([("name", "信用模型")], [word("模", "型")], piece("name", "信用", "模型", ""), id="each Chinese character is a word"),
        pytest.param([("name", "acb a.c")], [word("a.c")], piece("name", "acb ", "a.c", ""), id="a word is text, not a pattern"),
        pytest.param([("name", "a\n\t risk\n\nb")], [word("risk")], piece("name", "a ", "risk", " b"), id="line ends are spaces"),
        pytest.param([("card", "b" * 30 + " risk")], [word("risk")], piece("card", "…" + "b" * 29 + " ", "risk", ""), id="31 characters before it are cut"),
        pytest.param([("card", "b" * 29 + " risk")], [word("risk")], piece("card", "b" * 29 + " ", "risk", ""), id="30 characters before it are not"),
        pytest.param([("card", "risk " + "b" * 50)], [word("risk")], piece("card", "", "risk", " " + "b" * 49 + "…"), id="51 characters behind it are cut"),
        pytest.param([("card", "risk " + "b" * 49)], [word("risk")], piece("card", "", "risk", " " + "b" * 49), id="50 characters behind it are not"),
        pytest.param([("card", "a " * 500 + "risk" + " c" * 500)], [word("risk")], piece("card", "…" + "a " * 15, "risk", " c" * 25 + "…"), id="a long text is cut on both sides"),
        pytest.param([("name", "fraud")], [word("risk")], None, id="no text has it"),
        pytest.param([("name", "fraud")], [], None, id="nothing sought"),
        pytest.param([("name", "fraud")], [word()], None, id="a word without letters"),
        pytest.param([], [word("risk")], None, id="no texts"),
        pytest.param([("description", "")], [word("risk")], None, id="an empty text"),
    ],
)  # fmt: skip
def test_excerpts(texts, sought, expected):
    assert excerpt(texts, sought) == expected


@given(st.text())
def test_folding_keeps_the_length(text):
    assert len(fold(text)) == len(text)


@pytest.mark.slow
def test_letters_are_folded_as_the_index_folds_them():
    letters = [
        letter for letter in map(chr, range(0x30000)) if letter.isalnum() and ucd_3_2_0.category(letter)[0] in "LN"
    ]
    rows = asked(
        catalog_of({}), "select text, internal.search_folded(text) as folded from (select unnest(?) as text)", letters
    )
    assert [row["text"] for row in rows if row["folded"] != fold(row["text"])] == []


@given(st.text("abAéß İ-模\n\u0301", max_size=120), st.text("abeß模", min_size=1, max_size=3))
def test_an_excerpt_is_a_piece_of_the_text(text, term):
    whole = unicodedata.normalize("NFC", text)
    found = excerpt([("card", text)], [prefix(term)])
    assume(found)
    fits = len(found["before"]) <= BEFORE + 1 and len(found["after"]) <= AFTER + 1
    assert (fold(found["match"]), found["match"] in whole, fits) == (term, True, True)
