"""What `{{ value }}` prints: the same as Jinja's own code with `finalize` and autoescape, in fewer calls."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from jinja2.compiler import CodeGenerator
from markupsafe import Markup

from sites.render import environment

TEXT = (
    "<a>{{ value }}</a>{{ value }}{{ value|safe }}{% autoescape false %}{{ value }}{% endautoescape %}"
    "{{ 'a < b' }}{{ [value, 'x']|join('&') }}{% macro twice() %}{{ value }}{{ value }}{% endmacro %}{{ twice() }}"
)
VALUES = ["", "plain text, with 100 % of it\n", "a & b", "<script>", "\"'", "\u202eé\x7f\x00", "\t", None, 0, 1.5, True, [1, "<"], Markup("<b>&amp;</b>")]  # fmt: skip


class OfJinja(environment().__class__):
    """Our environment with Jinja's own code."""

    code_generator_class = CodeGenerator


def templates(text=TEXT):
    """A template as the site compiles it, and as Jinja would."""
    plain = environment().overlay(bytecode_cache=None)
    plain.__class__ = OfJinja
    return environment().from_string(text), plain.from_string(text)


OURS, THEIRS = templates()


def test_the_code_is_another():
    sources = [template.environment.compile(TEXT, raw=True) for template in (OURS, THEIRS)]
    assert ["environment.printed(" in source for source in sources] == [True, False]


@pytest.mark.parametrize("value", VALUES, ids=map(repr, VALUES))
def test_a_value_is_printed_alike(value):
    assert OURS.render(value=value) == THEIRS.render(value=value)


@given(st.text() | st.text(alphabet="&<>\"' ab\n\t\x7f\u200e"))
def test_any_text_is_printed_alike(value):
    assert OURS.render(value=value) == THEIRS.render(value=value)


@pytest.mark.parametrize("text", ["{{ nothing }}", "{{ value.nothing }}"])
def test_what_is_not_there_is_an_error(text):
    for template in templates(text):
        with pytest.raises(UndefinedError):
            template.render(value={})
