"""The script files of the list of models and of its search: which there are, and what they hold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from zlib import crc32

from sites.data import lists
from sites.data.facts import Connection
from sites.manifest import SiteFile
from sites.view_models import measure_index, model_index, phrase_texts, word_index
from sites.view_models.scripts import script

MODELS = "index/models.js"
MORE = "index/more.js"
FILES = (
    MODELS,
    MORE,
    "index/words.js",
    "index/terms.js",
    measure_index.INDEX,
    phrase_texts.INDEX,
)  # besides those of words and measures
_FOLDERS = (word_index.FOLDER, measure_index.FOLDER)


def shard_files(connection: Connection, digest: str, last: Mapping[str, SiteFile]) -> list[str]:
    """The paths of the files of words and measures. `digest`: that of the list; where the `last` build had it, too, they are the same, and nothing is read."""
    if (file := last.get(MODELS)) and file.digest == digest:
        return [path for path in last if path.startswith(_FOLDERS)]
    words = map(word_index.path, word_index.shards(lists.word_counts(connection)))
    measures = map(measure_index.path, word_index.shards(lists.measure_counts(connection)))
    return [*words, *measures]


def files(
    connection: Connection, stale: Collection[str], listed: Callable[[], Sequence[lists.ModelRow]]
) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of those files that are among these paths. `listed`: reads the rows of the list."""
    if not any(path in FILES or path.startswith(_FOLDERS) for path in stale):
        return
    models = listed()
    facets = lists.facets(connection, [*model_index.FIELDS, *model_index.MORE_FIELDS])
    of_list = model_index.columns(models, [f for f in facets if f.field in model_index.FIELDS])
    of_list |= model_index.language(
        lists.language(connection), lists.stage_names(connection), lists.former_names(connection)
    )
    more = model_index.more_columns(models, [f for f in facets if f.field in model_index.MORE_FIELDS])
    names = word_index.shards(lists.word_counts(connection))
    of_measures = word_index.shards(lists.measure_counts(connection))
    sizes = lists.text_sizes(connection)
    others = {
        MORE: script("more", more),
        phrase_texts.INDEX: phrase_texts.sizes(sizes, [row.repo for row in models]),
        **dict(word_index.files(lists.words(connection), names, [row.length for row in models])),
        **dict(measure_index.files(lists.measures(connection), of_measures, lists.lower_endings(connection))),
    }
    texts = repr(sizes).encode()  # the files with texts are loaded under this version, too
    of_list["version"] = f"{crc32(b''.join([*others.values(), texts])):08x}"
    every = {MODELS: script("models", of_list), **others}
    yield from ((path, data) for path, data in every.items() if path in stale)
