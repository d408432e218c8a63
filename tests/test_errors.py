"""The outcomes of visits: one list, and all that repeats it says the same."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from catalog.errors import DEPARTED, READ, OriginError, VisitOutcome
from catalog.schema.tables.inventory import Repo
from sites.view_models.registry import OUTCOMES

ROOT = Path(__file__).parents[1]


def test_sql_counts_as_read_what_python_does():
    sql = (ROOT / "catalog" / "database" / "sql" / "questions" / "repo_changes.sql").read_text("utf-8")
    listed = re.findall(r"outcome in \(([^)]*)\)(?: then 'there'|\) over)", sql)
    assert [re.findall(r"'(\w+)'", outcomes) for outcomes in listed] == [[*READ], [*READ]]


def test_sql_counts_as_departed_what_python_does():
    sql = (ROOT / "catalog" / "database" / "sql" / "questions" / "repo_changes.sql").read_text("utf-8")
    (listed,) = re.findall(r"outcome in \(([^)]*)\) then 'departed'", sql)
    assert re.findall(r"'(\w+)'", listed) == [*DEPARTED]


def test_the_comment_of_the_column_lists_every_outcome():
    comment = str({field.name: field.metadata for field in fields(Repo)}["outcome"])
    assert re.findall(r"`(\w+)`", comment) == [*VisitOutcome]


def test_the_site_has_words_for_every_outcome():
    assert sorted(OUTCOMES) == sorted(VisitOutcome)


def kinds(kind):
    return [kind, *(each for below in kind.__subclasses__() for each in kinds(below))]


@pytest.mark.parametrize("kind", kinds(OriginError), ids=lambda kind: kind.__name__)
def test_an_error_of_an_origin_is_an_outcome_of_a_visit_that_failed(kind):
    assert (type(kind.outcome), kind.outcome in READ) == (VisitOutcome, False)


FORMATS_OWN_WORDS = {"value_files.py", "fields.py", "listing.py"}  # of JSON and TOML, which name the place; and of ours


def test_a_problem_is_told_in_our_words():
    """What Python or a library says over a bad value (`invalid literal for int()`) helps no owner of a file."""
    rooms = (ROOT / "connectors", ROOT / "catalog" / "git")
    files = (file for room in rooms for file in room.rglob("*.py") if file.name not in FORMATS_OWN_WORDS)
    raw = re.compile(r"str\(error\)|\{error[!:}]")
    assert [
        f"{file.name}: {line}" for file in files for line in file.read_text("utf-8").splitlines() if raw.search(line)
    ] == []
