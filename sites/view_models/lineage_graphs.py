"""The script of each repository's lineage: the graph that `static/lineage.js` walks in as `catalog lineage` does in the tables.

Within a file, nodes and commits are numbers from 0 and from 1; of those that others lead to, `digits` and `commits` have the names that are the same in all files.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sites import urls
from sites.data import lineage
from sites.data.facts import Connection
from sites.data.lineage import GraphRows
from sites.data.page_inputs import PageInputs
from sites.data_script import data_script
from sites.text import look

DIGITS = 10  # of a hash: enough to tell contents apart


def paths(inputs: PageInputs) -> dict[str, str]:
    """The path of the script of each repository that has a graph."""
    return {urls.lineage(row.repo): row.repo for row in inputs.repositories if row.has_lineage}


def files(connection: Connection, repo_of: dict[str, str], stale: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """Path and bytes of those scripts that are among these paths. `repo_of`: the repository of each."""
    repos = sorted(repo for path, repo in repo_of.items() if path in stale)
    for graph in lineage.graphs(connection, repos):
        path = urls.lineage(graph.repo)
        yield path, data_script(path.removesuffix(".js"), content(graph))


def content(graph: GraphRows) -> dict[str, object]:
    """What the script hands over."""
    places = {row.node: row.place for row in graph.nodes}
    commits: dict[int, int] = {0: 0}  # 0: equal content is equal in any commit
    kinds: dict[str, int] = {}
    others: dict[str | None, int] = {None: -1}  # -1: in no repository of the catalog

    def commit(number: int) -> int:
        return commits.setdefault(number, len(commits))

    edges: dict[tuple[int, int, int], list[int | list[int]]] = {}
    for edge in graph.edges:
        if edge.from_node in places and edge.to_node in places:
            kind = kinds.setdefault(edge.kind, len(kinds))
            at = commit(edge.revision)
            steps = edges.setdefault((kind, places[edge.from_node], places[edge.to_node]), [])
            steps.append(at if edge.revision == edge.from_revision else [commit(edge.from_revision), at])
    links = []
    named: set[int] = set()
    for link in graph.links:
        own, other = (link.to_node, link.from_node) if link.is_incoming else (link.from_node, link.to_node)
        own_commit, other_commit = (
            (link.revision, link.from_revision) if link.is_incoming else (link.from_revision, link.revision)
        )
        if own not in places:
            continue
        named |= {own_commit} - {0}
        place = others.setdefault(link.other_repo, len(others) - 1)
        row: list[object] = [
            int(link.is_incoming), kinds.setdefault(link.kind, len(kinds)), places[own], commit(own_commit), place, f"{other:x}",
            f"{other_commit:x}",
        ]  # fmt: skip
        links.append(row + [link.label] * bool(link.label))
    versions = [
        [row.artifact, row.version, places[row.node], commit(row.revision), int(row.is_latest), [[stage, look(stage)] for stage in row.stages], int(row.in_prod), row.commit]
        for row in graph.versions
    ]  # fmt: skip
    return {
        "repo": graph.repo,
        "nodes": [_node(row.path, row.hash, row.size, row.pipeline_stage) for row in graph.nodes],
        "digits": {str(row.place): f"{row.node:x}" for row in graph.nodes if row.is_linked},
        "commits": {str(commits[number]): f"{number:x}" for number in sorted(named)},
        "kinds": [*kinds],
        "edges": [[*ends, steps] for ends, steps in edges.items()],
        "links": links,
        "repos": [[repo, urls.lineage(repo)] for repo in others if repo is not None],
        "versions": versions,
        "artifacts": {row.artifact: [row.type or "", urls.model(row.repo, row.artifact)] for row in graph.versions},
    }


def _node(path: str, digest: str | None, size: int | None, pipeline_stage: str | None) -> list[object]:
    """`[path, hash, size, pipeline stage]`, without what is missing at the end."""
    cells: list[object] = [path, (digest or "")[:DIGITS], size, pipeline_stage]
    while not cells[-1] and cells[-1] != 0 and len(cells) > 1:
        cells.pop()
    return cells
