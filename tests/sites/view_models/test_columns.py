"""Columns of numbers and texts in the data of pages: how they are written, and that the script of the pages reads what was written."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from sites.view_models import columns
from support.frontend import node

STATIC = Path(__file__).parents[3] / "sites" / "static"


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ([], ""),
        ([7, 7], "=7"),
        ([3, -1], "3,-1"),
        ([0, 9, 10, 35, 36, 61, 62, 63], "~09azAZ-_"),
        ([62, 64], "~01-0"),
        ([0, 4095, 4096], "~0010_00_0"),
    ],
    ids=str,
)
def test_a_column_of_numbers_is_digits_of_base_64_by_places(numbers, text):
    assert columns.numbers(numbers) == text


@pytest.mark.parametrize(
    ("column", "written"),
    [
        ([], ""),
        (["a", "", "b"], "a\n\nb"),
        (["a\nb", "c"], ["a\nb", "c"]),
    ],
    ids=["none", "a line each", "one of several lines"],
)
def test_a_column_of_texts_is_one_text(column, written):
    assert columns.texts(column) == written


def test_a_coded_column_has_the_places_of_its_texts():
    assert columns.coded(["b", "a", "b"]) == (["b", "a"], "~010")


NAMES = {
    "one": ["a/b"],
    "sorted": ["a/b", "a/b/c", "a/c", "b", "b"],
    "unsorted": ["b/a", "a", "b", ""],
    "of other planes": ["\U0001f600a", "\U0001f600b", "\U0001f601", "é"],
    "of several lines": ["a\nb", "a\nc"],
    "that begin alike for long": ["x" * 5000, "x" * 5000 + "y"],
}
READ = """
eval(`${process.env.SCRIPT}; globalThis.Columns = Columns`);
console.log(JSON.stringify(JSON.parse(process.env.DATA).map(([shared, rest]) => Columns.frontCoded(shared, rest))));
"""


def test_pages_read_names_as_they_were():
    written = [columns.front_coded(names) for names in NAMES.values()]
    answer = subprocess.run(
        [str(node()), "-e", READ],
        env={"SCRIPT": (STATIC / "columns.js").read_text("utf-8"), "DATA": json.dumps(written)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(answer.stdout) == [*NAMES.values()]


def test_no_names_are_nothing():
    assert columns.front_coded([]) == ("", "")
