"""Text for people: sizes, and the colours of people."""

from __future__ import annotations

import pytest

from sites.text import _KILO, _SMALL, _THOUSAND, AVATARS, HUES, MESSAGE, decimal, look, of_type, person, size, with_code


@pytest.mark.parametrize(
    ("count", "shown"),
    [(_KILO - 1, "1023 B"), (_KILO, "1.0 KiB"), (_KILO**2, "1.0 MiB"), (_KILO**3, "1.0 GiB")],
)
def test_a_size_has_the_largest_unit_that_it_fills(count, shown):
    assert size(count) == shown


def test_people_have_so_many_colours():
    shown = "".join(person(f"Person {number}") for number in range(99))
    assert [number for number in range(AVATARS + 1) if f'class="who a{number}"' in shown] == [*range(AVATARS)]


def test_stages_that_are_not_known_have_so_many_hues_by_their_names():
    looks = {look(f"Stage {number}") for number in range(99)}
    assert (sorted(looks), look("STAGE 7"), look("Live")) == (
        [f"h{hue}" for hue in range(HUES)],
        look("stage 7"),
        "prod",
    )


@pytest.mark.parametrize(
    ("count", "kind", "shown"),
    [
        (1, "model", "1 model"),
        (22, "model", "22 models"),
        (5, "dataset", "5 datasets"),
        (3, "data", "3 of type data"),
        (2, None, "2 without a type"),
    ],
)
def test_a_count_of_artifacts_of_a_type(count, kind, shown):
    assert of_type(count, kind) == shown


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param(0.123456, "0.1235", id="four digits"),
        pytest.param(_THOUSAND - 0.06, "999.9", id="a little less than a thousand"),
        pytest.param(_THOUSAND + 0.25, "1,000.2", id="from a thousand on, one decimal"),
        pytest.param(12345.6, "12,345.6", id="thousands apart"),
        pytest.param(-1234567.0, "-1,234,567", id="a whole number"),
        pytest.param(0.0, "0", id="nothing"),
        pytest.param(_SMALL, "0.0001", id="the smallest without an exponent"),
        pytest.param(_SMALL * 0.99, "9.90e-5", id="a smaller one"),
    ],
)
def test_a_number_of_a_metric(value, shown):
    assert decimal(value) == shown


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        pytest.param("run `git fsck` <now>", "run <code>git fsck</code> &lt;now&gt;", id="code"),
        pytest.param("`a` and `b", "<code>a</code> and `b", id="a backtick without another"),
        pytest.param("`\u202e<b>`", "<code>\\u202e&lt;b&gt;</code>", id="what is invisible or markup, within code"),
        pytest.param(None, "", id="nothing"),
        pytest.param("x" * MESSAGE, "x" * MESSAGE, id="as long as is shown"),
        pytest.param("x" * (MESSAGE + 1), "x" * (MESSAGE - 1) + "…", id="one more"),
    ],
)
def test_what_stands_between_backticks_is_code(message, shown):
    assert with_code(message) == shown
