"""The lists of the page of lineage."""

from __future__ import annotations

import pytest

from sites.data.detail_rows import UserRow
from sites.view_models.lineage_lists import MOST, MOST_OTHERS, LineageName, lineage_lists


def user(artifact: str, by: str) -> UserRow:
    return UserRow("r", artifact, "r", by, 1, [], in_prod=False)


def name(artifact: str) -> LineageName:
    return LineageName(f"models/r/{artifact}.html", "r", artifact)


def test_each_artifact_has_what_was_made_with_it_and_what_it_was_made_from():
    lists = lineage_lists([user("data", "model"), user("data", "copy"), user("base", "model")])
    assert ([tuple(line) for line in lists.downstream], [tuple(line) for line in lists.upstream]) == (
        [(name("base"), [name("model")], 0), (name("data"), [name("copy"), name("model")], 0)],
        [(name("copy"), [name("data")], 0), (name("model"), [name("base"), name("data")], 0)],
    )


@pytest.mark.parametrize(("count", "shown", "more"), [(MOST, MOST, 0), (MOST + 1, MOST, 1)])
def test_a_list_has_the_first_artifacts(count, shown, more):
    lists = lineage_lists([user(f"data{number}", "model") for number in range(count)])
    assert (len(lists.downstream), lists.more_downstream, lists.more_upstream) == (shown, more, 0)


@pytest.mark.parametrize(("count", "shown", "more"), [(MOST, MOST, 0), (MOST + 1, MOST, 1)])
def test_the_other_list_has_the_first_artifacts_too(count, shown, more):
    lists = lineage_lists([user("data", f"model{number}") for number in range(count)])
    assert (len(lists.upstream), lists.more_downstream, lists.more_upstream) == (shown, 0, more)


@pytest.mark.parametrize(("count", "more"), [(MOST_OTHERS, 0), (MOST_OTHERS + 1, 1)])
def test_an_artifact_has_the_first_beside_it(count, more):
    (line,) = lineage_lists([user("data", f"model{number}") for number in range(count)]).downstream
    assert (len(line.others), line.more) == (MOST_OTHERS, more)
