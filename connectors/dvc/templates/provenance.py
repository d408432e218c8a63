"""Which file a value that a template names is from, and what it is called there.

After `Meta`, `get_sources` and `track` in `dvc/parsing/context.py` of DVC 3.67.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

T = TypeVar("T")

Words = tuple[str, ...]  # `train.epochs` is two words
Files = dict[Words, str | None]  # the file of what is below a name, unless a longer name says otherwise; None: no file


class TemplateValue(NamedTuple):
    """A value of a file, as a template found it."""

    file: str
    name: str
    value: object


@dataclass(frozen=True, kw_only=True, slots=True)
class ForeachItem:
    """What one item of a `foreach` or `matrix` adds to the values.

    `places` are its names, with what they stand for in the data that the items are from (None: nothing of it). `templates`
    are the places in that data which are drawn from elsewhere, with the names that are drawn.
    """

    places: Mapping[Words, Words | None] = field(default_factory=dict)
    templates: Mapping[Words, Words] = field(default_factory=dict)


NO_ITEM = ForeachItem()


def values_of_files(values: Mapping[Words, object], files: Files, item: ForeachItem) -> Iterator[TemplateValue]:
    """Those of the values that are from files."""
    for words, value in values.items():
        own = _own_name(words, item)
        file, _ = _longest(files, own) or (None, ())
        if file is not None:
            yield TemplateValue(file, ".".join(own), value)


def _own_name(words: Words, item: ForeachItem) -> Words:
    """The name that the value has where it is from; no words where it is from nowhere else."""
    inside = _longest(item.places, words)
    if inside is None:
        return words
    place, below = inside
    outside = None if place is None else _longest(item.templates, (*place, *below))
    return (*outside[0], *outside[1]) if outside else ()


def _longest(by_words: Mapping[Words, T], words: Words) -> tuple[T, Words] | None:
    """The entry of the longest prefix of the words that has one, and the words after it."""
    for end in range(len(words), -1, -1):
        if words[:end] in by_words:
            return by_words[words[:end]], words[end:]
    return None
