"""docs/security.md: its bounds are those of the code, and each threat names tests that are there."""

from __future__ import annotations

import ast
import re
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from catalog.config.keys import CRAWL
from catalog.config.repository_keys import OPTIONS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
DEFAULTS = {key.name: key.default for key in (*OPTIONS, *CRAWL.keys)}


def rows_of(heading):
    """The cells of the table below a heading, without its head."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in section.splitlines() if line.startswith("|")
    ][2:]


@cache
def functions_of(file):
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def default_of(name):
    if "." not in name:
        return DEFAULTS[name]
    place, _, last = name.rpartition(".")
    try:
        return getattr(import_module(place), last)
    except ModuleNotFoundError:  # a field of a class
        module, _, owner = place.rpartition(".")
        return getattr(getattr(import_module(module), owner)(), last)


@pytest.mark.parametrize(
    ("bound", "default"), [pytest.param(row[0].strip("`"), row[1], id=row[0]) for row in rows_of("Bounds")]
)
def test_a_bound_is_that_of_the_code(bound, default):
    assert default_of(bound) == int(default)


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=row[0]) for row in rows_of("Threats, and the tests that hold them")]
)
def test_a_threat_has_tests_that_are_there(row):
    threat, happens, tests = row
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", tests)
    assert threat
    assert happens
    assert named
    assert [test for file, test in named if test not in functions_of(file)] == []
    assert tests.count("`") == 2 * len(named)  # nothing else is named
