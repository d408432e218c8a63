"""Parses one term of a query: a word, a phrase, or a field with its value."""

from __future__ import annotations

import re
from difflib import get_close_matches

from catalog.database.search_fields import BY_NAME, MEASURES, ORDERS
from catalog.errors import Misuse
from catalog.query.search.nodes import Condition, Leaf, Measure, Sort, Text
from catalog.query.search.values import is_date, is_number

_CONDITION = re.compile(r'(?P<field>[^":]+(?:"[^"]*")?):(?P<operator>>=|<=|>|<|=)?(?P<value>.*)', re.DOTALL)
_QUOTED = re.compile(r'"[^"]*"')
_WORD = re.compile(r"[^\W_]")


class QueryError(Misuse):
    """A query that cannot be read: `column`, from 1, is where."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(f"invalid query, column {column}: {message}")
        self.column = column


def read_term(chunk: str, column: int) -> Leaf | Sort:
    """Reads a term that begins at a column. QueryError where it is not one."""
    match = _CONDITION.fullmatch(chunk)
    if not match:
        return _text(chunk, column)
    name, operator = match["field"], match["operator"] or ""
    value, value_column = match["value"], column + match.start("value")
    quoted = bool(_QUOTED.fullmatch(value))
    if value in ("", '""') or (not quoted and '"' in value):
        raise QueryError(f"expected a value behind {name}:", value_column)
    parts, columns = (operator, value[1:-1] if quoted else value, quoted), (column, value_column)
    kind, dot, measure = name.partition(".")
    if dot and kind in MEASURES:
        return _measure(kind, measure.replace('"', ""), parts, columns)
    if name.lower() == "sort":
        return _sort(parts, columns)
    return _condition(name.lower(), parts, columns)


def _text(chunk: str, column: int) -> Text:
    if _QUOTED.fullmatch(chunk):
        leaf = Text(text=chunk[1:-1], kind="phrase", column=column)
    else:
        body = chunk.removesuffix("*")
        for wrong, why in (
            ('"', "a quotation mark inside a word"),
            (":", "a : without a field"),
            ("*", "a * that is not at the end"),
        ):
            if wrong in body:
                raise QueryError(f"found {why}", column + body.index(wrong))
        if sign := re.search("[<>=]", body):
            raise QueryError(
                f"found {sign[0]} in a word, expected field:{sign[0]}value, as in metric.auc:>0.9",
                column + sign.start(),
            )
        leaf = Text(text=body, kind="prefix" if chunk.endswith("*") else "word", column=column)
    if not _WORD.search(leaf.text):
        raise QueryError(f"expected a letter or digit in {chunk}", column)
    return leaf


def _measure(kind: str, name: str, parts: tuple[str, str, bool], columns: tuple[int, int]) -> Measure:
    operator, value, quoted = parts
    if not name:
        raise QueryError(
            f"expected a name behind {kind}., as in {kind}.{'auc' if kind == 'metric' else 'lr'}", columns[0]
        )
    if not quoted and ".." in value:
        _check_range(f"{kind}.{name}", operator, value, "number", columns[1])
        return Measure(kind=kind, name=name, value=value, operator="..", column=columns[0])
    if operator and not is_number(value):
        raise QueryError(f"found {value!r}, expected a number behind {kind}.{name}:{operator}", columns[1])
    return Measure(kind=kind, name=name, value=value, operator=operator or "=", column=columns[0])


def _condition(name: str, parts: tuple[str, str, bool], columns: tuple[int, int]) -> Condition:
    operator, value, quoted = parts
    if "/" in name:  # of a reference; of fields only metrics and parameters have names with one
        artifact = re.split("[@#]", value)[0]
        raise QueryError(f"expected repo:{name} name:{artifact} for the reference {name}:{value}", columns[0])
    if name not in BY_NAME:
        raise QueryError(
            f"unknown field {name!r}{_near(name, [*BY_NAME, 'sort', 'metric.NAME', 'param.NAME'])}; quote it to search for the text",
            columns[0],
        )
    field = BY_NAME[name]
    if field.kind == "text" and operator:
        raise QueryError(f"{name} is text, expected {name}:value without {operator}", columns[1] - len(operator))
    if field.kind == "flag":
        choices = dict.fromkeys((*field.choices, *field.version_choices))
        if operator or value not in choices:
            raise QueryError(f"unknown {name}:{operator}{value}, expected one of {', '.join(choices)}", columns[1])
    elif field.kind != "text":
        if ".." in value and not quoted:
            _check_range(name, operator, value, field.kind, columns[1])
            return Condition(name=name, value=value, operator="..", column=columns[0])
        _check_value(name, operator, value, field.kind, columns[1])
    return Condition(name=name, value=value, operator=operator or "=", column=columns[0])


def _check_value(name: str, operator: str, value: str, kind: str, column: int) -> None:
    if not (is_date(value) if kind == "date" else is_number(value)):
        example = "such as 2026, 2026-01, 2026-01-31 or 2026-01-31T12:00" if kind == "date" else "such as 5"
        raise QueryError(f"found {value!r}, expected a {kind} {example} behind {name}:{operator}", column)


def _check_range(name: str, operator: str, value: str, kind: str, column: int) -> None:
    bounds = value.split("..")
    if operator or len(bounds) != 2 or all(bound in ("", "*") for bound in bounds):  # noqa: PLR2004 - from and to
        raise QueryError(f"found {operator}{value}, expected from..to behind {name}:, where one may be *", column)
    for bound in bounds:
        if bound not in ("", "*"):
            _check_value(name, "", bound, kind, column)


def _sort(parts: tuple[str, str, bool], columns: tuple[int, int]) -> Sort:
    operator, value, _ = parts
    if operator:
        raise QueryError(f"expected {', '.join(ORDERS)} or a metric behind sort:", columns[1])
    key, dash, end = value.rpartition("-")
    descending = {"asc": False, "desc": True}.get(end) if dash and key else None
    return Sort(key=value if descending is None else key, descending=descending, column=columns[0])


def _near(name: str, names: list[str]) -> str:
    by_start = {candidate.partition(".")[0]: candidate for candidate in names}
    near = get_close_matches(name.partition(".")[0], list(by_start), n=1)
    return f", did you mean {by_start[near[0]]}?" if near else f", expected one of {', '.join(names)}"
