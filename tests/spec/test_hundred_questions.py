"""One answer, many mouths: more than a hundred questions through the command line, Python, SQL and an agent's tools."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import pytest

from catalog.cli import main
from catalog.query import Catalog
from support.questions import Question, questions

ALL = questions()
# To these the answer is that there is nothing.
NOTHING = {
    "metrics payments#staging",
    "metrics customers@latest",
    "history scorecard --raw-stage prod",
    "history ctr --raw-stage prod",
    "history customers --raw-stage prod",
    "search label:none -n 500",
    "search churn -stage:prod -n 500",
}
UTC = re.compile(r"(\d{4}-\d\d-\d\dT[\d:.]+)Z")


def test_there_are_a_hundred():
    assert len({question.id for question in ALL}) == len(ALL) >= 100


@pytest.fixture(scope="module")
def path(demo_folder):
    return demo_folder / "output" / "catalog.duckdb"


@pytest.fixture(scope="module")
def catalog(path):
    with Catalog.open(path) as catalog:
        yield catalog


@pytest.fixture(scope="module")
def tools(path):
    """The rows of all pages that a tool has."""
    from catalog.mcp.server import server
    from mcp import Client

    async def pages(name: str, arguments: dict[str, Any]) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        async with Client(server(path)) as client:
            cursor: str | None = None
            while True:
                paged = {} if name in ("show", "resolve") else {"limit": 100, "cursor": cursor}
                result = await client.call_tool(name, {**arguments, **paged})
                assert not result.is_error, result.content
                rows += result.structured_content["untrusted_rows"]
                cursor = result.structured_content["next_cursor"]
                if cursor is None or not paged:
                    return rows

    with ThreadPoolExecutor(1) as thread:  # a browser's tests leave an event loop in this one
        yield lambda name, arguments: thread.submit(asyncio.run, pages(name, arguments)).result()


@pytest.mark.slow
def test_nearly_all_have_an_answer_with_rows(catalog):
    assert {question.id for question in ALL if not question.call(catalog).values} == NOTHING


@pytest.mark.slow
@pytest.mark.parametrize("question", ALL, ids=lambda question: question.id)
def test_every_mouth_gives_the_same_answer(catalog, path, tools, capsys, question):
    python = plain(question, question.call(catalog).rows)
    answers = {
        "command line": plain(question, printed(question, path, capsys)),
        "SQL": plain(question, catalog.sql(question.sql, **question.values).rows),
        "agent": plain(question, tools(*tool(question))),
    }
    assert answers == dict.fromkeys(answers, python)


def printed(question: Question, path: Any, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    code = main([question.words[0], *question.words[1:], "--catalog", str(path), "-o", "json"])
    out, err = capsys.readouterr()
    assert code == 0, err
    rows = json.loads(out)
    return rows if isinstance(rows, list) else [rows]


def tool(question: Question) -> tuple[str, dict[str, Any]]:
    """Where agents have no tool of their own, they ask in SQL, with the values written out."""
    if question.tool is not None:
        return question.tool, question.arguments
    statement = question.sql
    for name, value in question.values.items():
        statement = statement.replace(f"${name}", f"'{value}'")
    return "sql", {"statement": statement}


def plain(question: Question, rows: Iterable[dict[str, Any]]) -> list[str]:
    """The rows in what is compared of them, as JSON: times alike, what is not stated left out, and sorted."""
    return sorted(json.dumps({name: _plain(row.get(name)) for name in question.columns}) for row in rows)


def _plain(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case str():
            return UTC.sub(r"\1+00:00", value)
        case [] | {}:
            return None
        case float() if value.is_integer():
            return int(value)
        case list() | tuple():
            return [_plain(item) for item in value]
        case _:
            return value
