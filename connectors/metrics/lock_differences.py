"""How the parameters of a pipeline stage differ from those that it ran with, as `dvc status` says.

After `dvc/dependency/param.py` (`workspace_status`) of DVC 3.67, and `get` of dpath 2.2, by which DVC finds what a name leads to. Values
are equal where Python says so, at any depth: 1, 1.0 and true are, in maps whatever their order. No text that a row keeps of a value
says that, so they are compared here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase
from itertools import islice
from typing import Any, NamedTuple

from catalog.errors import MetafileError
from catalog.text import quoted
from connectors.dvc.declared_measures import DeclaredMeasure
from connectors.dvc.files import PARAMS as DEFAULT
from connectors.dvc.values import Values
from connectors.formats.metadata import written
from connectors.formats.paths import dirname, join

MAX_DIFFERENCES = 100  # of one kind, stage and file
MAX_STEPS = 100_000  # values at which the patterns of one stage and file look
_PATTERN = frozenset("*?[")
_PLAIN = re.compile(r"(?:(?!(?:True|False)(?:\.|$))[^\W\d]\w*(?:\.|$))+(?<!\.)")
_ALL = "*"
_DEEP = "**"  # any number of levels
_MODIFIED, _NEW, _DELETED, _UNCOMPARED = range(4)


class LockDifferences(NamedTuple):
    """Names of parameters; the empty one is the whole file."""

    modified: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    deleted: tuple[str, ...] = ()
    uncompared: tuple[str, ...] = ()


SAME = LockDifferences()
NO_FILE = LockDifferences(deleted=("",))
NOT_A_FILE = LockDifferences(uncompared=("",))


def differences_of(
    named: DeclaredMeasure, metafile: str, values: object, locked: Mapping[str, Values]
) -> LockDifferences:
    """How a file of parameters that a stage names differs from what its lock has under the same spellings of the path."""
    spelled = [locked[spelling] for spelling in reversed(named.spellings) if spelling in locked]
    ran = {name: value for own in spelled for name, value in own.items()} if spelled else None
    of_names = differences(named.keys, values, ran)
    is_loaded = named.path == join(dirname(metafile), DEFAULT)
    return NOT_A_FILE if is_loaded and of_names != SAME and not _is_loadable(values) else of_names


def _is_loadable(values: object) -> bool:
    """DVC takes the values in for its templates, which it does of any `params.yaml` beside a `dvc.yaml`, or else refuses the project."""
    if not isinstance(values, dict):
        return False
    waiting, seen = [values], set[int]()
    while waiting:
        inside = waiting.pop()
        if isinstance(inside, date):
            return False
        if isinstance(inside, dict | list) and id(inside) not in seen:
            seen.add(id(inside))
            waiting += inside.values() if isinstance(inside, dict) else inside
    return True


def differences(names: Sequence[str], values: object, locked: Values | None) -> LockDifferences:
    """How the values of a file differ from the lock; without names, all of the file counts.

    The whole file stands for more than MAX_DIFFERENCES.
    """
    if locked is None:
        return LockDifferences(new=_bounded(names or ("",)))
    differing = [*(_of_names(names, values, locked) if names else _of_file(values, locked))]
    if not differing:
        return SAME
    kinds = range(len(SAME))
    return LockDifferences(*(_bounded([name for name, kind in differing if kind == wanted]) for wanted in kinds))


def _bounded(names: Sequence[str]) -> tuple[str, ...]:
    return ("",) if len(names) > MAX_DIFFERENCES else tuple(dict.fromkeys(names))


def _of_names(names: Sequence[str], values: object, locked: Values) -> Iterator[tuple[str, int]]:
    search = _Search()
    for name in names:
        matches = _plainly(values, name) if _PLAIN.fullmatch(name) else search.find(values, name)
        if len(matches) > 1:
            yield name, _UNCOMPARED
        elif not matches:
            yield name, _DELETED
        elif name not in locked:
            yield name, _NEW
        elif matches[0] != locked[name]:
            yield from _inside(name, matches[0], locked[name])


def _of_file(values: object, locked: Values) -> Iterator[tuple[str, int]]:
    if not isinstance(values, dict):
        yield "", _UNCOMPARED
        return
    for key in dict.fromkeys((*values, *locked)):
        if key not in values:
            yield _label(key), _DELETED
        elif key not in locked:
            yield _label(key), _NEW
        elif values[key] != locked[key]:
            yield from _inside(_label(key), values[key], locked[key])


def _plainly(values: object, name: str) -> list[object]:
    """The quick way for most names: words that no pattern and no number is."""
    for word in name.split("."):
        if not isinstance(values, dict) or word not in values:
            return []
        values = values[word]
    return [values]


def _inside(name: str, value: object, locked: object) -> Iterator[tuple[str, int]]:
    """What differs in two values that do: in maps, their entries."""
    if not (isinstance(value, dict) and isinstance(locked, dict)):
        yield name, _MODIFIED
        return
    for key in dict.fromkeys((*value, *locked)):
        if key not in value or key not in locked:
            yield f"{name}.{_label(key)}", _MODIFIED
        # As Python compares what lies in maps: a NaN is the same as itself.
        elif value[key] is not locked[key] and value[key] != locked[key]:
            yield from _inside(f"{name}.{_label(key)}", value[key], locked[key])


def _label(key: object) -> str:
    try:
        return key if isinstance(key, str) else written(key)
    except MetafileError:  # a list of this length
        return quoted(key)


class _Search:
    """Finds what names lead to, within a budget for all names of a stage in a file: `left` is below 0 when that is used up."""

    def __init__(self) -> None:
        self.left = MAX_STEPS

    def find(self, values: object, name: str) -> list[Any]:
        """The values that a name leads to, at most two: words between dots, each a pattern, as dpath reads them.

        Two stand for any number of values, and for what is not known.
        """
        if name in ("", "/"):
            return [values]
        words = name.lstrip(".").split(".")
        if words.count(_DEEP) > 1:  # dpath refuses it
            return [None, None]
        matches = self._below(values, words) if words == [_DEEP] else self._values_at(values, words)
        first = [*islice(matches, 2)]
        return first if self.left >= 0 else [None, None]

    def _values_at(self, value: object, words: Sequence[str]) -> Iterator[object]:
        if not words:
            yield value
            return
        if words[0] == _DEEP:
            yield from self._values_at(value, words[1:])
            yield from self._below(value, words)
            return
        for item in self._items(value, words[0]):
            yield from self._values_at(item, words[1:])

    def _below(self, value: object, words: Sequence[str]) -> Iterator[object]:
        for item in self._items(value, _ALL):
            yield from self._values_at(item, words)

    def _items(self, value: object, word: str) -> Iterator[object]:
        """What a word of a name leads to in a map or list."""
        number = _number(word)
        match value:
            case dict() if number is None and word not in ("True", "False") and _PATTERN.isdisjoint(word):
                if word in value:
                    yield value[word]
            case dict():
                yield from self._matching(value, word, number)
            case list() if number is not None:
                if -len(value) <= number < len(value):
                    yield value[number]
            case list():
                yield from self._matching({str(index): item for index, item in enumerate(value)}, word, None)

    def _matching(self, items: Mapping[Any, object], word: str, number: int | None) -> Iterator[object]:
        for key, item in items.items():
            self.left -= 1
            if self.left < 0:
                return
            if _matches(key, word, number):
                yield item


def _matches(key: object, word: str, number: int | None) -> bool:
    match key:
        case int() if number is not None:
            return key == number
        case int() | str():
            return fnmatchcase(str(key), word)
    return False


def _number(word: str) -> int | None:
    """A place in a list, or a number as a key."""
    try:
        return int(word)
    except ValueError:
        return None
