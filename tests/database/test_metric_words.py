"""The words by which a metric's direction is told: each is in the file once, as metric names are split, and has its meaning in the SQL."""

from __future__ import annotations

import re
from importlib.resources import files

from catalog.database.statements import _metric_words, named, word_pattern
from support.catalogs import asked, catalog_of

SQL = (files("catalog.database") / "sql" / "metric_direction.sql").read_text("utf-8")
MARKS = {"veto": "!", "gain": "*", "lower": "-", "higher": "+", "neutral": "=", "turn-next": "~", "turn-before": ">", "negate": "^"}  # fmt: skip


def test_every_word_is_listed_once():
    words = [row["words"] for row in _metric_words()]
    assert sorted(words) == sorted(set(words))


def test_every_meaning_is_a_pattern_of_the_sql():
    meanings = list(dict.fromkeys(row["meaning"] for row in _metric_words()))
    assert (meanings, re.findall(r"\{words: ([-a-z]+)\}", SQL)) == (list(MARKS), list(MARKS))
    assert "{words" not in named("metric_direction")["internal.metric_marks"]


def test_every_word_alone_has_the_mark_of_its_meaning():
    plain = {row["words"]: row["words"].replace("#", "5").replace("… ", "val ") for row in _metric_words()}
    rows = asked(
        catalog_of({}), "select word, internal.metric_marks(word) as marks from unnest(?) as t(word)", [*plain.values()]
    )
    marks = {row["word"]: row["marks"] for row in rows}
    assert {row["words"]: marks[plain[row["words"]]] for row in _metric_words()} == {
        row["words"]: MARKS[row["meaning"]] for row in _metric_words()
    }


def test_digits_and_other_words_have_their_signs():
    higher, neutral = re.compile(word_pattern("higher")), re.compile(word_pattern("neutral"))
    assert [bool(higher.fullmatch(text)) for text in ("mar 10", "mar x", "mar ")] == [True, False, False]
    assert [bool(neutral.fullmatch(text)) for text in ("best epoch", "best val-loss f1 epoch", "bestepoch")] == [
        True,
        True,
        False,
    ]
