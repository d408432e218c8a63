"""The tables of a catalog as Arrow schemas: those of the crawl, and those of each repository with what installed connectors bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa


def partition_shapes() -> dict[str, pa.Schema]:
    """The tables of each repository."""
    from catalog.plugins.connector import (
        installed_tables,  # with dulwich; a query needs shapes only where it fails
    )
    from catalog.schema.arrow import schema  # with pyarrow, as above

    return {table.TABLE: schema(table) for table in installed_tables()}


def all_shapes() -> dict[str, pa.Schema]:
    """All tables."""
    from catalog.schema.arrow import schema
    from catalog.schema.tables import CRAWL

    return {table.TABLE: schema(table) for table in CRAWL} | partition_shapes()
