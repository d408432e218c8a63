"""Data for pages as scripts: whatever it is, the script is one call, and reads as what it was."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.text import visible_on_page
from sites.data_script import data_script

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False), st.lists
)


@given(st.text(), VALUES)
def test_a_script_is_one_call_of_plain_characters(key, value):
    script = data_script(key, {"x": value}).decode("ascii")
    (found, data) = json.loads(f"[{script.removeprefix('S(').removesuffix(');' + chr(10))}]")
    assert (found, list(data), re.findall("[<&\\n]", script)) == (visible_on_page(key), ["x"], ["\n"])


@pytest.mark.parametrize("text", ["</script>", "<!--", "&lt;"])
def test_no_text_ends_a_script(text):
    assert text not in data_script("x", text).decode()


def test_what_cannot_be_seen_is_shown():
    assert data_script("x", ["a\u202eb", {"y": ("\u2028",)}]) == b'S("x", ["a\\\\u202eb",{"y":["\\\\u2028"]}]);\n'


def test_a_number_that_is_none_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        data_script("x", float("nan"))


def test_a_name_that_objects_have_is_a_key():
    assert (
        data_script("x", {"a": 1, "__proto__": {"__proto__": 2}})
        == b'S("x", {"a":1,["__proto__"]:{["__proto__"]:2}});\n'
    )
