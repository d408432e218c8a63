"""`${train.epochs}` in `dvc.yaml`: values from `params.yaml` beside it, and from its `vars`.

After `dvc/parsing/context.py` and `dvc/parsing/interpolate.py` of DVC 3.67. Nothing is evaluated: a template names a place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from posixpath import join, normpath
from typing import Any

from catalog.errors import MetafileError
from connectors.dvc.templates.provenance import Files, Words
from connectors.formats.typed import mapping, quoted, text

PARAMS = "params.yaml"
MAX_EXPANSION = 100_000  # values that the templates of one file may stand for; long text counts as several

# DVC has no bound on the name. Without one, a file of nothing but `${` would be read for minutes.
_TEMPLATE = re.compile(r"(?<!\\)\$\{([^}\n]{0,200})\}")
_WORDS = re.compile(r"[^.\[\]]+(?:\.[^.\[\]]+|\[[^.\[\]]+\])*")

Context = dict[str, Any]
Load = Callable[[str], Any]  # the values of a file, None where there is none; MetafileError where it cannot be read


def has_templates(value: object) -> bool:
    """There is something to resolve in text, or in a list or map of texts."""
    if isinstance(value, str):
        return "${" in value
    if isinstance(value, dict):
        return any(map(has_templates, value)) or any(map(has_templates, value.values()))
    return isinstance(value, list) and any(map(has_templates, value))


def may_have_templates(source: bytes) -> bool:
    """The text of a file, in which escapes may stand for anything, leaves room for templates."""
    return b"${" in source or b"\\" in source


def context(
    definition: Mapping[Any, object],
    folder: str,
    load: Load,
    above: Context | None = None,
    files: Files | None = None,
) -> tuple[Context, list[MetafileError]]:
    """The values that templates may name, of which the first of a name stays; and the errors of the others.

    `above` are the values of the file, for the `vars` of a pipeline stage. `files` receives the file of each value.
    """
    merged: Context = dict(above or {})
    complaints: list[MetafileError] = []
    loaded: set[str] = set()
    for place, item in _sources(definition, with_params=above is None):
        try:
            file, values = (None, item) if isinstance(item, dict) else _from_file(item, folder, load, loaded, place)
            for words in _merge(merged, values, place):
                if files is not None:
                    files[words] = file
        except MetafileError as error:
            complaints.append(MetafileError(error.message, place=error.place or place, rule="template"))
    return merged, complaints


class Resolver:
    """Puts values in the place of templates, within a budget for the whole file."""

    def __init__(self, values: Context) -> None:
        self.values = values
        self.left = MAX_EXPANSION
        self.selected: dict[Words, object] = {}  # single values by their names

    def resolve(self, value: object) -> Any:  # noqa: ANN401 - a template stands for a value of any type
        """The value with its templates resolved. MetafileError where one cannot be."""
        match value:
            case str():
                return self._text(value)
            case list() | tuple():
                return [self.resolve(item) for item in value]
            case dict():
                return {self._key(key): self.resolve(item) for key, item in value.items()}
        return value

    def _key(self, key: object) -> Any:  # noqa: ANN401 - YAML's keys are of any type
        resolved = self.resolve(key)
        if isinstance(resolved, dict | list):
            raise MetafileError(f"found {quoted(key)} for {quoted(resolved)}, expected text as a key", rule="template")
        return resolved

    def _text(self, value: str) -> Any:  # noqa: ANN401 - see resolve
        template = _TEMPLATE.fullmatch(value)
        if template and "${" not in template[1]:
            return self.select(template[1])
        return _TEMPLATE.sub(lambda match: self._inside(match[1]), value).replace(r"\${", "${")

    def _inside(self, expression: str) -> str:
        return self.as_text(expression, self.select(expression))

    def as_text(self, expression: str, value: object) -> str:
        """A value inside of text, which must be one value."""
        if isinstance(value, dict | list):
            message = f"found {quoted(value)} for {quoted('${' + expression + '}')} inside of text, expected one value"
            raise MetafileError(message, rule="template")
        return str(value).lower() if isinstance(value, bool) else str(value)

    def select(self, expression: str) -> Any:  # noqa: ANN401 - see resolve
        """The value that an expression names."""
        words, value = self._find(expression)
        self._spend(value)
        if not isinstance(value, dict | list):
            self.selected[words] = value
        return value

    def templates(self, value: object, place: Words = ()) -> Iterator[tuple[Words, Words]]:
        """The places in a list or map that are nothing but a template, with the names that these stand for."""
        match value:
            case str():
                template = _TEMPLATE.fullmatch(value)
                if template and "${" not in template[1]:
                    yield place, self._find(template[1])[0]
            case list():
                for index, item in enumerate(value):
                    yield from self.templates(item, (*place, str(index)))
            case dict():
                for key, item in value.items():
                    yield from self.templates(item, (*place, str(key)))

    def _find(self, expression: str) -> tuple[Words, Any]:
        """The value that an expression names, and its name in words."""
        template = quoted("${" + expression + "}")
        if not _WORDS.fullmatch(expression):
            raise MetafileError(f"found {template}, expected a name like `${{train.epochs}}`", rule="template")
        words: list[str] = []
        value: Any = self.values
        for word in expression.replace("[", ".").replace("]", "").split("."):
            try:
                if isinstance(value, list):
                    index = range(len(value))[int(word)]
                    name, value = str(index), value[index]
                else:
                    name = word.strip()
                    value = mapping(value, "")[name]
            except (LookupError, ValueError, MetafileError) as error:
                message = f"found {template}, expected a name that {PARAMS} or `vars` defines"
                raise MetafileError(message, rule="template") from error
            words.append(name)
        return tuple(words), value

    def _spend(self, value: object) -> None:
        for size in sizes(value):
            self.left -= size
            if self.left < 0:
                raise MetafileError(f"the templates stand for more than {MAX_EXPANSION:,} values", rule="too-big")


def _sources(definition: Mapping[Any, object], *, with_params: bool) -> Iterator[tuple[str, object]]:
    if with_params:
        yield PARAMS, PARAMS
    items = definition.get("vars")
    for index, item in enumerate(items if isinstance(items, list) else ()):
        yield f"vars[{index}]", item


def _from_file(item: object, folder: str, load: Load, loaded: set[str], place: str) -> tuple[str, Mapping[Any, object]]:
    """The path and values of `params.yaml`, or of `file:key1,key2`; a file that came before adds nothing."""
    name, _, wanted = text(item, place).partition(":")
    path = normpath(join(folder, name))
    if path in loaded:
        return path, {}
    loaded.add(path)
    values = load(path)
    if values is None and place == PARAMS:
        return path, {}
    if values is None:
        raise MetafileError(f"found the file {quoted(name)}, expected one that this commit has", place=place)
    keys = [key for key in wanted.split(",") if key]
    values = mapping(values, name)
    return path, {key: values[key] for key in keys if key in values} if keys else values


def _merge(into: Context, values: Mapping[Any, object], place: str, above: Words = ()) -> Iterator[Words]:
    """Maps grow together; anything else may be defined once. Keys that are not text cannot be named.

    The names of what was added, once it is.
    """
    for key, value in values.items():
        if not isinstance(key, str):
            continue
        current = into.get(key)
        if isinstance(current, dict) and isinstance(value, dict):
            into[key] = grown = dict(current)
            yield from _merge(grown, value, f"{place}.{key}", (*above, key))
        elif key in into:
            raise MetafileError(f"{quoted(key)} is defined twice, expected once", place=place)
        else:
            into[key] = value
            yield *above, key


def sizes(value: object) -> Iterator[int]:
    """What a value costs: one for each value in it, and long text for several."""
    match value:
        case str():
            yield 1 + len(value) // 64
        case list():
            yield 1
            for item in value:
                yield from sizes(item)
        case dict():
            yield 1
            for key, item in value.items():
                yield from sizes(key)
                yield from sizes(item)
        case _:
            yield 1
