"""What people ask about stages: what changed in them, prod beside the latest version, how long versions took."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.catalogs import asked, catalog_of, rows_of
from support.worlds import World

HOUR = 3600


def catalog(*tags: tuple[str, int, int] | tuple[str, int]):
    """Three commits, one an hour; then tags: the name, the number of its commit, and the hour."""
    world = World()
    commits = [world.commit({"a": str(number)}, at=number * HOUR) for number in range(3)]
    for name, number, hour in tags:
        world.tag(name, commits[number], at=hour * HOUR)
    return catalog_of({"r": rows_of(world.listing(), world.objects)})


REGISTERED = (("m@v1.0.0", 0, 3), ("m@v2.0.0", 1, 4), ("m@v3.0.0", 2, 5))


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("tags", "changes"),
    [
        pytest.param((), [], id="nothing"),
        pytest.param((("m#prod#1", 0, 6),), [("promotion", None, "v1.0.0")], id="the first version"),
        pytest.param(
            (("m#prod#1", 0, 6), ("m#prod#2", 1, 7)),
            [("promotion", None, "v1.0.0"), ("promotion", "v1.0.0", "v2.0.0")],
            id="a higher version",
        ),
        pytest.param(
            (("m#prod#1", 1, 6), ("m#prod#2", 0, 7)),
            [("promotion", None, "v2.0.0"), ("rollback", "v2.0.0", "v1.0.0")],
            id="a lower version",
        ),
        pytest.param(
            (("m#prod#1", 1, 6), ("m#prod#2", 2, 7), ("m#prod!#3", 2, 8)),
            [("promotion", None, "v2.0.0"), ("promotion", "v2.0.0", "v3.0.0"), ("rollback", "v3.0.0", "v2.0.0")],
            id="the one before comes back",
        ),
        pytest.param(
            (("m#prod#1", 0, 6), ("m#prod!#2", 0, 7), ("m#prod#3", 0, 8)),
            [("promotion", None, "v1.0.0"), ("vacancy", "v1.0.0", None), ("promotion", None, "v1.0.0")],
            id="an empty stage, then the same version",
        ),
        pytest.param(
            (("m#prod#1", 0, 6), ("m@deprecated", 0, 7), ("m#dev#2", 0, 8)),
            [
                ("promotion", None, "v1.0.0"),
                ("vacancy", "v1.0.0", None),
                ("promotion", None, "v1.0.0"),
                ("revival", None, "v1.0.0"),
            ],
            id="a deprecated artifact that comes back with a tag of another stage",
        ),
        pytest.param(
            (("m@v1.1.0", 0, 6), ("m#prod#1", 0, 7)),
            [],
            id="a commit that has two versions: GTO stops, and nothing is in the stage",
        ),
        pytest.param((("m@v1.1.0", 0, 6), ("m#prod", 0, 7)), [], id="the same without a counter"),
        pytest.param(
            (("m#prod#1", 0, 6), ("m@v1.1.0", 0, 7), ("m#prod#2", 0, 8)),
            [("promotion", None, "v1.0.0"), ("vacancy", "v1.0.0", None)],
            id="a commit that gets a second version: from then on it is in no stage",
        ),
        pytest.param(
            (("m#prod#1", 1, 6), ("m#prod#2", 0, 7), ("m@v1.1.0", 0, 8)),
            [("promotion", None, "v2.0.0"), ("rollback", "v2.0.0", "v1.0.0"), ("rollback", "v1.0.0", "v2.0.0")],
            id="a commit that gets a second version after another was in the stage",
        ),
    ],
)
def test_what_changed_in_a_stage(tags, changes):
    rows = asked(catalog(*REGISTERED, *tags), "from stage_changes order by moment, stage")
    assert [(row["kind"], row["old_version"], row["version"]) for row in rows] == changes
    assert [row["ref"] for row in rows] == [new and f"r:m@{new}" for _, _, new in changes]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        pytest.param((), [], id="nothing in prod"),
        pytest.param((("m#prod#1", 2, 6),), [("v3.0.0", "v3.0.0", 0)], id="the latest"),
        pytest.param((("m#production#1", 0, 6),), [], id="a stage that repos.toml does not name so"),
        pytest.param((("m#prod#1", 0, 6),), [("v1.0.0", "v3.0.0", 2)], id="two versions behind"),
        pytest.param(
            (("m#prod#1", 0, 6), ("m@v3.0.0!", 2, 7)), [("v1.0.0", "v2.0.0", 1)], id="deregistered ones do not count"
        ),
        pytest.param((("m#prod#1", 0, 6), ("m@deprecated#2", 0, 7)), [], id="a deprecated artifact"),
    ],
)
def test_prod_beside_the_latest(tags, expected):
    rows = asked(catalog(*REGISTERED, *tags), "from prod_vs_latest")
    assert [(row["prod"], row["latest"], row["behind"]) for row in rows] == expected


def test_a_version_that_came_back_to_prod_is_there_since_then():
    tags = (("m#prod#1", 0, 6), ("m#prod#2", 1, 7), ("m#prod!#3", 1, 8))
    (row,) = asked(catalog(*REGISTERED, *tags), "from prod_vs_latest")
    (back,) = asked(catalog(*REGISTERED, *tags), "select started_at from stage_history where ended_at is null")
    assert (row["prod"], row["prod_since"] - row["latest_at"], row["prod_since"]) == (
        "v1.0.0",
        timedelta(hours=3),
        back["started_at"],
    )


@pytest.mark.slow
def test_an_unregistered_version_in_prod_is_behind_nothing_that_can_be_counted():
    (row,) = asked(catalog(("m#prod#1", 0, 4), ("m@v2.0.0", 1, 5)), "from prod_vs_latest")
    assert (row["prod"], row["latest"], row["behind"]) == (row["prod_commit"], "v2.0.0", None)


def test_how_long_versions_took():
    tags = (*REGISTERED, ("m#dev#1", 0, 5), ("m#prod#2", 0, 9), ("m#prod#3", 1, 10), ("m#prod#4", 0, 11))
    rows = asked(catalog(*tags), "from lead_times order by stage, version")
    assert [
        (row["stage"], row["version"], row["hours_from_commit"], row["hours_from_registration"]) for row in rows
    ] == [
        ("dev", "v1.0.0", 5.0, 2.0),
        ("prod", "v1.0.0", 9.0, 6.0),
        ("prod", "v2.0.0", 9.0, 6.0),
    ]


def test_a_version_that_was_registered_after_it_was_assigned_has_a_negative_lead():
    (row,) = asked(catalog(("m#prod#1", 0, 4), ("m@v1.0.0", 0, 6)), "from lead_times where version = 'v1.0.0'")
    assert row["hours_from_registration"] == -2.0
