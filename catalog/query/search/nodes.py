"""The syntax tree of a query; its leaves are texts, conditions on fields, and metrics or parameters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

_PLAIN = re.compile(r'[^ \t\n\r\f"()]+')


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A word, with `kind` `prefix` the beginning of one, or a phrase: words one after the other."""

    text: str
    kind: str = "word"
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Condition:
    """A field and what it must be. `operator` is `=`, `<`, `<=`, `>`, `>=`, or `..` where `value` is a range."""

    name: str
    value: str
    operator: str = "="
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """A metric or parameter (`kind`) and what it must be."""

    kind: str
    name: str
    value: str
    operator: str = "="
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a node."""

    node: Node


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more nodes, none of which is an `And`."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Any of two or more nodes, none of which is an `Or`."""

    nodes: tuple[Node, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sort:
    """What to sort by: one of `ORDERS`, or a metric. `descending` is None where the query leaves it open."""

    key: str
    descending: bool | None = None
    column: int = field(default=0, compare=False)


Leaf = Text | Condition | Measure
Node = Leaf | Not | And | Or
Mode = Literal["version", "experiment"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """What to find: `node` is None where everything is asked for; artifacts, versions (`is:version`) or experiments (`is:experiment`)."""

    node: Node | None = None
    mode: Mode | None = None  # None: artifacts
    sort: Sort | None = None


def leaves(node: Node | None) -> Iterator[tuple[Leaf, bool]]:
    """The leaves of a query from left to right, each with whether it is negated."""
    match node:
        case None:
            return
        case Not():
            yield from ((leaf, not negated) for leaf, negated in leaves(node.node))
        case And() | Or():
            for each in node.nodes:
                yield from leaves(each)
        case _:
            yield node, False


def has_choice(node: Node | None) -> bool:
    """Whether one of several alternatives is enough somewhere."""
    match node:
        case Or():
            return True
        case And():
            return any(map(has_choice, node.nodes))
        case Not():
            return has_choice(node.node)
        case _:
            return False


def with_words(query: Query, words: Mapping[int, str]) -> Query:
    """The query with other words at some columns."""

    def changed(node: Node) -> Node:
        match node:
            case Not():
                return Not(changed(node.node))
            case And() | Or():
                return type(node)(tuple(map(changed, node.nodes)))
            case Text():
                return replace(node, text=words.get(node.column, node.text))
            case _:
                return node

    return replace(query, node=None if query.node is None else changed(query.node))


def format_query(query: Query) -> str:
    """The query as text: `parse` reads it as the same query."""
    parts = [f"is:{query.mode}"] if query.mode else []
    if query.node is not None:
        inside = _formatted(query.node)
        parts.append(f"({inside})" if isinstance(query.node, Or) and (query.mode or query.sort) else inside)
    if query.sort is not None:
        end = {None: "", True: "-desc", False: "-asc"}[query.sort.descending]
        parts.append(f"sort:{_formatted_value(query.sort.key + end)}")
    return " ".join(parts)


def _formatted(node: Node) -> str:  # noqa: PLR0911 - a line for each kind of node
    match node:
        case Text(kind="word"):
            return node.text
        case Text(kind="prefix"):
            return f"{node.text}*"
        case Text():
            return f'"{node.text}"'
        case Condition():
            return f"{node.name}:{_formatted_operand(node)}"
        case Measure():
            name = node.name if re.fullmatch(r'[^ \t\n\r\f"():]+', node.name) else f'"{node.name}"'
            return f"{node.kind}.{name}:{_formatted_operand(node)}"
        case Not():
            inside = _formatted(node.node)
            return f"-{inside}" if isinstance(node.node, Leaf) else f"-({inside})"
        case And():
            return " ".join(
                f"({_formatted(each)})" if isinstance(each, Or) else _formatted(each) for each in node.nodes
            )
        case Or():
            return " OR ".join(map(_formatted, node.nodes))


def _formatted_operand(node: Condition | Measure) -> str:
    if node.operator == "..":
        return node.value
    return ("" if node.operator == "=" else node.operator) + _formatted_value(node.value)


def _formatted_value(value: str) -> str:
    plain = _PLAIN.fullmatch(value) and not value.startswith(("<", ">", "=")) and ".." not in value
    return value if plain else f'"{value}"'
