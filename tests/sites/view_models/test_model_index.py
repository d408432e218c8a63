"""The list of models as columns for a script."""

from __future__ import annotations

from datetime import datetime

import pytest

from sites.data.lists import FacetRow, ModelRow
from sites.view_models import model_index
from sites.view_models.model_index import DESCRIPTION, LEVELS, columns, more_columns, sparkline

NOON = datetime(2024, 6, 1, 12)  # noqa: DTZ001 - as the catalog has it
CHURN = ModelRow(
    repo="git.example/Risk/churn", artifact="models:churn", folder="models", name="churn", team="Risk", type="model",
    description=" Who\nleaves ", active=True, copied=False, in_prod=True, stale=False, latest="v2", versions=2, created_at=NOON,
    updated_at=NOON,
    stages=[{"stage": "dev", "version": "v2", "rank": None, "number": 0.75}, {"stage": "prod", "version": "v1", "rank": None, "number": 0.5}],
    metric="auc", direction="higher", number=0.75, numbers=[0.5, 0.75], length=9,
)  # fmt: skip
BARE = CHURN._replace(
    repo="plain", artifact="x", team="", description=None, active=False, copied=True, in_prod=False, stale=True,
    latest=None, versions=0, created_at=None, updated_at=None, stages=[], metric=None, direction=None, number=None, numbers=None, length=0,
)  # fmt: skip
FACETS = [
    FacetRow(field="label", value="nlp", keys=None, places=[1]),
    FacetRow(field="owner", value="Ann Lee", keys=["/ann", "/lee"], places=[0, 1]),
    FacetRow(field="type", value="model", keys=None, places=[0, 1]),
]


def test_two_models_as_columns():
    of_list = columns([CHURN, BARE], FACETS)
    fields = of_list.pop("fields")
    assert of_list == {
        "count": 2,
        "repos": ["git.example/Risk/churn", "plain"],
        "teams": ["Risk", ""],
        "repoPaths": {0: "git.example~risk~churn-ab139606fc78c42f"},
        "repo": "0,1",
        "artifact": ["models:churn", "x"],
        "paths": {},
        "description": ["Who leaves", ""],
        "latest": ["v2", ""],
        "versions": "2,0",
        "updated": "1717243200,0",
        "flags": f"{model_index.ACTIVE | model_index.IN_PROD},{model_index.COPIED | model_index.STALE}",
        "stages": [["prod", "v1", "dev", "v2"], []],
        "looks": {"dev": "dev", "prod": "prod"},
        "metrics": ["auc", ""],
        "directions": ["higher", ""],
        "metric": "0,1",
        "number": "0.75,",
        "prod": "0.5,",
        "spark": ["av", ""],
    }
    assert (fields["label"], fields["owner"], fields["stage"]) == (
        {"values": ["nlp"], "keys": {}, "rows": ";0"},
        {"values": ["Ann Lee"], "keys": {0: ["/ann", "/lee"]}, "rows": "0;0"},
        {"values": [], "keys": {}, "rows": ";"},
    )


def test_what_few_queries_ask_for():
    facets = [FacetRow(field="version", value="v1", keys=None, places=[0])]
    assert more_columns([CHURN, BARE], facets) == {
        "created": "1717243200,0",
        "fields": {
            "author": {"values": [], "keys": {}, "rows": ";"},
            "version": {"values": ["v1"], "keys": {}, "rows": "0;"},
        },
    }


@pytest.mark.parametrize(
    ("length", "end"), [pytest.param(DESCRIPTION, "x", id="whole"), pytest.param(DESCRIPTION + 1, "…", id="cut")]
)
def test_a_description_is_cut(length, end):
    (description,) = columns([CHURN._replace(description="x" * length)], [])["description"]
    assert (len(description), description[-1]) == (DESCRIPTION, end)


@pytest.mark.parametrize(
    ("numbers", "levels"),
    [
        pytest.param([], "", id="none"),
        pytest.param([1.0], "", id="one has no line"),
        pytest.param([3.0, 3.0], chr(97 + LEVELS // 2) * 2, id="equal ones are in the middle"),
        pytest.param([0.0, float(LEVELS - 1), 1.0], "a" + chr(96 + LEVELS) + "b", id="from the least to the greatest"),
        pytest.param(
            [1.0, float("nan"), float("inf"), 2.0], "a" + chr(96 + LEVELS), id="what is no number is left out"
        ),
        pytest.param([-1.7e308, 1.7e308], "a" + chr(96 + LEVELS), id="far apart"),
    ],
)
def test_a_sparkline_is_a_letter_for_each_height(numbers, levels):
    assert sparkline(numbers) == levels


def test_the_metric_in_prod_is_stated_where_another_version_is_the_latest():
    assert columns([CHURN._replace(latest="v1")], [])["prod"] == ""


def test_addresses_that_are_masked_alike_are_one_value():
    rows = [FacetRow(field="owner", value="[e-mail hidden]", keys=None, places=[place]) for place in (0, 1)]
    assert columns([CHURN, BARE], rows)["fields"]["owner"]["rows"] == "0;0"
