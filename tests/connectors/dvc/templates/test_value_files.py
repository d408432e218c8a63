"""The bounds of files of values, of each format, and what is kept of them."""

import json

import pytest

from catalog.errors import MetafileError
from connectors.dvc.templates.value_files import MAX_DOTS, MAX_REMEMBERED, MAX_TOML, PER_BYTE, load_values
from connectors.formats.long_numbers import MAX_BITS, MAX_DIGITS
from connectors.formats.yaml import MAX_DEPTH

LARGEST = MAX_REMEMBERED // 10 // PER_BYTE  # bytes that are kept: see BoundedCache


def nested(levels):
    value = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("file", "text", "value"),
    [
        pytest.param("v.toml", "x = 1\n#".ljust(MAX_TOML, "y"), {"x": 1}, id="long TOML"),
        pytest.param("v.toml", f"x = '{'.' * MAX_DOTS}'\ny = '.'", {"x": "." * MAX_DOTS, "y": "."}, id="dots in TOML"),
        pytest.param("v.toml", f"x = {hex((1 << MAX_BITS) - 1)}", {"x": (1 << MAX_BITS) - 1}, id="a number of TOML"),
        pytest.param("v.py", f"x = {hex((1 << MAX_BITS) - 1)}", {"x": (1 << MAX_BITS) - 1}, id="a number of Python"),
        pytest.param("v.json", f"{(1 << MAX_BITS) - 1}", (1 << MAX_BITS) - 1, id="a number of JSON"),
        pytest.param("v.json", json.dumps(nested(MAX_DEPTH)), nested(MAX_DEPTH), id="lists in each other"),
    ],
)
def test_a_file_at_a_bound_is_read(file, text, value):
    assert load_values(file, text.encode()) == value


LONG = "9" * 20_000


@pytest.mark.parametrize(
    ("file", "text", "value"),
    [
        pytest.param("v.toml", f"x = {1 << MAX_BITS:#x}\ny = 1", {"x": str(1 << MAX_BITS), "y": 1}, id="TOML"),
        pytest.param("v.py", f"x = {1 << MAX_BITS:#x}\ny = 1", {"x": str(1 << MAX_BITS), "y": 1}, id="Python"),
        pytest.param("v.json", f"[{1 << MAX_BITS}, 1]", [str(1 << MAX_BITS), 1], id="JSON"),
        pytest.param("v.json", f"{1 << MAX_BITS}", str(1 << MAX_BITS), id="JSON that is only that number"),
        pytest.param("v.toml", f"x = [{LONG}, 1]\ny = 1", {"x": [LONG, 1], "y": 1}, id="20,000 digits of TOML"),
        pytest.param("v.py", f"x = -{LONG}\ny = 1", {"x": f"-{LONG}", "y": 1}, id="20,000 digits of Python"),
        pytest.param("v.json", f'{{"x": {LONG}, "y": 1}}', {"x": LONG, "y": 1}, id="20,000 digits of JSON"),
        pytest.param("v.py", f"x = 0x{'f' * 20_000}", {"x": f"0x{'f' * 20_000}"}, id="20,000 digits in base 16"),
        pytest.param("v.py", f"x = {{0x{'f' * 20_000}: 1}}", {"x": {f"0x{'f' * 20_000}": 1}}, id="a key of Python"),
        pytest.param(
            "v.json", f"[{LONG}, {'9' * MAX_DIGITS}]", [LONG, str(int("9" * MAX_DIGITS))], id="beside one that is read"
        ),
        pytest.param("v.toml", f'x = {LONG}\ny = "= {LONG}"', {"x": LONG, "y": f"= {LONG}"}, id="digits in a text"),
    ],
)
def test_a_number_that_is_too_long_is_text(file, text, value):
    """A number of 20,000 digits costs that value (THREATS.md: huge integers)."""
    assert load_values(file, text.encode()) == value


@pytest.mark.parametrize(
    ("file", "text", "rule", "message"),
    [
        pytest.param(
            "v.toml",
            "x = 1\n#".ljust(MAX_TOML + 1, "y"),
            "too-big",
            "found TOML of 131,073 characters, expected at most 131,072",
            id="long TOML",
        ),
        pytest.param(
            "v.toml",
            f"y = 1\nx = '{'.' * (MAX_DOTS + 1)}'",
            "too-deep",
            "found a line with more than 500 dots, expected at most that",
            id="dots in TOML",
        ),
        pytest.param(
            "v.json",
            f'{{"x": {LONG}',
            "not-json",
            "not JSON: Expecting ',' delimiter: line 1 column 20007 (char 20006)",
            id="JSON that ends behind a long number",
        ),
        pytest.param(
            "v.toml",
            f"x = {LONG} y",
            "not-toml",
            "not TOML: Expected newline or end of document after a statement (at line 1, column 20008)",
            id="TOML with a fault behind a long number",
        ),
        pytest.param(
            "v.json", json.dumps(nested(MAX_DEPTH + 1)), "too-deep", "nested deeper than 100", id="lists in each other"
        ),
    ],
)
def test_a_file_beyond_a_bound_is_refused(file, text, rule, message):
    with pytest.raises(MetafileError) as caught:
        load_values(file, text.encode())
    assert (caught.value.rule, caught.value.message) == (rule, message)


@pytest.mark.parametrize(
    ("size", "is_kept"),
    [pytest.param(LARGEST, True, id="a tenth of all bytes"), pytest.param(LARGEST + 1, False, id="one byte more")],
)
def test_a_file_is_read_once_within_a_bound(size, is_kept):
    first, second = (load_values("v.json", b'{"x": 1}'.ljust(size)) for _ in range(2))
    assert (first, second, first is second) == ({"x": 1}, {"x": 1}, is_kept)
