"""How many characters a number of YAML may have: a longer one is text, by the rules of every version."""

import pytest

from connectors.formats.yaml import load_yaml
from connectors.formats.yaml_scalars import MAX_NUMBER, old, plain, tagged

BASES = [
    pytest.param("", "9", 10, id="decimal"),
    pytest.param("-", "9", 10, id="with a sign"),
    pytest.param("0b", "1", 2, id="binary"),
    pytest.param("0o", "7", 8, id="octal"),
    pytest.param("0x", "f", 16, id="sedecimal"),
]
SIXTY = ":59" * (MAX_NUMBER // 3)  # what follows the first digit of a number in base 60


@pytest.mark.parametrize(("prefix", "digit", "base"), BASES)
def test_a_number_has_so_many_characters(prefix, digit, base):
    digits = digit * (MAX_NUMBER - len(prefix))
    number = int(digits, base) * (-1 if prefix == "-" else 1)
    longer = prefix + digits + digit
    assert (plain(prefix + digits), plain(longer)) == (number, longer)
    assert tagged(longer, "tag:yaml.org,2002:int") == longer


def test_a_number_in_base_60_has_so_many_characters():
    """THREATS.md: huge integers, and 1.1 versus 1.2 types."""
    assert (old("1" + SIXTY), old("10" + SIXTY)) == (2 * 60 ** (MAX_NUMBER // 3) - 1, "10" + SIXTY)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("1.".ljust(MAX_NUMBER, "0"), 1.0, id="a fraction"),
        pytest.param("1.".ljust(MAX_NUMBER + 1, "0"), "1.".ljust(MAX_NUMBER + 1, "0"), id="a fraction too long"),
        pytest.param("2020-01-02 03:04:05." + "6" * MAX_NUMBER, "2020-01-02 03:04:05." + "6" * MAX_NUMBER, id="a date"),
        pytest.param("1" + ":59" * 300 + ".5", "1" + ":59" * 300 + ".5", id="a fraction in base 60 beyond all numbers"),
        pytest.param("0x" + "f" * 20_000, "0x" + "f" * 20_000, id="a number of 20,000 sedecimal digits"),
    ],
)
def test_a_number_that_is_too_long_costs_itself(text, value):
    assert load_yaml(f"%YAML 1.1\n---\na: {text}\nb: 1\n".encode()) == {"a": value, "b": 1}
