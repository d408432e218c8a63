"""Rows: what a copy with other cells is."""

from __future__ import annotations

import dataclasses

import pytest

from catalog.schema.record import columns, replace
from catalog.schema.tables import CRAWL, PARTITION


@pytest.mark.parametrize("table", [*PARTITION, *CRAWL], ids=lambda table: table.TABLE)
def test_a_row_with_another_cell_is_as_dataclasses_make_it(table):
    row = table(**{field.name: field.name for field in dataclasses.fields(table)})
    for field in dataclasses.fields(table):
        made = replace(row, **{field.name: 1})
        assert (type(made), made) == (table, dataclasses.replace(row, **{field.name: 1}))
    assert row == table(**{field.name: field.name for field in dataclasses.fields(table)})


def test_a_cell_of_no_column_is_refused():
    table = PARTITION[0]
    row = table(**dict.fromkeys((column.name for column in columns(table) if column.name != "repo"), "x"))
    with pytest.raises(AttributeError):
        replace(row, colour="red")
