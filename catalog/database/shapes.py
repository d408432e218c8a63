"""The tables of a catalog as Arrow schemas: those of the crawl, and those of each repository with what installed connectors bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.plugins.connector import installed_tables
from catalog.schema.arrow import schema
from catalog.schema.tables import CRAWL

if TYPE_CHECKING:
    import pyarrow as pa


def partition_shapes() -> dict[str, pa.Schema]:
    """The tables of each repository."""
    return {table.TABLE: schema(table) for table in installed_tables()}


def all_shapes() -> dict[str, pa.Schema]:
    """All tables."""
    return {table.TABLE: schema(table) for table in CRAWL} | partition_shapes()
