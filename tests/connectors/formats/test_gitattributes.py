"""The bounds of `.gitattributes`."""

import pytest

from catalog.errors import MetafileError
from connectors.formats.gitattributes import MAX_MACROS, MAX_RULES, MAX_STATES, AttributeRule, Attributes, parse
from connectors.formats.gitignore import ANY, MAX_PATTERN


def rule(name, *states):
    return AttributeRule(parts=(ANY, name), states=states)


def lines(template, count):
    return "".join(template.format(number) + "\n" for number in range(count))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "# comment\n\n" + lines("f{} a", MAX_RULES),
            Attributes(tuple(rule(f"f{n}", ("a", True)) for n in range(MAX_RULES)), {}),
            id="rules",
        ),
        pytest.param(
            lines("[attr]m{} a", MAX_MACROS),
            Attributes((), {f"m{n}": (("a", True),) for n in range(MAX_MACROS)}),
            id="macros",
        ),
        pytest.param(
            "f " + " ".join(f"a{n}" for n in range(MAX_STATES)),
            Attributes((rule("f", *((f"a{n}", True) for n in range(MAX_STATES))),), {}),
            id="attributes",
        ),
        pytest.param(
            "x" * MAX_PATTERN + " a", Attributes((rule("x" * MAX_PATTERN, ("a", True)),), {}), id="characters"
        ),
        pytest.param(
            "#" * MAX_PATTERN + "# " + "a " * MAX_STATES + "a", Attributes((), {}), id="a comment has no bound"
        ),
    ],
)
def test_a_file_at_a_bound_is_read(text, expected):
    assert parse(text.encode()) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            lines("f{} a", MAX_RULES + 1),
            "found 2,001 rules and 0 macros, expected at most 2,000 and 50",
            id="one rule",
        ),
        pytest.param(
            lines("[attr]m{} a", MAX_MACROS + 1),
            "found 0 rules and 51 macros, expected at most 2,000 and 50",
            id="one macro",
        ),
        pytest.param(
            "\nf " + " ".join(f"a{n}" for n in range(MAX_STATES + 1)),
            "found 1 characters and 51 attributes in line 2, expected at most 1,000 and 50",
            id="one attribute",
        ),
        pytest.param(
            "x" * (MAX_PATTERN + 1) + " a",
            "found 1,001 characters and 1 attributes in line 1, expected at most 1,000 and 50",
            id="one character",
        ),
    ],
)
def test_a_file_beyond_a_bound_is_refused(text, message):
    with pytest.raises(MetafileError) as caught:
        parse(text.encode())
    assert (caught.value.rule, caught.value.message) == ("too-big", message)
