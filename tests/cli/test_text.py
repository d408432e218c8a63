"""Tables fit, and what strangers wrote does nothing."""

from __future__ import annotations

import os
import termios
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.cli.progress import _UNIT, line, size
from catalog.cli.text import _NARROWEST, GAP, Screen, TableColumn, cell, fit, folded, note, screen, table, width
from catalog.schema.tables.inventory import Visit


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        pytest.param(None, "-", id="nothing"),
        pytest.param([], "-", id="an empty list"),
        pytest.param({}, "-", id="an empty map"),
        pytest.param(False, "no", id="no"),
        pytest.param(0, "0", id="zero is a number"),
        pytest.param(datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC), "2024-01-02 03:04", id="a time, to the minute"),
        pytest.param(["a\x07", "b"], "a\\x07, b", id="a list"),
        pytest.param({"k\x07": "v"}, "k\\x07=v", id="a map"),
        pytest.param("[bold]x[/]", "[bold]x[/]", id="markup is text"),
    ],
)
def test_cells(value, shown):
    assert cell(value) == shown


@given(st.text(st.one_of(st.characters(categories=["L", "M"]), st.sampled_from(" /:.-"))), st.integers(2, 30))
def test_lines_of_a_text_fit_and_hold_all_of_it(text, limit):
    lines = folded(text, limit)
    assert [line for line in lines if width(line) > limit] == []
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param("", [""], id="nothing"),
        pytest.param("one two three", ["one two", "three"], id="at a space"),
        pytest.param("12345678", ["12345678"], id="as long as a line"),
        pytest.param("123456789", ["12345678", "9"], id="one more"),
        pytest.param("see acme/churn", ["see", "acme/", "churn"], id="in a word behind a sign"),
        pytest.param("a  b", ["a  b"], id="spaces stay"),
        pytest.param("模型模型模型", ["模型模型", "模型"], id="wide characters"),
    ],
)
def test_where_a_text_is_broken(text, lines):
    assert folded(text, 8) == lines


@given(st.lists(st.integers(1, 300), min_size=1, max_size=12), st.integers(1, 200))
def test_what_has_room_fits(widths, limit):
    kept = fit(widths, limit)
    fits = sum(kept) + 2 * (len(kept) - 1) <= limit
    no_wider = all(most <= wanted for most, wanted in zip(kept, widths, strict=False))
    assert (bool(kept), fits, no_wider) == (True, True, True)


@pytest.mark.parametrize(
    ("room", "kept"),
    [(0, [2 * _NARROWEST, _NARROWEST]), (-1, [3 * _NARROWEST + 1])],
    ids=["just enough", "one too few"],
)
def test_a_column_goes_where_the_others_would_be_too_narrow(room, kept):
    limit = 3 * _NARROWEST + len(GAP) + room
    assert fit([90, _NARROWEST], limit) == kept


def test_a_pipe_cuts_nothing():
    columns = (TableColumn(title="a", key="a"), TableColumn(title="b", key="b"))
    assert table(columns, [{"a": "x" * 500, "b": "y"}], Screen(width=None, colour=False)) == (
        f"a{' ' * 499}  b\n{'x' * 500}  y\n",
        (),
    )


def test_what_has_no_room_stands_in_several_lines_or_below_its_row():
    columns = tuple(TableColumn(title=title, key=title) for title in ("a", "b", "c", "d", "e"))
    rows = [
        {"a": "1", "b": "two words and more of them", "c": "y" * 50, "d": "near", "e": "also near"},
        {"a": "2", "b": "x" * 21, "c": None, "d": "", "e": "e"},
    ]
    fitted = table(columns, rows, Screen(width=24, colour=False))
    assert (fitted.below, fitted.text.splitlines()) == (
        ("c", "d", "e"),
        [
            "a  b",
            "1  two words and more of",
            "   them",
            "    c:",
            f"    {'y' * 20}",
            f"    {'y' * 20}",
            f"    {'y' * 10}  d: near",
            "    e: also near",
            f"2  {'x' * 21}",
            "    e: e",
        ],
    )


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("👨\u200d👩\u200d👧", 2),
        ("👩🏽\u200d🔬 a", 4),
        ("❤\ufe0f", 2),
        ("👩👩", 4),
        ("e\u0301", 1),
    ],
    ids=["joined emoji", "with a colour of skin", "a symbol as a picture", "two emoji", "an accent"],
)
def test_how_wide_a_text_is(text, columns):
    assert width(text) == columns


@pytest.mark.parametrize(
    ("screen_width", "lines"),
    [
        (None, ["one two three"]),
        (13, ["one two three"]),
        (12, ["one two", "three"]),
        (1, [*"onetwothree"]),
    ],
    ids=["a pipe", "as wide as the sentence", "one column less", "one column"],
)
def test_a_note_is_as_wide_as_the_screen(screen_width, lines):
    assert note("one two three", Screen(width=screen_width, colour=False)).splitlines() == lines


@pytest.mark.parametrize(("columns", "width"), [(33, 33), (0, 80)], ids=["of its own", "of unknown width"])
def test_a_terminal_is_as_wide_as_it_says(columns, width):
    controller, terminal = os.openpty()
    termios.tcsetwinsize(terminal, (24, columns))
    with os.fdopen(controller, "rb"), os.fdopen(terminal, "w", encoding="utf-8") as stream:
        assert screen(stream).width == width


def test_joined_emoji_are_not_broken():
    assert folded("👨\u200d👩\u200d👧" * 3, 4) == ["👨\u200d👩\u200d👧" * 2, "👨\u200d👩\u200d👧"]


def test_wide_characters_take_two_columns():
    columns = (TableColumn(title="a", key="a"), TableColumn(title="b", key="b"))
    rows = [{"a": "模型", "b": "1"}, {"a": "mode", "b": "2"}]
    assert table(columns, rows, Screen(width=80, colour=False))[0] == "a     b\n模型  1\nmode  2\n"


def visit(outcome, why, message):
    return Visit(
        crawl=1,
        repo="h/r",
        outcome=outcome,
        why=why,
        message=message,
        started_at=datetime(2024, 1, 1, tzinfo=UTC),
        seconds=1.0,
        received=1,
        requests=1,
    )


@pytest.mark.parametrize(
    ("found", "told"),
    [
        pytest.param(visit("new", "new", None), "new      h/r", id="new says it all"),
        pytest.param(visit("changed", "refs_changed", None), "changed  h/r: refs changed", id="changed says why"),
        pytest.param(visit("down", None, "no answer"), "down     h/r: no answer", id="down says what went wrong"),
    ],
)
def test_a_visit_in_a_line(found, told):
    assert line(found) == told


@pytest.mark.parametrize(
    ("count", "told"),
    [
        (0, "0 bytes"),
        (_UNIT - 1, "1023 bytes"),
        (_UNIT, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (1 << 20, "1.0 MiB"),
        (5 << 30, "5.0 GiB"),
    ],
)
def test_sizes(count, told):
    assert size(count) == told
