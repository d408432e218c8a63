"""Only the commands that act use this room: what crawls, reads and serves does not import it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

CATALOG = Path(__file__).parents[2] / "catalog"
USERS = {"cli/acting.py", "cli/annotating.py", "cli/performing.py", "cli/plan_output.py"}


def imports_the_room(file: Path) -> bool:
    nodes = ast.walk(ast.parse(file.read_text("utf-8")))
    return any(
        (isinstance(node, ast.ImportFrom) and (node.module or "").startswith("catalog.actions"))
        or (isinstance(node, ast.Import) and any(each.name.startswith("catalog.actions") for each in node.names))
        for node in nodes
    )


def test_who_uses_the_room():
    files = {str(file.relative_to(CATALOG)): file for file in CATALOG.rglob("*.py")}
    outside = {name for name in files if not name.startswith("actions/")}
    assert {name for name in outside if imports_the_room(files[name])} == USERS


def test_the_commands_import_it_only_when_they_run():
    """`catalog --help` imports the modules of all commands."""
    for name in ("cli/acting.py", "cli/annotating.py"):
        tree = ast.parse((CATALOG / name).read_text("utf-8"))
        modules = [node.module or "" for node in tree.body if isinstance(node, ast.ImportFrom)]
        assert not [module for module in modules if module.startswith(("catalog.actions", "catalog.cli.performing"))]


def test_a_command_that_acts_imports_nothing_that_only_a_crawl_needs():
    """A push takes a fraction of a second: of tables, only those of the registry are imported, and no patterns of secrets."""
    script = "import sys, catalog.actions.commands, catalog.cli.performing; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", script], capture_output=True, text=True, check=True)
    imported = set(done.stdout.split())
    crawls = {"pyarrow", "catalog.crawl.crawl", "catalog.privacy.detector", "catalog.schema.tables.dvc"}
    assert ("catalog.schema.tables.registry" in imported, crawls & imported) == (True, set())
