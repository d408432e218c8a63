"""The rules of the house that a machine can check."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from importlinter.application.use_cases import lint_imports
from importlinter.configuration import configure

from catalog.database.statements import HEADING, named, statements

ROOT = Path(__file__).parents[1]
SOURCES = sorted(file for room in ("catalog", "connectors", "sites") for file in (ROOT / room).rglob("*.py"))
SQL = sorted((ROOT / "catalog" / "database" / "sql").rglob("*.sql"))


def shown(file: Path) -> str:
    return str(file.relative_to(ROOT))


def test_nobody_imports_what_is_not_theirs(monkeypatch):
    monkeypatch.chdir(ROOT)
    configure()
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), cache_dir=None), "run: lint-imports"


def test_no_file_is_too_long_to_read():
    assert [shown(file) for file in (*SOURCES, *SQL) if len(file.read_text("utf-8").splitlines()) > 300] == []


def test_lines_of_sql_have_less_than_140_characters():
    lines = [(shown(file), line) for file in SQL for line in file.read_text("utf-8").splitlines()]
    assert [(file, line) for file, line in lines if len(line) >= 140] == []


def test_every_file_says_first_what_it_is():
    assert [shown(file) for file in SOURCES if not re.match(r'"""[A-Z`a-z/]', file.read_text("utf-8"))] == []


def test_every_statement_of_every_sql_file_is_found_with_its_heading():
    headings = [
        found[1] for file in SQL for found in re.finditer(rf"^{HEADING}", file.read_text("utf-8"), re.MULTILINE)
    ]
    scripts = ("build", "search/index_tables", "search/index_update", "search/index_words", "search/query")
    assert sorted([*(made.name for made in statements()), *(name for script in scripts for name in named(script))]) == (
        sorted(headings)
    )


@pytest.mark.parametrize("made", list(statements()), ids=lambda made: made.name)
def test_a_statement_is_one_and_says_what_it_answers(made):
    body = f"select {made.body}" if made.scalar else made.body
    assert ([kind.type.name for kind in duckdb.extract_statements(body)], made.doc.endswith(".")) == (
        ["SELECT"],
        True,
    )


# Words of our own that say of no thing what it is, and the one that files of observations keep.
PRIVATE_WORDS = {"drawn", "fleet", "found", "judge", "keeper", "kept", "made", "said", "told", "twin", "twins", "wish"}
STORED_WORDS = {("catalog/store/observation_line.py", "told"), ("catalog/store/ref_state.py", "told")}


def declared(tree: ast.Module) -> Iterator[str]:
    """The names that a module gives: to modules, classes, functions, parameters, variables and fields."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.arg(arg=name):
                yield name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name


def test_names_are_the_field_s_words():
    names = {
        (shown(file), name.strip("_")) for file in SOURCES for name in declared(ast.parse(file.read_text("utf-8")))
    }
    assert {(file, name) for file, name in names if name in PRIVATE_WORDS} == STORED_WORDS


def test_a_public_class_has_a_name_of_its_own():
    names = [name for file in SOURCES for name in re.findall(r"^class (\w+)", file.read_text("utf-8"), re.MULTILINE)]
    assert sorted({name for name in names if names.count(name) > 1 and not name.startswith("_")}) == []


def test_no_file_of_the_product_names_this_machine():
    assert [shown(file) for file in (*SOURCES, *SQL) if str(ROOT) in file.read_text("utf-8")] == []


# What connectors may use of catalog, of the standard library and of others: what is in neither list, no connector imports.
ROOMS_FOR_CONNECTORS = {"errors", "git", "naming", "plugins", "privacy", "schema", "text"}
MODULES_FOR_CONNECTORS = {
    *("__future__", "ast", "base64", "bisect", "collections", "collections.abc", "contextlib", "csv", "dataclasses"),
    *("datetime", "fnmatch", "functools", "hashlib", "itertools", "json", "math", "re", "shlex", "tomllib", "typing"),
    *("urllib.parse", "warnings", "yaml"),
}
# Of these only what asks no system: `posixpath.exists` would look at the disk, `open` is the module io's, `TTLCache` has a clock.
NAMES_FOR_CONNECTORS = {
    **dict.fromkeys(("basename", "dirname", "join", "normpath", "splitext"), "posixpath"),
    "StringIO": "io",
    "LRUCache": "cachetools",
    "MarkdownIt": "markdown_it",
    "Token": "markdown_it.token",
    "normalizeReference": "markdown_it.common.utils",
    "unescape": "html",
}
# The code that is not there yet. A path that is only text, and locks of what threads share: nothing is waited for.
EXCEPTIONS = {
    ("connectors/dvc/templates/python_literals.py", "threading.Lock"),
    ("connectors/forges/directory.py", "pathlib.PurePath"),
    ("connectors/forges/listing.py", "pathlib.PurePath"),
    ("connectors/formats/memo.py", "threading.Lock"),
}
CLOCKS = {"now", "today", "utcnow"}
BUILTINS = {"__import__", "breakpoint", "compile", "eval", "exec", "input", "open", "print"}


def imported(source: str) -> Iterator[tuple[str, str]]:
    """What a module imports, wherever it does: module and name."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from ((alias.name, "") for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                yield from (("." * level + (module or ""), alias.name) for alias in names)


def allowed(module: str, name: str) -> bool:
    top, *rest = [part for part in f"{module}.{name}".split(".") if part]
    if top == "catalog":
        return rest[:1] != [] and rest[0] in ROOMS_FOR_CONNECTORS and rest[:2] != ["schema", "arrow"]
    return top == "connectors" or module in MODULES_FOR_CONNECTORS or NAMES_FOR_CONNECTORS.get(name) == module


def impure(source: str) -> set[str]:
    """What a connector imports or calls that it may not."""
    found = {f"{module}.{name}".strip(".") for module, name in imported(source) if not allowed(module, name)}
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(attr=attr) if attr in CLOCKS:
                found.add(attr)
            case ast.Call(func=ast.Name(id=name)) if name in BUILTINS:
                found.add(name)
    return found


def test_connectors_use_nothing_but_what_they_are_allowed():
    connectors = [file for file in SOURCES if shown(file).startswith("connectors/")]
    found = {(shown(file), name) for file in connectors for name in impure(file.read_text("utf-8"))}
    assert found == EXCEPTIONS


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("import os, re", {"os"}),
        ("import os.path", {"os.path"}),
        ("from os import path", {"os.path"}),
        ("import pathlib", {"pathlib"}),
        ("import time", {"time"}),
        ("from socket import socket", {"socket.socket"}),
        ("import subprocess", {"subprocess"}),
        ("from threading import Thread", {"threading.Thread"}),
        ("import urllib.request", {"urllib.request"}),
        ("import posixpath", {"posixpath"}),
        ("from cachetools import TTLCache", {"cachetools.TTLCache"}),
        ("from posixpath import exists", {"posixpath.exists"}),
        ("import importlib", {"importlib"}),
        ("import duckdb", {"duckdb"}),
        ("def read():\n    import os", {"os"}),
        ("if TYPE_CHECKING:\n    from pathlib import Path", {"pathlib.Path"}),
        ("import catalog", {"catalog"}),
        ("from catalog import store", {"catalog.store"}),
        ("from catalog.store.lock import lock", {"catalog.store.lock.lock"}),
        ("from catalog.config.model import RepoOptions", {"catalog.config.model.RepoOptions"}),
        ("from catalog.schema.arrow import schema", {"catalog.schema.arrow.schema"}),
        ("from sites.text import visible", {"sites.text.visible"}),
        ("from .. import os", {"os"}),
        ("open('a')", {"open"}),
        ("__import__('os')", {"__import__"}),
        ("datetime.now(UTC)", {"now"}),
        ("moment = date.today", {"today"}),
        ("from catalog.git.snapshot import Revision\nfrom connectors.formats import paths\nimport re", set()),
    ],
)
def test_what_a_connector_may_not_do_is_found(fault, found):
    assert impure(fault) == found


# Contract → a file, and lines that break it.
FAULTS = {
    "Each room of catalog stands on those below it": [
        ("catalog/store/lock.py", "from catalog.crawl.plan import due"),
        ("catalog/store/jsonl.py", "from catalog.transport.limits import Meter"),
        ("catalog/errors.py", "def late():\n    from catalog.git import objects"),
        ("catalog/attic.py", '"""A room that has no place yet."""'),
        ("catalog/attic/__init__.py", '"""The same as a folder."""'),
    ],
    "Each room of connectors stands on those below it": [
        ("connectors/formats/paths.py", "from connectors.gto import tags"),
        ("connectors/dvc/ignore.py", "from connectors.artifacts import files"),
        ("connectors/mlem.py", "from connectors.cards import licences"),
        ("connectors/attic.py", '"""A connector that has no place yet."""'),
    ],
    "Each room of sites stands on those below it": [
        ("sites/text.py", "from sites.data import rows"),
        ("sites/attic.py", '"""A room that has no place yet."""'),
    ],
    "Only the command and the schedule import the site": [
        ("catalog/query/answer.py", "from sites import text"),
        ("catalog/demo/cast.py", "from sites import text"),
    ],
    "Nothing outside imports the connectors": [("catalog/cli/status.py", "from connectors import mlem")],
    "Connectors know the rooms of catalog below them, and no other": [
        ("connectors/gto/tags.py", "from catalog.store.lock import lock"),
        ("connectors/formats/paths.py", "def late():\n    from catalog.schema import arrow"),
        ("connectors/forges/github.py", "from sites import text"),
    ],
    "Connectors are pure: no network, disk, clock or database": [
        ("connectors/gto/tags.py", "import os"),
        ("connectors/mlem.py", "import time"),
        ("connectors/forges/github.py", "import urllib3"),
    ],
    "Connectors do not know each other": [("connectors/dvc/metafiles.py", "from connectors.dvc import remotes")],
    "Forges do not know each other": [("connectors/forges/github.py", "from connectors.forges import gitlab")],
    "The language stands on nothing": [("catalog/schema/tables/dvc.py", "import pyarrow")],
    "A snapshot knows Git objects, not the network": [("catalog/git/snapshot.py", "import socket")],
    "The network, the store and the database do not know each other": [
        ("catalog/database/database.py", "from catalog.store import partitions"),
        ("catalog/database/rebuild.py", "from catalog.store import partitions"),
    ],
    "The crawl knows nothing of what is made from it": [("catalog/crawl/visit.py", "import duckdb")],
    "The site asks the database, and nothing else of catalog": [
        ("sites/data/rows.py", "from catalog.schema import tables"),
    ],
    "The site is made from the database alone": [("sites/build.py", "from catalog.database import build as whole")],
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources, to plant faults in."""
    folder = tmp_path_factory.mktemp("planted")
    for file in (*SOURCES, ROOT / "pyproject.toml"):
        (folder / shown(file)).parent.mkdir(parents=True, exist_ok=True)
        (folder / shown(file)).write_bytes(file.read_bytes())
    return folder


def broken(folder: Path) -> set[str]:
    """The contracts that a copy breaks."""
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", code, "--no-cache", "--no-logo"]
    environment = {**os.environ, "COLUMNS": "200", "PYTHONPATH": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr
    assert "Contracts:" in done.stdout, done.stdout + done.stderr
    return set(re.findall(r"^(.+) BROKEN\b", done.stdout, re.MULTILINE))


def test_every_contract_has_a_fault_that_proves_it():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    assert sorted(contract["name"] for contract in contracts) == sorted(FAULTS)


@pytest.mark.slow
def test_a_copy_breaks_nothing(copy):
    assert broken(copy) == set()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("contract", "file", "fault"),
    [
        pytest.param(contract, file, fault, id=f"{file}: {fault.splitlines()[-1].strip()}")
        for contract, faults in FAULTS.items()
        for file, fault in faults
    ],
)
def test_a_planted_fault_breaks_its_contract(copy, contract, file, fault):
    planted = copy / file
    before = planted.read_bytes() if planted.exists() else None
    planted.parent.mkdir(exist_ok=True)
    planted.write_bytes((before or b"") + f"\n{fault}\n".encode())
    try:
        assert contract in broken(copy)
    finally:
        if before is not None:
            planted.write_bytes(before)
        elif planted.parent.name == "attic":
            shutil.rmtree(planted.parent)
        else:
            planted.unlink()
