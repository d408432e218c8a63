"""The numbers of an artifact's plots as a script file, for plots that can be zoomed: it is loaded when a reader asks for one, so that pages stay small."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from math import isfinite
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from catalog.text import visible_on_page
from sites.text import clip, short

if TYPE_CHECKING:
    from sites.view_models.model.plots import PlotRow

MOST_SERIES = 24  # of a plot: lines, of all its versions
MOST_CHARACTERS = 200  # of a name or a word


class TemplateField(TypedDict):
    """A field of what a repository's own template draws: a value of each `length`th row of the file, the `first` of which counts from 0."""

    field: str
    first: int
    length: int
    numbers: list[float | None] | None
    texts: list[str | None] | None


class PlotFile(NamedTuple):
    """A file of numbers: its path in the site, named by what it holds, its bytes, and the versions that have some."""

    path: str
    data: bytes
    versions: frozenset[str] = frozenset()


def plot_file(plots: Sequence[Sequence[PlotRow]], stages: Mapping[tuple[str, str], Sequence[str]]) -> PlotFile | None:
    """The file of these plots, in the order of the page's figures, of which an image has no rows; None where none has numbers.

    `stages`: those of each version, by its name and commit.
    """
    values = [_plot(rows, stages) if rows else None for rows in plots]
    if not any(values):
        return None
    text = json.dumps(values, separators=(",", ":")).replace("<", "\\u003c")
    data = f'S("plots",{text});\n'.encode("ascii")
    versions = frozenset(row.version for rows in plots for row in _drawn_alone(rows))
    return PlotFile(f"plots/{blake2b(data, digest_size=12).hexdigest()}.js", data, versions)


def _plot(rows: Sequence[PlotRow], stages: Mapping[tuple[str, str], Sequence[str]]) -> dict[str, object]:
    rows = [row for row in rows if _is_drawn(row)]  # the same plot may be an image in another version
    row = rows[0]
    files = len({each.file for each in rows}) > 1
    lines = [(each, stages.get((each.version, each.commit), ())) for each in rows]
    lines.sort(key=lambda line: not (line[0].is_latest or line[1]))
    series = [_series(each, own, with_file=files) | _of_template(each, row.own_template) for each, own in lines]
    return {
        "title": _label(row.title or row.plot),
        "template": row.template or "linear",
        "x": _label(row.x_label or row.x or "row"),
        "y": _label(row.y_label or row.field or ""),
        "series": series[:MOST_SERIES],
        **_own_template(rows),
    }


def _is_drawn(row: PlotRow) -> bool:
    return bool(row.ys or row.words or row.fields)


def _drawn_alone(rows: Iterable[PlotRow]) -> list[PlotRow]:
    """The lines that can be drawn of their version alone: by its own template, where the plot has that one, or by ours."""
    lines = [row for row in rows if _is_drawn(row)]
    return [row for row in lines if row.ys or row.words or row.own_template == lines[0].own_template]


def _own_template(rows: Sequence[PlotRow]) -> dict[str, object]:
    """The repository's own template of a plot, and what DVC puts in place of its anchors: of the first version, as in DVC, for all of them."""
    row = rows[0]
    template = _map_of(row.own_template)
    if not template:
        return {}
    own = {
        "template": template,
        "title": row.title or row.plot,
        "x": row.x,
        "x_label": row.x_label,
        "y_label": row.y_label,
    }
    return {"own": _visible(own)}


def _map_of(template: str | None) -> object:
    """The map that a template is; None where a store says something else."""
    try:
        value = json.loads(template or "null")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _series(row: PlotRow, stages: Sequence[str], *, with_file: bool) -> dict[str, object]:
    name = f"{row.file}: {row.field}" if with_file else row.field or ""
    version = " ".join((short(row.version), *stages))
    series: dict[str, object] = {"of": visible_on_page(row.version), "version": _label(version), "name": _label(name)}
    if not (row.is_latest or stages):
        series["other"] = True  # in the panel of its version and in comparisons alone
    if row.words and row.counts:
        others = {"others": [_label(word) for word in row.others]} if row.others else {}
        return {**series, "words": [_label(word) for word in row.words], **others, "counts": _numbers(row.counts)}
    return {**series, "xs": _numbers(row.xs or []), "ys": _numbers(row.ys or [])}


def _cells(field: TemplateField) -> Sequence[object]:
    """The values of a field; of text, as much as is shown."""
    if field["numbers"] is not None:
        return _numbers(field["numbers"])
    return [value if value is None else _label(value) for value in field["texts"] or ()]


def _visible(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """The same with all texts as they are shown."""
    match value:
        case str():
            return visible_on_page(value)
        case list():
            return [_visible(item) for item in value]
        case dict():
            return {visible_on_page(key): _visible(item) for key, item in value.items()}
    return value


def _of_template(row: PlotRow, template: str | None) -> dict[str, object]:
    """What only the repository's own template needs of a line, and whether the line's version has another one, or none."""
    if not template:
        return {}
    return _drawn_fields(row) | ({} if row.own_template == template else {"other_template": True})


def _drawn_fields(row: PlotRow) -> dict[str, object]:
    """What the repository's own template is given of a line; of a version without that template, the axes alone."""
    source = _visible([row.file, row.field or "", row.x])
    if not row.fields:
        return {"source": source}
    fields = {visible_on_page(each["field"]): _cells(each) for each in row.fields}
    return {"source": source, "step": [row.fields[0]["first"], row.fields[0]["length"]], "fields": fields}


def _numbers(values: Iterable[float | None]) -> list[float | None]:
    return [value if value is not None and isfinite(value) else None for value in values]


def _label(text: str) -> str:
    return visible_on_page(clip(text, MOST_CHARACTERS))
