"""The rules of the house that a machine can check."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest
from importlinter.application.use_cases import lint_imports
from importlinter.configuration import configure

from catalog.database.statements import HEADING, named, statements

ROOT = Path(__file__).parents[1]
SOURCES = sorted(file for room in ("catalog", "connectors", "sites") for file in (ROOT / room).rglob("*.py"))
SQL = sorted((ROOT / "catalog" / "database" / "sql").glob("*.sql"))


def shown(file: Path) -> str:
    return str(file.relative_to(ROOT))


def test_nobody_imports_what_is_not_theirs(monkeypatch):
    monkeypatch.chdir(ROOT)
    configure()
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None), "run: lint-imports"


def test_no_file_is_too_long_to_read():
    assert [shown(file) for file in SOURCES if len(file.read_text("utf-8").splitlines()) > 300] == []


def test_every_file_says_first_what_it_is():
    assert [shown(file) for file in SOURCES if not re.match(r'"""[A-Z`a-z/]', file.read_text("utf-8"))] == []


def test_every_statement_of_every_sql_file_is_found_with_its_heading():
    headings = [
        found[1] for file in SQL for found in re.finditer(rf"^{HEADING}", file.read_text("utf-8"), re.MULTILINE)
    ]
    assert sorted(
        [*(made.name for made in statements()), *named("build"), *named("search_index"), *named("search_query")]
    ) == sorted(headings)


@pytest.mark.parametrize("made", list(statements()), ids=lambda made: made.name)
def test_a_statement_is_one_and_says_what_it_answers(made):
    body = f"select {made.body}" if made.scalar else made.body
    assert ([kind.type.name for kind in duckdb.extract_statements(body)], made.doc.endswith(".")) == (
        ["SELECT"],
        True,
    )


def test_no_file_of_the_product_names_this_machine():
    assert [shown(file) for file in (*SOURCES, *SQL) if str(ROOT) in file.read_text("utf-8")] == []
