"""Lineage as text: a tree for the terminal, or a graph for Mermaid or Graphviz."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from catalog.cli.text import BOLD, DIM, Screen, cell, folded, width
from catalog.query.answer import Row
from catalog.text import visible

_MERMAID = re.compile(r"[^\w .,:/@+=()-]", re.ASCII)
_OUTSIDE = ("url", "import")  # these are called by a URL
_HASH = 7  # digits
_NARROWEST = 16  # columns of a name, however deep it lies
_SHAPES = {"version": ("([", "])"), "stage": ("{{", "}}"), "url": (">", "]"), "import": (">", "]")}
_DOT_SHAPES = {"version": "box, style=rounded", "stage": "hexagon", "url": "cds", "import": "cds"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Graph:
    """What a version is made from, or what is made from it: nodes by name, and edges from what was there first."""

    root: str
    home: str  # the repository of the root
    nodes: dict[str, Row]
    edges: tuple[tuple[str, str], ...]
    further: dict[str, list[str]]  # for each node, those one step further from the root


def graph(rows: Sequence[Row], ref: str, *, down: bool) -> Graph:
    """Of the rows of `upstream` or `downstream` for a version: those without an edge are the version, or the parts of a folder."""
    starts = [row for row in rows if row["kind"] is None]
    root = starts[0]["node"] if len(starts) == 1 else ""
    home = starts[0]["repo"] if starts else ""
    same = Counter((row["repo"], row["label"]) for row in {row["node"]: row for row in rows}.values())
    nodes: dict[str, Row] = {root: {"what": "version", "kind": None, "name": ref, "refs": (), "repo": home}}
    further: dict[str, list[str]] = {}
    edges: dict[tuple[str, str], None] = {}
    for row in rows:
        if row["node"] == root:
            continue
        nodes.setdefault(row["node"], row | {"name": _name(row, same)})
        near = root if row["kind"] is None else row["from_node"] if down else row["to_node"]
        edges[(near, row["node"]) if down else (row["node"], near)] = None
        further.setdefault(near, []).append(row["node"])
    return Graph(root=root, home=home, nodes=nodes, edges=tuple(edges), further=further)


def _name(row: Row, same: Counter[tuple[str | None, str | None]]) -> str:
    """The path, or another label; with its hash, where several contents of the path are in the graph."""
    name = row["label"] or "something"
    return f"{name} {row['hash'][:_HASH]}" if same[row["repo"], row["label"]] > 1 and row["hash"] else name


def tree(lineage: Graph, screen: Screen) -> str:
    """A line for each node, with its repository where that changes; one that was shown before is not shown further again."""
    shown: set[str] = set()

    def lines(node: str, repo: str, first: str, further: str) -> Iterator[str]:
        row, after = lineage.nodes[node], lineage.further.get(node, [])
        again = node in shown and bool(after)
        shown.add(node)
        after = [] if again else after
        branches = (first, further + ("│   " if after else "    "))
        yield _line(row, _titled(row, repo), branches, " (as above)" if again else "", screen)
        for place, child in enumerate(after, 1):
            branch, space = ("└── ", "    ") if place == len(after) else ("├── ", "│   ")
            yield from lines(child, row["repo"] or repo, further + branch, further + space)

    return "".join(lines(lineage.root, lineage.home, "", ""))


def _line(row: Row, name: str, branches: tuple[str, str], note: str, screen: Screen) -> str:
    """A node: as many lines as the screen needs, the first behind its branch, the others behind what goes on."""
    label, tail = visible(name), _tail(row) + note
    styles = (BOLD,) if row["what"] == "version" else ()
    first, further = branches
    if screen.width is None or len(first) + width(label + tail) <= screen.width:
        return first + screen.paint(label, *styles) + screen.paint(tail, DIM) + "\n"
    room = max(screen.width - len(further), _NARROWEST)
    lines = [screen.paint(line, *styles) for line in folded(label, room)]
    lines += [screen.paint(line, DIM) for line in folded(tail.strip(), room) if line]
    return "".join(f"{further if place else first}{line}\n" for place, line in enumerate(lines))


def _titled(row: Row, repo: str) -> str:
    """The name; with its repository, where that is another."""
    return (
        str(row["name"]) if row["repo"] in (repo, None) or row["what"] in _OUTSIDE else f"{row['repo']}:{row['name']}"
    )


def _tail(node: Row) -> str:
    """What a node is, how it came here, and which versions it is."""
    details = [node["what"]] if node["what"] not in ("version", "data") else []
    details += [node["kind"]] if node["kind"] not in (None, "input", "output", node["what"]) else []
    versions = [ref.removeprefix(f"{node['repo']}:") for ref in node["refs"] or ()]
    return (f"  ({', '.join(details)})" if details else "") + (f"  = {cell(versions)}" if versions else "")


def mermaid(lineage: Graph) -> str:
    """A flowchart: see https://mermaid.js.org/syntax/flowchart.html."""
    return _text_of(lineage, "flowchart LR\n", _mermaid_node, "    {} --> {}\n", "")


def dot(lineage: Graph) -> str:
    """A directed graph: see https://graphviz.org/doc/info/lang.html."""
    return _text_of(lineage, "digraph lineage {\n    rankdir=LR;\n", _dot_node, "    {} -> {};\n", "}\n")


def _text_of(lineage: Graph, head: str, node: Callable[[str, str, str], str], edge: str, tail: str) -> str:
    names = {name: f"n{place}" for place, name in enumerate(lineage.nodes)}
    labels = {name: visible(_titled(row, lineage.home) + _tail(row)) for name, row in lineage.nodes.items()}
    nodes = (f"    {node(names[name], row['what'], labels[name])}\n" for name, row in lineage.nodes.items())
    edges = (edge.format(names[before], names[after]) for before, after in lineage.edges)
    return "".join([head, *nodes, *edges, tail])


def _mermaid_node(name: str, kind: str, label: str) -> str:
    opening, closing = _SHAPES.get(kind, ("[", "]"))
    # Characters that mean something, and all that are not ASCII, as the numbers that Mermaid gives them.
    return f'{name}{opening}"{_MERMAID.sub(lambda match: f"#{ord(match[0])};", label)}"{closing}'


def _dot_node(name: str, kind: str, label: str) -> str:
    quoted = label.replace("\\", "\\\\").replace('"', '\\"')
    return f'{name} [label="{quoted}", shape={_DOT_SHAPES.get(kind, "box")}];'
