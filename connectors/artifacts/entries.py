"""One artifact of `dvc.yaml` or `artifacts.yaml`. After `dvc/schema.py` of DVC 3.67, and `gto/index.py` of GTO 1.10."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.errors import MetafileError
from catalog.git.tag_grammar import is_name
from catalog.schema.tables.registry import Annotation
from connectors.dvc.templates.resolver import Resolver, has_templates
from connectors.formats.metadata import metadata, written
from connectors.formats.paths import dirname
from connectors.formats.typed import quoted, text, texts

DVC, GTO = "dvc.yaml", "artifacts.yaml"


@dataclass(frozen=True, kw_only=True, slots=True)
class ArtifactEntry:
    """One artifact of a file: its place there, its keys, and what is wrong with it."""

    file: str
    name: str
    place: str
    values: Mapping[Any, object]
    complaints: list[MetafileError]

    def complain(self, message: str, rule: str, key: str = "") -> None:
        place = f"{self.place}.{key}" if key else self.place
        self.complaints.append(MetafileError(message, place=place, rule=rule))


def read_dvc_entry(entry: ArtifactEntry, resolver: Resolver | None) -> Annotation:
    """An artifact of `dvc.yaml`. DVC checks the types before it resolves templates, which may stand for anything."""
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
        commit="",
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


def _dvc_name(entry: ArtifactEntry, resolver: Resolver | None) -> str:
    """The name inside the file. DVC only warns of one that GTO could not put into a tag."""
    name = _resolved(entry, resolver, "", entry.name) if resolver else entry.name
    if not isinstance(name, str):
        entry.complain(f"found {quoted(entry.name)} for {quoted(name)}, expected text as a name", "template")
        return entry.name
    if not is_name(name) and not has_templates(name):
        entry.complain(f"found the name {quoted(name)}, which no GTO tag can name; expected {_A_NAME}", "bad-name")
    return name


def _resolved(entry: ArtifactEntry, resolver: Resolver, key: str, value: object) -> Any:  # noqa: ANN401 - see Resolver
    try:
        return resolver.resolve(value)
    except MetafileError as error:
        entry.complain(error.message, error.rule, key)
        return value


def read_gto_entry(entry: ArtifactEntry) -> Annotation:
    """An artifact of `artifacts.yaml`."""
    if not is_name(entry.name):
        raise MetafileError(f"found the name {quoted(entry.name)}, expected {_A_NAME}")
    stated = {
        key: read(entry.values[key], f"{entry.place}.{key}") for key, read in _GTO_KEYS.items() if key in entry.values
    }
    return Annotation(
        commit="",
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
