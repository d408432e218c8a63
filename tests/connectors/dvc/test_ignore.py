"""The bounds of `.dvcignore`."""

import pytest

from catalog.errors import MetafileError
from connectors.dvc.ignore import MAX_PATTERNS, IgnorePattern, parse
from connectors.formats.gitignore import ANY, MAX_PATTERN

LINES = [f"/p{number}" for number in range(MAX_PATTERNS + 1)]


def test_as_many_patterns_as_may_be_are_read():
    text = "# of the root\n\n" + "\n".join(LINES[:MAX_PATTERNS])
    assert [pattern.parts for pattern in parse(text.encode())] == [(line[1:],) for line in LINES[:MAX_PATTERNS]]


def test_a_pattern_has_as_many_characters_as_it_may_have():
    name = "x" * MAX_PATTERN
    assert parse(name.encode()) == (IgnorePattern(parts=(ANY, name), negated=False, only_folders=False),)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("\n".join(LINES), MAX_PATTERNS + 1, id="one pattern more"),
        pytest.param("x" * (MAX_PATTERN + 1), 1, id="one character more"),
    ],
)
def test_one_more_is_refused(text, count):
    with pytest.raises(MetafileError) as caught:
        parse(text.encode())
    message = f"found {count} patterns, expected at most 200, of 1,000 characters each"
    assert (caught.value.rule, caught.value.message) == ("too-big", message)
