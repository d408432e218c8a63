"""The texts of each repository as a script file, in which the list of models looks for the phrases of a query.

A page loads those of repositories that have all words of a phrase, when one is asked for. `docs/decisions/43-search-in-the-page.md`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import accumulate

from sites import urls
from sites.data import lists
from sites.data.facts import Connection
from sites.data.lists import PhraseTextRow, TextSizeRow
from sites.data.page_inputs import PageInputs
from sites.view_models.scripts import script

INDEX = "index/texts.js"


def sizes(rows: Iterable[TextSizeRow], repos: Iterable[str]) -> bytes:
    """The script with the number of characters of each repository's texts, in the order of the list's `repos`."""
    known = {row.repo: row.characters for row in rows}
    return script("texts", {"characters": ",".join(str(known.get(repo, 0)) for repo in dict.fromkeys(repos))})


def paths(inputs: PageInputs) -> dict[str, str]:
    """The path of the script of each repository that search finds artifacts in."""
    return {urls.phrase_texts(row.repo): row.repo for row in inputs.repositories if row.is_searched}


def files(connection: Connection, repo_of: Mapping[str, str], stale: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of those scripts that are among these paths. `repo_of`: the repository of each."""
    repos = sorted(repo for path, repo in repo_of.items() if path in stale)
    for repo, rows in lists.phrase_texts(connection, repos):
        path = urls.phrase_texts(repo)
        yield path, script(path.removeprefix("index/").removesuffix(".js"), content(rows))


def content(rows: Sequence[PhraseTextRow]) -> dict[str, object]:
    """What the script hands over: each text once, and of each artifact the places of those that it has."""
    places: dict[str, int] = {}
    of_artifact: dict[str, list[int]] = {}
    for row in rows:
        text = encoded_forms(row.split, row.whole)
        of_artifact.setdefault(row.artifact, []).append(places.setdefault(text, len(places)))
    return {"texts": [*places], "artifacts": of_artifact}


def encoded_forms(split: str, whole: str) -> str:
    """Both forms of a text in one: `res~net~50 model` is `res net 50 model` and `resnet50 model`."""
    if split == whole:
        return split
    ends = frozenset(accumulate(map(len, whole.split(" "))))
    words = split.split(" ")
    breaks = (" " if end in ends else "~" for end in accumulate(map(len, words[:-1])))
    return "".join(part for pair in zip(words, (*breaks, ""), strict=True) for part in pair)
