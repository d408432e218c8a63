"""The Python API: `with Catalog.open() as catalog: catalog.show("churn#prod").rows`. The command line uses it, too."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.query.answer import Answer, SqlError, select
from catalog.query.arguments import Count, checked
from catalog.query.search.answers import FacetAnswer, SearchAnswer
from catalog.query.versions import Versions

__all__ = ["Answer", "Catalog", "FacetAnswer", "SearchAnswer", "SqlError"]


@checked
class Catalog(Versions):
    """A catalog, open for reading. Each method is a question and gives an `Answer`; several threads may ask at once.

    NotFound where a name means nothing here, Ambiguous (with `candidates`) where it means several things, Misuse for an invalid
    reference or date, StoreError where the file cannot be read.
    """

    def sql(self, text: str, /, **parameters: object) -> Answer:
        """One SELECT; `$name` in it stands for a parameter. SqlError where DuckDB, or we, will not have it."""
        return select(self._connection, text, parameters, self._bounds)

    def search(self, query: str, *, limit: Count | None = 20, cursor: str | None = None) -> SearchAnswer:
        """What a query finds, the best first: artifacts, with `is:version` versions, or with `is:experiment` experiments. docs/search.md has the language.

        `why` in each row is the piece of text, or the field, by which it was found. At most `limit` rows, or all with None; `total` of
        the answer says how many there are, `note` what was searched instead. With the `next_cursor` of an answer as `cursor`, the rows
        that follow. QueryError, which points at the column, for a wrong query; Misuse for a cursor of another query, or of a catalog
        that has changed since.
        """
        from catalog.query.search.ask import search  # imported late: `show` searches nothing

        return search(self._ask, query, limit, cursor)

    def facets(self, query: str = "", *, fields: Sequence[str] = ()) -> FacetAnswer:
        """How many of the artifacts (or versions) that `search` finds have which `value` of which `field`; errors and `note` as there."""
        from catalog.query.search.ask import facets

        return facets(self._ask, query, fields)
