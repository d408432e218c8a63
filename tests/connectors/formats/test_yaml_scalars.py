"""How many digits a whole number of YAML may have."""

import pytest

from connectors.formats.yaml_scalars import MAX_NUMBER, plain

BASES = [
    pytest.param("", "9", 10, id="decimal"),
    pytest.param("-", "9", 10, id="with a sign"),
    pytest.param("0b", "1", 2, id="binary"),
    pytest.param("0o", "7", 8, id="octal"),
    pytest.param("0x", "f", 16, id="sedecimal"),
]


@pytest.mark.parametrize(("prefix", "digit", "base"), BASES)
def test_a_number_has_so_many_digits(prefix, digit, base):
    sign = -1 if prefix == "-" else 1
    assert plain(prefix + digit * MAX_NUMBER) == sign * int(digit * MAX_NUMBER, base)
    with pytest.raises(ValueError, match="1,001 digits, expected at most 1,000"):
        plain(prefix + digit * (MAX_NUMBER + 1))
