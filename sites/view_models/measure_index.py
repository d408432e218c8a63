"""Metrics and parameters of latest versions as script files by the last components of their names, so that a page loads those of a query alone.

`metric.auc` is every metric whose name ends so: all of them share the last component, and so a file. `static/measures.js` reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from sites.data.lists import MeasureRow
from sites.view_models.scripts import script
from sites.view_models.word_index import shard_of

FOLDER = "index/measures/"
INDEX = "index/measures.js"


def path(name: str) -> str:
    """Where a file lies, from the root of the site."""
    return f"{FOLDER}{name}.js"


def files(measures: Iterable[MeasureRow], names: Sequence[str], lower: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of each file. `lower`: the names of metrics, and ends of them, that are better when lower."""
    known = frozenset(names)
    entries: dict[str, dict[str, dict[str, object]]] = {name: {"metric": {}, "param": {}} for name in names}
    for row in measures:
        entries[shard_of(row.component, known)][row.kind][row.name] = [
            _steps(row.numbered),
            ",".join(map(repr, row.numbers)),
            _steps(row.worded),
            row.texts,
        ]
    for name, own in entries.items():
        yield path(name), script(f"measures/{name}", own)
    yield INDEX, script("measures", {"shards": [*names], "lower": [*lower]})


def _steps(places: Sequence[int]) -> str:
    """How much greater each place is than the one before."""
    return ",".join(str(place - before) for before, place in pairwise([0, *places]))
