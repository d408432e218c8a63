"""Which files of measures are read once for all revisions."""

import json

import pytest

from connectors.metrics.content import MAX_REMEMBERED, NUMBER, VALUE, read_metrics, read_plot

LARGEST = MAX_REMEMBERED // 10  # of one value: see BoundedCache
POINTS = 1_000


@pytest.mark.parametrize(
    ("read", "value", "weight"),
    [
        pytest.param(
            lambda data: read_metrics("m.json", data), {"a": 1, "b": "x"}, 2 * VALUE, id="metrics, two of them"
        ),
        pytest.param(
            lambda data: read_plot("p.json", data, "key", header=True),
            [{"n": 1, "t": "x"}] * POINTS,
            2 * (VALUE + NUMBER * POINTS),
            id="a series of numbers, and one of texts",
        ),
    ],
)
@pytest.mark.parametrize(
    ("more", "is_kept"),
    [pytest.param(0, True, id="a tenth of all bytes"), pytest.param(1, False, id="one byte more")],
)
def test_a_file_is_read_once_within_a_bound(read, value, weight, more, is_kept):
    data = json.dumps(value).encode().ljust(LARGEST - weight + more)
    first, second = read(data), read(data)
    assert (len(first.rows), first == second, first.rows is second.rows) == (2, True, is_kept)
