"""DVC's own templates of plots judge ours: the same marks over the same axes, in the same order, with the same transforms."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from dvc_render.vega_templates import TEMPLATES

from support.frontend import WORKSHOP, answer

APART = {"rule", "circle"}  # marks that DVC's lines have besides: where the pointer is, and at the end


class Drawn(NamedTuple):
    """What a specification draws: its marks, the type and order of each axis, its channels beside them, and its transforms."""

    marks: set[str]
    axes: dict[str, tuple[str, object]]
    channels: set[str]
    transforms: set[str]


def parts(spec: Any) -> Iterator[dict[str, Any]]:
    """Each object of a specification, but for what is drawn only under the pointer."""
    if isinstance(spec, list):
        for item in spec:
            yield from parts(item)
    elif isinstance(spec, dict) and not any(isinstance(step.get("filter"), dict) for step in spec.get("transform", ())):
        yield spec
        for key, value in spec.items():
            if key != "data":
                yield from parts(value)


def order(axis: dict[str, Any]) -> object:
    """Words are sorted where nothing is said."""
    return None if axis.get("type") == "quantitative" else axis.get("sort", "ascending")


def drawn(spec: dict[str, Any]) -> Drawn:
    every = [*parts(spec)]
    marks = [part["mark"] for part in every if "mark" in part]
    encodings = [part["encoding"] for part in every if "encoding" in part]
    axes = [(name, axis) for encoding in encodings for name, axis in encoding.items() if name in ("x", "y")]
    return Drawn(
        marks={mark if isinstance(mark, str) else mark["type"] for mark in marks} - APART,
        axes={name: (axis.get("type", "nominal"), order(axis)) for name, axis in axes},
        channels={name for encoding in encodings for name in encoding} & {"xOffset", "yOffset", "strokeDash", "shape"},
        transforms={name for part in every for name in ("loess", "joinaggregate") if name in part},
    )


@pytest.mark.slow
def test_each_template_draws_what_dvc_s_own_draws():
    theirs = {template.DEFAULT_NAME: drawn(template.DEFAULT_CONTENT) for template in TEMPLATES}
    specifications: Any = answer(WORKSHOP / "test" / "specifications.mjs", *theirs)
    ours = {name: drawn(specification) for name, specification in specifications.items()}
    assert ours == theirs
