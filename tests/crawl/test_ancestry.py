"""The commits that branches reach: how far a walk goes, and what it says of those that it does not come to."""

from __future__ import annotations

import pytest

from catalog.crawl.ancestry import Past
from support.worlds import World

# Three commits in a line, the last with a second parent: 1 <- 2 <- 4 and 3 <- 4.
WORLD = World()
FIRST = WORLD.commit()
SECOND = WORLD.commit()
THIRD = WORLD.commit(branch="side")
FOURTH = WORLD.commit(parents=(SECOND, THIRD))
NUMBERS = {FIRST: 1, SECOND: 2, THIRD: 3, FOURTH: 4}


@pytest.mark.parametrize(
    ("limit", "known", "missing", "reached", "complete", "broken"),
    [
        pytest.param(3, {}, "", ([], [4, 2, 3, 1]), True, False, id="as many generations as there are"),
        pytest.param(2, {}, "", ([], [4, 2, 3]), False, False, id="one generation fewer"),
        pytest.param(0, {}, "", ([], []), False, False, id="none"),
        pytest.param(3, {}, THIRD, ([], [4, 2, 1]), False, True, id="a commit is missing"),
        pytest.param(2, {}, THIRD, ([], [4, 2]), False, True, id="a commit is missing, and one is too far away"),
        pytest.param(3, {SECOND: (FIRST,)}, SECOND, ([2], [4, 3, 1]), True, False, id="a known commit is not needed"),
        pytest.param(2, {SECOND: (FIRST,)}, SECOND, ([2], [4, 3]), False, False, id="behind which one is too far away"),
        pytest.param(3, {SECOND: (FIRST,), FIRST: ()}, "", ([2, 1], [4, 3]), True, False, id="known to its beginning"),
    ],
)
def test_what_a_walk_reaches(limit, known, missing, reached, complete, broken):
    objects = {oid: raw for oid, raw in WORLD.objects.items() if oid != missing}
    reach = Past(tips=(FOURTH,), limit=limit, known=known).walk(objects)
    assert (
        ([NUMBERS[oid] for oid in reach.known], [NUMBERS[commit.oid] for commit in reach.fetched]),
        reach.complete,
        reach.broken,
    ) == (reached, complete, broken)


def test_a_commit_counts_at_its_least_distance_from_any_branch():
    reach = Past(tips=(FOURTH, SECOND), limit=2, known={}).walk(WORLD.objects)
    assert ([NUMBERS[commit.oid] for commit in reach.fetched], reach.complete) == ([4, 2, 3, 1], True)
