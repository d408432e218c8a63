"""`gto show` and `gto history` of one repository, as GTO says it and as the catalog does, in the same shape."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import Any

import duckdb
import gto.api

from support.catalogs import asked


def shown_by_gto(path: Path, **options: Any) -> dict[str, Any]:
    shown = gto.api.show(str(path), **options)
    return {
        name: (
            state["version"],
            {stage: version for stage, version in state["stage"].items() if version},
            state["registered"],
        )
        for name, state in shown.items()
    }


def shown_by_us(connection: duckdb.DuckDBPyConnection, repo: str = "r") -> dict[str, Any]:
    # GTO never reads dvc.yaml, so an artifact that is nowhere else is unknown to it.
    query = """
        from internal.gto_show($1)
        where registered or artifact in (select artifact from annotations where repo = $1 and source = 'artifacts.yaml')
    """
    rows = asked(connection, query, repo)
    return {row["artifact"]: (row["version"], row["stages"], row["registered"]) for row in rows}


def history_of_gto(path: Path) -> list[tuple[Any, ...]]:
    return [
        (
            event["timestamp"].astimezone(UTC).replace(tzinfo=None),
            event["priority"],
            event["event"],
            event["artifact"],
            event["version"],
            event["stage"],
            event["commit"],
            event["author"],
            event["author_email"],
            event["message"],
            event["ref"],
        )
        for event in gto.api.history(str(path))
    ]


def history_of_ours(connection: duckdb.DuckDBPyConnection, repo: str = "r") -> list[tuple[Any, ...]]:
    query = """
        select created_at, priority, event, artifact, version, raw_stage, commit, author, author_email, message, tag
        from resolved_events where repo = ? order by created_at desc, priority desc
    """
    return connection.execute(query, [repo]).fetchall()


def in_gto_order(events: list[tuple[Any, ...]]) -> list[Any]:
    """GTO's order is by time and priority; what is equal in both has none."""
    assert [event[:2] for event in events] == sorted((event[:2] for event in events), reverse=True)
    return sorted(events, key=repr)
