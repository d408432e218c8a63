"""Which of the program's modules decide how rows become pages: the digest of them is all that tells a site of another version."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from sites.program import MODULES

CATALOG, SITES = (Path(str(files(name))) for name in ("catalog", "sites"))
# How the database is opened, how files are written, and how many processes there are shows on no page.
INPUT_AND_OUTPUT = {
    "database/database.py",
    "processors.py",
    "store/checked_file.py",
    "store/file_stamps.py",
    "store/files.py",
}
OF_FILES = {"store/typed_json.py"}


def imported(file: Path) -> Iterator[str]:
    """The modules of `catalog` that a module imports wherever it does so, as paths in that package."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        match node:
            case ast.ImportFrom(module=str(module)):
                yield from filter(None, (path_of(module) or path_of(f"{module}.{name.name}") for name in node.names))
            case ast.Import():
                yield from filter(None, (path_of(name.name) for name in node.names))


def path_of(module: str) -> str | None:
    package, _, name = module.partition(".")
    path = f"{name.replace('.', '/')}.py"
    return path if package == "catalog" and (CATALOG / path).is_file() else None


def with_what_they_import(paths: set[str]) -> set[str]:
    more = {path for each in paths for path in imported(CATALOG / each)}
    return paths if more <= paths else with_what_they_import(paths | more)


def test_the_modules_of_the_digest_are_those_that_pages_are_made_with():
    direct = {path for file in SITES.rglob("*.py") for path in imported(file)}
    assert with_what_they_import(direct - INPUT_AND_OUTPUT) == {*MODULES}
    assert direct >= INPUT_AND_OUTPUT


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        pytest.param("from catalog.text import plural", ["text.py"], id="a name of a module"),
        pytest.param("from catalog.query import labels", ["query/labels.py"], id="a module of a package"),
        pytest.param("import catalog.naming as names", ["naming.py"], id="a module"),
        pytest.param("def f():\n    from catalog import text, errors", ["text.py", "errors.py"], id="in a function"),
        pytest.param("import os\nfrom . import pages\nfrom sites import urls", [], id="others"),
    ],
)
def test_what_a_module_imports(tmp_path, line, expected):
    (tmp_path / "m.py").write_text(line)
    assert [*imported(tmp_path / "m.py")] == expected
