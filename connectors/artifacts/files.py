"""What `dvc.yaml` and the older `artifacts.yaml` state about artifacts, for all connectors that need the artifacts of a commit.

After `dvc/annotations.py` of DVC 3.67, and `gto/index.py` of GTO 1.10. Where these reject a whole file for one bad entry, only
that entry is left out here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from posixpath import join as joined
from typing import Any, NamedTuple

from catalog.errors import MetafileError
from catalog.git.snapshot import RevisionFiles
from catalog.schema.tables.problems import Problem
from catalog.schema.tables.registry import Annotation
from connectors.artifacts.entries import DVC, GTO, ArtifactEntry, read_dvc_entry, read_gto_entry
from connectors.dvc.templates.resolver import PARAMS, Resolver, context, has_templates
from connectors.dvc.templates.value_files import load_values
from connectors.formats.faults import problem
from connectors.formats.memo import BoundedCache
from connectors.formats.paths import basename, dirname, join
from connectors.formats.targets import inside
from connectors.formats.typed import cleaned, load_once, mapping, quoted, text

NAME = "annotations"
SETTINGS = ".gto"
NOT_GTO = "not-gto"  # the rule of a file that has only its name in common with GTO's
MAX_VARS = 100  # files that the `vars` of one file may name, besides the parameters next to it
MAX_REMEMBERED = 16 << 20  # bytes of rows
ROW = 2_000  # bytes of a row, about

Row = Annotation | MetafileError
Content = bytes | str  # of a file, or why it could not be read


class Annotations(NamedTuple):
    """The annotations of any commit with the same files, without what Git has at their paths; and the problems of the files."""

    annotations: tuple[Annotation, ...]
    problems: tuple[Problem, ...]
    files: frozenset[str]  # that were read

    def is_final(self, revision: RevisionFiles) -> bool:
        """No file can arrive that would change it."""
        return revision.is_whole and self.files <= revision.files.keys()


def _bytes_of(key: Any, stated: Annotations) -> int:  # noqa: ANN401 - a key of _REMEMBERED
    return sum(len(content) for _, content in key[1]) + ROW * (len(stated.annotations) + len(stated.problems))


_REMEMBERED: BoundedCache[Any, Annotations] = BoundedCache(MAX_REMEMBERED, _bytes_of)


def wants_file(path: str) -> bool:
    """Annotations, the parameters that those of DVC may name, and the settings that may name another file than GTO's."""
    return path in (GTO, SETTINGS) or basename(path) in (DVC, PARAMS)


def wants_also(revision: RevisionFiles) -> tuple[str, ...]:
    """The file that GTO's settings name, and those that `vars` name."""
    return revision.once(_wants_also, lambda _: revision.is_whole)


def _wants_also(revision: RevisionFiles) -> tuple[str, ...]:
    return tuple(_others(revision))


def _others(revision: RevisionFiles) -> Iterator[str]:
    index = index_of(revision)
    if index != GTO:
        yield index
    for path in _pipelines(revision):
        try:
            data = revision.read(path) or b""
        except MetafileError:
            continue
        yield from _named(path, data)


def stated(revision: RevisionFiles) -> Annotations:
    """The annotations of a commit, file by file, read once for all commits that share these files."""
    return revision.once(_parsed, lambda parsed: parsed.is_final(revision))


def _parsed(revision: RevisionFiles) -> Annotations:
    index = index_of(revision)
    contents = dict(_contents(revision, index))
    files = sorted(path for path in contents if path == index or basename(path) == DVC)
    return _REMEMBERED.get((index, tuple(contents.items())), lambda: _read(contents, files, index))


def index_of(revision: RevisionFiles) -> str:
    """GTO's file at a commit. The settings may name another one; GTO reads them in the work tree, this function in the commit."""
    try:
        data = revision.read(SETTINGS)
        settings = mapping(load_once(data), "") if data else {}
    except MetafileError:
        return GTO
    named = (value for key, value in settings.items() if isinstance(key, str) and key.lower() == "index")
    name = next(named, None)
    return (inside(name) if isinstance(name, str) else None) or GTO


def _pipelines(revision: RevisionFiles) -> Iterator[str]:
    return (path for path in revision.files if path.endswith(DVC) and basename(path) == DVC)


def _named(path: str, data: bytes) -> Iterator[str]:
    """The first files that `vars` name, where there is something to resolve."""
    if b"vars" not in data or b"artifacts" not in data or b"${" not in data:
        return
    try:
        items = mapping(load_once(data), "").get("vars")
    except MetafileError:
        return
    folder = dirname(path)
    texts = (item for item in (items if isinstance(items, list) else ()) if isinstance(item, str))
    files = dict.fromkeys(inside(joined(folder, item.partition(":")[0])) for item in texts)
    yield from islice((file for file in files if file and file != join(folder, PARAMS)), MAX_VARS)


def _contents(revision: RevisionFiles, index: str) -> Iterator[tuple[str, Content]]:
    """Annotations, and the parameters that they may name."""
    named: dict[str, None] = {}
    for path in (*_pipelines(revision), index):
        content = _content(revision, path)
        if content is not None:
            yield path, content
        if path != index and isinstance(content, bytes) and b"${" in content:
            named |= dict.fromkeys([join(dirname(path), PARAMS), *_named(path, content)])
    for path in named:
        content = _content(revision, path)
        if content is not None:
            yield path, content


def _content(revision: RevisionFiles, path: str) -> Content | None:
    try:
        return revision.read(path)
    except MetafileError as error:
        return f"{error.rule} {error.message}"


def _read(contents: Mapping[str, Content], files: list[str], index: str) -> Annotations:
    def load(path: str) -> Any:  # noqa: ANN401 - whatever a file can say
        content = contents.get(path)
        if isinstance(content, str):
            rule, _, message = content.partition(" ")
            raise MetafileError(message, rule=rule)
        if content is None:
            return None
        return load_once(content) if path in files else load_values(path, content)

    annotations: list[Annotation] = []
    problems: list[Problem] = []
    for path in files:
        rows: dict[str, Annotation] = {}  # templates may give two entries one name: the last one counts, as in DVC
        try:
            for row in _read_gto(path, load) if path == index else _read_dvc(path, load):
                if isinstance(row, Annotation):
                    rows[row.artifact] = row
                else:
                    problems.append(problem(NAME, None, path, row))
        except MetafileError as error:
            problems.append(problem(NAME, None, path, error))
        annotations += rows.values()
    return Annotations(tuple(annotations), tuple(problems), frozenset(contents))


def _read_dvc(path: str, load: Callable[[str], Any]) -> Iterator[Row]:
    definition = load(path)
    if definition is None:  # to DVC, an empty file is one without stages
        return
    definition = mapping(definition, "")
    entries = mapping(definition.get("artifacts", {}), "artifacts")
    resolver = None
    if has_templates(entries):
        folder = dirname(path)
        values, complaints = context(definition, folder, _bounded(load, join(folder, PARAMS)))
        yield from complaints
        resolver = Resolver(values)
    yield from _entries(path, "artifacts.", entries, lambda entry: read_dvc_entry(entry, resolver))


def _bounded(load: Callable[[str], Any], params: str) -> Callable[[str], Any]:
    """Loads as many files as `vars` may name: those that `_named` gives, and the parameters."""
    named: set[str] = set()

    def load_named(path: str) -> Any:  # noqa: ANN401 - whatever a file can say
        if path != params:
            named.add(path)
        if len(named) > MAX_VARS:
            raise MetafileError(f"found more than {MAX_VARS} files of variables, expected at most that")
        return load(path)

    return load_named


def _read_gto(path: str, load: Callable[[str], Any]) -> Iterator[Row]:
    content = load(path)
    if not isinstance(content, dict) or (content and not any(isinstance(entry, dict) for entry in content.values())):
        raise MetafileError(f"found {quoted(content)}, expected a map of artifacts", rule=NOT_GTO)
    yield from _entries(path, "", content, read_gto_entry)


def _entries(
    path: str, above: str, entries: Mapping[Any, object], read: Callable[[ArtifactEntry], Annotation]
) -> Iterator[Row]:
    """Each entry by itself: a bad one costs nothing else."""
    for key, values in entries.items():
        place = above + (cleaned(key) if isinstance(key, str) else quoted(key))
        complaints: list[MetafileError] = []
        try:
            name = text(key, place)
            yield read(
                ArtifactEntry(file=path, name=name, place=place, values=mapping(values, place), complaints=complaints)
            )
        except MetafileError as error:
            yield MetafileError(error.message, place=error.place or place, rule="annotation")
        yield from complaints
