"""docs/search.md: its examples run, and its tables have every field."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from catalog.cli import main
from catalog.database.search_fields import FIELDS
from support.small_catalog import small_catalog

PAGE = (Path(__file__).parents[3] / "docs" / "search.md").read_text("utf-8")
EXAMPLES = re.findall(r"^catalog (.+)$", PAGE, re.MULTILINE)


@pytest.fixture(scope="module")
def database():
    return small_catalog()


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_runs(capsys, database, example, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for saving in (each for each in EXAMPLES if "--save" in each and example.startswith("queries")):
        main(shlex.split(saving, comments=True))
    assert main([*shlex.split(example, comments=True), "--catalog", str(database)]) == 0, capsys.readouterr().err


def test_the_table_has_every_field():
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|.*\|.*\|$", PAGE, re.MULTILINE)
    assert [name for row in rows for name in re.findall(r"\w+", row)] == [field.name for field in FIELDS]


@pytest.mark.parametrize("field", [field for field in FIELDS if field.kind == "flag"], ids=lambda field: field.name)
def test_the_table_has_every_choice(field):
    (row,) = [line for line in PAGE.splitlines() if re.match(rf"\| .*`{field.name}`.* \| .* \| .* \|$", line)]
    choices = {*field.choices, *field.version_choices} - {"version", "experiment"}
    assert choices - set(re.findall(r"`([a-z]+)`", row)) == set()
