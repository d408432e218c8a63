"""What a card says: its text, and its front matter after the model card metadata of the Hugging Face Hub.

See `modelcard.md` of the Hub's documentation. A field that is not as it should be costs that field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any, NamedTuple

from catalog.errors import MetafileError
from catalog.git.objects import decode
from catalog.schema.tables.cards import Card, CardResult
from connectors.cards.card_images import addresses
from connectors.cards.front_matter import shortened, split, title_of
from connectors.formats.faults import Fault, first_faults
from connectors.formats.metadata import metadata, written
from connectors.formats.typed import load_yaml, mapping, quoted, text

MAX_RESULTS = 2_000  # of one card; benchmarks of embeddings have hundreds
MAX_ITEMS = 1_000  # of one list
MAX_FAULTS = 100  # of one card

_INDEX = "model-index"
_READ = frozenset(
    (
        *("license", "license_name", "license_link", "language", "datasets", "base_model", "tags", "metrics"),
        *("library_name", "pipeline_tag", _INDEX),
    )
)
# The keys that make a README a model card: those of `modelcard.md` and of huggingface_hub's ModelCardData. Others are a site generator's.
KEYS = _READ | {"model_name", "base_model_relation", "new_version"}


class ModelCard(NamedTuple):
    """What a file says, for any commit that has it at any place."""

    card: Card
    results: tuple[CardResult, ...]
    faults: tuple[Fault, ...]
    images: tuple[str, ...]  # addresses as they are stated


def parse_card(data: bytes, suffix: str) -> ModelCard:
    """The card without its place. Only Markdown has front matter."""
    source = decode(data.removeprefix(b"\xef\xbb\xbf"))
    front, below = split(source) if suffix == ".md" else (None, source)
    title = title_of(shortened(below), restructured=suffix == ".rst")
    reader = _FieldReader()
    try:
        values = {} if front is None else mapping(load_yaml(front.encode()) or {}, "")
    except MetafileError as error:
        reader.complain(error.message, error.rule, error.place or "front matter")
        values, below = {}, source
    results = tuple(reader.results(values))
    card = reader.card(values, shortened(below), title)
    return ModelCard(card, results, first_faults(reader.faults, MAX_FAULTS), addresses(card.text))


class _FieldReader:
    """Reads the fields, and collects their faults."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []

    def complain(self, message: str, rule: str, place: str) -> None:
        self.faults.append(Fault(place, rule, message))

    def card(self, values: Mapping[Any, object], body: str, heading: str | None) -> Card:
        other = {key: value for key, value in values.items() if key not in _READ}
        return Card(
            commit="",
            file="",
            folder="",
            is_model_card=not KEYS.isdisjoint(values),
            title=heading or self.text(values, "model_name") or self.indexed_name(values),
            licence=", ".join(self.texts(values, "license")) or None,
            licence_name=self.text(values, "license_name"),
            licence_link=self.text(values, "license_link"),
            languages=self.texts(values, "language"),
            datasets=self.texts(values, "datasets"),
            base_models=self.texts(values, "base_model"),
            tags=self.texts(values, "tags"),
            metrics=self.texts(values, "metrics"),
            library=self.text(values, "library_name"),
            task=self.text(values, "pipeline_tag"),
            other=metadata(other, "front matter", self.complain),
            text=body,
        )

    def text(self, values: Mapping[Any, object], key: str) -> str | None:
        texts = self.texts(values, key, "text")
        return texts[0] if texts else None

    def texts(
        self, values: Mapping[Any, object], key: str, wanted: str = "text, or a list of texts"
    ) -> tuple[str, ...]:
        """The texts, and numbers or dates in their place. A single value stands for a list of one."""
        value = values.get(key)
        texts = []
        if isinstance(value, list) and len(value) > MAX_ITEMS:
            message = f"found {len(value):,} items; those after the first {MAX_ITEMS:,} are left out"
            self.complain(message, "too-many", key)
        for index, item in enumerate(value[:MAX_ITEMS] if isinstance(value, list) else (value,)):
            place = f"{key}[{index}]" if isinstance(value, list) else key
            try:
                if item is not None:
                    texts.append(_words(item, place, wanted))
            except MetafileError as error:
                self.complain(error.message, error.rule, error.place or place)
        return tuple(texts)

    def indexed_name(self, values: Mapping[Any, object]) -> str | None:
        for model in _maps(values.get(_INDEX)):
            return _text(model.get("name"))
        return None

    def results(self, values: Mapping[Any, object]) -> Iterator[CardResult]:
        """One row for each metric of each result of each model."""
        count = 0
        for place, model, result, metric in self.metrics(values.get(_INDEX)):
            if count == MAX_RESULTS:
                self.complain(f"found more than {MAX_RESULTS:,} results; the rest is left out", "too-many", _INDEX)
                return
            try:
                yield _result(count, model, result, mapping(metric, place), place)
                count += 1
            except MetafileError as error:
                self.complain(error.message, error.rule, error.place or place)

    def metrics(self, index: object) -> Iterator[tuple[str, Mapping[Any, object], Mapping[Any, object], object]]:
        """Each metric with its place, and the model and the result that it is of."""
        for place, model in self.maps(index, _INDEX):
            for inner, result in self.maps(model.get("results"), f"{place}.results"):
                metrics = result.get("metrics")
                for number, metric in enumerate(metrics if isinstance(metrics, list) else ()):
                    yield f"{inner}.metrics[{number}]", model, result, metric

    def maps(self, value: object, place: str) -> Iterator[tuple[str, Mapping[Any, object]]]:
        """The maps of a list with their places."""
        if value is not None and not isinstance(value, list):
            self.complain(f"found {quoted(value)}, expected a list of maps", "wrong-type", place)
            return
        for number, item in enumerate(value or ()):
            if isinstance(item, dict):
                yield f"{place}[{number}]", item
            else:
                self.complain(f"found {quoted(item)}, expected a map", "wrong-type", f"{place}[{number}]")


def _result(
    count: int, model: Mapping[Any, object], result: Mapping[Any, object], metric: Mapping[Any, object], place: str
) -> CardResult:
    task, dataset = _map(result.get("task")), _map(result.get("dataset"))
    value = metric.get("value")
    return CardResult(
        commit="",
        file="",
        place=count,
        model=_text(model.get("name")),
        task=_text(task.get("type")),
        dataset=_text(dataset.get("name")) or _text(dataset.get("type")),
        metric=text(metric.get("type") or metric.get("name"), f"{place}.type"),
        number=_number(value),
        text=written(value),
    )


def _words(value: object, place: str, wanted: str) -> str:
    if isinstance(value, dict | list):
        raise MetafileError(f"found {quoted(value)}, expected {wanted}", place=place, rule="wrong-type")
    return written(value)


def _maps(value: object) -> list[dict[Any, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _map(value: object) -> Mapping[Any, object]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _number(value: object) -> float | None:
    """None for what is not a number, and for one that no column can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if isfinite(number) else None
