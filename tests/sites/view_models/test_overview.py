"""The home page in numbers and sentences."""

from __future__ import annotations

from datetime import datetime

import pytest

from sites.data.groups import ProductionRow, WeekRow
from sites.data.rows import RepositoryRow, StageRow, TypeRow
from sites.view_models.overview import (
    _BAR,
    _STEP,
    _TALL,
    MOST_CHARACTERS,
    MOST_NAMED,
    MOST_REPO,
    MOST_TYPES,
    Attention,
    Tile,
    attention,
    behind,
    of_artifacts,
    sentences,
    stage_bars,
    tiles,
    trend,
)

NOON = datetime(2024, 6, 1, 12)  # noqa: DTZ001 - as the catalog has it
NOTHING = dict.fromkeys(RepositoryRow._fields)


@pytest.mark.parametrize(
    ("types", "shown"),
    [
        pytest.param(
            [TypeRow("model", 23, 1), TypeRow("dataset", 4, 0), TypeRow("data", 1, 0)],
            [
                Tile("Models", 22, "models.html?type=model", "1 deprecated"),
                Tile("Datasets", 5, "models.html?type=dataset&type=data", ""),
            ],
            id="models and datasets",
        ),
        pytest.param(
            [TypeRow("Model", 1, 0), TypeRow(None, 12, 2), TypeRow("<b>", 1, 0), TypeRow("rules", 1, 1)],
            [
                Tile("Models", 1, "models.html?type=Model", ""),
                Tile("Datasets", 0, "models.html", ""),
                Tile("Other artifacts", 11, "models.html", "10 without a type, 1 of type <b>, 3 deprecated"),
            ],
            id="others",
        ),
    ],
)
def test_datasets_and_others_are_no_models(types, shown):
    assert tiles(types) == shown


@pytest.mark.parametrize(
    ("count", "length", "note"),
    [
        pytest.param(
            MOST_TYPES,
            MOST_CHARACTERS,
            ", ".join(["1 of type " + "x" * MOST_CHARACTERS] * MOST_TYPES),
            id="at the bounds",
        ),
        pytest.param(
            MOST_TYPES + 1,
            MOST_CHARACTERS + 1,
            ", ".join(["1 of type " + "x" * (MOST_CHARACTERS - 1) + "…"] * MOST_TYPES + ["1 of other types"]),
            id="one beyond",
        ),
    ],
)
def test_some_types_are_named_and_the_others_counted(count, length, note):
    assert tiles([TypeRow("x" * length, 1, 0)] * count)[2].note == note


def test_a_bar_is_as_long_as_its_stage_has_artifacts_and_never_invisible():
    stages = [StageRow(name, None, count, 1, [name], NOON) for name, count in (("prod", 1000), ("dev", 500), ("x", 1))]
    assert [bar.width for bar in stage_bars(stages)] == [_BAR, _BAR // 2, 1]


def test_what_was_never_read_is_not_older():
    rows = [
        RepositoryRow(**NOTHING | {"repo": repo, "stale": stale, "read_at": read_at})  # type: ignore[arg-type]
        for repo, stale, read_at in (("a", False, NOON), ("b", True, NOON), ("c", True, None))
    ]
    assert attention(rows, 3) == Attention(older=["b"], never=["c"], problems=3)


@pytest.mark.parametrize(
    ("needs", "said"),
    [
        pytest.param(Attention([], [], 0), [], id="nothing"),
        pytest.param(Attention([], [], 2), ["2 tags or files of models have problems."], id="only problems"),
        pytest.param(
            Attention(["a"], ["b"], 1),
            [
                "a could not be read in the last crawl: what is shown of it is older.",
                "b could never be read, and has no entries yet.",
                "1 tag or file of models in other repositories has a problem.",
            ],
            id="one of each",
        ),
        pytest.param(
            Attention(["a", "b"], ["c", "d", "e"], 1200),
            [
                "a and b could not be read in the last crawl: what is shown of them is older.",
                "c, d and e could never be read, and have no entries yet.",
                "1,200 tags or files of models in other repositories have problems.",
            ],
            id="several",
        ),
        pytest.param(
            Attention([*"abcd"[: MOST_NAMED + 1]], ["r" * (MOST_REPO + 1)], 0),
            [
                "a, b, c and 1 more could not be read in the last crawl: what is shown of them is older.",
                f"{'r' * (MOST_REPO - 1)}… could never be read, and has no entries yet.",
            ],
            id="one more than are named, and a long name",
        ),
    ],
)
def test_what_needs_attention_is_said_in_sentences(needs, said):
    assert sentences(needs) == said


def test_the_trend_is_as_tall_as_its_busiest_week():
    made = trend([WeekRow(NOON, 1, 1), WeekRow(NOON, 3, 1)])
    assert (made.width, [bar[:-1] for bar in made.bars], made.registrations) == (
        2 * _STEP,
        [(0, _TALL // 4, _TALL * 3 // 4, _TALL // 4, _TALL // 2), (_STEP, _TALL * 3 // 4, _TALL // 4, _TALL // 4, 0)],
        3,
    )
    assert made.bars[1].title == "Week of 2024-06-01: 3 registered, 1 assigned"


def test_without_events_there_is_no_trend_and_without_production_nothing_is_behind():
    assert (trend([]), behind([ProductionRow(*[None] * 6, 0, 0)])) == (None, [])


@pytest.mark.parametrize(
    ("days", "words"),
    [(1, "2 versions, 1 day"), (0, "2 versions"), (-60, "2 versions"), (None, "2 versions")],
    ids=["later", "the same day", "the higher version is older", "no date"],
)
def test_how_far_production_is_behind(days, words):
    row = ProductionRow("r", "churn", "v1.0.0", "v2.0.0", 2, days, 3, 1)
    assert behind([row]) == [("models/r/churn.html", "r", "churn", "v1.0.0", "v2.0.0", words)]


def test_the_home_page_is_concerned_with_repositories_that_have_artifacts():
    """A repository without any, such as one that was never read, is on the page of the status alone."""
    said = [
        {"repo": "a", "stale": True, "read_at": NOON, "artifacts": 2, "problems": 1},
        {"repo": "b", "stale": True, "read_at": None, "artifacts": 0, "problems": 0},
        {"repo": "c", "stale": False, "read_at": NOON, "artifacts": 0, "problems": 5},
    ]
    rows = [RepositoryRow(**NOTHING | each) for each in said]  # type: ignore[arg-type]  # the mapping is of any values
    assert of_artifacts(rows, 4) == Attention(["a"], [], 4)
