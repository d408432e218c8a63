"""Where the statements of a TOML file stand."""

from __future__ import annotations

import tomllib

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from catalog.config.statements import statements


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("# a\n\n[crawl] # b\njobs = 2\n", [(("crawl",), 3, 3), (("crawl", "jobs"), 4, 4)], id="a table"),
        pytest.param("a.'b.c'.\"d=e\" = 1", [(("a", "b.c", "d=e"), 1, 1)], id="a dotted key, without a line's end"),
        pytest.param("a = [\n  1, # ]\n  {b = ']'},\n]\nc = 1", [(("a",), 1, 4), (("c",), 5, 5)], id="several lines"),
        pytest.param('a = """\n[b]\\"""\n"""\nc = 1', [(("a",), 1, 3), (("c",), 4, 4)], id="a text that looks like a header"),
        pytest.param("a = '''\n[b]\n'''\n[ c . d ]", [(("a",), 1, 3), (("c", "d"), 4, 4)], id="a literal text, and spaces in a header"),
        pytest.param(
            "[[r]]\nu = 1\n[x]\n[['r']]\nu = 2",
            [(("r", 0), 1, 1), (("r", 0, "u"), 2, 2), (("x",), 3, 3), (("r", 1), 4, 4), (("r", 1, "u"), 5, 5)],
            id="tables of an array are counted",
        ),
        pytest.param("# only\n", [], id="nothing but a comment"),
    ],
)  # fmt: skip
def test_statements(text, expected):
    assert [(each.path, each.line, each.last_line) for each in statements(text)] == expected


_VALUES = st.recursive(
    st.text(max_size=6) | st.integers(-9, 9) | st.booleans(), lambda inner: st.lists(inner, max_size=3), max_leaves=4
)


@given(st.dictionaries(st.text(min_size=1, max_size=6), st.dictionaries(st.text(min_size=1, max_size=6), _VALUES)))
def test_each_statement_has_the_value_that_its_path_names(document):
    """The lines of a statement alone are TOML, and say what the whole file says of its path."""
    text = tomlkit.dumps(document)
    lines = text.split("\n")
    found = {}
    for each in statements(text):
        if not each.is_header:
            (value,) = tomllib.loads("\n".join(lines[each.line - 1 : each.last_line])).values()
            found[each.path] = value
    assert found == {(table, key): value for table, of in document.items() for key, value in of.items()}
