"""A value and its name: which values are withheld, and how much of them is remembered. No secret of these tests is one."""

from __future__ import annotations

import pytest

from catalog.privacy.plugins import MIN_RANDOM, is_placeholder, is_random
from catalog.privacy.values import Cleaned, clean_value, is_secret_number

RANDOM = "q7Zp3LxV9tKw2MbN"
WORD = "[withheld: Secret Keyword]"


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        pytest.param("password", "correcthorse", WORD, id="any word beside a strong name"),
        pytest.param("token", "correcthorsebattery", "correcthorsebattery", id="a word beside a weak one"),
        pytest.param("token", RANDOM, WORD, id="random characters beside a weak one"),
        pytest.param("token", RANDOM[: MIN_RANDOM - 1], RANDOM[: MIN_RANDOM - 1], id="too few of them"),
        pytest.param("note", RANDOM, RANDOM, id="random characters beside another"),
        pytest.param("password", "password123", WORD, id="a bad password"),
        pytest.param("password", "password", "password", id="a name for a password"),
    ],
)
def test_what_is_withheld_beside_a_name(name, text, expected):
    assert clean_value(text, name, []) == Cleaned(text=expected, secrets=(text,) if expected != text else ())


def test_the_secrets_of_a_value_are_told():
    text = '{"password":"a1","b":{"c":["x",{"name":"api_key","value":"d2"}]}}'
    assert clean_value(text, "meta", []).secrets == ("a1", "d2")


@pytest.mark.parametrize(
    "text", ["{", "[1", "[" * 5_000, '{"a": NaN', "[]", "{}", '{"password": null}', '{"password": true}']
)
def test_what_is_no_json_or_holds_no_secret_is_left(text):
    assert clean_value(text, "meta", []) == Cleaned(text=text)


@pytest.mark.parametrize(
    "text", ["0123456789abcdef" * 2, "f3a9c1d2e4b5a6f7", "8f14e45fceea167a5a36dedd4bea2543", RANDOM]
)
def test_what_looks_random(text):
    assert is_random(text)


@pytest.mark.parametrize("text", ["0" * 40, "correct-horse-battery", "1234567890123456", "a1" * 8])
def test_what_does_not(text):
    assert not is_random(text)


@pytest.mark.parametrize(
    "text",
    ["", " ", "${X}", "$X", "{{ x }}", "<password>", "xxxx", "***", "None", "your-token", "os.environ['X']", WORD],
)
def test_what_stands_for_a_secret_that_is_elsewhere(text):
    assert is_placeholder(text)


@pytest.mark.parametrize(("number", "name", "expected"), [(1e5, "password", True), (99_999.0, "password", False), (1e5 + 0.5, "password", False), (1e5, "token", False), (float("inf"), "password", False)])  # fmt: skip
def test_which_numbers_are_secrets(number, name, expected):
    assert is_secret_number(number, name) is expected
