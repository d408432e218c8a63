"""The query language: `churn stage:prod -label:legacy "credit risk" metric.auc:>0.9 sort:auc-desc`, similar to that of GitHub.

    query       = [ disjunction ]
    disjunction = conjunction { "OR" conjunction }
    conjunction = negation { [ "AND" ] negation }
    negation    = [ "-" | "NOT" ] atom
    atom        = "(" disjunction ")" | phrase | word | word "*" | condition
    condition   = field ":" [ comparison ] value | field ":" bound ".." bound
    field       = name | ( "metric" | "param" ) "." ( name | phrase )
    value       = text | phrase

`parse` never takes for a word what was meant for something else; `format_query` of nodes.py is its opposite.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NoReturn

from catalog.database.search_fields import BY_NAME
from catalog.query.search.nodes import And, Condition, Leaf, Mode, Node, Not, Or, Query, Sort, leaves
from catalog.query.search.terms import QueryError, read_term

MOST_CHARACTERS = 4096
MOST_DEPTH = 50  # of parentheses, and of one NOT behind another

_MINUS = "-("  # the token of a - before a parenthesis, which is one of its own
_SURROGATE = re.compile("[\ud800-\udfff]")
_TOKEN = re.compile(r'[ \t\n\r\f]+|[()]|-(?=\()|(?P<chunk>(?:"[^"]*"|[^ \t\n\r\f"()])+)|"')


def parse(text: str) -> Query:
    """Reads a query. QueryError, which points at the column, for whatever is not one."""
    if len(text) > MOST_CHARACTERS:
        raise QueryError(
            f"the query has {len(text)} characters, expected at most {MOST_CHARACTERS}", MOST_CHARACTERS + 1
        )
    if match := _SURROGATE.search(text):  # what the shell gives for bytes that are no UTF-8; DuckDB takes none
        raise QueryError("found a lone surrogate, expected Unicode text", match.start() + 1)
    return _Parser(text).query()


class _Parser:
    """A parser by recursive descent. `_at` is the next token; each token is its text and its column, from 1."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self._end = len(text) + 1
        self._depth = 0
        self._whole: list[
            tuple[Condition | Sort, int]
        ] = []  # what is about the whole query, with the depth at which it stands

    def query(self) -> Query:
        node = self._disjunction() if self._tokens else None
        if self._at < len(self._tokens):
            raise QueryError("found ) without (", self._tokens[self._at][1])
        sorts = [each for each, _ in self._whole if isinstance(each, Sort)]
        query = Query(node=node, mode=self._mode(), sort=sorts[0] if sorts else None)
        if len(sorts) > 1:
            raise QueryError("found a second sort:, expected one", sorts[1].column)
        if query.mode is None:
            _check_artifacts(query)
        elif query.mode == "experiment":
            _check_experiments(query)
        return query

    def _mode(self) -> Mode | None:
        mode: Mode | None = None
        for each, _ in self._whole:
            if isinstance(each, Condition):
                stated: Mode = "version" if each.value == "version" else "experiment"
                if mode not in (None, stated):
                    raise QueryError(f"found is:{stated} beside is:{mode}, expected one of them", each.column)
                mode = stated
        return mode

    def _peek(self) -> str | None:
        return self._tokens[self._at][0] if self._at < len(self._tokens) else None

    def _disjunction(self) -> Node | None:
        first = self._at
        nodes = [self._conjunction()]
        while self._peek() == "OR":
            self._at += 1
            start = self._tokens[self._at][1] if self._at < len(self._tokens) else self._end
            nodes.append(self._conjunction())
            if None in nodes:
                raise QueryError("expected something to find beside OR", start if nodes[0] else self._tokens[first][1])
        if len(nodes) == 1:
            return nodes[0]
        self._refuse_whole(first, "in parentheses with OR", most_depth=0)
        return Or(tuple(_flat(Or, nodes)))

    def _conjunction(self) -> Node | None:
        nodes: list[Node | None] = []
        before = self._at
        while self._peek() not in (None, ")", "OR"):
            if self._peek() == "AND" and self._at > before:
                self._at += 1
                if self._peek() in (None, ")", "OR", "AND"):
                    self._missing("AND")
            nodes.append(self._negation())
        if self._at == before:
            self._missing("OR" if self._peek() == "OR" or self._before() == "OR" else "(")
        some = [node for node in nodes if node is not None]
        if len(some) < 2:  # noqa: PLR2004 - of one nothing is combined
            return some[0] if some else None
        return And(tuple(_flat(And, some)))

    def _negation(self) -> Node | None:
        word, column = self._tokens[self._at]
        if word == "AND":
            raise QueryError("found AND with nothing before it", column)
        if word not in (_MINUS, "NOT"):
            return self._atom()
        self._at += 1
        if self._peek() in (None, ")", "OR", "AND"):
            self._missing(word)
        first = self._at
        node = self._negated() if word == "NOT" else self._atom()
        self._refuse_whole(first, "negated")
        if node is None:
            raise QueryError(f"expected something to find behind {word}", column)
        return Not(node)

    def _negated(self) -> Node | None:
        """What stands behind a NOT. Where that is a negation again, `format_query` needs parentheses."""
        word, column = self._tokens[self._at]
        if word != "NOT" and not word.startswith("-"):
            return self._atom()
        self._descend(column)
        node = self._negation()
        self._depth -= 1
        return node

    def _atom(self) -> Node | None:
        word, column = self._tokens[self._at]
        self._at += 1
        if word != "(":
            return self._chunk(word, column)
        self._descend(column)
        node = self._disjunction()
        if self._peek() != ")":
            raise QueryError("found ( without )", column)
        self._at += 1
        self._depth -= 1
        return node

    def _descend(self, column: int) -> None:
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise QueryError(f"more than {MOST_DEPTH} parentheses or NOT inside each other", column)

    def _chunk(self, chunk: str, column: int) -> Node | None:
        if chunk.startswith("-"):
            if len(chunk) == 1 or chunk[1] == "-":
                raise QueryError("expected a word or field right behind -", column)
            node = self._term(chunk[1:], column + 1)
            if node is None:
                raise QueryError(f"{chunk[1:]} is about the whole query, expected it without -", column)
            return Not(node)
        return self._term(chunk, column)

    def _term(self, chunk: str, column: int) -> Leaf | None:
        """A leaf; None for what is about the whole query."""
        match term := read_term(chunk, column):
            case Sort() | Condition(name="is", value="version" | "experiment"):
                self._whole.append((term, self._depth))
                return None
            case _:
                return term

    def _refuse_whole(self, first: int, where: str, most_depth: int = -1) -> None:
        """`is:version`, `is:experiment` and `sort:` are about the whole query: none may stand among the tokens since `first` that is deeper."""
        start = self._tokens[first][1] if first < len(self._tokens) else self._end
        for each, depth in self._whole:
            if each.column >= start and depth > most_depth:
                name = "sort:" if isinstance(each, Sort) else f"is:{each.value}"
                raise QueryError(
                    f"{name} is about the whole query, expected it outside of what is {where}", each.column
                )

    def _before(self) -> str | None:
        return self._tokens[self._at - 1][0] if self._at else None

    def _missing(self, word: str) -> NoReturn:
        column = self._tokens[self._at][1] if self._at < len(self._tokens) else self._end
        place = "beside" if word == "OR" else "behind"
        raise QueryError(f"expected something to find {place} {word}", column)


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    for match in _TOKEN.finditer(text):
        if match[0] == '"':
            raise QueryError("a quotation mark without its second", match.start() + 1)
        if match[0] == "-" and not match["chunk"]:
            yield _MINUS, match.start() + 1
        elif match["chunk"] or match[0] in "()":
            yield match[0], match.start() + 1


def _flat(kind: type[And | Or], nodes: Sequence[Node | None]) -> Iterator[Node]:
    for node in nodes:
        if isinstance(node, kind):
            yield from node.nodes
        elif node is not None:
            yield node


def _check_artifacts(query: Query) -> None:
    for leaf, _ in leaves(query.node):
        if (
            isinstance(leaf, Condition)
            and (field := BY_NAME[leaf.name]).kind == "flag"
            and leaf.value not in field.choices
        ):
            raise QueryError(f"{leaf.name}:{leaf.value} is about versions, expected is:version beside it", leaf.column)


def _check_experiments(query: Query) -> None:
    names = [field.name for field in BY_NAME.values() if field.of_experiment]
    for leaf, _ in leaves(query.node):
        if not isinstance(leaf, Condition):
            continue
        field = BY_NAME[leaf.name]
        if not field.of_experiment:
            raise QueryError(
                f"{leaf.name}:{leaf.value} is not about experiments, expected one of {', '.join(names)}", leaf.column
            )
        if field.kind == "flag" and leaf.value not in field.experiment_choices:
            raise QueryError(
                f"{leaf.name}:{leaf.value} is not about experiments, expected one of {', '.join(field.experiment_choices)}",
                leaf.column,
            )
    if query.sort and query.sort.key == "versions":
        raise QueryError("sort:versions is not about experiments", query.sort.column)
