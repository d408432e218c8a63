"""docs/tables.md is made from the catalog's own comments, and is in step with them."""

from __future__ import annotations

import re
from pathlib import Path

from catalog.database.table_reference import table_reference
from catalog.schema.tables import CRAWL, PARTITION

PAGE = Path(__file__).parents[2] / "docs" / "tables.md"


def test_the_reference_page_is_in_step():
    assert PAGE.read_text("utf-8") == table_reference(), (
        "run: python -m catalog.database.table_reference docs/tables.md"
    )


def test_the_reference_page_has_each_table_once():
    headings = re.findall(r"^### (\w+) \(table\)$", PAGE.read_text("utf-8"), re.MULTILINE)
    assert sorted(headings) == sorted(table.TABLE for table in (*CRAWL, *PARTITION))
