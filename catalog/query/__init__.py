"""Questions in Python: `from catalog.query import Catalog`."""

from __future__ import annotations

from catalog.query.answer import Answer, SqlError
from catalog.query.catalog import Catalog
from catalog.query.search.ask import FacetAnswer, SearchAnswer

__all__ = ["Answer", "Catalog", "FacetAnswer", "SearchAnswer", "SqlError"]
