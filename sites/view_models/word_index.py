"""The words of the search index as script files by their first letters, so that a page loads those of a query alone.

A file has as many first characters as it takes for it to stay small: all words of a small catalog are in one. `static/search.js` names the files of a word in
the same way. `docs/decisions/43-search-in-the-page.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from sites.data.lists import WordCountRow, WordRow
from sites.view_models.scripts import script

FOLDER = "index/words/"
MOST_ENTRIES = 25_000  # in a file, about 100 KB, unless the words share three characters
CHARACTERS = 3  # by which a file may be named

_PLAIN = re.compile("[a-z0-9]")


def shard(term: str, characters: int) -> str:
    """The name of the file for the words that share some first characters with this one. Of other scripts than Latin, code points stand for characters."""
    if not characters:
        return "all"
    if _PLAIN.match(term):
        return "".join(c if _PLAIN.match(c) else "_" for c in term[:characters])
    point = f"{ord(term[0]):04x}"
    return ("_", f"_{point[:-2]}", f"_{point}")[characters - 1]


def shards(counts: Iterable[WordCountRow]) -> list[str]:
    """The names of all files, sorted."""
    return sorted(_split(list(counts), 0))


def _split(counts: Sequence[WordCountRow], characters: int) -> Iterator[str]:
    """Files for words that share these first characters, or one more where there are too many."""
    if not counts:
        return
    if characters == CHARACTERS or sum(row.entries for row in counts) <= MOST_ENTRIES:
        yield shard(counts[0].beginning, characters)
        return
    by_next: dict[str, list[WordCountRow]] = {}
    for row in counts:
        by_next.setdefault(shard(row.beginning, characters + 1), []).append(row)
    for some in by_next.values():
        yield from _split(some, characters + 1)


def path(name: str) -> str:
    """Where a file lies, from the root of the site."""
    return f"{FOLDER}{name}.js"


def shard_of(term: str, names: frozenset[str]) -> str:
    """The name of the file that has a word."""
    return next(name for size in range(CHARACTERS, -1, -1) if (name := shard(term, size)) in names)


def files(words: Iterable[WordRow], names: Sequence[str], lengths: Sequence[int]) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of each file; `lengths`: how many words each row has, in the order of the list."""
    known = frozenset(names)
    entries: dict[str, dict[str, str]] = {name: {} for name in names}
    counts: dict[str, int] = {}
    for word in words:
        entries[shard_of(word.term, known)][word.term] = word.entries
        counts[word.term] = word.documents
    for name, own in entries.items():
        yield path(name), script(f"words/{name}", own)
    yield "index/words.js", script("words", {"shards": [*names], "lengths": ",".join(map(str, lengths))})
    yield "index/terms.js", script("terms", _vocabulary(counts))


def _vocabulary(counts: Mapping[str, int]) -> dict[int, list[str]]:
    """All words by their length, and how many rows have each."""
    by_length = groupby(sorted(counts, key=lambda term: (len(term), term)), key=len)
    return {
        length: [" ".join(terms := [*some]), " ".join(str(counts[term]) for term in terms)]
        for length, some in by_length
    }
