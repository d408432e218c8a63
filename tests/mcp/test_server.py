"""The catalog for agents, asked by the SDK's own client: the answers are those of Python, a page at a time."""

from __future__ import annotations

import asyncio
import json
import sys
import tomllib
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from catalog.cli import main
from catalog.errors import Exit
from catalog.mcp.pages import MOST_CHARACTERS, MOST_ITEMS, MOST_ROWS, ROWS
from catalog.mcp.reference_pages import PAGES
from catalog.mcp.tools import MOST_SQL_ROWS
from catalog.query import Catalog
from catalog.query.arguments import MIN_MEMORY
from support.small_catalog import CHURN, HOSTILE, small_catalog

if TYPE_CHECKING:
    from mcp import Client

pytestmark = pytest.mark.slow

DOCS = Path(__file__).parents[2] / "docs"
CHURN_REF = "acme/churn:churn"


@pytest.fixture(scope="module")
def path():
    return small_catalog()


@pytest.fixture(scope="module")
def ask(path):
    """Calls a tool; gives whether that was an error, and the answer or the sentence."""

    def ask(name: str, **arguments: Any) -> tuple[bool, Any]:
        async def asked(client: Client) -> tuple[bool, Any]:
            result = await client.call_tool(name, arguments)
            return bool(result.is_error), result.content[0].text if result.is_error else result.structured_content  # type: ignore[union-attr]

        return with_client(served(path), asked)

    return ask


def served(path: Any) -> Any:
    """The server of a catalog. The SDK takes half a second to import: of all processes of a test run, only those that use it do."""
    from catalog.mcp.server import server

    return server(path)


def with_client(target: Any, use: Callable[[Client], Awaitable[Any]]) -> Any:
    from mcp import Client

    async def run() -> Any:
        async with Client(target) as client:
            return await use(client)

    with ThreadPoolExecutor(1) as thread:  # a browser's tests leave an event loop in this one
        return thread.submit(asyncio.run, run()).result()


QUESTIONS = [
    pytest.param("search", {"query": "churn"}, lambda c: c.search("churn", limit=None), id="search"),
    pytest.param("show", {"ref": f"{CHURN_REF}#prod"}, lambda c: c.show(f"{CHURN_REF}#prod"), id="show"),
    pytest.param("resolve", {"ref": f"{CHURN_REF}#prod"}, lambda c: c.resolve(f"{CHURN_REF}#prod"), id="resolve"),
    pytest.param("history", {"ref": CHURN_REF, "since": "2024-01-04"}, lambda c: c.history(CHURN_REF, since="2024-01-04"), id="history"),
    pytest.param("history", {"stage": "prod", "repo": "churn"}, lambda c: c.history(stage="prod", repo="churn"), id="history of a stage"),
    pytest.param("at", {"when": "2024-01-31", "stage": "prod"}, lambda c: c.at("2024-01-31", "prod"), id="at"),
    pytest.param("compare", {"refs": [f"{CHURN_REF}@v1.0.0", f"{CHURN_REF}@v2.0.0"]}, lambda c: c.compare(f"{CHURN_REF}@v1.0.0", f"{CHURN_REF}@v2.0.0", changed=True), id="compare"),
    pytest.param("lineage", {"ref": f"{CHURN_REF}#prod"}, lambda c: c.lineage(f"{CHURN_REF}#prod"), id="lineage"),
    pytest.param("identify", {"content": "1111111"}, lambda c: c.identify("1111111"), id="identify"),
    pytest.param("sql", {"statement": "from versions order by ref_of limit 3".replace("ref_of", "commit, artifact")}, lambda c: c.sql("from versions order by commit, artifact limit 3"), id="sql"),
]  # fmt: skip


def test_what_rows_cannot_say_is_beside_them(ask, path):
    with Catalog.open(path) as catalog:
        note = catalog.at("2024-01-31", known_at="2024-01-01").note
    assert (note is None, ask("at", when="2024-01-31", known_at="2024-01-01")[1]["note"]) == (False, note)


@pytest.mark.parametrize(("tool", "arguments", "question"), QUESTIONS)
def test_an_answer_is_that_of_python(ask, path, tool, arguments, question):
    with Catalog.open(path) as catalog:
        rows = question(catalog).rows
    is_error, answer = ask(tool, **arguments)
    keys = ("repo", "artifact", "version", "commit", "name", "what", "ref")
    told = [{key: row[key] for key in keys if row.get(key) is not None} for row in rows]
    assert (is_error, answer["total"]) == (False, len(rows))
    assert [{key: row[key] for key in keys if key in row} for row in answer[ROWS]] == told
    assert answer["as_of"] == "2024-01-20T12:00:00+00:00"


def test_a_cursor_brings_the_next_rows(ask):
    rows, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        _, answer = ask("history", limit=5, cursor=cursor)
        rows += answer[ROWS]
        cursor, pages = answer["next_cursor"], pages + 1
    assert (len(rows), len({row["oid"] for row in rows}), pages) == (13, 13, 3)


def test_a_page_of_a_search_is_that_of_python_and_goes_on_with_its_cursor(ask, path):
    with Catalog.open(path) as catalog:
        page = catalog.search("", limit=2)
        following = catalog.search("", limit=2, cursor=page.next_cursor)
    is_error, answer = ask("search", query="", limit=2, cursor=page.next_cursor)
    assert (is_error, [row["ref"] for row in answer[ROWS]], answer["total"], answer["next_cursor"]) == (
        False,
        [row["ref"] for row in following.rows],
        following.total,
        following.next_cursor,
    )


@pytest.mark.parametrize(
    "arguments", [{"ref": "seg:mask"}, {"since": "2024-01-05"}, {"stage": "prod"}], ids=["artifact", "since", "stage"]
)
def test_a_cursor_of_another_question_is_refused(ask, arguments):
    _, answer = ask("history", limit=5)
    is_error, sentence = ask("history", cursor=answer["next_cursor"], **arguments)
    assert (is_error, "expected the next_cursor of the same question" in sentence) == (True, True)


@pytest.mark.parametrize(
    ("tool", "arguments", "sentence"),
    [
        pytest.param("show", {"ref": "nothing"}, "no artifact 'nothing' in ", id="an unknown name"),
        pytest.param("show", {"ref": "churn"}, "'churn' names 2 artifacts, expected one", id="two names"),
        pytest.param("sql", {"statement": "drop table events"}, "only a SELECT is allowed, and this is DROP", id="a statement that writes"),
        pytest.param("sql", {"statement": "from read_text('/etc/hostname')"}, "", id="a file"),
        pytest.param("sql", {"statement": f"from range({MOST_SQL_ROWS + 1})"}, "the answer has more than 10,000 rows", id="too many rows"),
        pytest.param("history", {"cursor": "x"}, "invalid cursor 'x': expected the next_cursor of an earlier answer", id="no cursor"),
        pytest.param("history", {"cursor": f"{'9' * 5000}-{'0' * 12}-{'0' * 12}"}, "invalid cursor '999", id="a cursor with more digits than a number may have"),
        pytest.param("search", {"query": "churn", "cursor": f"5-{'0' * 12}-{'0' * 12}"}, "expected the next_cursor of the same question, and it is of another one", id="a cursor of nothing"),
        pytest.param("history", {"limit": MOST_ROWS + 1}, "", id="too many at once"),
        pytest.param("compare", {"refs": ["a"]}, "", id="one version"),
    ],
)  # fmt: skip
def test_what_is_refused(ask, tool, arguments, sentence):
    is_error, text = ask(tool, **arguments)
    assert is_error
    assert sentence in text


def test_as_many_rows_as_sql_may_have(ask):
    is_error, answer = ask("sql", statement=f"from range({MOST_SQL_ROWS})", limit=MOST_ROWS)
    assert (is_error, len(answer[ROWS]), answer["total"]) == (False, MOST_ROWS, MOST_SQL_ROWS)


@pytest.mark.parametrize(("length", "ends"), [(MOST_CHARACTERS, "aaa"), (MOST_CHARACTERS + 1, "a… (1,001 characters)")])
def test_long_texts_are_cut(ask, length, ends):
    _, answer = ask("sql", statement=f"select repeat('a', {length}) as x")
    assert answer[ROWS][0]["x"].endswith(ends)


@pytest.mark.parametrize(("length", "last"), [(MOST_ITEMS, MOST_ITEMS - 1), (MOST_ITEMS + 1, "… 1 more")])
def test_long_lists_are_cut(ask, length, last):
    _, answer = ask("sql", statement=f"select range({length}) as x")
    assert answer[ROWS][0]["x"][-1] == last


@pytest.mark.parametrize(
    "value",
    ["'nan'::double", "'inf'::double", "date '2024-01-01'", "1.5::decimal(4, 2)", "interval 1 day", "'a'::blob"],
)
def test_every_value_can_be_sent(ask, value):
    is_error, answer = ask("sql", statement=f"select {value} as x")
    assert (is_error, len(answer[ROWS])) == (False, 1)
    json.dumps(answer, allow_nan=False)


def test_text_of_strangers_is_under_a_name_that_says_so(ask):
    _, answer = ask("sql", statement="from open_problems")
    assert answer[ROWS][0]["message"] == HOSTILE
    assert ROWS.startswith("untrusted")


def test_the_schema_says_what_tables_and_columns_mean(ask):
    _, tables = ask("schema")
    _, columns = ask("schema", table="versions")
    assert {"table": "versions", "holds": "Every version of every artifact, with what is known about it."} in tables[
        ROWS
    ]
    assert [row["column"] for row in columns[ROWS][:2]] == ["ref", "repo"]
    assert all(row["means"] for row in columns[ROWS])


def test_every_tool_only_reads_and_says_what_it_does(path):
    async def listed(client: Client) -> list[Any]:
        return (await client.list_tools()).tools

    tools = with_client(served(path), listed)
    assert {tool.name for tool in tools} == {
        "search",
        "show",
        "resolve",
        "history",
        "at",
        "compare",
        "lineage",
        "identify",
        "sql",
        "schema",
    }
    assert all(tool.annotations.read_only_hint and tool.description for tool in tools)


def read(path: Any, *uris: str) -> list[str]:
    """The texts of resources, by the client."""

    async def texts(client: Client) -> list[str]:
        return [(await client.read_resource(uri)).contents[0].text for uri in uris]  # type: ignore[union-attr]

    return with_client(served(path), texts)


def test_reference_pages_are_resources(path):
    async def uris(client: Client) -> dict[str, str]:
        return {str(each.uri): each.description for each in (await client.list_resources()).resources}

    by_uri = with_client(served(path), uris)
    pages = [uri for uri in by_uri if "/reference/" in uri]
    assert all(by_uri.values())
    assert pages == [f"catalog://reference/{name}" for name in PAGES]
    assert read(path, *pages) == [(DOCS / f"{name}.md").read_text("utf-8") for name in PAGES]


def test_the_wheel_has_the_pages():
    project = tomllib.loads((DOCS.parent / "pyproject.toml").read_text("utf-8"))
    targets = project["tool"]["hatch"]["build"]["targets"]
    included = targets["wheel"]["force-include"]
    assert {source: target for source, target in included.items() if source.startswith("docs/")} == {
        f"docs/{name}.md": f"catalog/mcp/reference/{name}.md" for name in PAGES
    }
    assert "docs" in targets["sdist"]["include"]  # from which a wheel is built, too


@pytest.mark.parametrize("name", ["mask", "acme/churn:churn", "acme%2Fchurn%3Achurn%23prod", "acme/churn:churn@v1.0.0"])
def test_a_model_is_a_resource_by_any_reference(path, name):
    (text,) = read(path, f"catalog://models/{name}")
    with Catalog.open(path) as catalog:
        expected = catalog.show(unquote(name)).rows[0]
    page = json.loads(text)
    assert [page[ROWS][0][key] for key in ("repo", "artifact")] == [expected["repo"], expected["artifact"]]
    assert page["as_of"] is not None


def test_the_models_are_listed_with_their_resources(path):
    page = json.loads(*read(path, "catalog://models"))
    with Catalog.open(path) as catalog:
        names = [f"{row['repo']}:{row['artifact']}" for row in catalog.models().rows]
    resources = [row["resource"] for row in page[ROWS]]
    assert ([unquote(uri).removeprefix("catalog://models/") for uri in resources], page["total"]) == (names, len(names))
    assert all(json.loads(text)[ROWS] for text in read(path, *resources))


def test_of_more_models_than_a_page_has_the_first_are_listed(path, monkeypatch):
    monkeypatch.setattr("catalog.mcp.tools.MOST_ROWS", 1)
    page = json.loads(*read(path, "catalog://models"))
    assert (len(page[ROWS]), page["note"]) == (1, "these are the first: the tool `search` finds the others")


def test_a_resource_of_nothing_is_an_error_with_a_sentence(path):
    from mcp.shared.exceptions import MCPError

    async def sentence(client: Client) -> str:
        try:
            await client.read_resource("catalog://models/nothing")
        except MCPError as error:
            return str(error)
        return ""

    assert "no artifact 'nothing'" in with_client(served(path), sentence)


def test_the_command_serves_over_standard_input_and_output(path, tmp_path):
    from mcp import StdioServerParameters, stdio_client

    parameters = StdioServerParameters(command=sys.executable, args=["-m", "catalog", "mcp", "--catalog", str(path)])

    async def asked(client: Client) -> Any:
        return (await client.call_tool("resolve", {"ref": f"{CHURN_REF}#prod"})).structured_content

    with (tmp_path / "errors.log").open("w") as errors:  # else those of the test that imported the SDK
        answer = with_client(stdio_client(parameters, errlog=errors), asked)
    assert answer[ROWS][0]["ref"] == f"{CHURN}:churn@v1.0.0"


def test_without_the_extra_the_command_says_what_to_install(path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "mcp.server.mcpserver", None)
    monkeypatch.delitem(sys.modules, "catalog.mcp.server", raising=False)
    assert main(["mcp", "--catalog", str(path)]) == Exit.CONFIG
    assert "is not installed: pip install 'federated-model-catalog[mcp]'" in capsys.readouterr().err


def test_a_question_takes_no_more_time_than_it_may(ask, monkeypatch):
    monkeypatch.setattr("catalog.mcp.tools.TIMEOUT", 0.2)  # instead of half a minute
    is_error, text = ask(
        "sql", statement="select count(*) from range(100000) a, range(1000000) b where hash(a.range, b.range) = 1"
    )
    assert (is_error, "no answer after 0.2 seconds" in text) == (True, True)


def test_a_question_holds_no_more_memory_than_it_may(ask, monkeypatch):
    statement = (
        "select sum(len(x)) from (select string_agg(range::varchar || repeat('x', 1000), ',') as x from range(200000))"
    )
    monkeypatch.setattr("catalog.mcp.tools.MAX_MEMORY", MIN_MEMORY)  # instead of a gibibyte
    is_error, text = ask("sql", statement=statement)
    assert (is_error, "needs more memory" in text) == (True, True)
