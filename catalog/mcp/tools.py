"""The tools: one for each question. The catalog is opened for each, so that the answers follow the nightly crawl."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import quote

from pydantic import Field

from catalog.mcp.pages import MOST_ROWS, as_text, page, part
from catalog.query.answer import Answer, Row
from catalog.query.catalog import Catalog
from catalog.query.shaping import first

TIMEOUT = 30.0  # seconds of one question
MAX_MEMORY = 1 << 30  # bytes
MOST_SQL_ROWS = 10_000

Ref = Annotated[str, Field(description="artifact, artifact@version, artifact@latest or artifact#stage")]
Limit = Annotated[int, Field(ge=1, le=MOST_ROWS, description="At most this many rows.")]
Cursor = Annotated[str | None, Field(description="The next_cursor of the answer before, for more rows.")]
Stage = Annotated[str | None, Field(description="A stage, by any name that it has in the catalog.")]
RawStage = Annotated[str | None, Field(description="A stage as the tags spell it.")]
Page = dict[str, Any]

_SCHEMA = """
    select table_name as "table", comment as holds from duckdb_tables() where schema_name = 'main'
    union all
    select view_name, comment from duckdb_views() where schema_name = 'main' and not internal
    order by 1
"""
_COLUMNS = """
    select column_name as "column", data_type as type, comment as means from duckdb_columns()
    where schema_name = 'main' and table_name = $table
    order by column_index
"""


class Tools:
    """What an agent can ask. Each public method is a tool, its docstring what the agent is told of it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def search(self, query: str, limit: Limit = 10, cursor: Cursor = None) -> Page:
        """Find models, datasets, (with is:version) versions and (with is:experiment) experiments by words and fields, the best match first: `churn stage:prod metric.auc:>0.8 owner:risk`."""
        with self._open() as catalog:
            answer = catalog.search(query, limit=limit, cursor=cursor)
            return part(catalog, answer.rows, total=answer.total, next_cursor=answer.next_cursor, note=answer.note)

    def show(self, ref: Ref) -> Page:
        """All that is known of one artifact, version or repository: stages, commit, bytes, metrics, parameters, inputs, card, owners, licence."""
        return self._page(lambda catalog: catalog.show(ref), 1, None, "show", ref)

    def resolve(self, ref: Ref) -> Page:
        """Which commit a version is, and where its bytes are: hash, size, URL, and a command that gets them."""
        return self._page(lambda catalog: catalog.resolve(ref), 1, None, "resolve", ref)

    def history(
        self,
        ref: Annotated[
            str | None, Field(description="An artifact, a version or a stage; without it, everything.")
        ] = None,
        repo: Annotated[str | None, Field(description="A repository, or the end of its name.")] = None,
        stage: Stage = None,
        since: Annotated[str | None, Field(description="A date, a month, or 7d.")] = None,
        until: Annotated[str | None, Field(description="A date, a month, or 7d.")] = None,
        limit: Limit = 20,
        cursor: Cursor = None,
    ) -> Page:
        """What registry tags did, newest first: registrations, assignments to stages, and their reversals, with author and message."""
        asked = {"repo": repo, "stage": stage, "since": since, "until": until}
        return self._page(lambda catalog: catalog.history(ref, **asked), limit, cursor, "history", ref, asked)

    def at(
        self,
        when: Annotated[str, Field(description="A date (its end, UTC), a time, yesterday, or 7d.")],
        stage: Stage = None,
        raw_stage: RawStage = None,
        known_at: Annotated[str | None, Field(description="A date or a crawl: as the catalog knew it then.")] = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Page:
        """Which version was in which stage at a moment, and who had assigned it."""
        return self._page(
            lambda catalog: catalog.at(when, stage, raw_stage=raw_stage, known_at=known_at),
            limit,
            cursor,
            "at",
            when,
            stage,
            raw_stage,
            known_at,
        )

    def compare(
        self, refs: Annotated[list[str], Field(min_length=2, max_length=7)], limit: Limit = 50, cursor: Cursor = None
    ) -> Page:
        """Two to seven versions beside each other: what differs in metrics, parameters, hashes and stages; `best` marks the best metric."""
        return self._page(lambda catalog: catalog.compare(*refs, changed=True), limit, cursor, "compare", refs)

    def lineage(
        self,
        ref: Ref,
        direction: Literal["up", "down"] = "up",
        depth: Annotated[int, Field(ge=1, le=100)] = 10,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Page:
        """What a version was made from (up), or what was made from it (down), across repositories."""
        return self._page(
            lambda catalog: catalog.lineage(ref, down=direction == "down", depth=depth),
            limit,
            cursor,
            "lineage",
            ref,
            direction,
            depth,
        )

    def identify(
        self,
        content: Annotated[str, Field(description="A hash or a commit, or seven or more digits of one.")],
        limit: Limit = 20,
        cursor: Cursor = None,
    ) -> Page:
        """Which versions, outputs and dependencies have this hash or commit."""
        return self._page(lambda catalog: catalog.identify(content), limit, cursor, "identify", content)

    def sql(
        self,
        statement: Annotated[str, Field(description="One SELECT in DuckDB's SQL.")],
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Page:
        """Run a SELECT on the catalog (read-only; no files, no network). `schema` has the tables; catalog://reference/sql has examples."""
        return self._page(lambda catalog: catalog.sql(statement), limit, cursor, "sql", statement)

    def schema(
        self,
        table: Annotated[str | None, Field(description="A table or view; without it, all are listed.")] = None,
        limit: Limit = MOST_ROWS,
        cursor: Cursor = None,
    ) -> Page:
        """The tables and views with what they hold, or the columns of one with what they mean."""
        return self._page(
            lambda catalog: catalog.sql(
                _SCHEMA if table is None else _COLUMNS, **({} if table is None else {"table": table})
            ),
            limit,
            cursor,
            "schema",
            table,
        )

    def _page(self, ask: Callable[[Catalog], Answer], limit: int, cursor: str | None, *question: object) -> Page:
        """A page of an answer. `question`: the tool and what it was asked, for which a cursor is good."""
        with self._open() as catalog:
            return page(catalog, ask(catalog), repr(question), limit=limit, cursor=cursor)

    def _open(self) -> Catalog:
        return Catalog.open(self._path, timeout=TIMEOUT, max_memory=MAX_MEMORY, max_rows=MOST_SQL_ROWS)


def listed(path: Path) -> str:
    """The artifacts as JSON, as many as a page has, each with its resource."""
    with Catalog.open(path, timeout=TIMEOUT, max_memory=MAX_MEMORY) as catalog:
        answer = catalog.models()
        rows = [
            {"resource": _resource(row)} | {key: row[key] for key in ("type", "latest", "stages")}
            for row in first(answer, MOST_ROWS).rows
        ]
        note = "these are the first: the tool `search` finds the others" if len(answer) > len(rows) else answer.note
        return as_text(part(catalog, rows, total=len(answer), next_cursor=None, note=note))


def _resource(row: Row) -> str:
    name = f"{row['repo']}:{row['artifact']}"
    return f"catalog://models/{quote(name, safe='/:')}"


def shown(path: Path, ref: str) -> str:
    """An artifact or a version as JSON: what `show` has of it."""
    with Catalog.open(path, timeout=TIMEOUT, max_memory=MAX_MEMORY) as catalog:
        answer = catalog.show(ref)
        return as_text(part(catalog, answer.rows, total=len(answer), next_cursor=None, note=answer.note))
