"""The rows of the graph of each repository; see `catalog/database/sql/site/lineage.sql`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sites.data.facts import Connection, by_repo, rows

REPOS = 200  # of which rows are in memory at a time


class NodeRow(NamedTuple):
    repo: str
    path: str
    pipeline_stage: str | None
    hash: str | None
    size: int | None
    is_linked: bool
    node: int
    place: int


class EdgeRow(NamedTuple):
    repo: str
    kind: str
    from_node: int
    to_node: int
    revision: int
    from_revision: int


class LinkRow(NamedTuple):
    repo: str
    is_incoming: bool
    kind: str
    other_repo: str | None
    from_node: int
    from_revision: int
    to_node: int
    revision: int
    label: str | None


class GraphVersionRow(NamedTuple):
    repo: str
    artifact: str
    version: str
    commit: str
    node: int
    revision: int
    is_latest: bool
    stages: list[str]
    in_prod: bool
    type: str | None


class GraphRows(NamedTuple):
    """The graph of a repository, and what leads from it to others."""

    repo: str
    nodes: list[NodeRow]
    edges: list[EdgeRow]
    links: list[LinkRow]
    versions: list[GraphVersionRow]


def graphs(connection: Connection, repos: Sequence[str]) -> Iterator[GraphRows]:
    """The graph of each of these repositories, read for some of them at a time."""
    for start in range(0, len(repos), REPOS):
        some = [*repos[start : start + REPOS]]
        nodes = by_repo(rows(connection, "site_lineage_nodes", NodeRow, some))
        edges = by_repo(rows(connection, "site_lineage_edges", EdgeRow, some))
        links = by_repo(rows(connection, "site_lineage_links", LinkRow, some))
        versions = by_repo(rows(connection, "site_lineage_versions", GraphVersionRow, some))
        for repo in some:
            yield GraphRows(repo, nodes.get(repo, []), edges.get(repo, []), links.get(repo, []), versions.get(repo, []))
