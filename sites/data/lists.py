"""The rows of the list of models and of its search, read in the order of the list; see `catalog/database/sql/site/lists.sql`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, TypedDict

from sites.data.facts import Connection, by_repo, rows

BATCH = 2_000  # words in memory at a time
REPOS = 200  # of which texts are in memory at a time


class StageVersion(TypedDict):
    """The version in a stage, with its main metric."""

    stage: str
    version: str
    rank: int | None
    number: float | None


class ModelRow(NamedTuple):
    """A row of `site_models`: its place in the answer is that of the list."""

    repo: str
    artifact: str
    folder: str
    name: str
    team: str
    type: str | None
    description: str | None
    active: bool
    copied: bool
    in_prod: bool
    stale: bool
    latest: str | None
    versions: int
    created_at: datetime | None
    updated_at: datetime | None
    stages: list[StageVersion]
    metric: str | None
    direction: str | None
    number: float | None
    numbers: list[float] | None
    length: int


class FacetRow(NamedTuple):
    """A row of `site_facets`: a value of a field, and the places of those that have it."""

    field: str
    value: str
    keys: list[str] | None
    places: list[int]


class FieldRow(NamedTuple):
    """A field of the query language; see `catalog/database/search_fields.py`."""

    name: str
    kind: str
    choices: list[str]
    version_choices: list[str]


class FormerNameRow(NamedTuple):
    """What a repository was called before."""

    former: str
    repo: str


class StageNameRow(NamedTuple):
    """Another name of a stage."""

    raw: str
    stage: str


class WordCountRow(NamedTuple):
    """How many entries the words, or last components of measures, that begin so have."""

    beginning: str
    entries: int


class WordRow(NamedTuple):
    """A word, and in `entries` who has it."""

    term: str
    documents: int
    entries: str


class TextSizeRow(NamedTuple):
    """How many characters the texts of a repository have; `digest` changes with any of them."""

    repo: str
    characters: int
    digest: int


class PhraseTextRow(NamedTuple):
    """A text in which phrases are found: its words, `split` wherever one ends, and `whole` as they are written."""

    repo: str
    artifact: str
    split: str
    whole: str


class MeasureRow(NamedTuple):
    """A metric or parameter, and the places of those whose latest version has it as a number or as a text."""

    kind: str
    name: str
    component: str
    numbered: list[int]
    numbers: list[float]
    worded: list[int]
    texts: list[str]


def models(connection: Connection) -> list[ModelRow]:
    """Every artifact, in the order of the list."""
    return rows(connection, "site_models", ModelRow)


def facets(connection: Connection, fields: Sequence[str]) -> list[FacetRow]:
    """The values of these fields."""
    return rows(connection, "site_facets", FacetRow, [*fields])


def language(connection: Connection) -> list[FieldRow]:
    """The fields that a query may ask."""
    return rows(connection, "site_language", FieldRow)


def stage_names(connection: Connection) -> list[StageNameRow]:
    """The other names of stages."""
    return rows(connection, "site_stage_names", StageNameRow)


def former_names(connection: Connection) -> list[FormerNameRow]:
    """The former names of repositories."""
    return rows(connection, "site_former_names", FormerNameRow)


def word_counts(connection: Connection) -> list[WordCountRow]:
    """How many entries there are by the beginnings of words."""
    return rows(connection, "site_word_counts", WordCountRow)


def words(connection: Connection) -> Iterator[WordRow]:
    """Every word, in order."""
    answer = connection.execute("from internal.site_words()")
    while batch := answer.fetchmany(BATCH):
        yield from map(WordRow._make, batch)


def text_sizes(connection: Connection) -> list[TextSizeRow]:
    """How long the texts of each repository are."""
    return rows(connection, "site_text_sizes", TextSizeRow)


def phrase_texts(connection: Connection, repos: Sequence[str]) -> Iterator[tuple[str, list[PhraseTextRow]]]:
    """The texts of each of these repositories, read for some of them at a time."""
    for start in range(0, len(repos), REPOS):
        some = [*repos[start : start + REPOS]]
        texts = by_repo(rows(connection, "site_phrase_texts", PhraseTextRow, some))
        for repo in some:
            yield repo, texts.get(repo, [])


def measure_counts(connection: Connection) -> list[WordCountRow]:
    """How many entries there are by the beginnings of the last components of measures' names."""
    return rows(connection, "site_measure_counts", WordCountRow)


def measures(connection: Connection) -> list[MeasureRow]:
    """Every metric and parameter of latest versions, in order."""
    return rows(connection, "site_measures", MeasureRow)


def lower_endings(connection: Connection) -> list[str]:
    """The names of metrics, and ends of them, that are better when lower."""
    return [ending for (ending,) in connection.execute("from internal.site_lower_endings()").fetchall()]
