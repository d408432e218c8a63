"""The values of a file of metrics or parameters.

After `dvc/repo/metrics/show.py` (`_extract_metrics`) and `dvc/dependency/param.py` (`read_param_file`) of DVC 3.67.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from typing import Any, NamedTuple

from catalog.errors import MetafileError
from catalog.text import cleaned
from connectors.dvc.lock import BOOL, NUMBER, TEXT, number_of, number_text
from connectors.dvc.values import Complaints
from connectors.formats.metadata import written

MAX_METRICS = 2_000  # of one file
MAX_TEXT = 1_000  # characters of a metric; a table that was taken for one has more


class MetricValue(NamedTuple):
    """A metric and its value."""

    name: str
    number: float | None
    text: str
    kind: str


def metrics_in(values: object, complaints: Complaints) -> tuple[MetricValue, ...]:
    """The numbers, texts and booleans, each with the names of the maps that it lies in. Lists, dates and nulls are not metrics."""
    metrics: dict[str, MetricValue] = {}
    for name, value in _leaves(values, ""):
        if name not in metrics and len(metrics) == MAX_METRICS:
            message = f"found more than {MAX_METRICS:,} metrics; the rest is left out"
            complaints.append(MetafileError(message, rule="too-many"))
            break
        if isinstance(value, str) and len(value) > MAX_TEXT:
            message = f"found text of {len(value):,} characters, expected a metric of at most {MAX_TEXT:,}"
            complaints.append(MetafileError(message, place=cleaned(name), rule="too-big"))
            continue
        metrics[name] = _measured(name, value)
    return tuple(metrics.values())


def selected(values: Any, names: Sequence[str]) -> Any:  # noqa: ANN401 - whatever a file can say
    """The part of the values that these names lead to, with dots between the levels; a star stands for any name."""
    merged: Any = None
    for name in names:
        merged = _merged(merged, _part(values, name.lstrip(".").split(".")))
    return {} if merged is None else merged


def _leaves(value: object, name: str) -> Iterator[tuple[str, bool | float | str]]:
    match value:
        case dict():
            for key, item in value.items():
                label = key if isinstance(key, str) else written(key)
                yield from _leaves(item, f"{name}.{label}" if name else label)
        case bool() | int() | float() | str():
            yield name, value


def _measured(name: str, value: bool | float | str) -> MetricValue:
    match value:
        case bool():
            return MetricValue(name, float(value), "true" if value else "false", BOOL)
        case int() | float():
            return MetricValue(name, number_of(value), number_text(value), NUMBER)
    return MetricValue(name, None, value, TEXT)


def _part(value: Any, words: Sequence[str]) -> Any:  # noqa: ANN401 - whatever a file can say
    """What a name leads to, in the maps and lists that it goes through; None for nothing."""
    if not words:
        return value
    inside: dict[Any, Any] | list[Any]
    match value:
        case dict():
            inside = {
                key: part
                for key, item in value.items()
                if fnmatchcase(str(key), words[0])
                if (part := _part(item, words[1:])) is not None or (len(words) == 1 and item is None)
            }
        case list():
            inside = [
                part
                for index, item in enumerate(value)
                if fnmatchcase(str(index), words[0])
                if (part := _part(item, words[1:])) is not None
            ]
        case _:
            return None
    return inside or None


def _merged(left: Any, right: Any) -> Any:  # noqa: ANN401 - whatever a file can say
    if isinstance(left, dict) and isinstance(right, dict):
        return left | {key: _merged(left.get(key), item) for key, item in right.items()}
    return left if right is None else right
