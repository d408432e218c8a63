"""docs/architecture.md is true: its rooms are the folders, its files and functions exist, its layers are those that are checked."""

from __future__ import annotations

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text("utf-8")


def faults(page):
    """What the page says that is not so, and what it leaves out."""
    listed = re.findall(r"^\| `([\w/]+)` \|", page, re.MULTILINE)
    rooms = [
        str(file.parent.relative_to(ROOT))
        for top in ("catalog", "connectors", "sites")
        for file in (ROOT / top).rglob("*/__init__.py")
    ]
    files = re.findall(r"`([\w./-]+\.(?:py|sql|toml|md))`", page)
    stations = re.findall(r"`([\w/.]+\.py): (\w+)`", page)
    return [
        *(f"room {room}" for room in sorted(set(listed) ^ set(rooms))),
        *(f"file {file}" for file in files if not (ROOT / file).is_file()),
        *(f"file {file}" for file, _ in stations if not (ROOT / file).is_file()),
        *(f"function {name}" for file, name in stations if name not in functions(ROOT / file)),
    ]


def functions(file):
    nodes = ast.walk(ast.parse(file.read_text("utf-8"))) if file.is_file() else ()
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_the_page_is_true():
    assert faults(PAGE) == []


CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]


@pytest.mark.parametrize("top", ["catalog", "connectors", "sites"])
def test_the_layers_are_those_that_are_checked(top):
    (checked,) = (contract["layers"] for contract in CONTRACTS if contract.get("containers") == [top])
    layers = [{room for room in re.split(r" *[|] *", layer) if "(" not in room} for layer in checked]
    (line,) = re.findall(rf"^- `{top}`[^`\n]*: `([^`]+>[^`]+)`", PAGE, re.MULTILINE)
    stated = [set(layer.split(", ")) for layer in line.split(" > ")]
    # Where the command starts is said above, and is no room.
    assert stated == [layer for layer in layers if layer and layer != {"__main__", "launcher"}]


@pytest.mark.one_in(4)
@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        pytest.param("| `catalog/git` |", "| catalog/git |", "room catalog/git", id="a room too few"),
        pytest.param("| `catalog/git` |", "| `catalog/gut` |", "room catalog/gut", id="a room that is not there"),
        pytest.param(
            "schema/record.py`", "schema/disc.py`", "file catalog/schema/disc.py", id="a file that is not there"
        ),
        pytest.param("wire.py: read_listing", "wire.py: hear", "function hear", id="a function that is not there"),
    ],
)
def test_a_fault_in_the_page_is_found(old, new, fault):
    assert fault in faults(PAGE.replace(old, new))
