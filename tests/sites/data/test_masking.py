"""The rows that the site shows hold no e-mail address, in columns of whatever type."""

from __future__ import annotations

from contextlib import closing

import duckdb
import pytest

from catalog.privacy.emails import HIDDEN, hide
from sites.data.masking import MaskedConnection

ADDRESS = "ann@example.com"


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        pytest.param(f"'by {ADDRESS}'", f"by {HIDDEN}", id="a text"),
        pytest.param(f"['a', '{ADDRESS}']", ["a", HIDDEN], id="a list"),
        pytest.param(f"{{'name': '{ADDRESS}', 'age': 3}}", {"name": HIDDEN, "age": 3}, id="a structure"),
        pytest.param(f"[{{'name': '{ADDRESS}'}}]", [{"name": HIDDEN}], id="a list of structures"),
        pytest.param(f"map {{'k': '{ADDRESS}'}}", {"k": HIDDEN}, id="a map"),
        pytest.param(f"'{ADDRESS}'::enum('{ADDRESS}')", HIDDEN, id="an enumeration"),
        pytest.param("'a@v1.0.0'", "a@v1.0.0", id="a version"),
        pytest.param("null::varchar", None, id="nothing"),
        pytest.param("[1.5, null]::double[]", [1.5, None], id="numbers"),
    ],
)  # fmt: skip
def test_a_cell_is_masked_and_those_beside_it_stay(cell, shown):
    with closing(duckdb.connect()) as connection:
        query = f"select '{ADDRESS}' as repo, 7 as number, {cell} as cell, 'x' as other"
        masked = MaskedConnection(connection, hide)
        rows = [masked.execute(query).fetchall(), masked.execute(query).fetchmany(5)]
    assert rows == [[(ADDRESS, 7, shown, "x")]] * 2
