"""What is kept of a repository's own template of plots: Vega-Lite as JSON, with anchors that DVC replaces.

After `dvc_render/vega_templates.py` (`Template`) of dvc-render 1.0. A template is an untrusted program: what loads, leads elsewhere,
changes the page around it, or grows without a bound is left out or refused. Rows of data in it (`data.values`, `datasets`) are no program: they keep all
their columns, also `href`, `url` and `bind`, and only their size, numbers and addresses in functions of CSS are looked at. Pages do not rely on it alone:
see `sites/frontend/vega.mjs`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from math import isnan
from typing import Any

from catalog.errors import MetafileError
from connectors.dvc.templates.value_files import load_values
from connectors.formats.typed import quoted

SUFFIX = ".json"
DATA = "<DVC_METRIC_DATA>"
MAX_TEMPLATE = 64 << 10  # bytes
MAX_VALUES = 5_000  # of one template
MAX_DEPTH = 40  # of one template
MAX_REPEATED = 16  # fields that a template repeats a view for
MIN_STEP = 0.001
MAX_NUMBER = 2**1024 - 2**971  # the largest of JavaScript

_LIMITS: Mapping[str, float] = {
    "width": 2_000, "height": 2_000, "columns": 100, "maxbins": 1_000, "tickCount": 1_000, "steps": 1_000, "minsteps": 1_000,
    "maxsteps": 1_000, "order": 10,
}  # fmt: skip
_VIEWS = frozenset(("mark", "layer", "facet", "repeat", "concat", "hconcat", "vconcat"))
_LEFT_OUT = frozenset(("$schema", "usermeta", "href"))
_DATA_KEYS = frozenset(("values", "name", "format"))
_BINDINGS = ("legend", "scales")
_INPUTS = ("checkbox", "number", "radio", "range", "select", "text")
_INPUT_KEYS = frozenset(("input", "options", "labels", "name", "min", "max", "step", "debounce"))
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)  # of CSS
_LOADS = re.compile(r"(?:url|image-set)\(", re.IGNORECASE)  # functions of CSS


def read_template(data: bytes) -> str:
    """The template as compact JSON without what is not kept. MetafileError where DVC refuses it, or a page must not draw it."""
    if len(data) > MAX_TEMPLATE:
        message = f"found a template of {len(data):,} bytes, expected at most {MAX_TEMPLATE:,}"
        raise MetafileError(message, rule="too-big")
    template = load_values(f"template{SUFFIX}", data)
    if not isinstance(template, dict) or _VIEWS.isdisjoint(template):
        expected = ", ".join(sorted(_VIEWS))
        raise _refused(f"found {quoted(template)}", f"a view of Vega-Lite: a map with one of {expected}")
    cleaning = _Cleaning()
    cleaned = cleaning.value(template, (), 0)
    if not cleaning.has_data:
        raise _refused("found none", f"the anchor {DATA!r}, in whose place DVC puts the data")
    return json.dumps(cleaned, ensure_ascii=False, separators=(",", ":"))


def _refused(message: str, expected: str, place: tuple[str, ...] = ()) -> MetafileError:
    return MetafileError(f"{message}, expected {expected}", place=".".join(place), rule="bad-plot-template")


class _Cleaning:
    """One walk through a template, which counts what is bounded."""

    def __init__(self) -> None:
        self.has_data = False
        self._values = self._repeated = 0

    def value(self, value: Any, place: tuple[str, ...], depth: int, *, is_row: bool = False) -> Any:  # noqa: ANN401 - any JSON
        """The value without what is not kept; `place` are the keys that lead to it."""
        self._values += 1
        if self._values > MAX_VALUES:
            raise MetafileError(f"found more than {MAX_VALUES:,} values", rule="too-many")
        if depth > MAX_DEPTH:
            raise MetafileError(f"nested deeper than {MAX_DEPTH} levels", rule="too-deep")
        match value:
            case dict():
                return self._map(value, place, depth, is_row=is_row)
            case list():
                return [self.value(item, place, depth + 1, is_row=is_row) for item in value]
            case str():
                return self._text(value, place)
            case bool() | None:
                return value
        return _number(value, place, is_row=is_row)

    def _map(self, value: dict[str, Any], place: tuple[str, ...], depth: int, *, is_row: bool) -> dict[str, Any]:
        cleaned = {}
        for key, item in value.items():
            here = (*place, key)
            if not is_row:
                if key in _LEFT_OUT:
                    continue
                self._check(key, item, here)
            allowed = _controls(item, here) if key == "bind" and not is_row else item
            cleaned[key] = self.value(allowed, here, depth + 1, is_row=is_row or _are_rows(here))
        return cleaned

    def _check(self, key: str, item: Any, here: tuple[str, ...]) -> None:  # noqa: ANN401 - any JSON
        """MetafileError for what a page must not draw."""
        if key == "url":
            raise _refused(f"found {quoted(item)}", "no address: a plot loads nothing", here)
        if key == "data" and item is not None and not (isinstance(item, dict) and _DATA_KEYS.issuperset(item)):
            raise _refused(f"found {quoted(item)}", f"a map with {', '.join(sorted(_DATA_KEYS))}", here)
        if (key == "mark" and item == "image") or (here[-2:] == ("mark", "type") and item == "image"):
            raise _refused("found an image", "marks that are drawn", here)
        if key == "repeat":
            lists = item.values() if isinstance(item, dict) else [item]
            self._repeated += sum(len(fields) for fields in lists if isinstance(fields, list))
            if self._repeated > MAX_REPEATED:
                raise MetafileError(
                    f"found a view for each of {self._repeated:,} fields, expected at most {MAX_REPEATED}",
                    place=".".join(here),
                    rule="too-many",
                )

    def _text(self, text: str, place: tuple[str, ...]) -> str:
        if text == DATA:
            self.has_data = True
        if _LOADS.search(_ESCAPE.sub(_unescaped, text)):
            raise _refused(f"found {quoted(text)}", "no address: a plot loads nothing", place)
        return text


def _are_rows(place: tuple[str, ...]) -> bool:
    """Whether a template has rows of data there."""
    return place[-2:] == ("data", "values") or place[:-1] == ("datasets",)


def _controls(bind: Any, place: tuple[str, ...]) -> Any:  # noqa: ANN401 - any JSON
    """What changes a parameter: the plot's axes or legend, or controls, without what would be attributes of elements of the page.

    Vega makes an attribute of every key of a control that states no `input`, and puts one that states an `element` elsewhere on the page.
    """
    if bind is None or bind in _BINDINGS:
        return bind
    if not isinstance(bind, dict):
        raise _refused(f"found {quoted(bind)}", f"one of {', '.join(_BINDINGS)}, or a map", place)
    if "input" in bind:
        return _control(bind, place)
    if "legend" in bind:
        return {"legend": bind["legend"]}
    return {field: _control(control, (*place, field)) for field, control in bind.items()}


def _control(control: Any, place: tuple[str, ...]) -> dict[str, Any]:  # noqa: ANN401 - any JSON
    """A control of the page with the keys that Vega reads."""
    if not isinstance(control, dict) or "input" not in control:
        raise _refused(f"found {quoted(control)}", "a map with the key 'input'", place)
    if control["input"] not in _INPUTS:
        raise _refused(f"found {quoted(control['input'])}", f"one of {', '.join(_INPUTS)}", (*place, "input"))
    return {key: item for key, item in control.items() if key in _INPUT_KEYS}


def _number(value: Any, place: tuple[str, ...], *, is_row: bool) -> Any:  # noqa: ANN401 - a number of JSON
    if not isinstance(value, int | float) or abs(value) > MAX_NUMBER or isnan(value):
        raise _refused(f"found {quoted(value)}", "a finite number", place)
    key = "" if is_row or not place else place[-1]
    if abs(value) > _LIMITS.get(key, abs(value)) or (key == "step" and abs(value) < MIN_STEP):
        expected = f"at least {MIN_STEP}" if key == "step" else f"at most {_LIMITS[key]:,}"
        raise _refused(f"found {quoted(value)}", expected, place)
    return value


def _unescaped(escape: re.Match[str]) -> str:
    """The character that an escape of CSS stands for."""
    digits, character = escape.groups()
    return character if digits is None else chr(min(int(digits, 16), 0x10FFFF))
