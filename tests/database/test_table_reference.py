"""docs/tables.md is made from the catalog's own comments, and is in step with them."""

from __future__ import annotations

from pathlib import Path

from catalog.database.table_reference import table_reference

PAGE = Path(__file__).parents[2] / "docs" / "tables.md"


def test_the_reference_page_is_in_step():
    assert PAGE.read_text("utf-8") == table_reference(), (
        "run: python -m catalog.database.table_reference docs/tables.md"
    )
