"""The lines of a list of artifacts."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from sites.data.rows import ArtifactRow
from sites.view_models.registry import CLIPPED, METRIC, artifact_lines, main_metrics

from .test_model_index import BARE, CHURN


@pytest.mark.parametrize(
    ("length", "shown"),
    [(CLIPPED, "x" * CLIPPED), (CLIPPED + 1, "x" * (CLIPPED - 1) + "…")],
    ids=["as long as a list has it", "one character longer"],
)
def test_a_long_description_is_cut(length, shown):
    nothing = dict.fromkeys(ArtifactRow._fields)
    artifact = ArtifactRow(**nothing | {"repo": "r", "artifact": "m", "name": "m", "description": "x" * length})  # type: ignore[arg-type]
    facts = SimpleNamespace(artifacts=[artifact], assignments={})
    assert [line.description for line in artifact_lines(facts).values()] == [shown]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("length", "shown"),
    [(METRIC, "x" * METRIC), (METRIC + 1, "x" * (METRIC - 1) + "…")],
    ids=["as long as a list has it", "one more"],
)
def test_the_main_metrics_of_a_list(length, shown):
    models = [
        CHURN._replace(metric="x" * length, number=0.123456),
        BARE,
        CHURN._replace(artifact="endless", number=float("inf")),
    ]
    assert main_metrics(models) == {(CHURN.repo, CHURN.artifact): (shown, "0.1235")}
