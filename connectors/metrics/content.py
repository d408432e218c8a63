"""The content of files of metrics, parameters and plots, read once for all revisions that share it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from posixpath import splitext
from typing import Any, NamedTuple

from catalog.errors import MetafileError
from catalog.schema.tables.metrics import Image, PlotSeries, PlotTemplate
from connectors.dvc.lock import parameters
from connectors.dvc.templates.value_files import load_values
from connectors.dvc.values import Complaints
from connectors.formats.faults import Fault, fault_of
from connectors.formats.memo import BoundedCache
from connectors.metrics import images
from connectors.metrics.plot_templates import SUFFIX, read_template
from connectors.metrics.series import read_series
from connectors.metrics.values import metrics_in, selected

SERIES, IMAGE = "series", "image"
MAX_REMEMBERED = 32 << 20  # bytes
VALUE = 200  # bytes of a metric, a parameter or a fault, about
NUMBER = 40  # bytes of a number in a series, about


class MeasureContent(NamedTuple):
    """What was read, and what is wrong. Of a `bad` file, nothing could be read. `content` names the content of a plot."""

    rows: tuple[Any, ...]
    faults: tuple[Fault, ...] = ()
    bad: bool = False
    content: str | None = None


NOTHING = MeasureContent(())


def _bytes_of(key: Any, read: MeasureContent) -> int:  # noqa: ANN401 - a key of _READ
    return len(key[2]) + sum(map(_bytes_of_row, read.rows)) + VALUE * len(read.faults)


def _bytes_of_row(row: object) -> int:
    match row:
        case PlotSeries(numbers=numbers, texts=texts):
            return VALUE + NUMBER * (len(numbers or ()) + len(texts or ()))
        case Image(data=data):
            return len(data)
        case PlotTemplate(template=template):
            return VALUE + len(template)
    return VALUE


_READ: BoundedCache[Any, MeasureContent] = BoundedCache(MAX_REMEMBERED, _bytes_of)


def read_metrics(file: str, data: bytes) -> MeasureContent:
    """The metrics of a file."""
    return _once("metrics", file, data, lambda complaints: metrics_in(load_values(file, data), complaints))


def read_params(file: str, data: bytes, names: tuple[str, ...]) -> MeasureContent:
    """The parameters of a file; those with these names only, where there are any."""

    def read(complaints: Complaints) -> Iterator[object]:
        values = load_values(file, data)
        return parameters(selected(values, names) if names else values, "", complaints)

    return _once(("params", names), file, data, read)


def kind_of(file: str) -> str:
    """What DVC takes a plot's file for, by its name."""
    return IMAGE if images.is_image(file) else SERIES


def read_plot(file: str, data: bytes, key: str, *, header: bool) -> MeasureContent:
    """A plot's image, or the fields of its series. The same bytes may be read as several series, and are so named."""
    kind = kind_of(file)
    content = key if kind == IMAGE else f"{key}:{splitext(file)[1][1:]}" + ("" if header else "-without-header")

    def read(complaints: Complaints) -> Iterator[object]:
        if kind == IMAGE:
            yield Image(content=content, media_type=images.media_type(data), data=data)
            return
        for place, field in enumerate(read_series(file, data, header=header, complaints=complaints)):
            yield PlotSeries(content=content, place=place, field=field.name, numbers=field.numbers, texts=field.texts)

    parsed = _once(("plots", content), file, data, read)
    return parsed if parsed.bad else parsed._replace(content=content)


def read_own_template(data: bytes, key: str) -> MeasureContent:
    """A repository's own template, without what is not kept of it."""
    parsed = _once(
        ("template", key), f"t{SUFFIX}", data, lambda _: [PlotTemplate(content=key, template=read_template(data))]
    )
    return parsed if parsed.bad else parsed._replace(content=key)


def _once(how: object, file: str, data: bytes, read: Callable[[Complaints], Iterable[object]]) -> MeasureContent:
    def make() -> MeasureContent:
        complaints: Complaints = []
        try:
            return MeasureContent(tuple(read(complaints)), tuple(map(fault_of, complaints)))
        except MetafileError as error:
            return MeasureContent((), (fault_of(error),), bad=True)

    return _READ.get((how, splitext(file)[1], data), make)
