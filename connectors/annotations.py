"""What `dvc.yaml` and the older `artifacts.yaml` say about artifacts.

After `dvc/annotations.py` and `dvc/schema.py` of DVC 3.67, and `gto/index.py` of GTO 1.10. Where these reject a whole file
for one bad entry, we lose that entry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from posixpath import basename, dirname
from typing import Any

from catalog.connector import Connector
from catalog.errors import MetafileError
from catalog.snapshot import Revision
from catalog.tables import Annotation, Problem
from connectors.gto_grammar import is_name
from connectors.metadata import metadata, written
from connectors.reading import cleaned, load_once, mapping, quoted, text, texts
from connectors.templates import PARAMS, Resolver, context, has_templates

NAME = "annotations"
DVC, GTO = "dvc.yaml", "artifacts.yaml"

Row = Annotation | MetafileError


@dataclass(frozen=True, kw_only=True, slots=True)
class _Entry:
    """One artifact of a file: its place there, its keys, and what is wrong with it."""

    commit: str
    file: str
    name: str
    place: str
    values: Mapping[Any, object]
    complaints: list[MetafileError]

    def complain(self, message: str, rule: str, key: str = "") -> None:
        place = f"{self.place}.{key}" if key else self.place
        self.complaints.append(MetafileError(message, place=place, rule=rule))


def wants_file(path: str) -> bool:
    """Annotations, and the parameters that those of DVC may name."""
    return path == GTO or basename(path) in (DVC, PARAMS)


def read_revision(revision: Revision) -> Iterator[Annotation | Problem]:
    """The annotations of a commit, file by file, and what is wrong with them."""
    for path in sorted(revision.files):
        read = _read_gto if path == GTO else _read_dvc if basename(path) == DVC else None
        if read is None:
            continue
        rows: dict[str, Annotation] = {}  # templates may give two entries one name: the last one counts, as in DVC
        try:
            for row in read(revision, path):
                if isinstance(row, Annotation):
                    rows[row.artifact] = row
                else:
                    yield _problem(revision, path, row)
        except MetafileError as error:
            yield _problem(revision, path, error)
        yield from rows.values()


CONNECTOR = Connector(name=NAME, version=1, wants_file=wants_file, read_revision=read_revision)


def _read_dvc(revision: Revision, path: str) -> Iterator[Row]:
    definition = _load(revision, path)
    if definition is None:  # to DVC, an empty file is one without stages
        return
    definition = mapping(definition, "")
    entries = mapping(definition.get("artifacts", {}), "artifacts")
    resolver = None
    if has_templates(entries):
        values, complaints = context(definition, dirname(path), lambda file: _load(revision, file))
        yield from complaints
        resolver = Resolver(values)
    yield from _entries(revision, path, "artifacts.", entries, lambda entry: _dvc_entry(entry, resolver))


def _read_gto(revision: Revision, path: str) -> Iterator[Row]:
    yield from _entries(revision, path, "", mapping(_load(revision, path), ""), _gto_entry)


def _load(revision: Revision, path: str) -> Any:  # noqa: ANN401 - whatever YAML can say
    data = revision.read(path)
    return None if data is None else load_once(data)


def _entries(
    revision: Revision, path: str, above: str, entries: Mapping[Any, object], read: Callable[[_Entry], Annotation]
) -> Iterator[Row]:
    """Each entry by itself: a bad one costs nothing else."""
    for key, values in entries.items():
        place = above + (cleaned(key) if isinstance(key, str) else quoted(key))
        complaints: list[MetafileError] = []
        try:
            yield read(
                _Entry(
                    commit=revision.commit.oid,
                    file=path,
                    name=text(key, place),
                    place=place,
                    values=mapping(values, place),
                    complaints=complaints,
                )
            )
        except MetafileError as error:
            yield MetafileError(error.message, place=error.place or place, rule="annotation")
        yield from complaints


def _dvc_entry(entry: _Entry, resolver: Resolver | None) -> Annotation:
    """DVC checks the types before it resolves templates, which may stand for anything."""
    for key in entry.values:
        if key not in _DVC_KEYS:
            entry.complain(f"found the key {quoted(key)}, expected one of {', '.join(_DVC_KEYS)}", "unknown-key")
    stated = {
        key: read(entry.values[key], f"{entry.place}.{key}") for key, read in _DVC_KEYS.items() if key in entry.values
    }
    if "path" not in stated:
        raise MetafileError("found no `path`, expected one")
    if resolver:
        stated = {key: _resolved(entry, resolver, key, value) for key, value in stated.items()}
    name = _dvc_name(entry, resolver)
    folder = dirname(entry.file)
    return Annotation(
        commit=entry.commit,
        file=entry.file,
        source=DVC,
        artifact=f"{folder}:{name}" if folder else name,
        path=_text(stated["path"]),
        type=_text(stated.get("type")),
        description=_text(stated.get("desc")),
        labels=tuple(_text(label) or "" for label in stated.get("labels", ())),
        meta=metadata(stated.get("meta"), "meta", entry.complain),
    )


def _anything(value: object, _: str) -> object:
    return value


_DVC_KEYS: Mapping[str, Callable[[object, str], Any]] = {
    "path": text,
    "type": text,
    "desc": text,
    "labels": texts,
    "meta": _anything,
}


def _dvc_name(entry: _Entry, resolver: Resolver | None) -> str:
    """The name inside the file. DVC only warns of one that GTO could not put into a tag."""
    name = _resolved(entry, resolver, "", entry.name) if resolver else entry.name
    if not isinstance(name, str):
        entry.complain(f"found {quoted(entry.name)} for {quoted(name)}, expected text as a name", "template")
        return entry.name
    if not is_name(name) and not has_templates(name):
        entry.complain(f"found the name {quoted(name)}, which no GTO tag can name; expected {_A_NAME}", "bad-name")
    return name


def _resolved(entry: _Entry, resolver: Resolver, key: str, value: object) -> Any:  # noqa: ANN401 - see Resolver
    try:
        return resolver.resolve(value)
    except MetafileError as error:
        entry.complain(error.message, error.rule, key)
        return value


def _gto_entry(entry: _Entry) -> Annotation:
    if not is_name(entry.name):
        raise MetafileError(f"found the name {quoted(entry.name)}, expected {_A_NAME}")
    stated = {
        key: read(entry.values[key], f"{entry.place}.{key}") for key, read in _GTO_KEYS.items() if key in entry.values
    }
    return Annotation(
        commit=entry.commit,
        file=entry.file,
        source=GTO,
        artifact=entry.name,
        path=stated.get("path"),
        type=stated.get("type"),
        description=stated.get("description"),
        labels=stated.get("labels", ()),
        meta=metadata(entry.values.get("custom"), "custom", entry.complain),
    )


def _text_or_nothing(value: object, place: str) -> str | None:
    return None if value is None else text(value, place)


def _flag(value: object, place: str) -> object:
    if isinstance(value, bool | int | float | str):  # GTO takes 1 and "yes" for true
        return value
    raise MetafileError(f"found {quoted(value)}, expected true or false", place=place)


_GTO_KEYS: Mapping[str, Callable[[object, str], Any]] = {
    "path": _text_or_nothing,
    "type": _text_or_nothing,
    "description": text,
    "labels": texts,
    "virtual": _flag,
}
_A_NAME = "letters, digits, `-`, `_` and `/`, a letter or digit at either end"


def _text(value: object) -> str | None:
    """What a template stood for, as text."""
    return value if value is None or isinstance(value, str) else written(value)


def _problem(revision: Revision, path: str, error: MetafileError) -> Problem:
    place = f"{path}: {error.place}" if error.place else path
    return Problem(connector=NAME, rule=error.rule, place=place, message=error.message, commit=revision.commit.oid)
