"""How long free metadata may be."""

import pytest

from connectors.formats.metadata import MAX_ENTRY, MAX_VALUE, metadata

LONG_VALUE = ("found more than 65,536 characters, expected at most that", "too-big")
LONG_ENTRY = ("found more than 262,144 characters; the rest is left out", "too-big", "meta")
QUARTER = "x" * (MAX_ENTRY // 4 - 2)  # with a key of two characters


@pytest.mark.parametrize(
    ("value", "expected", "complaints"),
    [
        pytest.param({"k": "x" * MAX_VALUE}, {"k": "x" * MAX_VALUE}, [], id="a text"),
        pytest.param({"k": "x" * MAX_VALUE + "y", "l": 1}, {"l": "1"}, [(*LONG_VALUE, "meta['k']")], id="a longer one"),
        pytest.param(
            {"k": ["x" * (MAX_VALUE - 4)]}, {"k": f'["{"x" * (MAX_VALUE - 4)}"]'}, [], id="a list, with its brackets"
        ),
        pytest.param({"k": ["x" * (MAX_VALUE - 3)]}, {}, [(*LONG_VALUE, "meta['k']")], id="a longer list"),
        pytest.param(
            {f"k{n}": QUARTER for n in range(4)},
            {f"k{n}": QUARTER for n in range(4)},
            [],
            id="several, with their keys",
        ),
        pytest.param(
            {f"k{n}": QUARTER for n in range(3)} | {"k3": QUARTER + "y", "k4": 1},
            {f"k{n}": QUARTER for n in range(3)},
            [LONG_ENTRY],
            id="one character more, and the rest is left out",
        ),
    ],
)
def test_metadata_has_so_many_characters(value, expected, complaints):
    told = []
    found = metadata(value, "meta", lambda message, rule, key: told.append((message, rule, key)))
    assert (found, told) == (expected, complaints)
