"""Runs a search: with exact words, else with corrected words, else with any of the words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from catalog.database.search_fields import FACETS, ORDERS
from catalog.errors import InvalidArgument
from catalog.query.answer import Answer, Row
from catalog.query.cursors import begin_of, cursor_at
from catalog.query.meant import one_of
from catalog.query.search.answers import FacetAnswer, SearchAnswer
from catalog.query.search.compile import Compiled, Words, count, find
from catalog.query.search.excerpt import Excerpt, Sought, excerpt
from catalog.query.search.language import parse
from catalog.query.search.nodes import Query, Text, format_query, has_choice, leaves, with_words
from catalog.query.search.words import words_of

if TYPE_CHECKING:
    import pyarrow as pa

NEAREST = "nothing has all of these words; showing what has some of them"

Ask = Callable[..., Answer]


def search(ask: Ask, text: str, limit: int | None, cursor: str | None = None) -> SearchAnswer:
    """What a query finds, with a cursor from there on. QueryError where it cannot be read, InvalidArgument for a cursor of something else."""
    asked = parse(text)
    question = f"search {format_query(asked)}"
    begin = begin_of(ask, question, cursor)
    query, answer, statement = _run(ask, asked, limit, begin)
    total, end = (answer.rows[0]["total"] if answer.values else 0), begin + len(answer)
    page = _Page(total, begin, cursor_at(ask, question, end) if end < total else None)
    return _search_answer(ask, answer, statement, page, _sort_note(ask, query, answer))


def facets(ask: Ask, text: str, fields: Sequence[str]) -> FacetAnswer:
    """How much of what a search finds has which value of which field. QueryError for a wrong query, InvalidArgument for a field without values."""
    for field in fields:
        if field not in FACETS:
            raise InvalidArgument("fields", repr(field), one_of(field, FACETS))
    query, matches, statement = _run(ask, parse(text), 1)
    counted = count(query, _words(ask, query), fields=fields)
    answer = ask(counted.text, **counted.parameters)
    return FacetAnswer(
        columns=answer.columns, values=answer.values, note=_note(ask, matches, statement), _arrow=answer.arrow
    )


class _Page(NamedTuple):
    """Which of all rows an answer has, and the cursor for those that follow."""

    total: int
    begin: int
    next_cursor: str | None


def _run(ask: Ask, query: Query, limit: int | None, begin: int = 0) -> tuple[Query, Answer, Compiled]:
    """The matches of a query; where words are unknown, of the query with the nearest words, which is returned with them."""
    statement = find(query, _words(ask, query), limit=limit, begin=begin)
    answer = ask(statement.text, **statement.parameters)
    # What the index has of artifacts says nothing of the words of experiments.
    if query.mode != "experiment" and statement.words and (has_choice(query.node) or not _has_all(answer)):
        repairs = ask("from internal.search_repairs($words)", words=statement.words).rows
        if repairs:
            note = ", ".join(f"nothing for {row['word']}; showing {row['instead']}" for row in repairs)
            query = _repaired(query, {row["place"]: row["instead"] for row in repairs})
            statement = find(query, _words(ask, query), limit=limit, begin=begin, note=note)
            answer = ask(statement.text, **statement.parameters)
    return query, answer, statement


def _words(ask: Ask, query: Query) -> Words:
    return words_of(ask, {leaf.text for leaf, _ in leaves(query.node) if isinstance(leaf, Text)})


def _has_all(answer: Answer) -> bool:
    return bool(answer.values) and answer.rows[0]["matched"] == "all"


def _repaired(query: Query, words: Mapping[int, str]) -> Query:
    nodes = [leaf for leaf, _ in leaves(query.node)]
    return with_words(query, {nodes[place - 1].column: word for place, word in words.items()})


def _search_answer(ask: Ask, answer: Answer, statement: Compiled, page: _Page, sorted_by: str | None) -> SearchAnswer:
    """The answer with the reason why each row was found; the total becomes a field."""
    rows = answer.rows
    reasons = _reasons(ask, rows, statement)
    columns = tuple(name for name in answer.columns if name not in ("doc", "total"))
    return SearchAnswer(
        columns=(*columns, "why"),
        values=tuple((*(row[name] for name in columns), why) for row, why in zip(rows, reasons, strict=True)),
        total=page.total,
        begin=page.begin,
        next_cursor=page.next_cursor,
        note="; ".join(note for note in (_note(ask, answer, statement), sorted_by) if note) or None,
        sql=statement.text,
        parameters=statement.parameters,
        _arrow=partial(_arrow, answer, reasons),
    )


def _arrow(answer: Answer, reasons: Sequence[Excerpt | None]) -> pa.Table:
    import pyarrow as pa  # only where Arrow is requested

    kind = pa.struct([(name, pa.string()) for name in ("field", "before", "match", "after")])
    return answer.arrow().drop_columns(["doc", "total"]).append_column("why", pa.array(reasons, kind))


def _reasons(ask: Ask, rows: Sequence[Row], statement: Compiled) -> list[Excerpt | None]:
    """Why each row was found: by a word in the texts of a row, in its other texts, or else by a field."""
    sought = [
        Sought(leaf["kind"], leaf["parts"]) for leaf in (*statement.words, *statement.phrases) if not leaf["negated"]
    ]
    kind = "experiment_" if statement.mode == "experiment" else ""
    by_document: dict[int, Excerpt] = {}
    for row in rows if sought else ():
        if why := excerpt(_texts(row), sought):
            by_document[row["doc"]] = why
    missing = _without(rows, by_document)
    if missing and sought:
        texts: dict[int, list[tuple[str, str]]] = {}
        for row in ask(f"from internal.search_{kind}texts($docs)", docs=missing).rows:
            texts.setdefault(row["doc"], []).append((row["field"], row["text"]))
        by_document |= {doc: why for doc, of_doc in texts.items() if (why := excerpt(sorted(of_doc), sought))}
    missing = _without(rows, by_document)
    if missing and any(leaf["kind"] == "field" and not leaf["negated"] for leaf in statement.conditions):
        reasons = f"from internal.search_{kind}reasons($docs, $leaves)"
        for row in ask(reasons, docs=missing, leaves=statement.conditions).rows:
            by_document[row["doc"]] = {"field": row["field"], "before": "", "match": row["value"], "after": ""}
    return [by_document.get(row["doc"]) for row in rows]


def _without(rows: Sequence[Row], by_document: Mapping[int, Excerpt]) -> list[int]:
    return list(dict.fromkeys(row["doc"] for row in rows if row["doc"] not in by_document))


def _texts(row: Row) -> list[tuple[str, str]]:
    """What of a row is among the texts of `search_texts`."""
    _, _, name_of_repo = row["repo"].partition("/")
    repo = ("repo", name_of_repo or row["repo"])
    if row["experiment"] is not None:
        return [("name", row["experiment"]), *([("message", row["description"])] if row["description"] else []), repo]
    labels = [("label", label) for label in row["labels"]]
    description = [("description", row["description"])] if row["description"] else []
    return [("name", row["artifact"]), *labels, *description, repo]


def _note(ask: Ask, answer: Answer, statement: Compiled) -> str | None:
    if not answer.values:
        asks_index = statement.conditions and statement.mode != "experiment"
        rows = ask("from internal.search_near($leaves)", leaves=statement.conditions).rows if asks_index else []
        names = (
            ask("from internal.search_measure_names($leaves)", leaves=statement.words).rows if statement.words else []
        )
        return "; ".join([*map(_near, rows), *map(_named, names)]) or None
    notes = [answer.rows[0]["note"], None if _has_all(answer) else NEAREST]
    return "; ".join(note for note in notes if note) or None


def _sort_note(ask: Ask, query: Query, answer: Answer) -> str | None:
    """The note where nothing has the metric to sort by, with the orders and metrics that are near."""
    sort = query.sort
    if sort is None or sort.key in ORDERS or any(row["metrics"] for row in answer.rows):
        return None
    name = sort.key.removeprefix("metric.")
    leaf = {"place": 1, "negated": False, "kind": "metric", "name": name, "operator": "=", "value": "0", "parts": []}
    for row in ask("from internal.search_near($leaves)", leaves=[leaf]).rows:
        near = [*get_close_matches(name, ORDERS, n=1), *row["near"]]
        return f"cannot sort by {name}: no artifact has such a metric" + (f", near: {', '.join(near)}" if near else "")
    return None


def _named(row: Row) -> str:
    word = row["word"]
    if row["kind"] == "metric":
        return f"{word} is a metric: sort:{word} orders by it, metric.{word}:>NUMBER finds by its value"
    return f"{word} is a parameter: param.{word}:VALUE finds by its value"


def _near(row: Row) -> str:
    subject = f"{row['name']}:{row['value']}" if row["kind"] == "field" else f"{row['kind']}.{row['name']}"
    return f"nothing has {subject}" + (f", near: {', '.join(row['near'])}" if row["near"] else "")
