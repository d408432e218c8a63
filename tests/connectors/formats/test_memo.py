"""The cache of what was read: which values it keeps, and how many bytes of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.formats.memo import BoundedCache


def made(cache, *keys):
    """Asks for each key; those whose values had to be made."""
    missing = []
    for key in keys:
        assert cache.get(key, lambda key=key: missing.append(key) or f"value of {key}") == f"value of {key}"
    return missing


@pytest.mark.parametrize(
    ("asked", "missing"),
    [
        pytest.param([(1, 10), (1, 10)], [(1, 10)], id="a tenth of all is kept"),
        pytest.param([(1, 11), (1, 11)], [(1, 11), (1, 11)], id="more than a tenth is not"),
        pytest.param(
            [(n, 10) for n in (*range(10), 0)], [(n, 10) for n in range(10)], id="as many as there is room for"
        ),
        pytest.param(
            [(n, 10) for n in (*range(11), 0)],
            [(n, 10) for n in (*range(11), 0)],
            id="one more, and the first is dropped",
        ),
        pytest.param(
            [(n, 10) for n in (*range(10), 0, 10, 0, 1)],
            [(n, 10) for n in (*range(10), 10, 1)],
            id="not the first, where it was asked for since",
        ),
        pytest.param(
            [(n, 0) for n in (*range(50), *range(50))], [(n, 0) for n in range(50)], id="what weighs nothing stays"
        ),
    ],
)
def test_what_is_kept(asked, missing):
    """A key says what its value weighs; 100 is all that may be kept."""
    assert made(BoundedCache(100, lambda key, _: key[1]), *asked) == missing


def test_nothing_is_known_when_all_is_forgotten():
    cache = BoundedCache(100, lambda _key, _value: 1)
    made(cache, 1, 2)
    cache.clear()
    assert made(cache, 1, 2) == [1, 2]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=60))
def test_no_more_is_kept_than_may_be(keys):
    cache = BoundedCache(100, lambda key, _: key[1])
    made(cache, *keys)
    assert sum(key[1] for key in cache._entries) <= 100


def test_threads_that_ask_at_once_are_all_answered():
    cache = BoundedCache(40, lambda _key, _value: 4)
    with ThreadPoolExecutor(8) as threads:
        rounds = threads.map(
            lambda start: [cache.get(n % 23, lambda n=n: n % 23) for n in range(start, start + 3000)], range(8)
        )
    assert all(values == [n % 23 for n in range(start, start + 3000)] for start, values in enumerate(rounds))
