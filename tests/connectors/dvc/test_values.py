"""The bounds of single values of DVC's files."""

import pytest

from catalog.errors import MetafileError
from connectors.dvc.values import MAX_PATH, MAX_WHOLE, MAX_WORD, located, whole_number, word

TOO_LONG = "found 4,097 characters, expected a path of at most 4,096"
NO_NUMBER = f"found {MAX_WHOLE + 1}, expected a whole number from 0"
NO_LINE = "expected one line of at most 500 characters"


def path(value):
    return located("d", value, "at")


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        pytest.param(path, "x" * MAX_PATH, f"d/{'x' * MAX_PATH}", id="a path"),
        pytest.param(path, "./".ljust(MAX_PATH, "x"), f"d/{'x' * (MAX_PATH - 2)}", id="a path with detours"),
        pytest.param(path, "s3://".ljust(MAX_PATH, "x"), "s3://".ljust(MAX_PATH, "x"), id="a URL"),
        pytest.param(lambda value: whole_number(value, "at"), MAX_WHOLE, MAX_WHOLE, id="a whole number"),
        pytest.param(lambda value: whole_number(value, "at"), 0, 0, id="nothing"),
        pytest.param(lambda value: word(value, "at"), "x" * MAX_WORD, "x" * MAX_WORD, id="a word"),
        pytest.param(lambda value: word(value, "at"), int("1" * MAX_WORD), "1" * MAX_WORD, id="a number for a word"),
    ],
)
def test_a_value_at_its_bound_is_read(read, value, expected):
    assert read(value) == expected


@pytest.mark.parametrize(
    ("read", "value", "rule", "message"),
    [
        pytest.param(path, "x" * (MAX_PATH + 1), "too-big", TOO_LONG, id="a path"),
        pytest.param(path, "./".ljust(MAX_PATH + 1, "x"), "too-big", TOO_LONG, id="a path with detours"),
        pytest.param(path, "s3://".ljust(MAX_PATH + 1, "x"), "too-big", TOO_LONG, id="a URL"),
        pytest.param(
            lambda value: whole_number(value, "at"), MAX_WHOLE + 1, "wrong-type", NO_NUMBER, id="a whole number"
        ),
        pytest.param(
            lambda value: whole_number(value, "at"),
            -1,
            "wrong-type",
            "found -1, expected a whole number from 0",
            id="less than nothing",
        ),
        pytest.param(
            lambda value: word(value, "at"),
            "x" * (MAX_WORD + 1),
            "wrong-type",
            f"found '{'x' * 79}…', {NO_LINE}",
            id="a word",
        ),
        pytest.param(
            lambda value: word(value, "at"),
            int("1" * (MAX_WORD + 1)),
            "wrong-type",
            f"found {'1' * 79}…, {NO_LINE}",
            id="a number for a word",
        ),
    ],
)
def test_a_value_beyond_its_bound_is_refused(read, value, rule, message):
    with pytest.raises(MetafileError) as caught:
        read(value)
    assert (caught.value.rule, caught.value.place, caught.value.message) == (rule, "at", message)
