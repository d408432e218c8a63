"""Data in script files: what a stranger wrote stays a text."""

from __future__ import annotations

import json

import pytest

from sites.view_models.scripts import script

SHOWN = "é漢🦦 \t\"'\\/&>"


@pytest.mark.parametrize(
    "text", ["</script><!--", "\u2028\u2029", "\u202e\u200b\ufeff", "\x00\x1f\x7f\x9f", "\U000e0041", SHOWN]
)
def test_a_text_is_what_it_was_and_nothing_in_it_acts(text):
    written = script("x", text).decode()
    held = written.removeprefix('S("x",').removesuffix(");\n")
    odd = [c for c in held if c == "<" or not (c.isprintable() or c == " ")]
    assert (json.loads(held), odd) == (text, [])


def test_a_value_is_handed_over_by_its_name():
    assert script("words/a", {"b": [1, "c"]}) == b'S("words/a",{"b":[1,"c"]});\n'


def test_what_json_has_no_word_for_is_refused():
    with pytest.raises(ValueError, match="Out of range"):
        script("x", float("nan"))


def test_a_name_that_objects_have_is_a_key():
    text = '{"__proto__":1,"__proto__":2'
    written = script("x", {"__proto__": 1, '"__proto__': 2, "y": text}).decode()
    held = json.dumps(text, separators=(",", ":"))
    assert written == 'S("x",{["__proto__"]:1,"\\"__proto__":2,"y":' + held + "});\n"
