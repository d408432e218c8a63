"""How much of a card's front matter is read."""

import json

import pytest

from connectors.cards.model_card import MAX_FAULTS, MAX_ITEMS, MAX_RESULTS, parse_card


def card(**front):
    return parse_card(f"---\n{json.dumps(front)}\n---\n".encode(), ".md")


@pytest.mark.parametrize(
    ("count", "messages"),
    [
        pytest.param(MAX_RESULTS, [], id="as many as are kept"),
        pytest.param(
            MAX_RESULTS + 1,
            [("model-index", "too-many", "found more than 2,000 results; the rest is left out")],
            id="one more",
        ),
    ],
)
def test_a_card_has_so_many_results(count, messages):
    models = [{"results": [{"metrics": [{"type": "t", "value": n}]}]} for n in range(count)]
    found = card(**{"model-index": models})
    assert ([(row.place, row.number) for row in found.results], [*found.faults]) == (
        [(n, n) for n in range(MAX_RESULTS)],
        messages,
    )


@pytest.mark.parametrize(
    ("count", "messages"),
    [
        pytest.param(MAX_ITEMS, [], id="as many as are kept"),
        pytest.param(
            MAX_ITEMS + 1,
            [("tags", "too-many", "found 1,001 items; those after the first 1,000 are left out")],
            id="one more",
        ),
    ],
)
def test_a_list_has_so_many_items(count, messages):
    found = card(tags=[f"t{n}" for n in range(count)])
    assert (found.card.tags, [*found.faults]) == (tuple(f"t{n}" for n in range(MAX_ITEMS)), messages)


@pytest.mark.parametrize(
    ("count", "rest"),
    [
        pytest.param(MAX_FAULTS, [], id="as many as are reported"),
        pytest.param(
            MAX_FAULTS + 1,
            [("", "too-many", "found 101 faults; those after the first 100 are left out")],
            id="one more",
        ),
    ],
)
def test_so_many_faults_are_reported(count, rest):
    each = [
        (f"tags[{n}]", "wrong-type", "found an empty list, expected text, or a list of texts") for n in range(count)
    ]
    assert [*card(tags=[[]] * count).faults] == [*each[:MAX_FAULTS], *rest]
