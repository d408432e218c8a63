"""The texts of a repository in which the list of models finds phrases."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.query.search.words import split_ascii
from sites.data.lists import PhraseTextRow, TextSizeRow
from sites.view_models.phrase_texts import content, encoded_forms, sizes


@pytest.mark.parametrize(
    ("split", "whole", "text"),
    [
        ("", "", ""),
        ("credit risk", "credit risk", "credit risk"),
        ("res net 50 model", "resnet50 model", "res~net~50 model"),
        ("a b", "ab", "a~b"),
        ("模 型 v 2", "模型 v2", "模~型 v~2"),
    ],
)
def test_both_forms_of_a_text_are_one(split, whole, text):
    assert encoded_forms(split, whole) == text


@given(st.text("aBc1 -", max_size=30))
def test_both_forms_are_read_from_it_again(text):
    split, whole = " ".join(split_ascii(text)), " ".join(text.lower().replace("-", " ").split())
    encoded = encoded_forms(split, whole)
    assert (encoded.replace("~", " "), encoded.replace("~", "")) == (split, whole)


def test_a_text_of_several_artifacts_is_there_once():
    rows = [
        PhraseTextRow(repo="r", artifact="a", split="churn of telecom", whole="churn of telecom"),
        PhraseTextRow(repo="r", artifact="a", split="res net", whole="resnet"),
        PhraseTextRow(repo="r", artifact="b", split="churn of telecom", whole="churn of telecom"),
    ]
    assert content(rows) == {"texts": ["churn of telecom", "res~net"], "artifacts": {"a": [0, 1], "b": [0]}}


def test_sizes_are_in_the_order_of_the_list():
    rows = [TextSizeRow(repo="a", characters=7, digest=1), TextSizeRow(repo="b", characters=12, digest=2)]
    assert sizes(rows, ["b", "b", "c", "a", "b"]) == b'S("texts",{"characters":"12,0,7"});\n'
