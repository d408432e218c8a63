"""The pipeline stages of a `dvc.yaml`: one for each item of a `foreach` or `matrix`, with their templates resolved.

After `dvc/parsing/__init__.py` (`EntryDefinition`, `ForeachDefinition`, `MatrixDefinition`) of DVC 3.67.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from catalog.errors import MetafileError
from catalog.text import cleaned
from connectors.dvc.templates.provenance import NO_ITEM, Files, ForeachItem, TemplateValue, Words, values_of_files
from connectors.dvc.templates.resolver import Context, Load, Resolver, context, has_templates, sizes
from connectors.dvc.values import Complaints, Values, folder_at
from connectors.formats.typed import mapping, quoted, text

MAX_EXPANSION = 100_000  # values in the stages that the `foreach` and `matrix` of one file stand for
STAGE = 10  # values that a stage costs besides its own
LISTS = ("outs", "metrics", "plots", "deps")

_Each = tuple[
    str, Context, ForeachItem
]  # a stage's key in its group, the values that it alone has, where they are from


@dataclass(frozen=True, kw_only=True, slots=True)
class ResolvedStage:
    """One pipeline stage. Keys that could not be resolved are in `failed`, and not in `body`.

    `file_values` are the values of files that its templates stand for. An `unknown` one stands for all stages of a group, whose
    items could not be resolved: their names are `name`, or begin with `name@`.
    """

    name: str
    place: str
    body: Values
    failed: frozenset[str] = frozenset()
    unknown: bool = False
    file_values: tuple[TemplateValue, ...] = ()


class _CommandResolver(Resolver):
    """In a command, a map stands for options: `--lr 0.1 --verbose`."""

    def _inside(self, expression: str) -> str:
        value = self.select(expression)
        return " ".join(_options(value, "")) if isinstance(value, dict) else self.as_text(expression, value)


class StageExpander:
    """Expands the stages of one file, within a budget for all of them."""

    def __init__(self, definition: Values, folder: str, load: Load, complaints: Complaints, *, templates: bool) -> None:
        """`templates`: the file may contain templates."""
        self._definition, self._folder, self._load, self._complaints = definition, folder, load, complaints
        self._values: Context | None = None
        self._files: Files = {}  # where the values are from
        self._plain, self._commands = Resolver({}), _CommandResolver({})  # each has one budget for the whole file
        self._left = MAX_EXPANSION
        self._has_templates = has_templates if templates else lambda _: False

    def stages(self) -> Iterator[ResolvedStage]:
        """The stages in the file's order. What is wrong goes to the complaints, with its place."""
        if self._definition.get("stages") is None:
            return
        try:
            stages = mapping(self._definition["stages"], "stages")
        except MetafileError as error:
            self._complaints.append(error)
            return
        for key, body in stages.items():
            place = f"stages.{cleaned(str(key))}"
            try:
                name = text(key, place)
                yield from self._group(name, place, mapping(body, place))
            except MetafileError as error:
                self._complain(error, place)
                yield ResolvedStage(
                    name=str(key), place=place, body={}, failed=frozenset((*LISTS, "cmd")), unknown=True
                )

    def _group(self, name: str, place: str, body: Values) -> Iterator[ResolvedStage]:
        if "matrix" in body:
            combinations = self._matrix(body["matrix"], f"{place}.matrix")
            yield from self._each(name, place, {key: body[key] for key in body if key != "matrix"}, combinations)
        elif "foreach" in body:
            do = mapping(body.get("do"), f"{place}.do")
            yield from self._each(name, place, do, self._foreach(body["foreach"], f"{place}.foreach"))
        elif body.get("vars") or self._has_templates(body):
            yield self._resolved(name, place, body, self._context())
        else:
            yield ResolvedStage(name=name, place=place, body=body)

    def _each(self, name: str, place: str, body: Values, items: Iterator[_Each]) -> Iterator[ResolvedStage]:
        values, size, keys = dict(self._context()), STAGE + sum(sizes(body)), set()
        for key, own, item in items:
            self._spend(size, place)
            if key not in keys:
                keys.add(key)
                values.update(own)
                yield self._resolved(f"{name}@{key}", place, body, values, item)

    def _foreach(self, data: object, place: str) -> Iterator[_Each]:
        """The items by the names of their stages: a value names itself, unless one of them is a list or a map."""
        resolved, templates = self.resolve(data, place), self._templates(data)
        if isinstance(resolved, dict):
            for key, value in resolved.items():
                item = ForeachItem(places={("item",): (str(key),), ("key",): None}, templates=templates)
                yield _name(key), {"key": _name(key), "item": value}, item
        elif isinstance(resolved, list):
            composite = any(isinstance(value, dict | list) for value in resolved)
            for index, value in enumerate(resolved):
                item = ForeachItem(places={("item",): (str(index),)}, templates=templates)
                yield str(index) if composite else _name(value), {"item": value}, item
        else:
            message = f"found {quoted(resolved)}, expected a list or a map"
            raise MetafileError(message, place=place, rule="template")

    def _matrix(self, data: object, place: str) -> Iterator[_Each]:
        axes, templates = mapping(self.resolve(data, place), place), self._templates(data)
        lists = [value for value in axes.values() if isinstance(value, list)]
        if len(lists) < len(axes):
            raise MetafileError("found an axis that is not a list, expected lists", place=place, rule="template")
        # product() makes lists of its arguments, not of its results: a million combinations cost nothing until they are used
        for combination in product(*(enumerate(values) for values in lists)):
            parts = [
                f"{axis}{index}" if isinstance(value, dict | list) else _name(value)
                for axis, (index, value) in zip(axes, combination, strict=True)
            ]
            own = {axis: value for axis, (_, value) in zip(axes, combination, strict=True)}
            places: dict[Words, Words | None] = {
                ("item", str(axis)): (str(axis), str(index)) for axis, (index, _) in zip(axes, combination, strict=True)
            }
            item = ForeachItem(places={("key",): None, ("item",): None} | places, templates=templates)
            yield "-".join(parts), {"key": "-".join(parts), "item": own}, item

    def _templates(self, data: object) -> dict[Words, Words]:
        """What the data of a `foreach` or `matrix`, which can be resolved, is drawn from."""
        if not self._has_templates(data):
            return {}
        self._plain.values = self._context()
        return dict(self._plain.templates(data))

    def resolve(self, data: object, place: str) -> Any:  # noqa: ANN401 - a template stands for a value of any type
        """A value at the top of the file with its templates resolved. MetafileError where one cannot be."""
        if not self._has_templates(data):
            return data
        self._plain.values = self._context()
        try:
            return self._plain.resolve(data)
        except MetafileError as error:
            raise MetafileError(error.message, place=error.place or place, rule=error.rule) from error

    def _resolved(
        self, name: str, place: str, body: Values, values: Context, item: ForeachItem = NO_ITEM
    ) -> ResolvedStage:
        """Each key by itself: what cannot be resolved costs that key."""
        resolved: dict[Any, object] = {}
        failed: set[str] = set()
        values, files = self._with_own(body, place, values)
        selected: dict[Words, object] = {}
        for key, value in body.items():
            if key == "vars":
                continue
            try:
                resolver = self._commands if key == "cmd" else self._plain
                resolver.values, resolver.selected = values, selected
                resolved[key] = resolver.resolve(value) if has_templates(value) else value
            except MetafileError as error:
                if error.rule == "too-big":
                    raise
                failed.add(str(key))
                where = f"{place}.{cleaned(str(key))}"
                message = f"{error.message}, in {quoted(name)}" if "@" in name else error.message
                self._complaints.append(MetafileError(message, place=where, rule=error.rule))
        file_values = tuple(values_of_files(selected, files, item))
        return ResolvedStage(name=name, place=place, body=resolved, failed=frozenset(failed), file_values=file_values)

    def _with_own(self, body: Values, place: str, values: Context) -> tuple[Context, Files]:
        """The values with those that the stage's own `vars` bring, whose files lie in its working directory."""
        if not body.get("vars"):
            return values, self._files
        self._spend(len(values) + len(self._files) + sum(sizes(body["vars"])), place)
        self._plain.values = values
        try:
            folder = folder_at(self._folder, self._plain.resolve(body.get("wdir") or "."), f"{place}.wdir")
        except MetafileError as error:
            self._complain(error, place)
            return values, self._files
        files = dict(self._files)
        grown, complaints = context(body, folder, self._load, values, files)
        for complaint in complaints:
            self._complain(complaint, place)
        return grown, files

    def _context(self) -> Context:
        """The values that all templates of the file may name: loaded only where there is a template."""
        if self._values is None:
            self._values, complaints = context(self._definition, self._folder, self._load, files=self._files)
            self._complaints += complaints
        return self._values

    def _spend(self, size: int, place: str) -> None:
        self._left -= size
        if self._left < 0:
            message = f"the stages stand for more than {MAX_EXPANSION:,} values; the rest is left out"
            raise MetafileError(message, place=place, rule="too-big")

    def _complain(self, error: MetafileError, place: str) -> None:
        where = error.place if error.place.startswith(place) else f"{place}.{error.place}" if error.place else place
        self._complaints.append(MetafileError(error.message, place=where, rule=error.rule))


def _name(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _options(values: Mapping[Any, object], prefix: str) -> Iterator[str]:
    """A map as the options of a command: nested names joined by dots, true alone, false not at all."""
    for key, value in values.items():
        name = f"{prefix}{key}"
        match value:
            case dict():
                yield from _options(value, f"{name}.")
            case bool():
                if value:
                    yield f"--{name}"
            case list():
                if value:
                    yield " ".join([f"--{name}", *map(_argument, value)])
            case _:
                yield f"--{name} {_argument(value)}"


def _argument(value: object) -> str:
    if isinstance(value, dict | list):
        raise MetafileError(f"found {quoted(value)} in a list of a command, expected values", rule="template")
    return shlex.quote(value) if isinstance(value, str) else str(value)
