"""What search engines and previews of links say of an artifact."""

from __future__ import annotations

from datetime import datetime

import pytest

from sites.data.rows import ArtifactRow, AssignmentRow
from sites.view_models.model.summary import MOST_CHARACTERS, MOST_STAGE, MOST_STAGES, summary

NOON = datetime(2024, 6, 1, 12)  # noqa: DTZ001 - as the catalog has it
BLANK = dict.fromkeys(ArtifactRow._fields)


def artifact(**stated: object) -> ArtifactRow:
    return ArtifactRow(**BLANK | {"repo": "r", "type": "model", "latest": "v2"} | stated)  # type: ignore[arg-type]  # fields of several types


def assigned(stage: str, version: str, rank: int | None = None) -> AssignmentRow:
    return AssignmentRow("r", "m", stage, stage, rank, version, "c", "c", NOON, "assigned", "Ann", None, "")


@pytest.mark.parametrize(
    ("stated", "stages", "expected"),
    [
        pytest.param({"description": "Who\n leaves."}, [assigned("dev", "v2"), assigned("prod", "v1")], "Who leaves. Model of r: v1 in prod, v2 in dev, latest v2.", id="all of it"),
        pytest.param({"description": "Who leaves"}, [], "Who leaves. Model of r: latest v2.", id="a sentence without its end"),
        pytest.param({"type": None, "latest": None}, [], "Artifact of r: no version.", id="nothing stated"),
        pytest.param({"description": "x" * MOST_CHARACTERS}, [], f"{'x' * MOST_CHARACTERS}. Model of r: latest v2.", id="as long as is shown"),
        pytest.param({"description": "x" * (MOST_CHARACTERS + 1)}, [], f"{'x' * (MOST_CHARACTERS - 1)}… Model of r: latest v2.", id="one character more"),
        pytest.param({"type": "t" * MOST_STAGE}, [assigned("s" * MOST_STAGE, "v2")], f"T{'t' * (MOST_STAGE - 1)} of r: v2 in {'s' * MOST_STAGE}, latest v2.", id="names as long as are shown"),
        pytest.param({"type": "t" * (MOST_STAGE + 1)}, [assigned("s" * (MOST_STAGE + 1), "v2")], f"T{'t' * (MOST_STAGE - 2)}… of r: v2 in {'s' * (MOST_STAGE - 1)}…, latest v2.", id="longer names"),
        pytest.param({}, [assigned(f"s{n}", f"v{n}", n) for n in range(MOST_STAGES + 1)], "Model of r: v0 in s0, v1 in s1, v2 in s2, v3 in s3, latest v2.", id="one stage more"),
    ],
)  # fmt: skip
def test_an_artifact_in_a_sentence(stated, stages, expected):
    assert summary(artifact(**stated), stages) == expected
