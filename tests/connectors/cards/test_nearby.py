"""How many cards and licences are read near artifacts."""

import pytest

from catalog.schema.tables.cards import Card
from catalog.schema.tables.problems import Problem
from connectors.cards.cards import read_revision
from connectors.cards.nearby import MAX_FILES, MAX_REMEMBERED, nearby
from support.worlds import World

MESSAGE = "found 201 cards and licences near artifacts, expected at most 200; the rest is left out"


@pytest.mark.parametrize(
    ("count", "messages"),
    [
        pytest.param(MAX_FILES, [], id="as many as are read"),
        pytest.param(MAX_FILES + 1, [("too-many", MESSAGE)], id="one more"),
    ],
)
def test_the_cards_nearest_to_the_git_root_are_read(count, messages):
    folders = [f"{number:03}" for number in range(count - 1)]
    world = World()
    world.commit({"README.md": "x"} | {f"{each}/{name}": "x" for each in folders for name in ("README.md", "m.dvc")})
    rows = [*read_revision(world.revision())]
    cards = [row.file for row in rows if isinstance(row, Card)]
    assert (cards, [(row.rule, row.message) for row in rows if isinstance(row, Problem)]) == (
        ["README.md", *(f"{each}/README.md" for each in folders)][:MAX_FILES],
        messages,
    )


@pytest.mark.parametrize(
    ("more", "is_kept"),
    [pytest.param(0, True, id="a tenth of all bytes"), pytest.param(1, False, id="one name more")],
)
def test_the_names_in_a_folder_are_read_once_within_a_bound(more, is_kept):
    count = (MAX_REMEMBERED // 10 - 200) // 100 + more
    world = World()
    world.commit({f"README{number:04}.md": "" for number in range(count)})
    first, second = (nearby(world.revision())[0] for _ in range(2))
    assert (first == second, first[0] is second[0]) == (True, is_kept)
