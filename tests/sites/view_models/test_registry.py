"""The lines of a list of artifacts."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from sites.data.rows import ArtifactRow
from sites.view_models.registry import CLIPPED, artifact_lines


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
