"""The Python API: `with Catalog.open() as catalog: catalog.show("churn#prod").rows`. The command line uses it, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from catalog.query.answer import Answer, SqlError, select
from catalog.query.arguments import Count, Name, checked
from catalog.query.query_parameters import QueryParameters, Value, as_text
from catalog.query.report import VersionReport, version_report
from catalog.query.search.answers import FacetAnswer, SearchAnswer
from catalog.query.versions import Versions

__all__ = ["Answer", "Catalog", "FacetAnswer", "SearchAnswer", "SqlError", "VersionReport"]


@checked
class Catalog(Versions):
    """A catalog, open for reading. Each method is a question and gives an `Answer`; several threads may ask at once.

    NotFound where a name means nothing here, Ambiguous (with `candidates`) where it means several things, Misuse for an invalid
    reference or date, StoreError where the file cannot be read.
    """

    def sql(self, text: str, /, **parameters: object) -> Answer:
        """One SELECT; `$name` in it stands for a parameter. SqlError where DuckDB, or we, will not have it."""
        return select(self._connection, text, parameters, self._bounds)

    def queries(self, folder: Path | None = None) -> Answer:
        """The named questions that `query` takes, with their parameters: those of this package, and the files of a folder.

        `folder` is the folder `queries` beside repos.toml. Misuse for a file in it that is no query, StoreError for one that cannot be read.
        """
        from catalog.query.saved_queries import listed, saved_queries

        return listed(saved_queries(folder).values())

    def query(self, name: Name, folder: Path | None = None, /, **parameters: Value) -> Answer:
        """The answer of a named question: `query("in-stage", stage="production")`; a parameter that is not given has its default value.

        A parameter that is called stage, raw_stage, type, repo, ref, dataset, artifact, owner, author or metric is resolved as in every
        other question; times can be `7d` or `2026-03`. `note` says why there may be no rows. NotFound for an unknown query or name,
        InvalidArgument for an unknown parameter, or one that is no number or time where the query needs one. All rows of a saved search.
        """
        from catalog.query.saved_queries import saved_query

        query = saved_query(name, folder)
        given = query.filled({key: as_text(value) for key, value in parameters.items()})
        if query.search:
            return self.search(query.text, limit=None)
        resolver = QueryParameters(ask=self._ask, names=self._names)
        values = resolver.resolved(query.text, given, given.keys() - parameters.keys())
        answer = self.sql(query.text, **values)
        return answer if answer.values else replace(answer, note=resolver.note(query.text, values))

    def search(self, query: str, *, limit: Count | None = 20, cursor: str | None = None) -> SearchAnswer:
        """What a query finds, the best first: artifacts, with `is:version` versions, or with `is:experiment` experiments. docs/search.md has the language.

        `why` in each row is the piece of text, or the field, by which it was found. At most `limit` rows, or all with None; `total` of
        the answer says how many there are, `note` what was searched instead. With the `next_cursor` of an answer as `cursor`, the rows
        that follow. QueryError, which points at the column, for a wrong query; Misuse for a cursor of another query, or of a catalog
        that has changed since.
        """
        from catalog.query.search.ask import search  # imported late: `show` searches nothing

        return search(self._ask, query, limit, cursor)

    def report(self, ref: str, *, against: Name | None = None) -> VersionReport:
        """What is new in a version: metrics, parameters, inputs and plots beside those of another one.

        `against` is a stage (`prod`), a version of the same artifact, or a reference. Where the version is itself in that stage, it is
        compared with the one that it replaced there. Misuse where both are the same version.
        """
        return version_report(self._ask, self._names, ref, against)

    def facets(self, query: str = "", *, fields: Sequence[str] = ()) -> FacetAnswer:
        """How many of the artifacts (or versions) that `search` finds have which `value` of which `field`; errors and `note` as there."""
        from catalog.query.search.ask import facets

        return facets(self._ask, query, fields)
