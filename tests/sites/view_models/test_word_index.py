"""The words of the search index in files by their first letters."""

from __future__ import annotations

import pytest

from sites.data.lists import WordCountRow, WordRow
from sites.view_models.word_index import CHARACTERS, MOST_ENTRIES, files, shard, shard_of, shards


@pytest.mark.parametrize(
    ("term", "names"),
    [
        ("churn", ["all", "c", "ch", "chu"]),
        ("a", ["all", "a", "a", "a"]),
        ("aß漢", ["all", "a", "a_", "a__"]),
        ("漢", ["all", "_", "_6f", "_6f22"]),
        ("\U00020000x", ["all", "_", "_200", "_20000"]),
    ],
)
def test_the_file_of_a_word_by_the_number_of_its_first_characters(term, names):
    assert [shard(term, characters) for characters in range(CHARACTERS + 1)] == names


@pytest.mark.parametrize(
    ("counts", "names"),
    [
        pytest.param({}, [], id="no words"),
        pytest.param({"chu": MOST_ENTRIES - 1, "fra": 1}, ["all"], id="as many as a file has"),
        pytest.param({"chu": MOST_ENTRIES, "fra": 1}, ["c", "f"], id="one more"),
        pytest.param({"c": 1, "chu": MOST_ENTRIES, "cat": 1, "fra": 1}, ["c", "ca", "ch", "f"], id="a letter twice"),
        pytest.param({"chu": 3 * MOST_ENTRIES, "che": 1}, ["che", "chu"], id="three characters are the most"),
        pytest.param({"漢": MOST_ENTRIES, "字": 1}, ["_5b", "_6f"], id="other scripts"),
    ],
)
def test_words_are_split_where_there_are_too_many(counts, names):
    assert shards([WordCountRow(beginning=start, entries=entries) for start, entries in counts.items()]) == names


def test_the_file_of_a_word_is_the_one_with_most_of_its_characters():
    names = frozenset(["c", "ca", "f"])
    assert [shard_of(term, names) for term in ("c", "cat", "cut", "fraud")] == ["c", "ca", "c", "f"]


def test_the_files_of_three_words():
    words = [
        WordRow(term="cat", documents=2, entries="0 1:4"),
        WordRow(term="cow", documents=1, entries="1"),
        WordRow(term="f", documents=1, entries="0"),
    ]
    assert dict(files(words, ["c", "f"], [7, 4])) == {
        "index/words/c.js": b'S("words/c",{"cat":"0 1:4","cow":"1"});\n',
        "index/words/f.js": b'S("words/f",{"f":"0"});\n',
        "index/words.js": b'S("words",{"shards":["c","f"],"lengths":"7,4"});\n',
        "index/terms.js": b'S("terms",{"1":["f","1"],"3":["cat cow","2 1"]});\n',
    }
