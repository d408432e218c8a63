"""The fields of the query language, with the values and comparisons that each accepts. docs/search.md describes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """A field: `choices` are its only values, where it has such; `version_choices` those for versions (`is:version`).

    With `of_version`, the field is about the version where versions are searched, and not about its artifact. With `of_experiment`, it
    is also about experiments (`is:experiment`), of which `experiment_choices` are the values of a flag.
    """

    name: str
    kind: Literal["text", "number", "date", "flag"]
    choices: tuple[str, ...] = ()
    version_choices: tuple[str, ...] = ()
    of_version: bool = False
    experiment_choices: tuple[str, ...] = ()
    of_experiment: bool = False


_HAS = (
    "card", "description", "framework", "label", "licence", "metrics", "owner", "params", "plots", "stage", "task", "type", "version",
)  # fmt: skip
_HAS_OF_VERSION = ("metrics", "params", "plots", "stage")
_HAS_OF_EXPERIMENT = ("metrics", "params")

FIELDS = (
    Field(name="stage", kind="text", of_version=True),
    Field(name="type", kind="text"),
    Field(name="label", kind="text"),
    Field(name="framework", kind="text"),
    Field(name="task", kind="text"),
    Field(name="licence", kind="text"),
    Field(name="owner", kind="text"),
    Field(name="author", kind="text", of_version=True, of_experiment=True),
    Field(name="org", kind="text", of_experiment=True),
    Field(name="repo", kind="text", of_experiment=True),
    Field(name="host", kind="text", of_experiment=True),
    Field(name="name", kind="text", of_experiment=True),
    Field(name="version", kind="text", of_version=True),
    Field(name="versions", kind="number"),
    Field(name="updated", kind="date", of_version=True, of_experiment=True),
    Field(name="created", kind="date", of_version=True, of_experiment=True),
    Field(
        name="has",
        kind="flag",
        choices=_HAS,
        version_choices=_HAS_OF_VERSION,
        experiment_choices=_HAS_OF_EXPERIMENT,
        of_experiment=True,
    ),
    Field(
        name="no",
        kind="flag",
        choices=_HAS,
        version_choices=_HAS_OF_VERSION,
        experiment_choices=_HAS_OF_EXPERIMENT,
        of_experiment=True,
    ),
    Field(
        name="is",
        kind="flag",
        choices=("version", "experiment", "registered", "deprecated", "copy", "stale"),
        version_choices=("registered", "latest", "deregistered", "signed"),
    ),
)
MODES = ("version", "experiment")  # values of `is:` that say what the whole query finds
BY_NAME = {field.name: field for field in FIELDS}
FACETS = tuple(  # fields whose values are counted
    name for name, field in BY_NAME.items() if field.kind in ("text", "flag") and name not in ("name", "version", "no")
)
MEASURES = ("metric", "param")  # `metric.NAME` and `param.NAME`
ORDERS = ("score", "updated", "created", "name", "versions")  # of `sort:`, beside metrics
