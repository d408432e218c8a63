"""What people search for, and what they find first: the same in Python, on the command line, and in any DuckDB shell."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cache
from pathlib import Path

import duckdb
import pytest

from catalog.cli import main
from catalog.config.parse import parse
from catalog.crawl.crawl import crawl
from catalog.database.build import build
from catalog.query import Catalog
from conftest import FLEET as BUNDLES
from support.crawling import wish
from support.loopback import environment, serve
from support.search_queries import ANY_NOTE, COPIES, DEMO, FLEET, WHOLE_LANGUAGE, is_flat

VENV = Path(__file__).parents[3] / ".venv"
OLD_DUCKDB = VENV / "duckdb-1.4"
BROWSER_BUILD = VENV / "duckdb-wasm" / "node_modules"
HOST = "demo.example/"  # of the demo fleet: not in the table
BOUND = "100000"  # more than there is
WORLDS = {"demo": DEMO, "fork": COPIES, "fleet": FLEET}


# Worlds.


def fork(folder, worlds):
    """The fleet of `catalog demo`, with a fork beside it."""
    shutil.copytree(worlds("demo").parents[1], folder, dirs_exist_ok=True)
    shutil.copytree(folder / "repos" / "risk" / "churn.git", folder / "repos" / "people" / "fork-of-churn.git")
    with (folder / "repos.toml").open("a") as file:
        file.write(f'\n[[repo]]\nname = "{HOST}people/fork-of-churn"\nurl = "repos/people/fork-of-churn.git"\n')
    config = parse((folder / "repos.toml").read_text(), folder / "repos.toml")
    crawl(config, debug=True)
    build(config)
    return folder / "output" / "catalog.duckdb"


def fleet(folder, _):
    """The bundles of public repositories, as tests/oracle/test_fleet.py crawls them."""
    bundles = {str(bundle.relative_to(BUNDLES).with_suffix("")): bundle for bundle in BUNDLES.rglob("*.bundle")}
    if not bundles:
        pytest.skip(f"no bundles of public repositories in {BUNDLES}")
    mirrors, made = folder / "mirrors", folder / "catalog"
    made.mkdir()
    for name, bundle in bundles.items():
        command = ["git", "clone", "--quiet", "--mirror", str(bundle), str(mirrors / name)]
        subprocess.run(command, env=environment({}), check=True, capture_output=True)
    with serve(mirrors) as site:
        config = wish(made, {name: f"{site}/{name}" for name in sorted(bundles)})
        crawl(config, debug=True)
    build(config)
    return config.output / "catalog.duckdb"


@pytest.fixture(scope="module")
def worlds(tmp_path_factory, demo_folder):
    """The catalog of each world, made when it is asked for; that of `catalog demo` is there."""
    made = {"demo": demo_folder / "output" / "catalog.duckdb"}

    def path(name):
        if name not in made:
            made[name] = {"fork": fork, "fleet": fleet}[name](tmp_path_factory.mktemp(name), path)
        return made[name]

    return path


@pytest.fixture(scope="module")
def opened(worlds):
    """The same, open."""
    with contextlib.ExitStack() as stack:
        made = {}

        def catalog(name):
            if name not in made:
                made[name] = stack.enter_context(Catalog.open(worlds(name)))
            return made[name]

        yield catalog


def said(arguments):
    """Standard output of a command that must succeed."""
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        code = main(arguments)
    assert (code, arguments) == (0, arguments), err.getvalue()
    return out.getvalue()


# What is expected.

CASES = [
    pytest.param(name, case, id=f"{name}: {sentence}", marks=() if name == "demo" else pytest.mark.slow)
    for name, cases in WORLDS.items()
    for sentence, case in cases.items()
]


@pytest.mark.one_in(8)
@pytest.mark.parametrize(("world", "case"), CASES)
def test_what_is_found_first(opened, world, case):
    answer = opened(world).search(case.query, limit=None)
    found = [row["experiment"] or row["ref"].removeprefix(HOST) for row in answer.rows]
    if case.expected[-1:] == [...]:
        found[len(case.expected) - 1 :] = [...]
    note = answer.note if case.note != ANY_NOTE else ANY_NOTE
    assert (found, note) == (case.expected, case.note)


def test_every_field_is_in_the_table():
    from catalog.database.search_fields import BY_NAME, ORDERS  # only here

    asked = " ".join(case.query.lower() for case in DEMO.values())
    assert [name for name in BY_NAME if f"{name}:" not in asked] + [
        key for key in ORDERS if f"sort:{key}" not in asked
    ] == []


SAME = {
    "words that are joined in some way": (
        ["credit-scoring", "credit_scoring", "creditScoring", "CreditScoring", "credit scoring", "CREDIT SCORING", "crédit scoring"],
    ),
    "words that are written together": (["piireviewed", "pii-reviewed", "PII_reviewed", "piiReviewed"],),
    "words in any order": (["shelves photos", "photos shelves", "photos AND shelves", "(photos) shelves"],),
    "names of one stage": (["stage:prod", "stage:production", "stage:live", "stage:PROD"],),
    "ways to say not": (["label:vision -stage:staging", "label:vision NOT stage:staging", "label:vision -(stage:staging)"],),
    "ways to say without": (["type:model no:stage", "type:model -has:stage", "NOT has:stage type:model"],),
    "ways to write a range": (["versions:>=11", "versions:11..*", "versions:11..", "versions:>10"],),
    "ways to write a time": (["updated:2026-10", "updated:2026-10-01..2026-10-31", "updated:>=2026-10 updated:<2026-11"],),
    "the order of alternatives": (["churn OR fraud", "fraud OR churn", "(fraud) OR (churn)"],),
    "ways to name an owner": (["owner:@ads/bidding", "owner:ads/bidding", "owner:bidding", "owner:BIDDING"],),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("same", [pytest.param(*each, id=sentence) for sentence, each in SAME.items()])
def test_ways_to_ask_the_same_find_the_same_in_the_same_order(opened, same):
    first, *others = [[row["ref"] for row in opened("demo").search(query, limit=None).rows] for query in same]
    assert (len(first) > 0, others) == (True, [first] * len(others))


# One answer, many mouths.


@pytest.fixture(scope="module")
def in_python(opened):
    """What Python says: the reference, the score, and whether it has all words, of each. Each is asked once."""

    @cache
    def answer(world, query):
        rows = opened(world).search(query, limit=None).rows
        return [(row["ref"], row["score"], row["matched"]) for row in rows]

    return lambda world, asked: {query: answer(world, query) for query in asked}


def in_sql(path, asked):
    """What any DuckDB shell says."""
    with closing(duckdb.connect(str(path), read_only=True)) as connection:

        def answer(query):
            text = "select ref, score, matched from search(?)"
            return query, connection.cursor().execute(text, [query]).fetchall()

        with ThreadPoolExecutor(2) as workers:
            return dict(workers.map(answer, asked))


IN_OLD_DUCKDB = """
import json, sys, duckdb
path, asked = json.load(sys.stdin)
answers, connection = {}, None
for query in asked:
    try:
        if connection is None:
            connection = duckdb.connect(path, read_only=True)
            connection.execute("set enable_progress_bar = false")  # which a process without a file prints
        answers[query] = connection.execute("select ref, score, matched from search(?)", [query]).fetchall()
    except duckdb.Error as error:  # which may be the end of this connection
        answers[query] = [("error", str(error).splitlines()[0], "")]
        connection = connection.close()
print(json.dumps([duckdb.__version__, answers]))
"""


def in_old_duckdb(path, asked):
    """What the oldest DuckDB says that must be able to read a catalog, in a process of its own."""
    if not OLD_DUCKDB.is_dir():
        pytest.skip(f"no DuckDB 1.4 in {OLD_DUCKDB}: `make .venv/tests` puts it there")
    found = subprocess.run(
        [sys.executable, "-c", IN_OLD_DUCKDB],
        env={**os.environ, "PYTHONPATH": str(OLD_DUCKDB)},
        input=json.dumps([str(path), asked]),
        check=True,
        capture_output=True,
        text=True,
    )
    version, answers = json.loads(found.stdout)
    assert version.startswith("1.4.")
    return {query: [tuple(row) for row in rows] for query, rows in answers.items()}


def in_browser_build(path, asked):
    """What DuckDB's browser build says, in Node."""
    if not BROWSER_BUILD.is_dir():
        pytest.skip(f"no browser build of DuckDB in {BROWSER_BUILD}: .ci/run puts it there")
    driver = Path(__file__).parents[2] / "support" / "duckdb_wasm.cjs"
    question = json.dumps([str(BROWSER_BUILD), str(path), asked])
    answer = subprocess.run(["node", str(driver)], input=question, check=True, capture_output=True, text=True)
    version, answers = json.loads(answer.stdout)
    assert version.startswith("v1.")
    return {query: [tuple(row) for row in rows] for query, rows in answers.items()}


def asked_of(world, *, flat=True):
    """The queries of a world."""
    return [case.query for case in WORLDS[world].values() if not flat or is_flat(case.query)]


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS)
def test_plain_duckdb_finds_the_same(worlds, in_python, world):
    asked = asked_of(world)
    assert in_sql(worlds(world), asked) == in_python(world, asked)


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS)
def test_duckdb_1_4_finds_the_same(worlds, in_python, world):
    asked = asked_of(world)
    assert in_old_duckdb(worlds(world), asked) == in_python(world, asked)


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS)
def test_the_browser_build_of_duckdb_finds_the_same(worlds, in_python, world):
    asked = asked_of(world)[::6]  # each takes half a second
    assert in_browser_build(worlds(world), asked) == in_python(world, asked)


@pytest.mark.slow
@pytest.mark.parametrize("world", WORLDS)
def test_the_command_line_finds_the_same(worlds, in_python, world):
    asked = asked_of(world, flat=False)
    ending = ["-o", "ids", "--limit", BOUND, "--catalog", str(worlds(world))]
    found = {query: said(["search", query, *ending]).splitlines() for query in asked}
    expected = {query: [ref for ref, *_ in rows] for query, rows in in_python(world, asked).items()}
    assert found == expected


@pytest.mark.slow
def test_what_is_not_flat_is_refused_by_plain_duckdb(worlds):
    asked = [case.query for case in WHOLE_LANGUAGE.values()][::3]
    refused = []
    with closing(duckdb.connect(str(worlds("demo")), read_only=True)) as connection:
        for query in asked:
            with pytest.raises(duckdb.Error) as error:
                connection.execute("from search(?)", [query])
            refused.append("only flat queries here; use catalog search" in str(error.value))
    assert refused == [True] * len(asked)


@pytest.mark.parametrize("query", ["", "is:version"])
def test_spellings_of_one_value_are_counted_as_one(opened, query):
    owners = [row["value"].lstrip("@").lower() for row in opened("demo").facets(query, fields=["owner"]).rows]
    assert owners
    assert len(owners) == len(set(owners))
