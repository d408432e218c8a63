"""Compiles a query to SQL: calls of the macros in `sql/search/`, with bound values only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.database.search_fields import BY_NAME, ORDERS
from catalog.database.statements import named
from catalog.query.search.nodes import And, Condition, Leaf, Measure, Mode, Node, Not, Or, Query, Text, leaves

_STATES = ("copy", "stale")  # values of `is:` that are not in the index
_COPIES = ("repo", "org", "host")  # with these fields, copies are found, too
_EVERYTHING = 2**62  # rows: more than any catalog has, and still a BIGINT

_SQL = named("search/query")

Words = Mapping[str, Sequence[str]]  # of each text


@dataclass(frozen=True, kw_only=True, slots=True)
class Compiled:
    """A statement and its parameters; and the leaves of the query: `words` without phrases, `conditions` on fields and measures."""

    text: str
    parameters: Mapping[str, Any]
    mode: Mode | None
    words: Sequence[Mapping[str, Any]]
    phrases: Sequence[Mapping[str, Any]]
    conditions: Sequence[Mapping[str, Any]]


def find(query: Query, words: Words, *, limit: int | None, begin: int = 0, note: str | None = None) -> Compiled:
    """What a query finds, at most `limit` of it behind the first `begin`. `words` has the words of each of its texts."""
    plan = _Plan(query, words)
    sort = query.sort
    metric = sort.key.removeprefix("metric.") if sort and sort.key not in ORDERS else None
    of_mode = f"_of_{query.mode}s" if query.mode else ""
    numbers = "" if metric is None else _SQL[f"numbers{of_mode}"]
    endings = [
        leaf.name
        for leaf, negated in leaves(query.node)
        if isinstance(leaf, Measure) and leaf.kind == "metric" and not negated
    ]
    measures = "" if query.mode != "version" else "_asked" if endings or metric else "_main"
    text = _SQL["find"].format(
        evaluate=plan.evaluate(),
        order=_order(query),
        numbers=numbers,
        measures=_SQL[f"measures{measures}"],
        shown=_SQL[f"shown{of_mode}"],
    )
    parameters = {
        "most": _EVERYTHING if limit is None else min(limit, _EVERYTHING),
        "begin": begin,
        "note": note,
        "endings": [_ending(name) for name in dict.fromkeys([*endings, *([metric] if metric else [])])],
    }
    if metric is not None:
        parameters |= {"metric": metric, "descending": sort.descending if sort else None}
    return plan.compiled(text, parameters)


def count(query: Query, words: Words, *, fields: Sequence[str] = ()) -> Compiled:
    """How much of what a query finds has which value of which field: of `fields`, or of all."""
    plan = _Plan(query, words)
    counts = f"internal.search_{f'{query.mode}_' if query.mode else ''}counts"
    return plan.compiled(_SQL["count"].format(evaluate=plan.evaluate(), counts=counts), {"fields": list(fields)})


class _Plan:
    """The leaves of a query with their places, by the macro that finds them."""

    def __init__(self, query: Query, words: Words) -> None:
        self._query = query
        self._words = words
        self._places = {id(leaf): place for place, (leaf, _) in enumerate(leaves(query.node), 1)}
        self.words: list[Mapping[str, Any]] = []
        self.phrases: list[Mapping[str, Any]] = []
        self.conditions: list[Mapping[str, Any]] = []
        self.own: list[Mapping[str, Any]] = []
        for leaf, negated in leaves(query.node):
            self._list(leaf).append(self._row(leaf, negated))

    def evaluate(self) -> str:
        node = self._query.node
        terms = {
            "all_words": _true(node, self._places),
            "any_word": _true(_loose(node), self._places),
            "hits": _united("experiments" if self._query.mode == "experiment" else "hits", self._macros()),
        }
        if self._query.mode == "experiment":
            return _SQL["evaluate_experiments"].format(**terms)
        if self._query.mode == "version":
            candidates = _SQL[f"candidates_{self._candidates()}"]
            return _SQL["evaluate_versions"].format(
                candidates=candidates, own=_united("own", _own_kinds(self.own)), **terms
            )
        return _SQL["evaluate_artifacts"].format(**terms)

    def _candidates(self) -> str:
        """Which artifacts' versions can be found: 10,000 artifacts have 100,000, and reading all of them takes 20 ms."""
        node = self._query.node
        needed = [
            each for each in (node.nodes if isinstance(node, And) else (node,)) if each is not None and _is_plain(each)
        ]
        lists = [self._list(each) for each in needed if isinstance(each, Leaf)]
        by_own = any(each is self.own for each in lists)
        by_artifact = any(each is not self.own for each in lists)
        return {(False, False): "all", (True, False): "own", (False, True): "hits", (True, True): "both"}[
            by_own, by_artifact
        ]

    def compiled(self, text: str, parameters: Mapping[str, Any]) -> Compiled:
        """The statement with all values that it names."""
        query_leaves = list(leaves(self._query.node))
        defaults = {
            "words": self.words,
            "phrases": self.phrases,
            "conditions": self.conditions,
            "own": self.own,
            "with_deprecated": any(_is(leaf, "deprecated") for leaf, _ in query_leaves),
            "with_deregistered": any(_is(leaf, "deregistered") for leaf, _ in query_leaves),
            "with_copies": any(
                _is(leaf, "copy") or (isinstance(leaf, Condition) and leaf.name in _COPIES and not negated)
                for leaf, negated in query_leaves
            ),
        }
        values = {name: value for name, value in {**defaults, **parameters}.items() if f"${name}" in text}
        return Compiled(
            text=text,
            parameters=values,
            mode=self._query.mode,
            words=self.words,
            phrases=self.phrases,
            conditions=[*self.conditions, *self.own],
        )

    def _list(self, leaf: Leaf) -> list[Mapping[str, Any]]:
        if isinstance(leaf, Text):
            return self.phrases if leaf.kind == "phrase" else self.words
        return self.own if self._query.mode == "version" and _of_version(leaf) else self.conditions

    def _macros(self) -> Iterator[str]:
        if self.words:
            yield "words"
        if self.phrases:
            yield "phrases"
        yield from _kinds(self.conditions)

    def _row(self, leaf: Leaf, negated: bool) -> Mapping[str, Any]:
        row: dict[str, Any] = {"place": self._places[id(leaf)], "negated": negated, "parts": []}
        match leaf:
            case Text():
                return row | {
                    "kind": leaf.kind,
                    "name": "",
                    "operator": "=",
                    "value": leaf.text,
                    "parts": self._words[leaf.text],
                }
            case Measure():
                return row | {"kind": leaf.kind, "name": leaf.name, "operator": leaf.operator, "value": leaf.value}
            case _:
                name = "has" if leaf.name == "no" else leaf.name
                field_kind = BY_NAME[leaf.name].kind
                kind = "state" if _is(leaf, *_STATES) else "field" if field_kind in ("text", "flag") else field_kind
                row["negated"] = negated is not (leaf.name == "no")
                return row | {"kind": kind, "name": name, "operator": leaf.operator, "value": leaf.value}


def _kinds(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    macros = {"number": "range", "date": "range", "metric": "metric", "param": "metric"}
    yield from dict.fromkeys(macros.get(row["kind"], row["kind"]) for row in rows)


def _own_kinds(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """The macros for what is asked of versions: those that read more than the index are left out unless needed."""
    names = {"author": "author", "has": "has"}
    kinds = [names.get(row["name"], kind) for row in rows for kind in _kinds([row])]
    yield from dict.fromkeys(["field"] * any(row["value"] == "stage" for row in rows) + kinds)


def _united(prefix: str, names: Iterable[str]) -> str:
    return "\nunion all\n".join(_SQL[f"{prefix}_{name}"] for name in names) or _SQL[f"{prefix}_none"]


def _is(leaf: Leaf, *values: str) -> bool:
    return isinstance(leaf, Condition) and leaf.name == "is" and leaf.value in values


def _of_version(leaf: Condition | Measure) -> bool:
    if isinstance(leaf, Measure):
        return True
    field = BY_NAME[leaf.name]
    return field.of_version or leaf.value in field.version_choices


def _ending(name: str) -> str:
    return "." + name.lower().replace("/", ".")


def _order(query: Query) -> str:
    usual, sort = _SQL["order"], query.sort
    if sort is None or sort.key == "score":
        return usual if sort is None or sort.descending is not False else f"score, {usual}"
    if sort.key not in ORDERS:
        return f"{_SQL['order_number']}, {usual}"
    column = {"updated": "updated_at", "created": "created_at", "name": "artifact", "versions": "versions"}[sort.key]
    descending = sort.key != "name" if sort.descending is None else sort.descending
    return f"f.{column}{' desc' if descending else ''} nulls last, {usual}"


def _true(node: Node | None, places: Mapping[int, int]) -> str:
    """The condition under which a row is found; each of its leaves is a place in the row's list `places`."""
    match node:
        case None:
            return "true"
        case Not():
            return f"not ({_true(node.node, places)})"
        case And():
            return _combined("list_has_all", " and ", node.nodes, places)
        case Or():
            return _combined("list_has_any", " or ", node.nodes, places)
        case Condition(name="no"):
            return f"not list_contains(places, {places[id(node)]})"
        case _:
            return f"list_contains(places, {places[id(node)]})"


def _combined(function: str, word: str, nodes: Sequence[Node], places: Mapping[int, int]) -> str:
    """One function for all leaves, since DuckDB bounds how many conditions may be joined."""
    plain = [places[id(node)] for node in nodes if _is_plain(node)]
    parts = [f"{function}(places, {plain})"] if plain else []
    parts += [f"({_true(node, places)})" for node in nodes if not _is_plain(node)]
    return word.join(parts)


def _is_plain(node: Node) -> bool:
    return isinstance(node, Leaf) and not (isinstance(node, Condition) and node.name == "no")


def _loose(node: Node | None) -> Node | None:
    """The query with any of its words where it asks for all of them."""
    match node:
        case And():
            words = tuple(each for each in node.nodes if isinstance(each, Text))
            others = tuple(_loosened(each) for each in node.nodes if not isinstance(each, Text))
            some = (Or(words),) if len(words) > 1 else words
            return And((*some, *others)) if len(some) + len(others) > 1 else (*some, *others)[0]
        case Or():
            return Or(tuple(map(_loosened, node.nodes)))
        case _:
            return node


def _loosened(node: Node) -> Node:
    loose = _loose(node)
    return node if loose is None else loose
