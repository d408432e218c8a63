"""The cards of versions in stages, where they say something else than the one of the latest version."""

from __future__ import annotations

from datetime import datetime

import pytest

from sites.data.rows import AssignmentRow, CardRow, StageCardRow, VersionCardRow
from sites.urls import RepositoryLinks
from sites.view_models.model import model_data
from sites.view_models.model.cards import MOST, others
from support.catalogs import catalog_of, rows_of
from support.worlds import World

NOON = datetime(2024, 6, 1, 12)  # noqa: DTZ001 - as the catalog has it
OID = "a" * 40
LATEST = CardRow(**dict.fromkeys(CardRow._fields) | {"text": "# Now"})  # type: ignore[arg-type]
FORGE = RepositoryLinks(url="https://github.com/a/b", commits="https://github.com/a/b/commit/")


def assigned(stage: str, version: str) -> AssignmentRow:
    return AssignmentRow("r", "m", stage, stage, None, version, "c", "c", NOON, "assigned", "Ann", None, "")


def card(version: str, text: str) -> StageCardRow:
    return StageCardRow("r", "m", version, "c", OID, "docs/README.md", text)


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are shown", "one more"])
def test_the_cards_of_stages(beyond):
    rows = [card(f"v{number}", f"# {number}") for number in range(MOST + beyond)]
    stages = [assigned(f"s{number}", f"v{number}") for number in range(MOST + beyond)]
    assert [each.version for each in others(LATEST, rows, stages, None)] == [f"v{number}" for number in range(MOST)]


def test_what_is_said_already_is_not_said_again():
    rows = [card("v1", "# Then"), card("v2", "# Now"), card("v3", "# Then")]
    stages = [assigned("dev", "v3"), assigned("staging", "v2"), assigned("prod", "v1"), assigned("test", "v0")]
    (shown,) = others(LATEST, rows, stages, FORGE)
    assert shown == (
        "v1",
        "prod",
        '<h3 id="user-content-1:then">Then</h3>\n',
        "docs/README.md",
        f"https://github.com/a/b/blob/{OID}/docs/README.md",
    )


@pytest.mark.slow
def test_the_cards_of_versions_that_say_something_else():
    """A README of the whole repository is not the card of a version."""
    world = World()
    for number, text in enumerate(("one", "two", "two")):
        world.commit(
            {
                "dvc.yaml": "artifacts: {m: {path: m/m.bin}, n: {path: n/n.bin}}\n",
                "m/README.md": text,
                "README.md": f"{number}",
            }
        )
        for artifact in "mn":
            world.tag(f"{artifact}@v1.{number}.0")
        if number == 0:
            world.tag("m#prod")
    connection = catalog_of({"r": rows_of(world.listing(), world.objects)})
    columns = "artifact, version, file, in_stage, differs"
    assert connection.execute(f"select {columns} from internal.site_version_cards() order by version").fetchall() == [
        ("m", "v1.0.0", "m/README.md", True, True),
        ("m", "v1.1.0", "m/README.md", False, False),
        ("m", "v1.2.0", "m/README.md", False, False),
    ]
    assert connection.execute('select version, "text" from internal.site_stage_cards()').fetchall() == [
        ("v1.0.0", "one")
    ]


@pytest.mark.parametrize(
    ("links", "card"),
    [(FORGE, ["m/README.md", f"https://github.com/a/b/blob/{OID}/m/README.md"]), (None, ["m/README.md"])],
    ids=["a known forge", "an unknown one"],
)
def test_where_the_card_of_a_version_is(links, card):
    row = VersionCardRow("r", "m", "v1", "c", OID, "m/README.md", in_stage=False, differs=True)
    assert (model_data._card(row, links), model_data._card(None, links)) == ({"card": card}, {})
